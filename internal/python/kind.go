package python

import "strconv"

// Kind says what a node is.
type Kind uint8

// The kinds of nodes; the package comment lists the fields of each.
const (
	KindNone Kind = iota // of the zero Node

	KindModule

	// Statements.
	KindFunctionDef
	KindClassDef
	KindReturn
	KindDelete
	KindAssign
	KindAugAssign
	KindAnnAssign
	KindTypeAlias
	KindFor
	KindWhile
	KindIf
	KindWith
	KindMatch
	KindRaise
	KindTry
	KindAssert
	KindImport
	KindImportFrom
	KindGlobal
	KindNonlocal
	KindExprStmt
	KindPass
	KindBreak
	KindContinue
	KindPrint
	KindExec
	KindBad // a statement that could not be read

	// Expressions.
	KindName
	KindNumber
	KindString
	KindFString
	KindTString
	KindEllipsis
	KindAttribute
	KindSubscript
	KindSlice
	KindCall
	KindStarred
	KindUnaryOp
	KindBinOp
	KindBoolOp
	KindCompare
	KindIfExp
	KindLambda
	KindNamedExpr
	KindTuple
	KindList
	KindSet
	KindDict
	KindListComp
	KindSetComp
	KindDictComp
	KindGeneratorExp
	KindAwait
	KindYield
	KindYieldFrom
	KindRepr    // Python 2's backticks
	KindBadExpr // an expression that could not be read

	// Parts of statements and expressions.
	KindWithItem
	KindMatchCase
	KindExceptHandler
	KindAlias
	KindDottedName
	KindKeyword
	KindOperator
	KindDictItem
	KindComprehension
	KindFormattedValue
	KindParameters
	KindParam
	KindDecorator
	KindTypeParams
	KindTypeParam

	// Patterns of match statements.
	KindPatternValue
	KindPatternCapture
	KindPatternAs
	KindPatternOr
	KindPatternSequence
	KindPatternStar
	KindPatternMapping
	KindPatternItem
	KindPatternClass
	KindPatternKeyword

	kindCount
)

// IsStatement reports whether nodes of the kind are statements.
func (k Kind) IsStatement() bool { return k >= KindFunctionDef && k <= KindBad }

// IsExpression reports whether nodes of the kind are expressions.
func (k Kind) IsExpression() bool { return k >= KindName && k <= KindBadExpr }

// String returns the kind's name without "Kind", as "FunctionDef".
func (k Kind) String() string {
	if k >= kindCount {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kindNames[k]
}

var kindNames = [kindCount]string{
	"None", "Module",
	"FunctionDef", "ClassDef", "Return", "Delete", "Assign", "AugAssign", "AnnAssign",
	"TypeAlias", "For", "While", "If", "With", "Match", "Raise", "Try", "Assert",
	"Import", "ImportFrom", "Global", "Nonlocal", "ExprStmt", "Pass", "Break",
	"Continue", "Print", "Exec", "Bad",
	"Name", "Number", "String", "FString", "TString", "Ellipsis", "Attribute",
	"Subscript", "Slice", "Call", "Starred", "UnaryOp", "BinOp", "BoolOp", "Compare",
	"IfExp", "Lambda", "NamedExpr", "Tuple", "List", "Set", "Dict", "ListComp",
	"SetComp", "DictComp", "GeneratorExp", "Await", "Yield", "YieldFrom", "Repr",
	"BadExpr",
	"WithItem", "MatchCase", "ExceptHandler", "Alias", "DottedName", "Keyword",
	"Operator", "DictItem", "Comprehension", "FormattedValue", "Parameters", "Param",
	"Decorator", "TypeParams", "TypeParam",
	"PatternValue", "PatternCapture", "PatternAs", "PatternOr", "PatternSequence",
	"PatternStar", "PatternMapping", "PatternItem", "PatternClass", "PatternKeyword",
}

// Field is the role a node plays for its parent.
type Field uint8

// The fields; the package comment lists those of each kind.
const (
	FieldNone Field = iota // of the root, and of what a Bad or BadExpr keeps
	FieldBody
	FieldOrelse
	FieldFinal
	FieldHandlers
	FieldDecorators
	FieldTypeParams
	FieldParams
	FieldReturns
	FieldBases
	FieldTarget
	FieldTargets
	FieldValue
	FieldValues
	FieldAnnotation
	FieldTest
	FieldIter
	FieldItems
	FieldSubject
	FieldCases
	FieldPattern
	FieldGuard
	FieldType
	FieldCause
	FieldMsg
	FieldModule
	FieldNames
	FieldAsName
	FieldDest
	FieldGlobals
	FieldLocals
	FieldFunc
	FieldArgs
	FieldObject
	FieldIndex
	FieldLower
	FieldUpper
	FieldStep
	FieldLeft
	FieldRight
	FieldOps
	FieldComparators
	FieldElt
	FieldElts
	FieldKey
	FieldGenerators
	FieldIfs
	FieldPieces
	FieldSpec

	fieldCount
)

// String returns the field's name without "Field", as "Body".
func (fd Field) String() string {
	if fd >= fieldCount {
		return "Field(" + strconv.Itoa(int(fd)) + ")"
	}
	return fieldNames[fd]
}

var fieldNames = [fieldCount]string{
	"None", "Body", "Orelse", "Final", "Handlers", "Decorators", "TypeParams", "Params",
	"Returns", "Bases", "Target", "Targets", "Value", "Values", "Annotation", "Test",
	"Iter", "Items", "Subject", "Cases", "Pattern", "Guard", "Type", "Cause", "Msg",
	"Module", "Names", "AsName", "Dest", "Globals", "Locals", "Func", "Args", "Object",
	"Index", "Lower", "Upper", "Step", "Left", "Right", "Ops", "Comparators", "Elt",
	"Elts", "Key", "Generators", "Ifs", "Pieces", "Spec",
}

// Flag marks a property of a node beyond its kind.
type Flag uint8

// The flags.
const (
	// FlagAsync marks async def, for and with, and async comprehensions.
	FlagAsync Flag = 1 << iota
	// FlagStar marks *args, a lone "*" parameter, except* and import *.
	FlagStar
	// FlagDoubleStar marks **kwargs, and ** in calls, dicts and patterns.
	FlagDoubleStar
	// FlagSlash marks the "/" parameter.
	FlagSlash
	// FlagParenthesized marks an expression written in parentheses.
	FlagParenthesized
	// FlagElif marks an If written as elif.
	FlagElif
	// FlagLegacy marks a form only Python 2 has: "except E, e", "raise E, v".
	FlagLegacy
	// FlagIncomplete marks a node of which a part is missing or was skipped:
	// an unclosed bracket, an unterminated string, a missing colon or name. Its
	// text is not to be trusted.
	FlagIncomplete

	// FlagTrailingComma marks a Print that ends in a comma.
	FlagTrailingComma = FlagSlash
)
