package python

import "bytes"

// wideName reads an identifier with bytes beyond ASCII, which began at i.
func (l *lexer) wideName(i int) {
	src := l.src
	e := i
	for e < len(src) && identByte[src[e]] {
		e++
	}
	if l.utf8 {
		if s, n, ok := badIdentifier(src[i:e]); !ok {
			if s > 0 {
				// The ASCII part before it stands for itself.
				l.emit(keyword(src[i:i+s]), i, i+s)
			}
			l.fail(i+s, i+s+n, ErrorSyntax, "a character that no Python name or operator has")
			l.emit(tInvalid, i+s, i+s+n)
			return
		}
	}
	l.emit(keyword(src[i:e]), i, e)
}

// number reads a numeric literal of any Python version.
func (l *lexer) number(i int) {
	src := l.src
	e := i
	at := func(j int) byte {
		if j < len(src) {
			return src[j]
		}
		return 0
	}
	if src[i] == '0' {
		valid := ""
		switch at(i+1) | 0x20 {
		case 'x':
			valid = "0123456789abcdefABCDEF_"
		case 'o':
			valid = "01234567_"
		case 'b':
			valid = "01_"
		}
		if valid != "" {
			e = i + 2
			for e < len(src) && bytes.IndexByte([]byte(valid), src[e]) >= 0 {
				e++
			}
			if e == i+2 {
				l.fail(i, e, ErrorSyntax, "a number without digits")
			}
			if c := at(e); c == 'l' || c == 'L' {
				e++
			}
			l.emit(tNumber, i, e)
			return
		}
	}
	digits := func() {
		for e < len(src) && (src[e] >= '0' && src[e] <= '9' || src[e] == '_' && at(e+1) >= '0' && at(e+1) <= '9') {
			e++
		}
	}
	digits()
	if at(e) == '.' {
		e++
		digits()
	}
	if c := at(e); c == 'e' || c == 'E' {
		d := e + 1
		if s := at(d); s == '+' || s == '-' {
			d++
		}
		if s := at(d); s >= '0' && s <= '9' {
			e = d
			digits()
		}
	}
	switch at(e) {
	case 'j', 'J', 'l', 'L':
		e++
	}
	l.emit(tNumber, i, e)
}
