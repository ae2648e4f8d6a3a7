package python

// simpleLine reads simple statements separated by semicolons, and the end of
// their line.
func (p *parser) simpleLine(b *list, fd Field) {
	for {
		at := p.i
		id := p.simple()
		switch p.k {
		case tSemicolon, tNewline, tEOF:
		default:
			if p.i == at || p.isCompound(at) {
				// Nothing was read, or a compound statement stands
				// behind a colon.
				p.badStatement(b, fd, "a statement cannot begin like this")
				return
			}
			p.fail("this does not go on in the statement")
			p.skipLine(true)
			p.nodes[id].kind = KindBad
			p.nodes[id].flags |= FlagIncomplete
			p.finish(id)
		}
		p.add(b, id, fd)
		if p.accept(tSemicolon) {
			if p.k == tNewline {
				p.next()
				return
			}
			if p.k == tEOF {
				return
			}
			p.failed = false
			continue
		}
		p.accept(tNewline)
		return
	}
}

// isCompound reports whether the token begins a compound statement.
func (p *parser) isCompound(i int) bool {
	switch p.toks[i].kind {
	case tDef, tClass, tIf, tFor, tWhile, tTry, tAt, tElse, tElif, tExcept, tFinally:
		return true
	}
	return false
}

// simple reads one simple statement.
func (p *parser) simple() int32 {
	switch p.k {
	case tReturn:
		id, b := p.begin(KindReturn)
		if p.startsExpr() || p.k == tYield {
			p.add(&b, p.exprListYield(), FieldValue)
		}
		return p.finish(id)
	case tPass:
		return p.leaf(KindPass)
	case tBreak:
		return p.leaf(KindBreak)
	case tContinue:
		return p.leaf(KindContinue)
	case tImport:
		return p.importStatement()
	case tFrom:
		return p.fromStatement()
	case tRaise:
		return p.raise()
	case tAssert:
		id, b := p.begin(KindAssert)
		p.add(&b, p.test(), FieldTest)
		if p.accept(tComma) {
			p.add(&b, p.test(), FieldMsg)
		}
		return p.finish(id)
	case tDel:
		return p.del()
	case tGlobal:
		return p.names(KindGlobal)
	case tNonlocal:
		if p.peek(1).isName() {
			p.evidence3++
			return p.names(KindNonlocal)
		}
	case tPrint:
		if p.isPrint() {
			return p.print()
		}
	case tExec:
		if p.isExec() {
			return p.exec()
		}
	case tType:
		if p.peek(1).isName() && (p.peek(2) == tAssign || p.peek(2) == tLBracket) {
			return p.typeAlias()
		}
	}
	return p.exprStatement()
}

// begin makes a node of a statement's keyword.
func (p *parser) begin(kind Kind) (int32, list) {
	id := p.node(kind, p.start())
	p.next()
	return id, list{parent: id}
}

func (p *parser) exprStatement() int32 {
	start := p.start()
	x := p.exprListYield()
	switch p.k {
	case tAssign:
		id, b := p.wrap(KindAssign, start, x, FieldTargets)
		p.checkTarget(x)
		for p.accept(tAssign) {
			y := p.exprListYield()
			if p.k == tAssign {
				p.checkTarget(y)
				p.add(&b, y, FieldTargets)
			} else {
				p.add(&b, y, FieldValue)
			}
		}
		return p.finish(id)
	case tAugAssign:
		id, b := p.wrap(KindAugAssign, start, x, FieldTarget)
		p.checkTarget(x)
		t := p.toks[p.i]
		p.nodes[id].op = augmented(p.src[t.start:t.end])
		p.next()
		p.add(&b, p.exprListYield(), FieldValue)
		return p.finish(id)
	case tColon:
		switch p.nodes[x].kind {
		case KindName, KindAttribute, KindSubscript:
			id, b := p.wrap(KindAnnAssign, start, x, FieldTarget)
			p.next()
			if p.k == tNewline {
				p.add(&b, p.missing("an annotation is missing"), FieldAnnotation)
				return p.finish(id)
			}
			p.evidence3++
			p.add(&b, p.test(), FieldAnnotation)
			if p.accept(tAssign) {
				p.add(&b, p.exprListYield(), FieldValue)
			}
			return p.finish(id)
		}
	}
	id, _ := p.wrap(KindExprStmt, start, x, FieldValue)
	return p.finish(id)
}

