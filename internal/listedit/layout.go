package listedit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// item is an element with all that lies around it.
type item struct {
	node       python.Node
	start, end int // with the parentheses around the node
	comma      int // offset of the comma behind it, -1 for none
	// lead are the comment lines that belong to it, whole lines; leadAt is
	// where they begin.
	lead   string
	leadAt int
	// trail is the comment behind it with the blanks before it; trailEnd is
	// where it ends, or the end of the comma or the element itself.
	trail    string
	trailEnd int
	// first says that nothing but blanks stands before it on its line; indent
	// are these blanks.
	first  bool
	indent string
	// owns says that its lines hold nothing else; then [from, to) are these
	// whole lines, the comment lines above among them.
	owns     bool
	from, to int
}

// maxElements bounds the lists that are read; a longer one was not written by a
// person.
const maxElements = 2000

type comment struct{ start, end int }

// layout reads what lies between the brackets. It answers false for what it
// does not understand.
func (l *List) layout() bool {
	l.countLines()
	var nodes []python.Node
	for n := range l.node.All(python.FieldElts) {
		if n.Is(python.FlagIncomplete) || n.Kind() == python.KindBadExpr {
			return false
		}
		nodes = append(nodes, n)
	}
	var comments []comment
	cur := item{start: -1, comma: -1}
	depth := 0
	for t := range l.file.Tokens() {
		if t.Start < l.open {
			continue
		}
		if t.Start >= l.close {
			break
		}
		text := l.src[t.Start:t.End]
		switch t.Kind {
		case python.TokenBlank, python.TokenNewline:
			continue
		case python.TokenSkipped:
			return false
		case python.TokenComment:
			if depth == 0 {
				comments = append(comments, comment{t.Start, t.End})
			}
			continue
		case python.TokenOperator:
			switch {
			case depth == 0 && len(text) == 1 && text[0] == ',':
				if cur.start < 0 {
					return false
				}
				cur.comma = t.Start
				l.items = append(l.items, cur)
				cur = item{start: -1, comma: -1}
				continue
			case len(text) == 1 && strings.IndexByte("([{", text[0]) >= 0:
				depth++
			case len(text) == 1 && strings.IndexByte(")]}", text[0]) >= 0:
				depth--
			}
		}
		if cur.start < 0 {
			cur.start = t.Start
		}
		cur.end = t.End
	}
	if cur.start >= 0 {
		l.items = append(l.items, cur)
	}
	if len(l.items) != len(nodes) || depth != 0 || len(nodes) > maxElements {
		return false
	}
	for i := range l.items {
		it := &l.items[i]
		it.node = nodes[i]
		if it.node.Start() < it.start || it.node.End() > it.end {
			return false
		}
	}
	l.attach(comments)
	return true
}

// attach gives every element its comments and lines.
func (l *List) attach(comments []comment) {
	for i := range l.items {
		it := &l.items[i]
		begin := l.lineStart(it.start)
		it.leadAt = it.start
		it.first = begin >= l.open && blank(l.src[begin:it.start])
		if it.first {
			it.indent = string(l.src[begin:it.start])
			it.leadAt = l.leadOf(begin, l.before(i), comments)
			it.lead = string(l.src[it.leadAt:begin])
		}
		it.trailEnd = it.end
		sole := i == len(l.items)-1 || l.lineStart(l.items[i+1].start) > it.end
		if it.comma >= 0 && l.lineStart(it.comma) <= it.end {
			it.trailEnd = it.comma + 1
		}
		if it.comma >= 0 && it.trailEnd == it.end {
			continue // the comma is on a later line: comments stay where they are
		}
		alone := it.first || i == 0 || l.lineStart(it.start) > l.items[i-1].end
		k, _ := slices.BinarySearchFunc(comments, it.trailEnd, func(c comment, at int) int { return c.start - at })
		if k < len(comments) {
			c := comments[k]
			if blank(l.src[it.trailEnd:c.start]) && l.lineStart(c.start) <= it.trailEnd {
				if alone && sole {
					it.trail, it.trailEnd = string(l.src[it.trailEnd:c.end]), c.end
				}
			}
		}
		next := l.nextLine(it.trailEnd)
		it.owns = it.first && sole && !l.bare && next <= l.close && blankOrEOL(l.src[it.trailEnd:next])
		it.from, it.to = it.leadAt, next
		if it.first && it.lead == "" {
			it.from = begin
		}
	}
}

// before is where what lies before an element begins: behind the one before it.
func (l *List) before(i int) int {
	if i == 0 {
		return l.open
	}
	return l.items[i-1].end
}

// leadOf goes up from the line that begins at line over lines that hold a
// comment only.
func (l *List) leadOf(line, bound int, comments []comment) int {
	i, _ := slices.BinarySearchFunc(comments, line, func(c comment, at int) int { return c.start - at })
	for i--; i >= 0; i-- {
		c := comments[i]
		begin := l.lineStart(c.start)
		if begin < bound || l.nextLine(c.end) != line || !blank(l.src[begin:c.start]) {
			break
		}
		line = begin
	}
	return line
}

// countLines notes where the lines of the display begin: Position would count
// columns as well, which takes long on a long line.
func (l *List) countLines() {
	line, _ := l.file.Position(l.node.Start())
	for ; line <= l.file.LineCount(); line++ {
		at := l.file.LineStart(line)
		l.starts = append(l.starts, at)
		if at > l.node.End() {
			return
		}
	}
	l.starts = append(l.starts, len(l.src))
}

// lineStart is where the line begins that holds an offset of the display.
func (l *List) lineStart(off int) int {
	i, found := slices.BinarySearch(l.starts, off)
	if !found {
		i--
	}
	return l.starts[max(i, 0)]
}

// nextLine is the start of the line behind the one that holds an offset; the
// end of the file for the last.
func (l *List) nextLine(off int) int {
	i, found := slices.BinarySearch(l.starts, off)
	if found {
		i++
	}
	return l.starts[min(i, len(l.starts)-1)]
}

// eol is how the line that holds an offset ends.
func (l *List) eol(off int) string {
	next := l.nextLine(off)
	switch {
	case bytes.HasSuffix(l.src[:next], []byte("\r\n")):
		return "\r\n"
	case bytes.HasSuffix(l.src[:next], []byte("\r")):
		return "\r"
	}
	return "\n"
}

func blank(text []byte) bool { return len(bytes.Trim(text, " \t\f")) == 0 }

func blankOrEOL(text []byte) bool { return len(bytes.Trim(text, " \t\f\r\n")) == 0 }

// hasNewline says that text goes over the end of a line.
func hasNewline(text string) bool { return strings.ContainsAny(text, "\r\n") }

// trailing says that a comma stands behind the last element.
func (l *List) trailing() bool {
	return len(l.items) > 0 && l.items[len(l.items)-1].comma >= 0
}
