package python

// atom reads a name, a literal, or something in brackets.
func (p *parser) atom() int32 {
	switch p.k {
	case tName, tAsync, tAwait, tCase, tExec, tMatch, tNonlocal, tPrint, tType, tAs, tWith:
		id := p.leaf(KindName)
		p.distrust(id) // a template's variable
		return id
	case tNumber:
		return p.leaf(KindNumber)
	case tString, tFStart:
		return p.strings()
	case tLParen:
		return p.paren()
	case tLBracket:
		return p.listDisplay()
	case tLBrace:
		return p.braces()
	case tEllipsis:
		return p.leaf(KindEllipsis)
	case tBacktick:
		return p.repr()
	case tYield:
		p.fail(`"yield" needs parentheses here`)
		x := p.yield()
		return p.bury(x)
	case tInvalid:
		p.fail("")
		return p.leaf(KindBadExpr)
	case tDoubleStar:
		p.fail("an expression is missing")
		id := p.node(KindBadExpr, p.start())
		b := list{parent: id}
		p.next()
		p.add(&b, p.expr(precBitOr), FieldNone)
		return p.finish(id)
	}
	return p.missing("an expression is missing")
}

// paren reads "(...)": a group, a tuple, a generator expression or a yield.
func (p *parser) paren() int32 {
	start := p.start()
	p.next()
	if p.k == tRParen {
		id := p.node(KindTuple, start)
		p.nodes[id].flags |= FlagParenthesized
		p.closeBracket(id, tRParen)
		return id
	}
	var x int32
	if p.k == tYield {
		x = p.yield()
	} else {
		x = p.starOrNamed(true)
	}
	switch {
	case p.atFor():
		id := p.node(KindGeneratorExp, start)
		b := list{parent: id}
		p.add(&b, x, FieldElt)
		p.generators(&b, false)
		p.nodes[id].flags |= FlagParenthesized
		p.closeBracket(id, tRParen)
		return id
	case p.k == tComma:
		id := p.node(KindTuple, start)
		b := list{parent: id}
		p.add(&b, x, FieldElts)
		p.next()
		p.elements(&b, tRParen)
		p.nodes[id].flags |= FlagParenthesized
		p.closeBracket(id, tRParen)
		return id
	}
	if p.k != tRParen {
		x = p.spoil(x, "a comma, an operator or a bracket is missing")
		if p.k == tComma {
			id := p.node(KindTuple, start)
			b := list{parent: id}
			p.add(&b, x, FieldElts)
			p.next()
			p.elements(&b, tRParen)
			p.nodes[id].flags |= FlagParenthesized
			p.closeBracket(id, tRParen)
			return id
		}
	}
	end := p.nodes[x].end
	p.nodes[x].flags |= FlagParenthesized
	p.closeBracket(x, tRParen)
	p.nodes[x].end = end
	return x
}

// elements reads the rest of a tuple's, list's or set's elements, up to its
// closer. The current token begins an element or is the closer.
func (p *parser) elements(b *list, closer tk) {
	for p.k != closer && p.k != tNewline && p.k != tEOF {
		x := p.starOrNamed(true)
		if p.k != tComma && p.k != closer {
			x = p.spoil(x, "a comma or a bracket is missing")
		}
		p.add(b, x, FieldElts)
		if !p.accept(tComma) {
			return
		}
	}
}

func (p *parser) listDisplay() int32 {
	id := p.node(KindList, p.start())
	b := list{parent: id}
	p.next()
	if p.k != tRBracket {
		x := p.starOrNamed(true)
		if p.atFor() {
			p.nodes[id].kind = KindListComp
			p.add(&b, x, FieldElt)
			p.generators(&b, true)
			p.closeBracket(id, tRBracket)
			return id
		}
		if p.k != tComma && p.k != tRBracket {
			x = p.spoil(x, "a comma or a bracket is missing")
		}
		p.add(&b, x, FieldElts)
		if p.accept(tComma) {
			p.elements(&b, tRBracket)
		}
	}
	p.closeBracket(id, tRBracket)
	return id
}