// checkTarget reports what cannot be assigned to.
func (p *parser) checkTarget(x int32) {
	n := p.nodes[x]
	switch n.kind {
	case KindName, KindAttribute, KindSubscript, KindBadExpr:
		return
	case KindTuple, KindList:
		for c := n.first; c != 0; c = p.nodes[c].next {
			// One level is enough to notice a slip.
			switch p.nodes[c].kind {
			case KindName, KindAttribute, KindSubscript, KindTuple, KindList, KindStarred, KindBadExpr:
			default:
				p.failAt(int(p.nodes[c].start), int(p.nodes[c].end), "cannot be assigned to")
				return
			}
		}
		return
	case KindStarred:
		return
	}
	p.failAt(int(n.start), int(n.end), "cannot be assigned to")
}

// augmented is the operator of "op=".
func augmented(s []byte) op {
	switch string(s[:len(s)-1]) {
	case "+":
		return opAdd
	case "-":
		return opSub
	case "*":
		return opMul
	case "/":
		return opDiv
	case "//":
		return opFloorDiv
	case "%":
		return opMod
	case "@":
		return opMatMul
	case "&":
		return opBitAnd
	case "|":
		return opBitOr
	case "^":
		return opBitXor
	case "<<":
		return opShiftLeft
	case ">>":
		return opShiftRight
	case "**":
		return opPow
	}
	return opNone
}

func (p *parser) raise() int32 {
	id, b := p.begin(KindRaise)
	if !p.startsExpr() {
		return p.finish(id)
	}
	p.add(&b, p.test(), FieldValue)
	switch p.k {
	case tComma:
		p.evidence2++
		p.nodes[id].flags |= FlagLegacy
		for n := 0; n < 2 && p.accept(tComma); n++ {
			p.add(&b, p.test(), FieldArgs)
		}
	case tFrom:
		p.evidence3++
		p.next()
		p.add(&b, p.test(), FieldCause)
	}
	return p.finish(id)
}

func (p *parser) del() int32 {
	id, b := p.begin(KindDelete)
	for {
		x := p.expr(precBitOr)
		p.checkTarget(x)
		p.add(&b, x, FieldTargets)
		if !p.accept(tComma) || !p.startsExpr() {
			return p.finish(id)
		}
	}
}

// names reads global and nonlocal.
func (p *parser) names(kind Kind) int32 {
	id, b := p.begin(kind)
	for {
		if !p.k.isName() {
			p.fail("a name is missing")
			return p.finish(id)
		}
		p.add(&b, p.leaf(KindName), FieldNames)
		if !p.accept(tComma) {
			return p.finish(id)
		}
	}
}

func (p *parser) typeAlias() int32 {
	id, b := p.begin(KindTypeAlias)
	p.evidence3++
	p.add(&b, p.leaf(KindName), FieldTarget)
	if p.k == tLBracket {
		p.add(&b, p.typeParams(), FieldTypeParams)
	}
	if p.accept(tAssign) {
		p.add(&b, p.test(), FieldValue)
	} else {
		p.fail(`"=" is missing`)
	}
	return p.finish(id)
}

// isPrint reports whether "print" at the current token begins Python 2's
// statement. What is valid in both versions is read as Python 3 does, unless
// the file is Python 2 for other reasons.
func (p *parser) isPrint() bool {
	if p.printFunction {
		return false
	}
	switch k := p.peek(1); {
	case k.isName(), k == tNumber, k == tString, k == tFStart:
		return k != tAs
	default:
		switch k {
		case tShiftRight, tLBrace, tBacktick, tTilde, tLambda, tEllipsis:
			return true
		case tNot:
			return p.peek(2) != tIn
		case tLParen, tLBracket, tMinus, tPlus, tNewline, tSemicolon, tEOF:
			p.ambiguous = true
			return p.py2
		}
	}
	return false
}

func (p *parser) print() int32 {
	id, b := p.begin(KindPrint)
	p.evidence2++
	if p.accept(tShiftRight) {
		p.add(&b, p.test(), FieldDest)
		if !p.accept(tComma) {
			return p.finish(id)
		}
	}
	for p.startsExpr() {
		p.add(&b, p.test(), FieldArgs)
		if !p.accept(tComma) {
			return p.finish(id)
		}
		if !p.startsExpr() {
			p.nodes[id].flags |= FlagTrailingComma
		}
	}
	return p.finish(id)
}

// isExec is isPrint for exec.
func (p *parser) isExec() bool {
	switch k := p.peek(1); {
	case k.isName(), k == tNumber, k == tString, k == tFStart:
		return k != tAs
	case k == tLBrace, k == tBacktick:
		return true
	case k == tLParen:
		p.ambiguous = true
		return p.py2
	}
	return false
}

func (p *parser) exec() int32 {
	id, b := p.begin(KindExec)
	p.evidence2++
	p.add(&b, p.expr(precBitOr), FieldValue)
	if p.accept(tIn) {
		p.add(&b, p.test(), FieldGlobals)
		if p.accept(tComma) {
			p.add(&b, p.test(), FieldLocals)
		}
	}
	return p.finish(id)
}
