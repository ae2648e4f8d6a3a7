package python

// statements reads a block up to and including its Dedent, or everything.
func (p *parser) statements(b *list, fd Field, top bool) {
	extra := 0
	for {
		switch p.k {
		case tEOF:
			return
		case tDedent:
			p.next()
			if extra > 0 {
				extra--
			} else if !top {
				return
			}
		case tIndent:
			p.failed = false
			p.fail("unexpected indentation")
			extra++
			p.next()
		case tNewline:
			p.next()
		default:
			at := p.i
			p.failed = false
			p.statement(b, fd)
			if p.i == at {
				p.badStatement(b, fd, "a statement cannot begin like this")
			}
		}
	}
}

// badStatement makes the rest of the line a Bad statement.
func (p *parser) badStatement(b *list, fd Field, message string) {
	p.fail(message)
	id := p.node(KindBad, p.start())
	p.nodes[id].flags |= FlagIncomplete
	if p.k != tNewline && p.k != tEOF {
		p.next()
	}
	p.skipLine(false)
	p.finish(id)
	p.accept(tNewline)
	p.add(b, id, fd)
}

// statement reads one statement, or one line of simple statements.
func (p *parser) statement(b *list, fd Field) {
	id := int32(0)
	switch p.k {
	case tDef, tClass, tAt:
		id = p.definition()
	case tIf:
		id = p.ifStatement()
	case tFor:
		id = p.forStatement(p.start())
	case tWhile:
		id = p.whileStatement()
	case tTry:
		id = p.tryStatement()
	case tWith:
		switch p.peek(1) {
		case tAssign, tDot, tComma, tAugAssign, tNewline, tRParen, tColon:
			p.simpleLine(b, fd)
			return
		}
		id = p.withStatement(p.start())
	case tAsync:
		switch p.peek(1) {
		case tDef, tFor, tWith:
			id = p.asyncStatement()
		default:
			p.simpleLine(b, fd)
			return
		}
	case tMatch:
		if !p.isMatch() {
			p.simpleLine(b, fd)
			return
		}
		id = p.matchStatement()
	case tElif, tElse, tExcept, tFinally:
		p.orphan(b, fd)
		return
	default:
		p.simpleLine(b, fd)
		return
	}
	if id != 0 {
		p.add(b, id, fd)
	}
}

// orphan reads an else, elif, except or finally without its statement: the line
// is Bad, its block is kept.
func (p *parser) orphan(b *list, fd Field) {
	p.fail("this clause has no statement before it")
	id := p.node(KindBad, p.start())
	p.nodes[id].flags |= FlagIncomplete
	c := list{parent: id}
	p.next()
	p.skipToColon()
	p.block(&c, FieldBody)
	p.finish(id)
	p.add(b, id, fd)
}

// skipToColon skips to the colon that ends a header, or to the line's end.
func (p *parser) skipToColon() {
	depth := 0
	for {
		switch k := p.k; {
		case k == tNewline || k == tEOF || k == tIndent || k == tDedent:
			return
		case k == tColon && depth == 0:
			return
		case k.isOpener() || k == tFStart:
			depth++
		case k.isCloser() || k == tFEnd:
			depth--
		}
		p.next()
	}
}

// colon expects the colon of a header. Where something else stands, the rest of
// the header is skipped and ok is false.
func (p *parser) colon(id int32) (ok bool) {
	if p.k == tColon {
		return true
	}
	p.nodes[id].flags |= FlagIncomplete
	if p.k == tNewline {
		p.fail(`":" is missing`)
		return true
	}
	p.fail("this does not go on in the statement's header")
	p.skipToColon()
	return false
}

// header expects the colon behind an expression of a header; an expression that
// goes on with something unexpected is not trusted.
func (p *parser) header(id, x int32) int32 {
	if !p.colon(id) {
		return p.bury(x)
	}
	return x
}

// block reads ":" and the statements that belong to it: those indented below,
// or those on the same line.
func (p *parser) block(b *list, fd Field) {
	p.accept(tColon)
	p.depth++
	defer func() { p.depth-- }()
	if p.k != tNewline {
		if p.k == tEOF {
			p.fail("a statement is missing")
			return
		}
		p.simpleLine(b, fd)
		return
	}
	if p.peek(1) != tIndent {
		p.failed = false
		p.fail("an indented block is missing")
		p.nodes[b.parent].flags |= FlagIncomplete
		p.next()
		return
	}
	p.next()
	p.next()
	if p.depth > maxDepth {
		p.skipBlock(b, fd)
		return
	}
	p.statements(b, fd, false)
}

// skipBlock makes a block that is nested too deeply one Bad statement.
func (p *parser) skipBlock(b *list, fd Field) {
	p.limit("blocks are nested too deeply; the rest is not read")
	id := p.node(KindBad, p.start())
	p.nodes[id].flags |= FlagIncomplete
	for depth := 1; depth > 0 && p.k != tEOF; p.next() {
		switch p.k {
		case tIndent:
			depth++
		case tDedent:
			depth--
		}
	}
	p.finish(id)
	p.add(b, id, fd)
}

