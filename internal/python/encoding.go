package python

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// encoding is what is known of how a file's bytes stand for characters.
type encoding struct {
	name       string
	valid      bool // utf-8 without an error
	wide       bool // two-byte characters whose second byte may be ASCII
	unreadable bool // not a superset of ASCII: nothing can be read
	errs       []Error
}

func hasBOM(src []byte) bool {
	return len(src) >= 3 && src[0] == 0xEF && src[1] == 0xBB && src[2] == 0xBF
}

// detectEncoding follows CPython's tokenizer.detect_encoding (PEP 263): a byte
// order mark, a cookie in the first two lines, else UTF-8.
func detectEncoding(src []byte) encoding {
	if len(src) >= 2 && (src[0] == 0xFF && src[1] == 0xFE || src[0] == 0xFE && src[1] == 0xFF) {
		return encoding{name: "utf-16", unreadable: true, errs: []Error{{Start: 0, End: 2,
			Kind: ErrorEncoding, Message: "the file is UTF-16, which Python does not read"}}}
	}
	cookie, at := findCookie(src)
	e := encoding{name: "utf-8"}
	if cookie != "" {
		name, wide, known := encodingName(cookie)
		e.name, e.wide = name, wide
		if !known {
			e.errs = append(e.errs, Error{Start: at, End: at + len(cookie), Kind: ErrorEncoding,
				Message: "an unknown source encoding; its text is taken for ISO 8859-1"})
		}
		if hasBOM(src) && name != "utf-8" {
			e.errs = append(e.errs, Error{Start: at, End: at + len(cookie), Kind: ErrorEncoding,
				Message: "the cookie contradicts the byte order mark; the file is read as UTF-8"})
			e.name, e.wide = "utf-8", false
		}
	}
	if e.name == "utf-8" {
		e.valid = utf8.Valid(src)
		if !e.valid {
			bad := firstInvalid(src)
			e.errs = append(e.errs, Error{Start: bad, End: bad + 1, Kind: ErrorEncoding,
				Message: "not UTF-8, and no other encoding is declared"})
		}
	}
	return e
}

func firstInvalid(src []byte) int {
	for i := 0; i < len(src); {
		if src[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(src)
}

// findCookie looks for "coding: name" in a comment of the first two lines, the
// second only where the first holds no code.
func findCookie(src []byte) (name string, at int) {
	i := 0
	if hasBOM(src) {
		i = 3
	}
	for range 2 {
		e := i
		for e < len(src) && src[e] != '\n' && src[e] != '\r' {
			e++
		}
		line := src[i:e]
		text := bytes.TrimLeft(line, " \t\f")
		if len(text) > 0 && text[0] != '#' {
			return "", 0
		}
		for from := 0; ; {
			n := bytes.Index(line[from:], []byte("coding"))
			if n < 0 {
				break
			}
			p := from + n + len("coding")
			from = p
			if p < len(line) && (line[p] == ':' || line[p] == '=') {
				p++
				for p < len(line) && (line[p] == ' ' || line[p] == '\t') {
					p++
				}
				q := p
				for q < len(line) && (class[line[q]] == classIdent || class[line[q]] == classDigit || line[q] == '-' || line[q] == '.') {
					q++
				}
				if q > p {
					return string(line[p:q]), i + p
				}
			}
		}
		if e < len(src) && src[e] == '\r' && e+1 < len(src) && src[e+1] == '\n' {
			e++
		}
		if e >= len(src) {
			break
		}
		i = e + 1
	}
	return "", 0
}

// encodingName turns a cookie into a normal name. wide is for encodings whose
// two-byte characters may end in an ASCII byte.
func encodingName(cookie string) (name string, wide, known bool) {
	n := strings.ReplaceAll(strings.ToLower(cookie), "_", "-")
	switch {
	case n == "utf-8" || n == "utf8" || n == "u8" || n == "utf" || strings.HasPrefix(n, "utf-8-"):
		return "utf-8", false, true
	case n == "ascii" || n == "us-ascii" || n == "646":
		return "ascii", false, true
	case n == "latin-1" || n == "latin1" || n == "iso-8859-1" || n == "iso8859-1" || n == "l1" ||
		n == "8859" || n == "cp819" || strings.HasPrefix(n, "latin-1-") || strings.HasPrefix(n, "iso-8859-1-"):
		return "iso-8859-1", false, true
	case n == "cp1252" || n == "windows-1252" || n == "1252":
		return "cp1252", false, true
	case n == "iso-8859-15" || n == "latin-9" || n == "latin9" || n == "iso8859-15" || n == "l9":
		return "iso-8859-15", false, true
	case strings.HasPrefix(n, "iso-8859-") || strings.HasPrefix(n, "iso8859-") || strings.HasPrefix(n, "latin") ||
		strings.HasPrefix(n, "cp12") || strings.HasPrefix(n, "windows-12") || strings.HasPrefix(n, "koi8") ||
		strings.HasPrefix(n, "mac") || strings.HasPrefix(n, "cp4") || strings.HasPrefix(n, "cp8") || n == "tis-620":
		return n, false, true
	case n == "shift-jis" || n == "sjis" || n == "shiftjis" || n == "cp932" || n == "gbk" || n == "gb18030" ||
		n == "cp936" || n == "big5" || n == "cp950" || n == "big5hkscs" || n == "cp949" || n == "johab":
		return n, true, true
	case strings.HasPrefix(n, "euc-") || n == "eucjp" || n == "euckr" || n == "gb2312" || n == "ujis":
		return n, false, true
	}
	return n, false, false
}

// twoBytes reports whether a byte beyond ASCII begins a two-byte character.
func twoBytes(encoding string) bool {
	_, wide, _ := encodingName(encoding)
	return wide || strings.HasPrefix(encoding, "euc") || encoding == "gb2312" || encoding == "ujis"
}

// countChars counts the code points of text in the given encoding.
func countChars(text []byte, encoding string) int {
	switch {
	case encoding == "utf-8":
		return utf8.RuneCount(text)
	case twoBytes(encoding):
		n := 0
		for i := 0; i < len(text); i++ {
			if text[i] >= 0x81 && i+1 < len(text) && text[i+1] >= 0x30 {
				i++
			}
			n++
		}
		return n
	}
	return len(text)
}
