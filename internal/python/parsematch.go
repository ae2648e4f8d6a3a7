package python

// isMatch reports whether "match" at the current token begins a match
// statement: the line ends in a colon and "case" begins the block below.
func (p *parser) isMatch() bool {
	switch k := p.peek(1); {
	case k.isName() || k == tNumber || k == tString || k == tFStart:
	default:
		switch k {
		case tLParen, tLBracket, tLBrace, tMinus, tPlus, tTilde, tNot, tLambda, tStar, tEllipsis:
		default:
			return false
		}
	}
	for i := p.i + 1; i < len(p.toks); i++ {
		p.work++
		switch p.toks[i].kind {
		case tSemicolon, tEOF:
			return false
		case tNewline:
			return i+2 < len(p.toks) && p.toks[i-1].kind == tColon &&
				p.toks[i+1].kind == tIndent && p.toks[i+2].kind == tCase
		}
	}
	return false
}

func (p *parser) matchStatement() int32 {
	id := p.node(KindMatch, p.start())
	b := list{parent: id}
	p.evidence3++
	p.next()
	start := p.start()
	x := p.starOrNamed(true)
	if p.k == tComma {
		t, tb := p.wrap(KindTuple, start, x, FieldElts)
		for p.accept(tComma) && p.startsExpr() {
			p.add(&tb, p.starOrNamed(true), FieldElts)
		}
		x = p.finish(t)
	}
	p.add(&b, p.header(id, x), FieldSubject)
	p.accept(tColon)
	p.depth++
	defer func() { p.depth-- }()
	p.accept(tNewline)
	p.accept(tIndent)
	if p.depth > maxDepth {
		p.skipBlock(&b, FieldNone)
		return p.finish(id)
	}
	extra := 0
	for p.k != tEOF {
		switch p.k {
		case tDedent:
			p.next()
			if extra == 0 {
				return p.finish(id)
			}
			extra--
		case tIndent:
			extra++
			p.fail("unexpected indentation")
			p.next()
		case tNewline:
			p.next()
		case tCase:
			p.failed = false
			p.add(&b, p.matchCase(), FieldCases)
		default:
			// Not a case: kept as a statement of the match.
			p.failed = false
			p.fail(`"case" is missing`)
			at := p.i
			p.statement(&b, FieldNone)
			if p.i == at {
				p.badStatement(&b, FieldNone, `"case" is missing`)
			}
		}
	}
	return p.finish(id)
}

func (p *parser) matchCase() int32 {
	id := p.node(KindMatchCase, p.start())
	b := list{parent: id}
	p.next()
	x := p.openPattern()
	if p.k == tIf {
		p.add(&b, x, FieldPattern)
		p.next()
		p.add(&b, p.header(id, p.named()), FieldGuard)
	} else {
		p.add(&b, p.header(id, x), FieldPattern)
	}
	p.block(&b, FieldBody)
	return p.finish(id)
}

// openPattern reads a pattern that may be a sequence without brackets.
func (p *parser) openPattern() int32 {
	start := p.start()
	x := p.starPattern()
	if p.k != tComma {
		return x
	}
	id, b := p.wrap(KindPatternSequence, start, x, FieldElts)
	for p.accept(tComma) && p.startsExpr() {
		p.add(&b, p.starPattern(), FieldElts)
	}
	return p.finish(id)
}

func (p *parser) starPattern() int32 {
	if p.k != tStar {
		return p.asPattern()
	}
	id := p.node(KindPatternStar, p.start())
	p.next()
	p.patternName(id)
	return p.finish(id)
}

// patternName skips a capture's name.
func (p *parser) patternName(id int32) {
	if p.k.isName() {
		p.next()
		return
	}
	p.fail("a name is missing in the pattern")
	p.nodes[id].flags |= FlagIncomplete
}

func (p *parser) asPattern() int32 {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return p.tooDeep()
	}
	start := p.start()
	x := p.closedPattern()
	if p.k == tPipe {
		id, b := p.wrap(KindPatternOr, start, x, FieldElts)
		for p.accept(tPipe) {
			p.add(&b, p.closedPattern(), FieldElts)
		}
		x = p.finish(id)
	}
	for p.k == tAs {
		id, b := p.wrap(KindPatternAs, start, x, FieldPattern)
		p.next()
		if p.k.isName() {
			p.add(&b, p.leaf(KindName), FieldTarget)
		} else {
			p.patternName(id)
		}
		x = p.finish(id)
	}
	return x
}

