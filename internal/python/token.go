package python

// tk is the kind of an internal token. The order matters: names come first,
// openers and closers stand in the same order.
type tk uint8

const (
	tEOF tk = iota
	tNewline
	tIndent
	tDedent

	tName // first of the kinds that may be an identifier
	tAs
	tAsync
	tAwait
	tCase
	tExec
	tMatch
	tNonlocal
	tPrint
	tType
	tWith // last of them

	tNumber
	tString
	tFStart  // prefix and opening quotes of an f-string or t-string
	tFMiddle // its text between fields
	tFEnd    // its closing quotes
	tFBang   // "!" before a conversion
	tFColon  // ":" before a format

	tAnd
	tAssert
	tBreak
	tClass
	tContinue
	tDef
	tDel
	tElif
	tElse
	tExcept
	tFinally
	tFor
	tFrom
	tGlobal
	tIf
	tImport
	tIn
	tIs
	tLambda
	tNot
	tOr
	tPass
	tRaise
	tReturn
	tTry
	tWhile
	tYield

	tLParen
	tLBracket
	tLBrace
	tFieldOpen // "{" of a replacement field
	tRParen
	tRBracket
	tRBrace
	tFieldClose

	tAmp
	tArrow
	tAssign
	tAt
	tAugAssign
	tBacktick
	tCaret
	tColon
	tComma
	tDot
	tDoubleSlash
	tDoubleStar
	tEllipsis
	tEqual
	tGreater
	tGreaterEqual
	tLess
	tLessEqual
	tMinus
	tNotEqual
	tPercent
	tPipe
	tPlus
	tSemicolon
	tShiftLeft
	tShiftRight
	tSlash
	tStar
	tTilde
	tWalrus

	tInvalid // a byte no Python knows

	tkCount
)

func (k tk) isName() bool   { return k >= tName && k <= tWith }
func (k tk) isOpener() bool { return k >= tLParen && k <= tFieldOpen }
func (k tk) isCloser() bool { return k >= tRParen && k <= tFieldClose }

// isKeyword is for the hard keywords only.
func (k tk) isKeyword() bool { return k >= tAnd && k <= tYield }

// endsExpr reports whether a token of the kind can end an expression.
func (k tk) endsExpr() bool {
	return k.isName() || k >= tNumber && k <= tString || k == tFEnd || k.isCloser() || k == tEllipsis
}

// token is one significant token. Tokens that the source lacks (indentation,
// brackets that were closed by recovery) have no width.
type token struct {
	start, end uint32
	kind       tk
	broken     bool // an unterminated string
}

// keyword returns the token kind of an identifier.
func keyword(s []byte) tk {
	if len(s) < 2 || len(s) > 8 {
		return tName
	}
	switch string(s) {
	case "and":
		return tAnd
	case "as":
		return tAs
	case "assert":
		return tAssert
	case "async":
		return tAsync
	case "await":
		return tAwait
	case "break":
		return tBreak
	case "case":
		return tCase
	case "class":
		return tClass
	case "continue":
		return tContinue
	case "def":
		return tDef
	case "del":
		return tDel
	case "elif":
		return tElif
	case "else":
		return tElse
	case "except":
		return tExcept
	case "exec":
		return tExec
	case "finally":
		return tFinally
	case "for":
		return tFor
	case "from":
		return tFrom
	case "global":
		return tGlobal
	case "if":
		return tIf
	case "import":
		return tImport
	case "in":
		return tIn
	case "is":
		return tIs
	case "lambda":
		return tLambda
	case "match":
		return tMatch
	case "nonlocal":
		return tNonlocal
	case "not":
		return tNot
	case "or":
		return tOr
	case "pass":
		return tPass
	case "print":
		return tPrint
	case "raise":
		return tRaise
	case "return":
		return tReturn
	case "try":
		return tTry
	case "type":
		return tType
	case "while":
		return tWhile
	case "with":
		return tWith
	case "yield":
		return tYield
	}
	return tName
}
