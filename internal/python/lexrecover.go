package python

import "bytes"

// This file holds the rules by which the lexer goes on behind damage. Each of
// them acts only on text that is valid in no version of Python.

// innerLine looks at a new line inside of brackets: markers and tags are
// skipped, and a line that can only begin a statement ends the brackets.
func (l *lexer) innerLine() {
	src := l.src
	for {
		i := l.pos
		col := 0
		for i < len(src) && (src[i] == ' ' || src[i] == '\t' || src[i] == '\f') {
			if src[i] == '\t' {
				col = col&^7 + 8
			} else {
				col++
			}
			i++
		}
		if i >= len(src) {
			return
		}
		switch c := src[i]; c {
		case '<', '=', '>', '|':
			if col == 0 {
				if e := l.conflict(i); e > 0 {
					l.pos = e
					if len(l.stack) == 0 {
						l.endLine()
						return
					}
					continue
				}
			}
			return
		case '{':
			if e := l.templateTag(i, true); e > 0 {
				l.pos = e
				return
			}
			return
		case '"', '\'':
			if l.suspect && i+2 < len(src) && src[i+1] == c && src[i+2] == c && l.last() == tString {
				l.forceEnd(i)
			}
			return
		case '@':
			if uint32(col) <= l.indents[len(l.indents)-1] && l.decorator(i) {
				l.forceEnd(i)
			}
			return
		default:
			if class[c] == classIdent && l.beginsStatement(i, uint32(col)) {
				l.forceEnd(i)
			}
			return
		}
	}
}

// last is the kind of the last token.
func (l *lexer) last() tk {
	if n := len(l.toks); n > 0 {
		return l.toks[n-1].kind
	}
	return tNewline
}

// forceEnd ends the brackets and the logical line before the line of i.
func (l *lexer) forceEnd(i int) {
	l.fail(i, i, ErrorSyntax, "a statement begins while "+l.openName()+" is still open")
	l.closeAll()
	l.endLine()
}

// endLine ends the logical line where the last token ended and reads the
// indentation of the line at l.pos.
func (l *lexer) endLine() {
	at := l.lastEnd()
	l.toks = append(l.toks, token{start: uint32(at), end: uint32(at), kind: tNewline})
	l.suspect = false
	l.lineStart()
}

// word returns the identifier at i and the offset of what follows behind it.
func (l *lexer) word(i int) (kind tk, end, next int) {
	e := i
	for e < len(l.src) && identByte[l.src[e]] {
		e++
	}
	n := e
	for n < len(l.src) && (l.src[n] == ' ' || l.src[n] == '\t') {
		n++
	}
	return keyword(l.src[i:e]), e, n
}

// beginsStatement reports whether the line whose first word is at i, at column
// col, cannot go on inside of the open brackets.
func (l *lexer) beginsStatement(i int, col uint32) bool {
	src := l.src
	kind, end, next := l.word(i)
	l.work += next - i
	if end < len(src) && (src[end] == '"' || src[end] == '\'') {
		return false // a string's prefix
	}
	after := byte('\n')
	if next < len(src) {
		after = src[next]
	}
	last := l.last()
	top := l.stack[len(l.stack)-1].kind
	shallow := col <= l.indents[len(l.indents)-1]
	switch kind {
	case tDef, tClass, tReturn, tRaise, tTry, tWhile, tImport, tDel, tPass, tBreak,
		tContinue, tGlobal, tAssert, tExcept, tFinally, tElif:
		// None of them can stand in brackets; a keyword argument of
		// that name would be an error too, and is not taken for one.
		return after != '=' && after != '.' && after != ','
	case tAsync:
		k, _, _ := l.word(next)
		return k == tDef || k == tWith
	case tFrom:
		if last == tYield || last.endsExpr() && !shallow {
			return false
		}
		if !l.spend(0) {
			return false
		}
		e := l.lineEnd(next)
		return l.spend(e-i) && bytes.Contains(src[next:e], []byte(" import "))
	case tIf, tFor, tElse, tAnd, tOr, tIn, tIs:
		// They follow an expression.
		return !last.endsExpr() && last != tAsync && last != tNot && last != tIs &&
			last != tFMiddle && last != tInvalid
	case tLambda, tNot, tYield:
		return last.endsExpr() && kind != tNot && (shallow || l.suspect)
	case tWith:
		if end == next || !last.endsExpr() && !shallow {
			return false
		}
		return class[after] == classIdent || after == '('
	case tAs, tAwait:
		return false
	}
	// A name. Two expressions side by side are never valid.
	if last.endsExpr() && (shallow || l.suspect) {
		return true
	}
	if !shallow && !l.suspect {
		return false
	}
	// "name = value" is an argument only in a call's own parentheses.
	assign := after == '=' && next+1 < len(src) && src[next+1] != '=' ||
		(after == '+' || after == '-' || after == '|') && next+1 < len(src) && src[next+1] == '='
	if !assign {
		return false
	}
	switch top {
	case openBracket, openBrace:
		return true
	case openParen:
		return !l.inCall()
	}
	return false
}

