package python

import "strings"

// Name is the identifier of a Name, FunctionDef, ClassDef, Attribute, Keyword,
// Param, TypeParam, Alias, DottedName, TypeAlias, ExceptHandler or naming
// pattern; "" where there is none. Dotted names come without inner blanks. The
// DottedName of an ImportFrom comes without the leading dots.
func (n Node) Name() string {
	s, e := n.NameRange()
	if s == e {
		return ""
	}
	name := string(n.f.Src[s:e])
	switch n.Kind() {
	case KindAlias, KindDottedName:
		if strings.ContainsAny(name, " \t\f\\\r\n") {
			name = strings.Map(func(r rune) rune {
				if strings.ContainsRune(" \t\f\\\r\n", r) {
					return -1
				}
				return r
			}, name)
		}
	}
	return name
}

// NameRange is the byte range of what Name returns; both ends are equal where
// there is no name.
func (n Node) NameRange() (start, end int) {
	if n.f == nil {
		return 0, 0
	}
	nd := &n.f.nodes[n.id]
	start, end = int(nd.start), int(nd.end)
	src := n.f.Src
	switch nd.kind {
	case KindName, KindDottedName, KindPatternCapture:
		return start, end
	case KindFunctionDef, KindClassDef:
		start = n.f.skipWord(start, "async")
		start = n.f.skipWord(start, "def")
		start = n.f.skipWord(start, "class")
		return start, n.f.wordEnd(start)
	case KindAttribute:
		start = end
		for start > int(nd.start) && identByte[src[start-1]] {
			start--
		}
		return start, end
	case KindParam, KindTypeParam, KindPatternStar:
		for start < end && src[start] == '*' {
			start++
		}
		start = n.f.skipBlank(start)
		return start, max(start, min(n.f.wordEnd(start), end))
	case KindKeyword:
		if nd.flags&FlagDoubleStar != 0 {
			return start, start
		}
		return start, n.f.wordEnd(start)
	case KindPatternKeyword:
		return start, n.f.wordEnd(start)
	case KindAlias:
		if nd.flags&FlagStar != 0 {
			return start, end
		}
		if as := n.Field(FieldAsName); !as.IsZero() || nd.flags&FlagIncomplete != 0 {
			// The dotted name ends before the blanks before "as".
			end = start
			for p := start; ; {
				e := n.f.wordEnd(p)
				if e == p {
					return start, end
				}
				end = e
				if p = n.f.skipBlank(e); p >= len(src) || src[p] != '.' {
					return start, end
				}
				p = n.f.skipBlank(p + 1)
			}
		}
		return start, end
	case KindTypeAlias, KindExceptHandler, KindPatternAs:
		if t := n.Field(FieldTarget); t.Kind() == KindName {
			return t.Start(), t.End()
		}
	}
	return start, start
}

// maxTag is how long a template's variable inside of a name may be.
const maxTag = 500

// wordEnd is the end of the identifier at i.
func (f *File) wordEnd(i int) int {
	for i < len(f.Src) {
		if identByte[f.Src[i]] {
			i++
			continue
		}
		if f.Src[i] != '{' || i+1 >= len(f.Src) || f.Src[i+1] != '{' {
			break
		}
		// A template's variable as a part of a name.
		e := i + 2
		for e < len(f.Src) && e < i+maxTag && f.Src[e] != '}' && f.Src[e] != '\n' {
			e++
		}
		if e+1 >= len(f.Src) || f.Src[e] != '}' || f.Src[e+1] != '}' {
			break
		}
		i = e + 2
	}
	return i
}

// skipBlank skips blanks and continued line ends.
func (f *File) skipBlank(i int) int {
	for i < len(f.Src) {
		switch f.Src[i] {
		case ' ', '\t', '\f', '\\', '\r', '\n':
			i++
			continue
		}
		break
	}
	return i
}

// skipWord skips a keyword at i and the blanks behind it.
func (f *File) skipWord(i int, word string) int {
	e := f.wordEnd(i)
	if string(f.Src[i:e]) != word {
		return i
	}
	return f.skipBlank(e)
}

// Level is the number of leading dots of an ImportFrom.
func (n Node) Level() int {
	if n.Kind() != KindImportFrom {
		return 0
	}
	level := 0
	for i := n.Start() + len("from"); i < n.End(); i++ {
		switch n.f.Src[i] {
		case '.':
			level++
		case ' ', '\t', '\f', '\\', '\r', '\n':
		default:
			return level
		}
	}
	return level
}