func (p *parser) closedPattern() int32 {
	switch {
	case p.k == tLParen || p.k == tLBracket:
		return p.sequencePattern()
	case p.k == tLBrace:
		return p.mappingPattern()
	case p.k.isName():
		return p.namePattern()
	}
	// A literal: a number (with a sign, complex), a string.
	start := p.start()
	x := p.expr(precSum)
	id, _ := p.wrap(KindPatternValue, start, x, FieldValue)
	return p.finish(id)
}

func (p *parser) namePattern() int32 {
	first := p.toks[p.i]
	start := first.start
	switch p.toks[p.i+1].kind {
	case tDot, tLParen:
	default:
		x := p.leaf(KindName)
		switch string(p.src[start:first.end]) {
		case "None", "True", "False":
			id, _ := p.wrap(KindPatternValue, start, x, FieldValue)
			return p.finish(id)
		}
		p.nodes[x].kind = KindPatternCapture
		return x
	}
	x := p.leaf(KindName)
	for p.k == tDot && p.peek(1).isName() {
		id, _ := p.wrap(KindAttribute, start, x, FieldObject)
		p.next()
		p.next()
		x = p.finish(id)
	}
	if p.k != tLParen {
		id, _ := p.wrap(KindPatternValue, start, x, FieldValue)
		return p.finish(id)
	}
	id, b := p.wrap(KindPatternClass, start, x, FieldFunc)
	p.next()
	for p.k != tRParen && p.k != tNewline && p.k != tEOF {
		var a int32
		if p.k.isName() && p.toks[p.i+1].kind == tAssign {
			a = p.node(KindPatternKeyword, p.start())
			ab := list{parent: a}
			p.next()
			p.next()
			p.add(&ab, p.asPattern(), FieldPattern)
			p.finish(a)
		} else {
			a = p.asPattern()
		}
		if p.k != tComma && p.k != tRParen {
			a = p.spoil(a, "a comma or a bracket is missing")
		}
		p.add(&b, a, FieldArgs)
		if !p.accept(tComma) {
			break
		}
	}
	p.closeBracket(id, tRParen)
	return id
}

// sequencePattern reads "[...]", "(...)" and a group in parentheses.
func (p *parser) sequencePattern() int32 {
	closer := tRParen
	if p.k == tLBracket {
		closer = tRBracket
	}
	id := p.node(KindPatternSequence, p.start())
	b := list{parent: id}
	p.next()
	count, commas, only := 0, 0, int32(0)
	for p.k != closer && p.k != tNewline && p.k != tEOF {
		x := p.starPattern()
		if p.k != tComma && p.k != closer {
			x = p.spoil(x, "a comma or a bracket is missing")
		}
		p.add(&b, x, FieldElts)
		only = x
		count++
		if !p.accept(tComma) {
			break
		}
		commas++
	}
	p.closeBracket(id, closer)
	if closer == tRParen && count == 1 && commas == 0 && p.nodes[only].kind != KindPatternStar {
		p.nodes[only].flags |= FlagParenthesized
		p.nodes[only].parent, p.nodes[only].field = 0, FieldNone
		return only
	}
	return id
}

func (p *parser) mappingPattern() int32 {
	id := p.node(KindPatternMapping, p.start())
	b := list{parent: id}
	p.next()
	for p.k != tRBrace && p.k != tNewline && p.k != tEOF {
		var it int32
		if p.k == tDoubleStar {
			it = p.node(KindPatternStar, p.start())
			p.nodes[it].flags |= FlagDoubleStar
			p.next()
			p.patternName(it)
			p.finish(it)
		} else {
			it = p.node(KindPatternItem, p.start())
			ib := list{parent: it}
			p.add(&ib, p.expr(precSum), FieldKey)
			if p.accept(tColon) {
				p.add(&ib, p.asPattern(), FieldPattern)
			} else {
				p.fail(`":" is missing`)
				p.nodes[it].flags |= FlagIncomplete
			}
			p.finish(it)
		}
		if p.k != tComma && p.k != tRBrace {
			it = p.spoil(it, "a comma or a bracket is missing")
		}
		p.add(&b, it, FieldItems)
		if !p.accept(tComma) {
			break
		}
	}
	p.closeBracket(id, tRBrace)
	return id
}
