package python

// Binding powers of the operators (Python reference, "Operator precedence").
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precBitOr
	precBitXor
	precBitAnd
	precShift
	precSum
	precProduct
	precUnary
	precPower
)

// binary is the precedence and the operator of a token between operands.
type binary struct {
	prec uint8
	op   op
}

var binaries = [tkCount]binary{
	tOr:           {precOr, opOr},
	tAnd:          {precAnd, opAnd},
	tNot:          {precCompare, opNotIn},
	tIn:           {precCompare, opIn},
	tIs:           {precCompare, opIs},
	tLess:         {precCompare, opLess},
	tGreater:      {precCompare, opGreater},
	tLessEqual:    {precCompare, opLessEqual},
	tGreaterEqual: {precCompare, opGreaterEqual},
	tEqual:        {precCompare, opEqual},
	tNotEqual:     {precCompare, opNotEqual},
	tPipe:         {precBitOr, opBitOr},
	tCaret:        {precBitXor, opBitXor},
	tAmp:          {precBitAnd, opBitAnd},
	tShiftLeft:    {precShift, opShiftLeft},
	tShiftRight:   {precShift, opShiftRight},
	tPlus:         {precSum, opAdd},
	tMinus:        {precSum, opSub},
	tStar:         {precProduct, opMul},
	tAt:           {precProduct, opMatMul},
	tSlash:        {precProduct, opDiv},
	tDoubleSlash:  {precProduct, opFloorDiv},
	tPercent:      {precProduct, opMod},
	tDoubleStar:   {precPower, opPow},
}

// test reads an expression without ":=" and without commas.
func (p *parser) test() int32 {
	if p.k == tLambda {
		return p.lambda(false)
	}
	start := p.start()
	x := p.expr(precOr)
	if p.k != tIf {
		return x
	}
	id, b := p.wrap(KindIfExp, start, x, FieldBody)
	p.next()
	p.add(&b, p.expr(precOr), FieldTest)
	if p.k != tElse {
		p.fail(`"else" is missing`)
		p.finish(id)
		return p.bury(id)
	}
	p.next()
	p.depth++
	if p.depth > maxDepth {
		p.add(&b, p.tooDeep(), FieldOrelse)
	} else {
		p.add(&b, p.test(), FieldOrelse)
	}
	p.depth--
	return p.finish(id)
}

// named reads an expression that may be "name := value".
func (p *parser) named() int32 {
	if p.k.isName() && p.toks[p.i+1].kind == tWalrus {
		start := p.start()
		id, b := p.wrap(KindNamedExpr, start, p.leaf(KindName), FieldTarget)
		p.evidence3++
		p.next()
		p.add(&b, p.test(), FieldValue)
		return p.finish(id)
	}
	return p.test()
}

// starOrNamed reads an element of a display, a subscript or an expression list.
func (p *parser) starOrNamed(walrus bool) int32 {
	if p.k == tStar {
		id := p.node(KindStarred, p.start())
		b := list{parent: id}
		p.next()
		p.add(&b, p.expr(precBitOr), FieldValue)
		return p.finish(id)
	}
	if walrus {
		return p.named()
	}
	return p.test()
}

// expr reads operators that bind at least as tightly as prec.
func (p *parser) expr(prec uint8) int32 {
	p.depth++
	if p.depth > maxDepth {
		x := p.tooDeep()
		p.depth--
		return x
	}
	var x int32
	start := p.start()
	switch p.k {
	case tMinus:
		x = p.unary(opSub, precUnary)
	case tPlus:
		x = p.unary(opAdd, precUnary)
	case tTilde:
		x = p.unary(opInvert, precUnary)
	case tNot:
		if prec > precNot {
			p.fail(`"not" needs parentheses here`)
		}
		x = p.unary(opNot, precNot)
	default:
		x = p.primary()
	}
	for n := 0; ; n++ {
		o := binaries[p.k]
		if o.prec < prec || o.prec == 0 {
			break
		}
		if !p.chain(n) {
			p.limit("the expression is too long; the rest is not read")
			p.skipElement(true)
			x = p.bury(x)
			break
		}
		switch o.prec {
		case precOr, precAnd:
			x = p.boolean(start, x, o)
		case precCompare:
			if p.k == tNot && p.peek(1) != tIn {
				p.depth--
				return x
			}
			x = p.compare(start, x)
		default:
			right := o.prec + 1
			if o.prec == precPower {
				right = precUnary
			}
			p.next()
			r := p.expr(right)
			id, b := p.wrap(KindBinOp, start, x, FieldLeft)
			p.add(&b, r, FieldRight)
			p.nodes[id].op = o.op
			x = p.finish(id)
		}
	}
	p.depth--
	return x
}

func (p *parser) unary(o op, prec uint8) int32 {
	id := p.node(KindUnaryOp, p.start())
	p.nodes[id].op = o
	b := list{parent: id}
	p.next()
	p.add(&b, p.expr(prec), FieldValue)
	return p.finish(id)
}

// boolean reads "x or y or ..." as one node.
func (p *parser) boolean(start uint32, x int32, o binary) int32 {
	id, b := p.wrap(KindBoolOp, start, x, FieldElts)
	p.nodes[id].op = o.op
	k := p.k
	for p.k == k {
		p.next()
		p.add(&b, p.expr(o.prec+1), FieldElts)
	}
	return p.finish(id)
}

