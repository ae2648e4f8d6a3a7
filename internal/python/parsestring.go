package python

// strings reads one string literal, or several side by side.
func (p *parser) strings() int32 {
	start := p.start()
	first := p.stringPiece()
	if p.k != tString && p.k != tFStart {
		return first
	}
	kind := p.nodes[first].kind
	id, b := p.wrap(KindString, start, first, FieldPieces)
	flags := p.nodes[first].flags
	for p.k == tString || p.k == tFStart {
		x := p.stringPiece()
		if k := p.nodes[x].kind; k != KindString && kind != KindTString {
			kind = k
		}
		flags |= p.nodes[x].flags
		p.add(&b, x, FieldPieces)
	}
	p.nodes[id].kind = kind
	p.nodes[id].flags |= flags & FlagIncomplete
	return p.finish(id)
}

// stringPiece reads one literal.
func (p *parser) stringPiece() int32 {
	if p.k == tString {
		broken := p.toks[p.i].broken
		id := p.leaf(KindString)
		if broken {
			p.nodes[id].flags |= FlagIncomplete
			p.failed = true // the lexer has reported it
		}
		return id
	}
	id := p.node(KindFString, p.start())
	if c := p.src[p.start()]; c|0x20 == 't' || p.src[p.start()+1]|0x20 == 't' {
		p.nodes[id].kind = KindTString
	}
	p.evidence3++
	b := list{parent: id}
	p.next()
	for {
		switch p.k {
		case tFMiddle:
			p.next()
		case tFieldOpen:
			p.add(&b, p.formatted(), FieldValues)
		case tFEnd:
			if t := p.toks[p.i]; t.start == t.end {
				p.nodes[id].flags |= FlagIncomplete
			}
			p.next()
			p.finish(id)
			p.distrust(id)
			return id
		default:
			p.nodes[id].flags |= FlagIncomplete
			return p.finish(id)
		}
	}
}

// formatted reads one replacement field.
func (p *parser) formatted() int32 {
	id := p.node(KindFormattedValue, p.start())
	b := list{parent: id}
	p.next()
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.add(&b, p.tooDeep(), FieldValue)
		p.closeBracket(id, tFieldClose)
		return id
	}
	var x int32
	switch {
	case p.k == tYield:
		x = p.yield()
	default:
		start := p.start()
		x = p.starOrNamed(true)
		if p.k == tComma {
			t, tb := p.wrap(KindTuple, start, x, FieldElts)
			for p.accept(tComma) && p.startsExpr() {
				p.add(&tb, p.starOrNamed(true), FieldElts)
			}
			x = p.finish(t)
		}
	}
	p.add(&b, x, FieldValue)
	p.accept(tAssign)
	if p.accept(tFBang) {
		if !p.accept(tName) {
			p.fail("a conversion is missing")
		}
	}
	if p.accept(tFColon) {
		for {
			if p.k == tFMiddle {
				p.next()
			} else if p.k == tFieldOpen {
				p.add(&b, p.formatted(), FieldSpec)
			} else {
				break
			}
		}
	}
	p.closeBracket(id, tFieldClose)
	return id
}
