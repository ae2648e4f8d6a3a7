package python

import "bytes"

// str reads a string literal whose prefix begins at i and whose quotes begin at
// q. It reports whether the text of an f-string follows.
func (l *lexer) str(i, q int, kind prefixKind) (text bool) {
	src := l.src
	c := src[q]
	triple := q+2 < len(src) && src[q+1] == c && src[q+2] == c

	// Inside of a field, the quote of the f-string itself may be its end
	// (always before Python 3.12, only where the field was left open since).
	if i == q && l.fdepth > 0 && l.endsFString(q, c, triple) {
		return l.abandonField(q)
	}
	if triple {
		if kind == prefixPlain && q+3 <= len(src) {
			l.tripleString(i, q)
			return false
		}
	}
	if kind >= prefixF {
		if l.fdepth >= maxFNesting {
			l.fail(i, q+1, ErrorLimit, "f-strings are nested too deeply")
			l.plainToLineEnd(i)
			return false
		}
		w := 1
		if triple {
			w = 3
		} else if q+1 < len(src) && src[q+1] == c {
			// An empty one: nothing else begins with two quotes.
			l.emit(tFStart, i, q+1)
			l.emit(tFEnd, q+1, q+2)
			return false
		}
		l.stack = append(l.stack, open{kind: openFString, quote: c, triple: triple, raw: kind == prefixRawF})
		l.fdepth++
		l.emit(tFStart, i, q+w)
		return true
	}
	if q+1 < len(src) && src[q+1] == c {
		if e := l.lostQuote(q, c); e > 0 {
			l.emitBroken(i, e)
			return false
		}
		l.emit(tString, i, q+2)
		return false
	}
	e, ok := l.quoteEnd(q+1, c)
	if ok {
		l.emit(tString, i, e)
		return false
	}
	l.fail(i, e, ErrorSyntax, "the string is not ended on its line")
	l.emitBroken(i, e)
	return false
}

func (l *lexer) emitBroken(i, e int) {
	l.toks = append(l.toks, token{start: uint32(i), end: uint32(e), kind: tString, broken: true})
	l.pos = e
	l.suspect = len(l.stack) > 0
}

// plainToLineEnd makes the rest of the line one broken string.
func (l *lexer) plainToLineEnd(i int) { l.emitBroken(i, l.lineEnd(i)) }

// quoteEnd finds the end of a string of one quote c whose text begins at i: the
// offset behind the quote, or, with ok false, the end of the line.
func (l *lexer) quoteEnd(i int, c byte) (end int, ok bool) {
	src := l.src
	for i < len(src) {
		switch b := src[i]; {
		case b == c:
			return i + 1, true
		case b == '\\':
			i++
			i += max(1, l.eol(i))
		case b == '\n' || b == '\r':
			return i, false
		case b >= 0x80 && l.wide && i+1 < len(src) && src[i+1] != '\n':
			i += 2
		default:
			i++
		}
	}
	return len(src), false
}

