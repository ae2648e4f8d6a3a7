package listedit

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// quotable says that a string can be written between quotes as it is.
func (l *List) quotable(path string) bool {
	for _, r := range path {
		if r < ' ' || r == 0x7f || r == '\'' || r == '"' || r == '\\' || r == '\uFFFD' {
			return false
		}
		if r >= 0x80 && l.file.Encoding != "utf-8" {
			return false
		}
	}
	return true
}

// quoted writes a string as the literal near says it: with its prefix, but for
// "r", and its quotes.
func quoted(path, near string) string {
	n := strings.IndexAny(near, `'"`)
	if n < 0 {
		return `"` + path + `"`
	}
	prefix := strings.Map(func(r rune) rune {
		if r == 'r' || r == 'R' {
			return -1
		}
		return r
	}, near[:n])
	return prefix + near[n:n+1] + path + near[n:n+1]
}

// style is the literal that a new element between two others is to look like:
// the nearest string of the list, else the first one of the file.
func (l *List) style(at int) string {
	for d := range len(l.items) + 1 {
		for _, i := range []int{at - d, at + d} {
			if i >= 0 && i < len(l.items) && l.items[i].node.Kind() == python.KindString {
				return l.items[i].node.Text()
			}
		}
	}
	for t := range l.file.Tokens() {
		text := string(l.src[t.Start:t.End])
		if t.Kind == python.TokenString && !strings.HasPrefix(strings.TrimLeft(text, "uUrRbB"), `"""`) {
			return strings.TrimLeft(text, "bB")
		}
	}
	return `"`
}

// body is an item's text without comma and comments.
func (l *List) body(w Item, near int) string {
	if w.Old < 0 {
		return quoted(w.Path, l.style(near))
	}
	it := &l.items[w.Old]
	if w.Path == "" {
		return string(l.src[it.start:it.end])
	}
	return string(l.src[it.start:it.node.Start()]) + quoted(w.Path, it.node.Text()) + string(l.src[it.node.End():it.end])
}
