package python

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// withoutPrint drops the records of the lines that begin with "print >>".
func withoutPrint(src []byte, records []string) []string {
	lines := strings.Split(string(src), "\n")
	var out []string
	for _, r := range records {
		line, err := strconv.Atoi(strings.Fields(r)[1])
		if err != nil || !strings.HasPrefix(strings.TrimSpace(lines[line-1]), "print >>") {
			out = append(out, r)
		}
	}
	return out
}

// diffRecords returns a few of the records that only one side has.
func diffRecords(want, got []string) string {
	sort.Strings(want)
	sort.Strings(got)
	var b strings.Builder
	shown := 0
	same := func(w, g string) bool {
		if !strings.HasSuffix(g, " ?") {
			return w == g
		}
		return w == g[:len(g)-2] || strings.HasPrefix(w, g[:len(g)-1])
	}
	for i, j := 0, 0; (i < len(want) || j < len(got)) && shown < 8; {
		switch {
		case i < len(want) && j < len(got) && same(want[i], got[j]):
			i++
			j++
		case j >= len(got) || i < len(want) && want[i] < got[j]:
			fmt.Fprintf(&b, "\n  only CPython: %s", want[i])
			i++
			shown++
		default:
			fmt.Fprintf(&b, "\n  only here:    %s", got[j])
			j++
			shown++
		}
	}
	return b.String()
}

func (p places) at(off int) (line, col int) {
	f := p.f
	f.linesOnce.Do(f.findLines)
	line = sort.Search(len(f.lines), func(i int) bool { return int(f.lines[i]) > off })
	start := int(f.lines[line-1])
	if line == 1 && hasBOM(f.Src) {
		start = min(off, 3)
	}
	text := f.Src[start:off]
	if f.Encoding == "utf-8" {
		return line, len(text)
	}
	var b strings.Builder
	for len(text) > 0 {
		n := 1
		if text[0] < utf8.RuneSelf {
			b.WriteByte(text[0])
		} else if n, _ = decodeChar(&b, text, f.Encoding); n == 0 {
			return line, -1
		}
		text = text[n:]
	}
	return line, b.Len()
}

// astRecords lists a file's nodes as the oracle would. opaque leaves out what is
// inside of f-strings. ok is false where the file's encoding is one that the
// reader does not decode, so that CPython's columns cannot be told.
func astRecords(f *File, opaque bool) (records []string, ok bool) {
	var out []string
	pl := places{f}
	skipTo := -1
	for n := range f.Root().Descendants() {
		kind, known := astKinds[n.Kind()]
		if !known {
			kind = n.Kind().String()
		}
		start, end := n.Start(), n.End()
		if opaque && start < skipTo && n.Role() != FieldDecorators {
			continue
		}
		name := ""
		switch n.Kind() {
		case KindFunctionDef, KindFor, KindWith:
			if n.Is(FlagAsync) {
				kind = "Async" + kind
			}
			name = n.Name()
		case KindClassDef, KindAttribute, KindKeyword, KindParam, KindAlias, KindExceptHandler, KindPatternAs:
			name = n.Name()
		case KindName:
			name = n.Name()
			switch p := n.Parent().Kind(); {
			case n.Role() == FieldAsName, p == KindExceptHandler && n.Role() == FieldTarget && !n.Is(FlagLegacy),
				p == KindGlobal, p == KindNonlocal, p == KindPatternAs:
				continue
			case name == "True" || name == "False" || name == "None":
				kind, name = "Constant", ""
			}
		case KindTry:
			if h := n.Field(FieldHandlers); !h.IsZero() && h.Is(FlagStar) {
				kind = "TryStar"
			}
		case KindString:
			if n.Role() == FieldPieces {
				continue
			}
		case KindFString, KindTString:
			if n.Role() == FieldPieces {
				continue
			}
			if opaque {
				skipTo = end
			}
		case KindPatternCapture:
			if name = n.Name(); name == "_" {
				name = ""
			}
		case KindPatternStar:
			if name = n.Name(); name == "_" {
				name = ""
			}
			if n.Is(FlagDoubleStar) {
				continue
			}
		case KindPatternValue:
			if v := n.Field(FieldValue); v.Kind() == KindName {
				kind = "MatchSingleton"
			}
		case KindTypeParam:
			name = n.Name()
			if n.Is(FlagStar) {
				kind = "TypeVarTuple"
			} else if n.Is(FlagDoubleStar) {
				kind = "ParamSpec"
			}
		}
		if n.Kind() == KindParam {
			if name == "" {
				continue
			}
			// ast's arg begins at the name and ends at the annotation.
			start, end = n.NameRange()
			if a := n.Field(FieldAnnotation); !a.IsZero() {
				end = a.End()
				for i := afterBlank(f.Src, end); i < n.End() && f.Src[i] == ')'; i = afterBlank(f.Src, end) {
					end = i + 1
				}
			}
		}
		if n.Kind() == KindName && n.Parent().Kind() == KindPatternValue && (kind == "Constant") {
			continue // MatchSingleton has no child
		}
		if kind == "" {
			if n.Kind() == KindDecorator {
				l, c := pl.at(n.Field(FieldValue).Start())
				out = append(out, fmt.Sprintf("D %d %d", l, c))
			}
			continue
		}
		l, c := pl.at(start)
		el, ec := pl.at(end)
		if c < 0 || ec < 0 {
			return nil, false
		}
		for i := range len(name) {
			if name[i] >= utf8.RuneSelf {
				name = "?" // CPython normalises it
				break
			}
		}
		out = append(out, strings.TrimRight(fmt.Sprintf("%s %d %d %d %d %s", kind, l, c, el, ec, name), " "))
		if k := n.Kind(); k == KindList || k == KindTuple {
			if c := countStrings(n); c > 0 {
				l, col := pl.at(start)
				out = append(out, fmt.Sprintf("L %d %d %d", l, col, c))
			}
		}
	}
	return out, true
}

// countStrings is the number of elements if all of them are plain strings.
func countStrings(n Node) int {
	count := 0
	for e := range n.All(FieldElts) {
		if e.Kind() != KindString {
			return 0
		}
		count++
	}
	return count
}
