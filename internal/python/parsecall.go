package python

// arguments reads "(...)" of a call or a class. A generator expression that is
// the only argument has the parentheses for its own.
func (p *parser) arguments(id int32, b *list, fd Field) {
	open := p.start()
	p.next()
	only := int32(0)
	count := 0
	for p.k != tRParen && p.k != tNewline && p.k != tEOF {
		x := p.argument()
		count++
		if p.k != tComma && p.k != tRParen {
			x = p.spoil(x, "a comma or a bracket is missing")
		}
		if p.nodes[x].kind == KindGeneratorExp && p.nodes[x].flags&FlagParenthesized == 0 {
			only = x
		}
		p.add(b, x, fd)
		if !p.accept(tComma) {
			break
		}
	}
	p.closeBracket(id, tRParen)
	if only != 0 && count == 1 {
		p.nodes[only].start = open
		p.nodes[only].end = p.nodes[id].end
	}
}

// argument reads one argument of a call.
func (p *parser) argument() int32 {
	switch {
	case p.k == tStar:
		id := p.node(KindStarred, p.start())
		b := list{parent: id}
		p.next()
		p.add(&b, p.test(), FieldValue)
		return p.finish(id)
	case p.k == tDoubleStar:
		id := p.node(KindKeyword, p.start())
		p.nodes[id].flags |= FlagDoubleStar
		b := list{parent: id}
		p.next()
		p.add(&b, p.test(), FieldValue)
		return p.finish(id)
	case p.toks[p.i+1].kind == tAssign && (p.k.isName() || p.k.isKeyword()):
		id := p.node(KindKeyword, p.start())
		if p.k.isKeyword() {
			p.fail("a keyword as an argument's name")
			p.nodes[id].flags |= FlagIncomplete
		}
		p.next()
		p.next()
		b := list{parent: id}
		if p.k == tComma || p.k == tRParen {
			p.add(&b, p.missing("a value is missing"), FieldValue)
		} else {
			p.add(&b, p.test(), FieldValue)
		}
		return p.finish(id)
	}
	start := p.start()
	x := p.named()
	if p.atFor() {
		id, b := p.wrap(KindGeneratorExp, start, x, FieldElt)
		p.generators(&b, false)
		x = p.finish(id)
	}
	return x
}

// subscript reads what stands in square brackets behind an expression.
func (p *parser) subscript() int32 {
	if p.k == tRBracket {
		return p.missing("an index is missing")
	}
	start := p.start()
	x := p.index()
	if p.k != tComma {
		if p.k != tRBracket {
			x = p.spoil(x, "a comma or a bracket is missing")
		}
		if p.k != tComma && p.nodes[x].kind != KindStarred {
			return x
		}
	}
	// A tuple, also where it is one unpacking without a comma (PEP 646).
	id, b := p.wrap(KindTuple, start, x, FieldElts)
	for p.accept(tComma) && p.k != tRBracket {
		x = p.index()
		if p.k != tComma && p.k != tRBracket {
			x = p.spoil(x, "a comma or a bracket is missing")
		}
		p.add(&b, x, FieldElts)
	}
	return p.finish(id)
}

// index reads one index or slice.
func (p *parser) index() int32 {
	start := p.start()
	x := int32(0)
	if p.k != tColon {
		x = p.starOrNamed(true)
		if p.k != tColon {
			return x
		}
	}
	id := p.node(KindSlice, start)
	b := list{parent: id}
	if x != 0 {
		p.add(&b, x, FieldLower)
	}
	p.next()
	if p.k != tColon && p.k != tComma && p.k != tRBracket {
		p.add(&b, p.test(), FieldUpper)
	}
	if p.accept(tColon) && p.k != tComma && p.k != tRBracket {
		p.add(&b, p.test(), FieldStep)
	}
	return p.finish(id)
}
