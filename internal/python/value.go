package python

import (
	"strings"
	"unicode/utf8"
)

// StringValue is the value of a String node: escapes decoded, implicitly
// concatenated pieces joined, text in UTF-8 whatever the file's encoding. For
// a bytes literal it holds the bytes. ok is false for other nodes, for
// f-strings and t-strings with fields, for unterminated strings and for text
// that cannot be decoded (an unknown encoding, \N{...}, a surrogate).
//
// Python 2's byte strings know no \u escape; there the backslash stands for
// itself if the file is Python 2 as far as can be told.
func (n Node) StringValue() (s string, ok bool) {
	var b strings.Builder
	if !n.appendValue(&b) {
		return "", false
	}
	return b.String(), true
}

func (n Node) appendValue(b *strings.Builder) bool {
	switch n.Kind() {
	case KindString, KindFString:
	default:
		return false
	}
	if n.Is(FlagIncomplete) {
		return false
	}
	pieces := false
	for c := range n.Children() {
		if c.Role() != FieldPieces || !c.appendValue(b) {
			return false
		}
		pieces = true
	}
	if pieces {
		return true
	}
	lit, ok := splitLiteral(n.f.Src[n.Start():n.End()])
	if !ok {
		return false
	}
	if n.Kind() == KindFString {
		return n.f.unescape(b, doubleBraces(lit.body), lit)
	}
	return n.f.unescape(b, lit.body, lit)
}

// doubleBraces turns "{{" and "}}" into single braces.
func doubleBraces(s []byte) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(string(s), "{{", "{"), "}}", "}"))
}

// IsBytes reports whether a String node is a bytes literal (b prefix).
func (n Node) IsBytes() bool {
	if n.Kind() != KindString {
		return false
	}
	if c := n.Field(FieldPieces); !c.IsZero() {
		return c.IsBytes()
	}
	lit, ok := splitLiteral(n.f.Src[n.Start():n.End()])
	return ok && lit.bytes
}

// literal is a string literal taken apart.
type literal struct {
	raw, bytes, unicode bool
	body                []byte
}

func splitLiteral(s []byte) (lit literal, ok bool) {
	i := 0
	for ; i < len(s) && s[i] != '"' && s[i] != '\''; i++ {
		switch s[i] | 0x20 {
		case 'r':
			lit.raw = true
		case 'b':
			lit.bytes = true
		case 'u':
			lit.unicode = true
		}
	}
	s = s[i:]
	w := 1
	if len(s) >= 6 && s[1] == s[0] && s[2] == s[0] {
		w = 3
	}
	if len(s) < 2*w || s[len(s)-1] != s[0] {
		return lit, false
	}
	lit.body = s[w : len(s)-w]
	return lit, true
}

// unescape appends the value of a literal's body.
func (f *File) unescape(b *strings.Builder, s []byte, lit literal) bool {
	wide := lit.unicode || !lit.bytes && !f.legacy // \u and \U are escapes
	oldRaw := lit.raw && lit.unicode               // ur"": \u is one even so
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\r':
			b.WriteByte('\n')
			if i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
			i++
		case c == '\\' && i+1 < len(s) && (!lit.raw || oldRaw && (s[i+1] == 'u' || s[i+1] == 'U')):
			n, ok := escape(b, s[i:], lit.bytes, wide)
			if !ok {
				return false
			}
			i += n
		case c < utf8.RuneSelf || lit.bytes:
			b.WriteByte(c)
			i++
		default:
			n, ok := decodeChar(b, s[i:], f.Encoding)
			if !ok {
				return false
			}
			i += n
		}
	}
	return true
}

// escape appends the value of the escape at the start of s, which begins with a
// backslash and has another byte. It returns the length of the escape.
func escape(b *strings.Builder, s []byte, bytes, wide bool) (n int, ok bool) {
	switch c := s[1]; c {
	case '\n':
		return 2, true
	case '\r':
		if len(s) > 2 && s[2] == '\n' {
			return 3, true
		}
		return 2, true
	case '\\', '\'', '"':
		b.WriteByte(c)
		return 2, true
	case 'a':
		b.WriteByte('\a')
		return 2, true
	case 'b':
		b.WriteByte('\b')
		return 2, true
	case 'f':
		b.WriteByte('\f')
		return 2, true
	case 'n':
		b.WriteByte('\n')
		return 2, true
	case 'r':
		b.WriteByte('\r')
		return 2, true
	case 't':
		b.WriteByte('\t')
		return 2, true
	case 'v':
		b.WriteByte('\v')
		return 2, true
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v, i := rune(0), 1
		for i < len(s) && i < 4 && s[i] >= '0' && s[i] <= '7' {
			v = v*8 + rune(s[i]-'0')
			i++
		}
		return i, appendCode(b, v, bytes)
	case 'x':
		v, ok := hex(s[2:], 2)
		return 4, ok && appendCode(b, v, bytes)
	case 'u', 'U':
		if !wide {
			break
		}
		n := 4
		if c == 'U' {
			n = 8
		}
		v, ok := hex(s[2:], n)
		if !ok || !utf8.ValidRune(v) {
			return 0, false
		}
		b.WriteRune(v)
		return 2 + n, true
	case 'N':
		if wide && !bytes {
			return 0, false // needs the names of all characters
		}
	}
	b.WriteByte('\\')
	return 1, true
}

func appendCode(b *strings.Builder, v rune, bytes bool) bool {
	if bytes {
		b.WriteByte(byte(v))
	} else {
		b.WriteRune(v)
	}
	return true
}

func hex(s []byte, n int) (v rune, ok bool) {
	if len(s) < n {
		return 0, false
	}
	for _, c := range s[:n] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		if v >= 1<<24 {
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	return v, true
}

// decodeChar appends the character at the start of s, which is not ASCII.
func decodeChar(b *strings.Builder, s []byte, encoding string) (n int, ok bool) {
	switch encoding {
	case "utf-8":
		r, n := utf8.DecodeRune(s)
		if r == utf8.RuneError && n == 1 {
			return 0, false
		}
		b.Write(s[:n])
		return n, true
	case "iso-8859-1":
		b.WriteRune(rune(s[0]))
		return 1, true
	case "iso-8859-15":
		if i := strings.IndexByte("\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe", s[0]); i >= 0 {
			b.WriteRune([]rune("€ŠšŽžŒœŸ")[i])
		} else {
			b.WriteRune(rune(s[0]))
		}
		return 1, true
	case "cp1252":
		if s[0] < 0xA0 {
			r := cp1252[s[0]-0x80]
			if r == 0 {
				return 0, false
			}
			b.WriteRune(r)
		} else {
			b.WriteRune(rune(s[0]))
		}
		return 1, true
	}
	return 0, false
}

// cp1252 holds the characters of the bytes 0x80 to 0x9F, 0 for none.
var cp1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}