// inCall reports whether the innermost parenthesis may hold keyword arguments,
// defaults or bases: it follows an expression.
func (l *lexer) inCall() bool {
	depth := 0
	for i := len(l.toks) - 1; i >= l.stmt; i-- {
		if !l.spend(1) {
			return true
		}
		switch k := l.toks[i].kind; {
		case k.isCloser():
			depth++
		case k.isOpener() && depth > 0:
			depth--
		case k.isOpener():
			if i == l.stmt {
				return false
			}
			p := l.toks[i-1].kind
			return p.endsExpr() || p == tLambda || p.isKeyword() && p != tIn && p != tReturn
		}
	}
	return true
}

// decorator reports whether the line at i is "@name..." with a def, a class or
// another decorator below, at the same place.
func (l *lexer) decorator(i int) bool {
	src := l.src
	if i+1 >= len(src) || class[src[i+1]] != classIdent {
		return false
	}
	for range 8 {
		if !l.spend(0) {
			return false
		}
		e := l.lineEnd(i)
		if !l.spend(e-i) || e >= len(src) {
			return false
		}
		i = e + l.eol(e)
		for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
			i++
		}
		if i < len(src) && src[i] == '@' {
			continue
		}
		if i >= len(src) || class[src[i]] != classIdent {
			return false
		}
		k, _, _ := l.word(i)
		return k == tDef || k == tClass || k == tAsync
	}
	return false
}

// conflict recognises a merge conflict's marker line, which begins at i. It
// returns the offset behind the line, or 0.
func (l *lexer) conflict(i int) int {
	src := l.src
	c := src[i]
	n := 0
	for i+n < len(src) && src[i+n] == c {
		n++
	}
	if n != 7 {
		return 0
	}
	e := l.lineEnd(i)
	if e > i+7 && src[i+7] != ' ' {
		return 0
	}
	l.fail(i, e, ErrorConflict, "a merge conflict's marker; both sides are read")
	switch c {
	case '<':
		l.conflictDepth = len(l.stack)
	case '=', '|':
		if l.conflictDepth >= 0 && len(l.stack) > l.conflictDepth {
			l.closeTo(l.conflictDepth)
		}
	case '>':
		l.conflictDepth = -1
	}
	if n := l.eol(e); n > 0 {
		e += n
	}
	return e
}

// templateTag recognises "{% ... %}" at i, and "{# ... #}" where a line is
// nothing else. It returns the offset behind it, or 0.
func (l *lexer) templateTag(i int, lineStart bool) int {
	src := l.src
	if i+1 >= len(src) {
		return 0
	}
	c := src[i+1]
	if c != '%' && (c != '#' || !lineStart) {
		return 0
	}
	if !l.spend(0) {
		return 0
	}
	e := l.lineEnd(i)
	if !l.spend(e - i) {
		return 0
	}
	text := src[i:e]
	n := bytes.Index(text, []byte{c, '}'})
	if c == '#' {
		if n < 0 || n+2 != len(bytes.TrimRight(text, " \t")) {
			return 0
		}
	}
	if n >= 0 {
		e = i + n + 2
	}
	l.fail(i, e, ErrorTemplate, "a template tag; the file is a template, not Python")
	return e
}

// templateName recognises "{{ name }}", with letters before and after it, as in
// "{{ project }}_settings": the tag begins at tag, the whole at i. It returns
// the offset behind the whole, or 0. A set of a set looks the same, but no set
// can hold one.
func (l *lexer) templateName(i, tag int) int {
	src := l.src
	e := tag
	for l.spend(0) && e+1 < len(src) && src[e] == '{' && src[e+1] == '{' {
		b := e + 2
		for b < len(src) && (src[b] == ' ' || src[b] == '-') {
			b++
		}
		if b >= len(src) || class[src[b]] != classIdent {
			break
		}
		for b < len(src) && src[b] != '}' && src[b] != '{' && src[b] != '\n' && src[b] != '\r' {
			b++
		}
		if !l.spend(b-e) || b+1 >= len(src) || src[b] != '}' || src[b+1] != '}' ||
			bytes.ContainsAny(src[e+2:b], ":,") && !bytes.ContainsAny(src[e+2:b], "|(") {
			break
		}
		e = b + 2
		for e < len(src) && identByte[src[e]] {
			e++
		}
	}
	if e == tag {
		return 0
	}
	l.fail(i, e, ErrorTemplate, "a template's variable; the file is a template, not Python")
	return e
}
