package python

import "bytes"

// tripleString reads a triple-quoted string whose prefix begins at i and whose
// quotes begin at q. A lost quote turns strings and code into each other up to
// the end of the file; the rules here notice that and turn them back.
func (l *lexer) tripleString(i, q int) {
	c := l.src[q]
	e := l.tripleEnd(q+3, c)
	if e > 0 && !l.inverted(q+3, e) {
		l.emit(tString, i, e)
		return
	}
	from := e
	if from < 0 {
		from = len(l.src)
	}
	if !l.spend(from - q) {
		l.fail(i, from, ErrorSyntax, "the string is not ended")
		l.emitBroken(i, from)
		return
	}
	if l.strayClose(i) {
		l.fail(i, q+3, ErrorSyntax, "these quotes end a string whose begin is lost")
		l.pos = q + 3
		return
	}
	cut := l.cutTriple(q+3, from, c)
	l.fail(i, cut, ErrorSyntax, "the string is not ended")
	l.emitBroken(i, cut)
}

// inverted reports whether the text from i to the closing quotes before e looks
// like the code between two strings: the quotes are directly followed by a
// letter, or stand behind a block's header.
func (l *lexer) inverted(i, e int) bool {
	src := l.src
	if bytes.IndexByte(src[i:e], '\n') < 0 && bytes.IndexByte(src[i:e], '\r') < 0 {
		return false
	}
	if e < len(src) && class[src[e]] == classIdent {
		if k, _, _ := l.word(e); !(k.isKeyword() && k != tDef && k != tClass && k != tImport) && k != tAs {
			return true
		}
	}
	// The first line ends in two quotes, and code follows.
	first := bytes.TrimRight(src[i:min(l.lineEnd(i), e-3)], " \t")
	if n := len(first); n > 2 && first[n-1] == src[e-1] && first[n-2] == src[e-1] && l.holdsDefinition(i, e) {
		return true
	}
	// The quotes begin their line, the line above ends in a colon, and there
	// is a def or class that stands no deeper than this statement.
	if !l.atStatement() && !l.last().endsExpr() && l.last() != tDot {
		return false
	}
	body := bytes.TrimRight(src[i:e-3], " \t")
	n := len(body)
	if n == 0 || body[n-1] != '\n' && body[n-1] != '\r' {
		return false
	}
	var line, text []byte
	for {
		body = bytes.TrimRight(body, " \t\r\n")
		line = body[bytes.LastIndexAny(body, "\r\n")+1:]
		text = bytes.TrimLeft(line, " \t")
		if len(text) == 0 || text[0] != '#' {
			break
		}
		body = body[:len(body)-len(line)] // a comment below the header
	}
	if len(body) == 0 || body[len(body)-1] != ':' {
		return false
	}
	col := uint32(len(line) - len(text))
	return col <= l.indents[len(l.indents)-1] &&
		(bytes.HasPrefix(text, []byte("def ")) || bytes.HasPrefix(text, []byte("class ")) ||
			bytes.HasPrefix(text, []byte("async def ")))
}

// atStatement reports whether the next token begins a statement.
func (l *lexer) atStatement() bool {
	switch l.last() {
	case tNewline, tIndent, tDedent, tSemicolon:
		return len(l.stack) == 0
	}
	return len(l.toks) == 0
}

// strayClose reports whether triple quotes at i, which open inverted text, are
// the end of a string whose own begin was lost: they follow a word, or begin a
// statement where no docstring can stand.
func (l *lexer) strayClose(i int) bool {
	n := len(l.toks)
	if n == 0 {
		return false
	}
	last := l.toks[n-1]
	if !l.atStatement() {
		switch last.kind {
		case tPrint, tExec, tMatch, tCase, tAwait, tString, tFEnd:
			return last.kind >= tString && last.broken
		}
		return last.kind.endsExpr() || last.kind == tDot || last.kind == tInvalid
	}
	if last.kind == tIndent {
		return false // a docstring
	}
	return true
}

// cutTriple chooses where a triple-quoted string whose end was lost ends: at a
// line that ends in one or two of its quotes, before a line that begins a
// statement outside of its block, or else on its first line.
func (l *lexer) cutTriple(i, limit int, c byte) int {
	src := l.src
	indent := l.indents[len(l.indents)-1]
	first := min(l.lineEnd(i), limit)
	for p := i; p < limit; {
		e := min(l.lineEnd(p), limit)
		line := bytes.TrimRight(src[p:e], " \t")
		if p > i {
			text := bytes.TrimLeft(line, " \t")
			if len(text) > 0 && uint32(len(line)-len(text)) <= indent {
				k, _, next := l.word(p + len(line) - len(text))
				switch k {
				case tDef, tClass, tReturn, tImport:
					if next < len(src) && (class[src[next]] == classIdent || k == tReturn) {
						return min(l.trimBack(p, i), limit)
					}
				}
				if text[0] == '@' {
					return min(l.trimBack(p, i), limit)
				}
			}
		}
		if n := len(line); n >= 2 && line[n-1] == c && line[n-2] == c || n >= 1 && p > i && line[n-1] == c && n == 1 {
			return min(p+n, limit)
		}
		if e >= limit {
			break
		}
		p = e + max(1, l.eol(e))
	}
	return first
}

// trimBack moves p back over blanks and line ends, but not before i.
func (l *lexer) trimBack(p, i int) int {
	for p > i {
		switch l.src[p-1] {
		case ' ', '\t', '\n', '\r', '\f':
			p--
			continue
		}
		break
	}
	return p
}

// lostQuote recognises a triple-quoted string whose opening lost one quote: the
// empty string at q is followed by a letter, or is a statement of its own, and
// three quotes follow that end something. It returns the offset behind these,
// or 0.
func (l *lexer) lostQuote(q int, c byte) int {
	src := l.src
	p := q + 2
	if !l.spend(0) || p >= len(src) || !(class[src[p]] == classIdent || l.atStatement() && l.eol(p) > 0) {
		return 0
	}
	if class[src[p]] == classIdent {
		if k, _, _ := l.word(p); k.isKeyword() {
			return 0
		}
	}
	e := l.tripleEnd(p, c)
	if e < 0 {
		l.spend(len(src) - p)
		return 0
	}
	if !l.spend(e-p) || l.inverted(p, e) {
		return 0
	}
	if l.holdsDefinition(p, e) {
		return 0
	}
	l.fail(q, e, ErrorSyntax, "the string's begin lacks a quote")
	return e
}

// holdsDefinition reports whether a line behind the first one of the text from
// p to e begins with def or class and stands no deeper than this statement.
func (l *lexer) holdsDefinition(p, e int) bool {
	indent := l.indents[len(l.indents)-1]
	for s := l.lineEnd(p) + 1; s < e; {
		n := l.lineEnd(s)
		t := s
		for t < n && (l.src[t] == ' ' || l.src[t] == '\t') {
			t++
		}
		if uint32(t-s) <= indent && t < n {
			if k, _, _ := l.word(t); k == tDef || k == tClass {
				return true
			}
		}
		s = n + max(1, l.eol(n))
	}
	return false
}
