package python

import (
	"unicode"
	"unicode/utf8"
)

// The classes of the first byte of a token.
const (
	classOperator = iota
	classBlank
	classIdent
	classHigh // beyond ASCII
	classDigit
	classQuote
	classNewline
	classComment
	classBackslash
)

// class and identByte are written by function literals, never changed after.
var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c == ' ' || c == '\t' || c == '\f':
			t[c] = classBlank
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_':
			t[c] = classIdent
		case c >= 0x80:
			t[c] = classHigh
		case c >= '0' && c <= '9':
			t[c] = classDigit
		case c == '"' || c == '\'':
			t[c] = classQuote
		case c == '\n' || c == '\r':
			t[c] = classNewline
		case c == '#':
			t[c] = classComment
		case c == '\\':
			t[c] = classBackslash
		}
	}
	return t
}()

// identByte holds the bytes that can be part of an identifier behind its first.
var identByte = func() (t [256]bool) {
	for c := range t {
		t[c] = class[c] == classIdent || class[c] == classDigit || c >= 0x80
	}
	return t
}()

// badIdentifier looks for a character that cannot stand in an identifier
// (Python reference, "Identifiers and keywords"). It returns where it begins
// and its length.
func badIdentifier(s []byte) (start, size int, ok bool) {
	for i := 0; i < len(s); {
		if s[i] < 0x80 {
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i, 1, false
		}
		if !identRune(r, i == 0) {
			return i, n, false
		}
		i += n
	}
	return 0, 0, true
}

// identRune follows XID_Start and XID_Continue closely enough: letters, letter
// numbers and Other_ID_Start, then marks, digits, connectors.
func identRune(r rune, first bool) bool {
	if unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) || unicode.Is(unicode.Other_ID_Start, r) {
		return true
	}
	return !first && (unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue))
}

// prefixKind sorts the prefixes of string literals.
type prefixKind uint8

const (
	prefixNone  prefixKind = iota // not a prefix
	prefixPlain                   // "", u, b, r and their combinations
	prefixF                       // f, t: fields in braces
	prefixRawF
)

// stringPrefix tells what an identifier in front of a quote is.
func stringPrefix(s []byte) prefixKind {
	var f, r, b, u int
	for _, c := range s {
		switch c | 0x20 {
		case 'f', 't':
			f++
		case 'r':
			r++
		case 'b':
			b++
		case 'u':
			u++
		default:
			return prefixNone
		}
	}
	switch {
	case f > 1 || r > 1 || b > 1 || u > 1 || b+u > 1 || f > 0 && b+u > 0:
		return prefixNone
	case f > 0 && r > 0:
		return prefixRawF
	case f > 0:
		return prefixF
	}
	return prefixPlain
}
