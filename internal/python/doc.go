// Package python reads Python source of any version from 2.4 to 3.14 into a
// syntax tree of statements and expressions with exact byte ranges.
//
// It never fails and never panics. What cannot be read is kept as a Bad
// statement or a BadExpr expression and reported as a positioned Error; reading
// goes on behind it. Time and memory are linear in the size of the source, the
// depth of the recursion is bounded.
//
// # The tree
//
// The tree is one flat slice of nodes without pointers. A Node is a small
// comparable handle into it. Every child has a Field, the role it plays for its
// parent. Names and ranges follow CPython's ast module (3.8 and later) with
// these differences:
//
//   - A FunctionDef or ClassDef begins at its "def", "class" or "async"
//     keyword. Its decorators lie in front of that range and are children all
//     the same (KindDecorator, FieldDecorators).
//   - elif is an If in FieldOrelse of the If before it, as in ast, and carries
//     FlagElif.
//   - True, False and None are KindName (Python 2 lets two of them be assigned).
//   - Every operator of a Compare is a child of KindOperator.
//
// A statement's range does not hold the newline. A parenthesised expression's
// range excludes its parentheses, a parenthesised Tuple's includes them.
//
// The fields of each kind, a star marking those that may occur several times:
//
//	Module         Body*
//	FunctionDef    Decorators* TypeParams Params Returns Body*     Name, FlagAsync
//	ClassDef       Decorators* TypeParams Bases* Body*             Name; Bases holds Keyword and Starred too
//	Return         Value
//	Delete         Targets*
//	Assign         Targets* Value                                  one target for each "="
//	AugAssign      Target Value                                    Op "+=" ...
//	AnnAssign      Target Annotation Value
//	TypeAlias      Target TypeParams Value                         Name
//	For            Target Iter Body* Orelse*                       FlagAsync
//	While          Test Body* Orelse*
//	If             Test Body* Orelse*                              FlagElif
//	With           Items* Body*                                    FlagAsync
//	WithItem       Value Target
//	Match          Subject Cases*
//	MatchCase      Pattern Guard Body*
//	Raise          Value Args* Cause                               Args: Python 2's second and third
//	Try            Body* Handlers* Orelse* Final*
//	ExceptHandler  Type Target Body*                               Name, FlagStar (except*), FlagLegacy (except E, e)
//	Assert         Test Msg
//	Import         Names*
//	ImportFrom     Module Names*                                   Level
//	Alias          AsName                                          Name (dotted, or "*" with FlagStar)
//	Global         Names*
//	Nonlocal       Names*
//	ExprStmt       Value
//	Print          Dest Args*                                      Python 2 statement; FlagTrailingComma
//	Exec           Value Globals Locals                            Python 2 statement
//	Bad            anything that could be read of it
//
//	Attribute      Object                                          Name
//	Subscript      Object Index
//	Slice          Lower Upper Step
//	Call           Func Args*                                      Args: expressions, Starred, Keyword
//	Keyword        Value                                           Name; FlagDoubleStar for **x
//	Starred        Value
//	UnaryOp        Value                                           Op "not" "-" "+" "~"
//	BinOp          Left Right                                      Op
//	BoolOp         Elts*                                           Op "and" "or"
//	Compare        Left Ops* Comparators*
//	IfExp          Body Test Orelse
//	Lambda         Params Body
//	NamedExpr      Target Value
//	Tuple List Set Elts*
//	Dict           Items*
//	DictItem       Key Value                                       FlagDoubleStar for **x, without Key
//	ListComp SetComp GeneratorExp  Elt Generators*
//	DictComp       Key Value Generators*
//	Comprehension  Target Iter Ifs*                                FlagAsync
//	Await Yield YieldFrom Repr     Value
//	String         Pieces*                                         only when implicitly concatenated
//	FString TString  Pieces* (when concatenated), else Values* (FormattedValue)
//	FormattedValue Value Spec*                                     Spec: the fields nested in the format
//	BadExpr        anything that could be read of it
//
//	Parameters     Elts*                                           Param
//	Param          Annotation Value Target                         Name; FlagStar, FlagDoubleStar, FlagSlash; Target: Python 2's tuple
//	Decorator      Value
//	TypeParams     Elts*                                           TypeParam
//	TypeParam      Annotation Value                                Name; FlagStar, FlagDoubleStar
//
//	PatternValue   Value
//	PatternCapture -                                               Name ("_" is the wildcard)
//	PatternAs      Pattern Target                                  Name
//	PatternOr PatternSequence  Elts*
//	PatternStar    -                                               Name; FlagDoubleStar for **rest
//	PatternMapping Items*                                          PatternItem, PatternStar
//	PatternItem    Key Pattern
//	PatternClass   Func Args*                                      patterns and PatternKeyword
//	PatternKeyword Pattern                                         Name
package python