// tripleEnd finds the end of a triple-quoted string whose text begins at i: the
// offset behind its quotes, or -1.
func (l *lexer) tripleEnd(i int, c byte) int {
	src := l.src
	for from := i; ; {
		n := bytes.IndexByte(src[from:], c)
		if n < 0 {
			return -1
		}
		p := from + n
		if p+2 >= len(src) {
			return -1
		}
		slashes := 0
		for p-1-slashes >= i && src[p-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 && src[p+1] == c && src[p+2] == c {
			return p + 3
		}
		// The quotes behind an escaped one are looked at on their own;
		// text that was escaped away from them stays so.
		if slashes%2 == 1 {
			from, i = p+1, p+1
		} else {
			from = p + 1
		}
	}
}

// fText reads text of the f-string, or of the format of its field, that is on
// top of the stack.
func (l *lexer) fText() {
	src := l.src
	top := l.stack[len(l.stack)-1]
	spec := top.kind == openSpec
	start := l.pos
	i := start
	middle := func() {
		if i > start {
			l.emit(tFMiddle, start, i)
		}
	}
	for i < len(src) {
		c := src[i]
		switch {
		case c == top.quote && l.quotesAt(i, top):
			middle()
			l.pos = i
			if spec {
				l.abandonField(i)
				return
			}
			l.endFString(i, top)
			return
		case c == '{':
			if !spec && i+1 < len(src) && src[i+1] == '{' {
				i += 2
				continue
			}
			middle()
			l.stack = append(l.stack, open{kind: openField, quote: top.quote, triple: top.triple, raw: top.raw})
			l.emit(tFieldOpen, i, i+1)
			return
		case c == '}':
			if spec {
				middle()
				l.stack = l.stack[:len(l.stack)-2]
				l.emit(tFieldClose, i, i+1)
				return
			}
			if i+1 < len(src) && src[i+1] == '}' {
				i += 2
				continue
			}
			l.fail(i, i+1, ErrorSyntax, `a single "}" in an f-string`)
			i++
		case c == '\\':
			i++
			switch {
			case i >= len(src):
			case src[i] == '{' || src[i] == '}':
			case src[i] == 'N' && !top.raw && i+1 < len(src) && src[i+1] == '{':
				e := i + 2
				for e < len(src) && (class[src[e]] == classIdent || class[src[e]] == classDigit || src[e] == ' ' || src[e] == '-') {
					e++
				}
				if e < len(src) && src[e] == '}' {
					i = e + 1
				}
			default:
				i += max(1, l.eol(i))
			}
		case (c == '\n' || c == '\r') && !top.triple:
			middle()
			l.pos = i
			l.fail(i, i, ErrorSyntax, "the f-string is not ended on its line")
			l.closeTo(l.fstringDepth())
			l.suspect = len(l.stack) > 0
			return
		case c >= 0x80 && l.wide && i+1 < len(src) && src[i+1] != '\n':
			i += 2
		default:
			i++
		}
	}
	middle()
	l.pos = i
}

// quotesAt reports whether the quotes at i are those of the f-string.
func (l *lexer) quotesAt(i int, f open) bool {
	return !f.triple || i+2 < len(l.src) && l.src[i+1] == f.quote && l.src[i+2] == f.quote
}

// endFString emits the quotes at i as the end of the f-string on top.
func (l *lexer) endFString(i int, f open) {
	w := 1
	if f.triple {
		w = 3
	}
	l.stack = l.stack[:len(l.stack)-1]
	l.fdepth--
	l.emit(tFEnd, i, i+w)
}

// fstringDepth is the index of the innermost f-string on the stack.
func (l *lexer) fstringDepth() int {
	d := len(l.stack) - 1
	for d > 0 && l.stack[d].kind != openFString {
		l.work++
		d--
	}
	return d
}

// endsFString reports whether a quote in a field's code ends the f-string
// around it, because what would begin there does not end.
func (l *lexer) endsFString(q int, c byte, triple bool) bool {
	n := len(l.stack)
	// Only quotes directly in the field or in a few brackets of it.
	d := n - 1
	for d >= 0 && l.stack[d].kind < openField {
		if n-d > 8 {
			return false
		}
		d--
	}
	if d < 0 || l.stack[d].kind != openField || l.stack[d].quote != c || l.stack[d].triple && !triple {
		return false
	}
	if !l.spend(0) {
		return true
	}
	if l.stack[d].triple {
		e := l.tripleEnd(q+3, c)
		if e < 0 {
			l.spend(len(l.src) - q)
			return true
		}
		return !l.spend(e - q)
	}
	if triple {
		return false
	}
	e, ok := l.quoteEnd(q+1, c)
	return !l.spend(e-q) || !ok
}

// abandonField closes the fields of the innermost f-string, which were left
// open, and ends it with the quotes at i.
func (l *lexer) abandonField(i int) (text bool) {
	d := l.fstringDepth()
	f := l.stack[d]
	l.fail(i, i+1, ErrorSyntax, `the f-string ends inside of "{"`)
	l.closeTo(d + 1)
	if !l.quotesAt(i, f) {
		// A lone quote cannot end a triple-quoted one.
		return true
	}
	l.endFString(i, f)
	return false
}