func (p *parser) ifStatement() int32 {
	first := p.ifClause(0)
	// The clauses behind hang below each other, as in ast.
	id := first
	chain := []int32{first}
	for n := 0; p.k == tElif || p.k == tElse; n++ {
		b := p.tail(id)
		if p.k == tElse {
			p.next()
			p.failed = false
			p.colon(id)
			p.block(&b, FieldOrelse)
			break
		}
		if !p.chain(n) {
			p.limit("too many elif clauses; the rest is not read")
			break
		}
		p.failed = false
		next := p.ifClause(FlagElif)
		p.add(&b, next, FieldOrelse)
		chain = append(chain, next)
		id = next
	}
	end := p.prevEnd()
	for _, c := range chain {
		p.nodes[c].end = end
	}
	return first
}

// tail is the list that goes on behind a node's last child.
func (p *parser) tail(id int32) list {
	b := list{parent: id}
	for c := p.nodes[id].first; c != 0; c = p.nodes[c].next {
		b.last = c
	}
	return b
}

func (p *parser) ifClause(flags Flag) int32 {
	id := p.node(KindIf, p.start())
	p.nodes[id].flags |= flags
	b := list{parent: id}
	p.next()
	p.add(&b, p.header(id, p.named()), FieldTest)
	p.block(&b, FieldBody)
	return p.finish(id)
}

// orelse reads the else clause of a loop or a try.
func (p *parser) orelse(id int32, b *list, fd Field, k tk) {
	if p.k == k {
		p.next()
		p.failed = false
		p.colon(id)
		p.block(b, fd)
	}
}

func (p *parser) whileStatement() int32 {
	id := p.node(KindWhile, p.start())
	b := list{parent: id}
	p.next()
	p.add(&b, p.header(id, p.named()), FieldTest)
	p.block(&b, FieldBody)
	p.orelse(id, &b, FieldOrelse, tElse)
	return p.finish(id)
}

func (p *parser) forStatement(start uint32) int32 {
	id := p.node(KindFor, start)
	b := list{parent: id}
	p.next()
	p.add(&b, p.targets(), FieldTarget)
	if p.accept(tIn) {
		p.add(&b, p.header(id, p.exprList()), FieldIter)
	} else {
		p.fail(`"in" is missing`)
		p.nodes[id].flags |= FlagIncomplete
		p.skipToColon()
	}
	p.block(&b, FieldBody)
	p.orelse(id, &b, FieldOrelse, tElse)
	return p.finish(id)
}

func (p *parser) asyncStatement() int32 {
	start := p.start()
	p.next()
	p.evidence3++
	var id int32
	switch p.k {
	case tDef:
		id = p.function(start, true)
	case tFor:
		id = p.forStatement(start)
	default:
		id = p.withStatement(start)
	}
	p.nodes[id].flags |= FlagAsync
	return id
}

func (p *parser) withStatement(start uint32) int32 {
	id := p.node(KindWith, start)
	b := list{parent: id}
	p.next()
	if p.k == tLParen && p.parenthesizedItems() {
		p.next()
		for p.k != tRParen && p.k != tNewline && p.k != tEOF {
			it := p.withItem(true)
			if p.k != tComma && p.k != tRParen {
				it = p.spoil(it, "a comma or a bracket is missing")
			}
			p.add(&b, it, FieldItems)
			if !p.accept(tComma) {
				break
			}
		}
		p.closeBracket(id, tRParen)
		p.colon(id)
	} else {
		for {
			it := p.withItem(false)
			more := p.k == tComma
			if !more {
				it = p.header(id, it)
			}
			p.add(&b, it, FieldItems)
			if !more {
				break
			}
			p.next()
		}
	}
	p.block(&b, FieldBody)
	return p.finish(id)
}

// parenthesizedItems reports whether the parenthesis behind "with" holds items
// (Python 3.9 and later) rather than beginning an expression: it ends right
// before the colon and holds no yield, generator or ":=" of its own.
func (p *parser) parenthesizedItems() bool {
	depth := 0
	for i := p.i; i < len(p.toks); i++ {
		p.work++
		switch k := p.toks[i].kind; {
		case k == tNewline || k == tEOF:
			return false
		case k.isOpener() || k == tFStart:
			depth++
		case k.isCloser() || k == tFEnd:
			depth--
			if depth == 0 {
				return i > p.i+1 && p.toks[i+1].kind == tColon
			}
		case depth == 1 && (k == tFor || k == tYield || k == tWalrus):
			return false
		}
	}
	return false
}

func (p *parser) withItem(inParens bool) int32 {
	id := p.node(KindWithItem, p.start())
	b := list{parent: id}
	x := p.starOrNamed(inParens)
	p.add(&b, x, FieldValue)
	p.nodes[id].start = min(p.nodes[id].start, p.nodes[x].start)
	if p.accept(tAs) {
		p.add(&b, p.starTarget(), FieldTarget)
	}
	return p.finish(id)
}
