package python

// definition reads decorators and the def or class below them.
func (p *parser) definition() int32 {
	base := len(p.decorators)
	start := p.start()
	for p.k == tAt {
		d := p.node(KindDecorator, p.start())
		b := list{parent: d}
		p.next()
		x := p.named()
		if p.k != tNewline {
			p.fail("this does not go on in a decorator")
			p.skipLine(false)
			x = p.bury(x)
		}
		p.add(&b, x, FieldValue)
		p.finish(d)
		p.decorators = append(p.decorators, d)
		p.accept(tNewline)
	}
	var id int32
	switch {
	case p.k == tDef:
		id = p.function(p.start(), false)
	case p.k == tClass:
		id = p.class()
	case p.k == tAsync && p.peek(1) == tDef:
		s := p.start()
		p.next()
		p.evidence3++
		id = p.function(s, true)
		p.nodes[id].flags |= FlagAsync
	default:
		p.fail("a def or class is missing below the decorator")
		id = p.node(KindBad, start)
		p.nodes[id].flags |= FlagIncomplete
		p.finish(id)
	}
	if len(p.decorators) > base {
		// They come first among the children.
		first := p.nodes[id].first
		b := list{parent: id}
		for _, d := range p.decorators[base:] {
			p.add(&b, d, FieldDecorators)
		}
		p.nodes[b.last].next = first
		p.decorators = p.decorators[:base]
	}
	return id
}

// defName skips the name of a def or class.
func (p *parser) defName(id int32) {
	switch {
	case p.k.isName():
		p.next()
	case p.k.isKeyword():
		p.fail("a keyword as a name")
		p.nodes[id].flags |= FlagIncomplete
		p.next()
	default:
		p.fail("a name is missing")
		p.nodes[id].flags |= FlagIncomplete
	}
}

func (p *parser) function(start uint32, async bool) int32 {
	id := p.node(KindFunctionDef, start)
	b := list{parent: id}
	outer := p.inAsync
	p.inAsync = async
	p.next()
	p.defName(id)
	if p.k == tLBracket {
		p.add(&b, p.typeParams(), FieldTypeParams)
	}
	ps := p.node(KindParameters, p.start())
	if p.k == tLParen {
		p.next()
		p.params(ps, tRParen, true)
		p.closeBracket(ps, tRParen)
	} else {
		p.fail("the parameters are missing")
		p.nodes[id].flags |= FlagIncomplete
		p.nodes[ps].flags |= FlagIncomplete
		p.finish(ps)
	}
	p.add(&b, ps, FieldParams)
	if p.accept(tArrow) {
		p.evidence3++
		p.add(&b, p.header(id, p.exprList()), FieldReturns)
	} else {
		p.colon(id)
	}
	p.block(&b, FieldBody)
	p.inAsync = outer
	return p.finish(id)
}

func (p *parser) class() int32 {
	id := p.node(KindClassDef, p.start())
	b := list{parent: id}
	outer := p.inAsync
	p.inAsync = false
	p.next()
	p.defName(id)
	if p.k == tLBracket {
		p.add(&b, p.typeParams(), FieldTypeParams)
	}
	if p.k == tLParen {
		flags := p.nodes[id].flags
		p.arguments(id, &b, FieldBases)
		p.nodes[id].flags |= flags
	}
	p.colon(id)
	p.block(&b, FieldBody)
	p.inAsync = outer
	return p.finish(id)
}

// params reads parameters up to the closer, which is left.
func (p *parser) params(ps int32, closer tk, annotated bool) {
	b := list{parent: ps}
	for p.k != closer && p.k != tNewline && p.k != tEOF {
		id := p.param(annotated)
		if p.k != tComma && p.k != closer {
			if closer == tColon {
				p.add(&b, id, FieldElts)
				p.finish(ps)
				return
			}
			p.nodes[id].flags |= FlagIncomplete
			p.fail("this does not go on in the parameters")
			p.skipElement(true)
			p.finish(id)
		}
		p.add(&b, id, FieldElts)
		if !p.accept(tComma) {
			break
		}
	}
	p.finish(ps)
}

func (p *parser) param(annotated bool) int32 {
	id := p.node(KindParam, p.start())
	b := list{parent: id}
	switch p.k {
	case tSlash:
		p.next()
		p.nodes[id].flags |= FlagSlash
		p.evidence3++
		return p.finish(id)
	case tStar:
		p.next()
		p.nodes[id].flags |= FlagStar
		if !p.k.isName() {
			p.evidence3++
			return p.finish(id)
		}
	case tDoubleStar:
		p.next()
		p.nodes[id].flags |= FlagDoubleStar
	}
	switch {
	case p.k.isName():
		p.next()
	case p.k == tLParen:
		// Python 2's tuple parameter.
		p.evidence2++
		p.add(&b, p.atom(), FieldTarget)
	case p.k.isKeyword():
		p.fail("a keyword as a parameter's name")
		p.nodes[id].flags |= FlagIncomplete
		p.next()
	default:
		p.fail("a parameter's name is missing")
		p.nodes[id].flags |= FlagIncomplete
		return p.finish(id)
	}
	if annotated && p.accept(tColon) {
		p.evidence3++
		p.add(&b, p.starOrNamed(false), FieldAnnotation)
	}
	if p.accept(tAssign) {
		p.add(&b, p.test(), FieldValue)
	}
	return p.finish(id)
}

// typeParams reads "[T: bound = default, *Ts, **P]" (PEP 695, PEP 696).
func (p *parser) typeParams() int32 {
	id := p.node(KindTypeParams, p.start())
	b := list{parent: id}
	p.evidence3++
	p.next()
	for p.k != tRBracket && p.k != tNewline && p.k != tEOF {
		t := p.node(KindTypeParam, p.start())
		tb := list{parent: t}
		if p.accept(tStar) {
			p.nodes[t].flags |= FlagStar
		} else if p.accept(tDoubleStar) {
			p.nodes[t].flags |= FlagDoubleStar
		}
		if p.k.isName() {
			p.next()
		} else {
			p.fail("a type parameter's name is missing")
			p.nodes[t].flags |= FlagIncomplete
		}
		if p.accept(tColon) {
			p.add(&tb, p.test(), FieldAnnotation)
		}
		if p.accept(tAssign) {
			p.add(&tb, p.starOrNamed(false), FieldValue)
		}
		if p.k != tComma && p.k != tRBracket {
			p.fail("a comma or a bracket is missing")
			p.nodes[t].flags |= FlagIncomplete
			p.skipElement(true)
		}
		p.finish(t)
		p.add(&b, t, FieldElts)
		if !p.accept(tComma) {
			break
		}
	}
	p.closeBracket(id, tRBracket)
	return id
}
