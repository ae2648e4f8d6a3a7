package python

// dotted reads "a.b.c".
func (p *parser) dotted() int32 {
	id := p.node(KindDottedName, p.start())
	for {
		if !p.k.isName() {
			p.fail("a module's name is missing")
			p.nodes[id].flags |= FlagIncomplete
			return p.finish(id)
		}
		p.next()
		if !p.accept(tDot) {
			p.finish(id)
			p.distrust(id) // a template's variable
			return id
		}
	}
}

func (p *parser) importStatement() int32 {
	id, b := p.begin(KindImport)
	for {
		a := p.dotted()
		p.nodes[a].kind = KindAlias
		p.asName(a)
		p.add(&b, a, FieldNames)
		if !p.accept(tComma) {
			return p.finish(id)
		}
	}
}

// asName reads "as name" behind an alias.
func (p *parser) asName(a int32) {
	if !p.accept(tAs) {
		return
	}
	b := list{parent: a}
	if p.k.isName() {
		p.add(&b, p.leaf(KindName), FieldAsName)
	} else {
		p.fail(`a name is missing behind "as"`)
		p.nodes[a].flags |= FlagIncomplete
	}
	p.finish(a)
}

func (p *parser) fromStatement() int32 {
	id, b := p.begin(KindImportFrom)
	level := 0
	for p.k == tDot || p.k == tEllipsis {
		if p.k == tDot {
			level++
		} else {
			level += 3
		}
		p.next()
	}
	future := false
	if p.k.isName() {
		m := p.dotted()
		p.add(&b, m, FieldModule)
		n := p.nodes[m]
		future = string(p.src[n.start:n.end]) == "__future__"
	} else if level == 0 {
		p.fail("a module's name is missing")
	}
	if !p.accept(tImport) {
		p.fail(`"import" is missing`)
		p.nodes[id].flags |= FlagIncomplete
		return p.finish(id)
	}
	if p.k == tStar {
		a := p.leaf(KindAlias)
		p.nodes[a].flags |= FlagStar
		p.add(&b, a, FieldNames)
		return p.finish(id)
	}
	parens := p.accept(tLParen)
	for p.k.isName() {
		a := p.leaf(KindAlias)
		if n := p.nodes[a]; future && string(p.src[n.start:n.end]) == "print_function" {
			p.printFunction = true
		}
		p.asName(a)
		if parens && p.k != tComma && p.k != tRParen {
			p.fail("a comma or a bracket is missing")
			p.nodes[a].flags |= FlagIncomplete
			p.skipElement(true)
		}
		p.add(&b, a, FieldNames)
		if !p.accept(tComma) {
			break
		}
		if !parens && !p.k.isName() {
			p.fail("a name is missing")
		}
	}
	if b.last == 0 || p.nodes[b.last].kind != KindAlias {
		p.fail("a name is missing")
		p.nodes[id].flags |= FlagIncomplete
	}
	if parens {
		p.closeBracket(id, tRParen)
	}
	return p.finish(id)
}