// compare reads "x < y <= ..." as one node.
func (p *parser) compare(start uint32, x int32) int32 {
	id, b := p.wrap(KindCompare, start, x, FieldLeft)
	for {
		o := binaries[p.k]
		if o.prec != precCompare || p.k == tNot && p.peek(1) != tIn {
			return p.finish(id)
		}
		c := p.node(KindOperator, p.start())
		switch {
		case p.k == tNot:
			p.next()
		case p.k == tIs && p.peek(1) == tNot:
			o.op = opIsNot
			p.next()
		case p.k == tNotEqual && p.src[p.start()] == '<':
			p.evidence2++
		}
		p.nodes[c].op = o.op
		p.next()
		p.finish(c)
		p.add(&b, c, FieldOps)
		p.add(&b, p.expr(precBitOr), FieldComparators)
	}
}

// isAwait reports whether "await" at the current token is the keyword.
func (p *parser) isAwait() bool {
	switch k := p.toks[p.i+1].kind; {
	case k.isName() || k == tNumber || k == tString || k == tFStart || k == tLBrace || k == tEllipsis:
		return true
	case k == tLParen || k == tLBracket || k == tMinus || k == tPlus || k == tTilde:
		return p.inAsync
	}
	return false
}

// primary reads an atom with its attributes, calls and subscripts.
func (p *parser) primary() int32 {
	if p.k == tAwait && p.isAwait() {
		id := p.node(KindAwait, p.start())
		b := list{parent: id}
		p.next()
		p.depth++
		if p.depth > maxDepth {
			p.add(&b, p.tooDeep(), FieldValue)
		} else {
			p.add(&b, p.primary(), FieldValue)
		}
		p.depth--
		return p.finish(id)
	}
	start := p.start()
	x := p.atom()
	for n := 0; ; n++ {
		switch p.k {
		case tDot, tLParen, tLBracket:
		default:
			return x
		}
		if !p.chain(n) {
			p.limit("the expression is too long; the rest is not read")
			p.skipElement(true)
			return p.bury(x)
		}
		switch p.k {
		case tDot:
			id, _ := p.wrap(KindAttribute, start, x, FieldObject)
			p.next()
			switch {
			case p.k.isName():
				p.next()
			case p.k.isKeyword():
				p.fail("a keyword as an attribute's name")
				p.nodes[id].flags |= FlagIncomplete
				p.next()
				p.finish(id)
				id = p.bury(id)
			default:
				p.fail(`a name is missing behind "."`)
				p.nodes[id].flags |= FlagIncomplete
				p.finish(id)
				id = p.bury(id)
			}
			x = p.finish(id)
			p.distrust(x)
		case tLParen:
			id, b := p.wrap(KindCall, start, x, FieldFunc)
			p.arguments(id, &b, FieldArgs)
			x = id
		case tLBracket:
			id, b := p.wrap(KindSubscript, start, x, FieldObject)
			p.next()
			p.add(&b, p.subscript(), FieldIndex)
			p.closeBracket(id, tRBracket)
			x = id
		}
	}
}

// exprList reads expressions separated by commas, a Tuple if there is a comma.
func (p *parser) exprList() int32 {
	start := p.start()
	x := p.starOrNamed(false)
	if p.k != tComma {
		return x
	}
	id, b := p.wrap(KindTuple, start, x, FieldElts)
	for p.accept(tComma) && p.startsExpr() {
		p.add(&b, p.starOrNamed(false), FieldElts)
	}
	return p.finish(id)
}

// exprListYield is exprList or a yield expression.
func (p *parser) exprListYield() int32 {
	if p.k == tYield {
		return p.yield()
	}
	return p.exprList()
}

// startsExpr reports whether the current token can begin an expression.
func (p *parser) startsExpr() bool {
	switch k := p.k; {
	case k.isName(), k == tNumber, k == tString, k == tFStart:
		return true
	default:
		switch k {
		case tLParen, tLBracket, tLBrace, tMinus, tPlus, tTilde, tNot, tLambda, tStar, tBacktick, tEllipsis:
			return true
		}
	}
	return false
}

func (p *parser) yield() int32 {
	id := p.node(KindYield, p.start())
	b := list{parent: id}
	p.next()
	if p.accept(tFrom) {
		p.evidence3++
		p.nodes[id].kind = KindYieldFrom
		p.add(&b, p.test(), FieldValue)
	} else if p.startsExpr() {
		p.add(&b, p.exprList(), FieldValue)
	}
	return p.finish(id)
}

// lambda reads a lambda; old is for the places of Python 2's old_lambda, whose
// body has no conditional expression.
func (p *parser) lambda(old bool) int32 {
	id := p.node(KindLambda, p.start())
	b := list{parent: id}
	p.next()
	ps := p.node(KindParameters, p.start())
	p.params(ps, tColon, false)
	p.add(&b, ps, FieldParams)
	if !p.accept(tColon) {
		p.fail(`":" is missing`)
		p.finish(id)
		return p.bury(id)
	}
	p.depth++
	switch {
	case p.depth > maxDepth:
		p.add(&b, p.tooDeep(), FieldBody)
	case old && p.k == tLambda:
		p.add(&b, p.lambda(true), FieldBody)
	case old:
		p.add(&b, p.expr(precOr), FieldBody)
	default:
		p.add(&b, p.test(), FieldBody)
	}
	p.depth--
	return p.finish(id)
}
