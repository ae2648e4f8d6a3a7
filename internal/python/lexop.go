package python

// operator reads an operator, a bracket or an invalid byte at i. It reports
// whether the text of an f-string follows.
func (l *lexer) operator(i int, c byte) (text bool) {
	src := l.src
	var c1, c2 byte
	if i+1 < len(src) {
		c1 = src[i+1]
	}
	if i+2 < len(src) {
		c2 = src[i+2]
	}
	kind, n := tInvalid, 1
	switch c {
	case '(':
		l.stack = append(l.stack, open{kind: openParen})
		kind = tLParen
	case '[':
		l.stack = append(l.stack, open{kind: openBracket})
		kind = tLBracket
	case '{':
		if c1 == '%' || c1 == '#' {
			if e := l.templateTag(i, false); e > 0 {
				l.pos = e
				return false
			}
		}
		if c1 == '{' {
			if e := l.templateName(i, i); e > 0 {
				l.emit(tName, i, e)
				return false
			}
		}
		l.stack = append(l.stack, open{kind: openBrace})
		kind = tLBrace
	case ')':
		return l.close(i, openParen)
	case ']':
		return l.close(i, openBracket)
	case '}':
		return l.close(i, openBrace)
	case ',':
		kind = tComma
	case ';':
		kind = tSemicolon
	case '~':
		kind = tTilde
	case '`':
		kind = tBacktick
	case '.':
		switch {
		case c1 >= '0' && c1 <= '9':
			l.number(i)
			return false
		case c1 == '.' && c2 == '.':
			kind, n = tEllipsis, 3
		default:
			kind = tDot
		}
	case ':':
		if n := len(l.stack); n > 0 && l.stack[n-1].kind == openField {
			top := l.stack[n-1]
			top.kind = openSpec
			l.stack = append(l.stack, top)
			l.emit(tFColon, i, i+1)
			return true
		}
		kind = tColon
		if c1 == '=' {
			kind, n = tWalrus, 2
		}
	case '!':
		if c1 == '=' {
			kind, n = tNotEqual, 2
		} else if n := len(l.stack); n > 0 && l.stack[n-1].kind == openField {
			kind = tFBang
		}
	case '=':
		kind = tAssign
		if c1 == '=' {
			kind, n = tEqual, 2
		}
	case '+', '%', '&', '|', '^', '@':
		kind = simpleOperator(c)
		if c1 == '=' {
			kind, n = tAugAssign, 2
		}
	case '-':
		kind = tMinus
		switch c1 {
		case '=':
			kind, n = tAugAssign, 2
		case '>':
			kind, n = tArrow, 2
		}
	case '*':
		kind, n = doubled(c, c1, c2, tStar, tDoubleStar)
	case '/':
		kind, n = doubled(c, c1, c2, tSlash, tDoubleSlash)
	case '<':
		kind = tLess
		switch {
		case c1 == '>':
			kind, n = tNotEqual, 2
		case c1 == '=':
			kind, n = tLessEqual, 2
		case c1 == '<':
			kind, n = doubled(c, c1, c2, tLess, tShiftLeft)
		}
	case '>':
		kind = tGreater
		switch c1 {
		case '=':
			kind, n = tGreaterEqual, 2
		case '>':
			kind, n = doubled(c, c1, c2, tGreater, tShiftRight)
		}
	}
	if kind == tInvalid {
		l.fail(i, i+1, ErrorSyntax, "a character that no Python name or operator has")
	}
	l.emit(kind, i, i+n)
	return false
}

func simpleOperator(c byte) tk {
	switch c {
	case '+':
		return tPlus
	case '%':
		return tPercent
	case '&':
		return tAmp
	case '|':
		return tPipe
	case '^':
		return tCaret
	}
	return tAt
}

// doubled reads operators of the family x, xx, x=, xx=.
func doubled(c, c1, c2 byte, one, two tk) (tk, int) {
	switch {
	case c1 == c && c2 == '=':
		return tAugAssign, 3
	case c1 == c:
		return two, 2
	case c1 == '=':
		return tAugAssign, 2
	}
	return one, 1
}

// close reads a closing bracket. One that closes an outer bracket closes the
// inner ones too; one that closes nothing is skipped. It reports whether the
// text of an f-string follows.
func (l *lexer) close(i int, kind openKind) (text bool) {
	n := len(l.stack)
	if n > 0 && l.stack[n-1].kind == kind {
		l.stack = l.stack[:n-1]
		l.emit(kind.closer(), i, i+1)
		return false
	}
	if kind == openBrace && n > 0 && l.stack[n-1].kind == openField {
		l.stack = l.stack[:n-1]
		l.emit(tFieldClose, i, i+1)
		return true
	}
	// Look outwards, but not over the borders of an f-string for what is
	// not its own brace, and not further than a person would nest.
	for d := n - 1; d >= 0 && d > n-32; d-- {
		l.work++
		k := l.stack[d].kind
		if k == kind || k == openField && kind == openBrace {
			l.fail(i, i+1, ErrorSyntax, "this closes an outer bracket, "+l.openName()+" is still open")
			l.closeTo(d + 1)
			return l.close(i, kind)
		}
		if k == openField {
			break
		}
	}
	l.fail(i, i+1, ErrorSyntax, "this bracket closes nothing")
	l.pos = i + 1
	return false
}
