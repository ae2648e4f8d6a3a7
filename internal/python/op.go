package python

// op is an operator in normal form.
type op uint8

const (
	opNone op = iota
	opOr
	opAnd
	opNot
	opIn
	opNotIn
	opIs
	opIsNot
	opLess
	opGreater
	opLessEqual
	opGreaterEqual
	opEqual
	opNotEqual
	opBitOr
	opBitXor
	opBitAnd
	opShiftLeft
	opShiftRight
	opAdd
	opSub
	opMul
	opMatMul
	opDiv
	opFloorDiv
	opMod
	opInvert
	opPow

	opCount
)

// String returns the operator as Python spells it.
func (o op) String() string {
	if o >= opCount {
		return ""
	}
	return opNames[o]
}

var opNames = [opCount]string{
	"", "or", "and", "not", "in", "not in", "is", "is not", "<", ">", "<=", ">=", "==",
	"!=", "|", "^", "&", "<<", ">>", "+", "-", "*", "@", "/", "//", "%", "~", "**",
}
