package python

func (p *parser) tryStatement() int32 {
	id := p.node(KindTry, p.start())
	b := list{parent: id}
	p.next()
	p.colon(id)
	p.block(&b, FieldBody)
	handlers := 0
	for p.k == tExcept {
		p.failed = false
		p.add(&b, p.handler(), FieldHandlers)
		handlers++
	}
	p.orelse(id, &b, FieldOrelse, tElse)
	final := p.k == tFinally
	p.orelse(id, &b, FieldFinal, tFinally)
	p.finish(id)
	if handlers == 0 && !final {
		p.failed = false
		n := p.nodes[id]
		p.failAt(int(n.start), int(n.start)+3, `"try" without "except" or "finally"`)
		p.nodes[id].flags |= FlagIncomplete
	}
	return id
}

// handler reads an except clause. "except E, e" is Python 2's, unless more
// names or a dotted or capitalised one follow: then it is a tuple of types
// (PEP 758). In a file that is Python 2 for other reasons it is always the
// former.
func (p *parser) handler() int32 {
	id := p.node(KindExceptHandler, p.start())
	b := list{parent: id}
	p.next()
	if p.accept(tStar) {
		p.nodes[id].flags |= FlagStar
		p.evidence3++
	}
	if p.k == tColon || p.k == tNewline {
		p.colon(id)
		p.block(&b, FieldBody)
		return p.finish(id)
	}
	start := p.start()
	x := p.test()
	switch p.k {
	case tAs:
		p.add(&b, x, FieldType)
		p.next()
		p.add(&b, p.header(id, p.starTarget()), FieldTarget)
	case tComma:
		p.exceptComma(id, &b, start, x)
	default:
		p.add(&b, p.header(id, x), FieldType)
	}
	p.block(&b, FieldBody)
	return p.finish(id)
}

func (p *parser) exceptComma(id int32, b *list, start uint32, x int32) {
	second := p.toks[p.i+1]
	lower := second.kind.isName() && p.src[second.start] != '_' &&
		(p.src[second.start] < 'A' || p.src[second.start] > 'Z')
	p.next()
	y := p.starTarget()
	if p.k != tComma && p.nodes[id].flags&FlagStar == 0 {
		plain := p.nodes[y].kind == KindName
		legacy := p.py2 || plain && lower && p.k != tAs
		if !p.py2 && !(plain && lower) {
			p.ambiguous = true
		}
		if legacy {
			if plain && lower {
				p.evidence2++
			}
			p.nodes[id].flags |= FlagLegacy
			p.add(b, x, FieldType)
			p.add(b, p.header(id, y), FieldTarget)
			return
		}
	}
	t, tb := p.wrap(KindTuple, start, x, FieldElts)
	p.add(&tb, y, FieldElts)
	for p.accept(tComma) && p.startsExpr() {
		p.add(&tb, p.starTarget(), FieldElts)
	}
	p.finish(t)
	if p.k == tAs {
		p.fail("several exception types need parentheses before \"as\"")
		p.add(b, p.bury(t), FieldType)
		p.next()
		p.add(b, p.header(id, p.starTarget()), FieldTarget)
		return
	}
	p.add(b, p.header(id, t), FieldType)
}