// braces reads a dict, a set or a comprehension of them.
func (p *parser) braces() int32 {
	id := p.node(KindDict, p.start())
	b := list{parent: id}
	p.next()
	if p.k == tRBrace {
		p.closeBracket(id, tRBrace)
		return id
	}
	if p.k != tDoubleStar {
		start := p.start()
		x := p.starOrNamed(true)
		if p.k != tColon {
			p.nodes[id].kind = KindSet
			if p.atFor() {
				p.nodes[id].kind = KindSetComp
				p.add(&b, x, FieldElt)
				p.generators(&b, false)
				p.closeBracket(id, tRBrace)
				return id
			}
			if p.k != tComma && p.k != tRBrace {
				x = p.spoil(x, "a comma, a colon or a bracket is missing")
			}
			p.add(&b, x, FieldElts)
			if p.accept(tComma) {
				p.elements(&b, tRBrace)
			}
			p.closeBracket(id, tRBrace)
			return id
		}
		p.next()
		v := p.test()
		if p.atFor() {
			p.nodes[id].kind = KindDictComp
			p.add(&b, x, FieldKey)
			p.add(&b, v, FieldValue)
			p.generators(&b, false)
			p.closeBracket(id, tRBrace)
			return id
		}
		p.item(&b, start, x, v)
		if !p.accept(tComma) {
			p.closeBracket(id, tRBrace)
			return id
		}
	}
	for p.k != tRBrace && p.k != tNewline && p.k != tEOF {
		if p.k == tDoubleStar {
			it := p.node(KindDictItem, p.start())
			p.nodes[it].flags |= FlagDoubleStar
			ib := list{parent: it}
			p.next()
			x := p.expr(precBitOr)
			if p.k != tComma && p.k != tRBrace {
				x = p.spoil(x, "a comma or a bracket is missing")
			}
			p.add(&ib, x, FieldValue)
			p.finish(it)
			p.add(&b, it, FieldItems)
		} else {
			start := p.start()
			x := p.test()
			if p.accept(tColon) {
				p.item(&b, start, x, p.test())
			} else {
				it, _ := p.wrap(KindDictItem, start, p.spoil(x, `":" is missing`), FieldKey)
				p.nodes[it].flags |= FlagIncomplete
				p.add(&b, it, FieldItems)
			}
		}
		if !p.accept(tComma) {
			break
		}
	}
	p.closeBracket(id, tRBrace)
	return id
}

// item adds one "key: value" to a dict.
func (p *parser) item(b *list, start uint32, key, value int32) {
	if p.k != tComma && p.k != tRBrace {
		value = p.spoil(value, "a comma or a bracket is missing")
	}
	it, ib := p.wrap(KindDictItem, start, key, FieldKey)
	p.add(&ib, value, FieldValue)
	p.finish(it)
	p.add(b, it, FieldItems)
}

// atFor says that a "for" clause of a comprehension begins here.
func (p *parser) atFor() bool { return p.k == tFor || p.k == tAsync && p.peek(1) == tFor }

// generators reads the "for" clauses of a comprehension. Python 2 allows a bare
// tuple behind "in" in a list.
func (p *parser) generators(b *list, inList bool) {
	for {
		id := p.node(KindComprehension, p.start())
		c := list{parent: id}
		if p.k == tAsync {
			p.nodes[id].flags |= FlagAsync
			p.next()
		}
		p.next()
		p.add(&c, p.targets(), FieldTarget)
		if !p.accept(tIn) {
			p.fail(`"in" is missing`)
			p.nodes[id].flags |= FlagIncomplete
			p.finish(id)
			p.add(b, id, FieldGenerators)
			return
		}
		start := p.start()
		x := p.oldTest()
		if inList && p.k == tComma {
			t, tb := p.wrap(KindTuple, start, x, FieldElts)
			for p.accept(tComma) && p.startsExpr() {
				p.add(&tb, p.oldTest(), FieldElts)
			}
			p.evidence2++
			x = p.finish(t)
		}
		p.add(&c, x, FieldIter)
		for p.accept(tIf) {
			var x int32
			if p.k.isName() && p.peek(1) == tWalrus {
				x = p.named()
			} else {
				x = p.oldTest()
			}
			p.add(&c, x, FieldIfs)
		}
		p.finish(id)
		p.add(b, id, FieldGenerators)
		if !p.atFor() {
			return
		}
	}
}

// oldTest reads a disjunction, or a lambda whose body is one.
func (p *parser) oldTest() int32 {
	if p.k == tLambda {
		return p.lambda(true)
	}
	return p.expr(precOr)
}

// targets reads the names between "for" and "in".
func (p *parser) targets() int32 {
	start := p.start()
	x := p.starTarget()
	if p.k != tComma {
		return x
	}
	id, b := p.wrap(KindTuple, start, x, FieldElts)
	for p.accept(tComma) && p.startsExpr() {
		p.add(&b, p.starTarget(), FieldElts)
	}
	return p.finish(id)
}

func (p *parser) starTarget() int32 {
	if p.k == tStar {
		return p.starOrNamed(false)
	}
	return p.expr(precBitOr)
}

// repr reads Python 2's "`x`".
func (p *parser) repr() int32 {
	id := p.node(KindRepr, p.start())
	b := list{parent: id}
	p.next()
	p.evidence2++
	x := p.exprList()
	if p.k != tBacktick {
		p.add(&b, x, FieldValue)
		p.fail("a backtick is missing")
		p.finish(id)
		return p.bury(id)
	}
	p.add(&b, x, FieldValue)
	p.next()
	return p.finish(id)
}
