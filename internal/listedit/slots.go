package listedit

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// slot is a place between the brackets: what comes before the element there and
// stays where it is, whichever element the place holds.
type slot struct {
	// gap is what parts it from the slot before, behind that one's comma and
	// comment, up to the element, or up to its line where it is first there.
	gap    string
	first  bool
	indent string
	// pre is what stands between the element and its comma.
	pre string
}

// slots writes the elements of a list anew that does not have one line for each:
// line breaks and blanks stay where they are, elements and comments move.
func (l *List) slots(want []Item) ([]finding.Edit, error) {
	if len(l.items) == 0 {
		return l.fill(want), nil
	}
	from := l.items[0].leadAt
	if l.items[0].first && l.items[0].lead == "" {
		from = l.lineStart(l.items[0].start)
	}
	last := &l.items[len(l.items)-1]
	to := max(last.trailEnd, last.comma+1)
	places, err := l.places(want)
	if err != nil {
		return nil, err
	}
	if len(want) == 0 {
		return []finding.Edit{l.edit(from, to, "")}, nil
	}
	comma := l.commas(want, false)
	var b strings.Builder
	trail := ""
	for i, w := range want {
		p := places[i]
		var it item
		if w.Old >= 0 {
			it = l.items[w.Old]
		}
		if i > 0 && trail != "" && !startsLine(p.gap) || !p.first && it.lead != "" {
			if l.bare || strings.Contains(p.gap, "#") {
				return nil, l.refuse(l.items[0].start, "a comment would have to move into the middle of a line")
			}
			p.gap, p.first, p.indent = l.eol(l.node.Start()), true, l.indent()
		}
		near := w.Old
		if near < 0 {
			near = min(i, len(l.items)-1)
		}
		b.WriteString(p.gap + it.lead + p.indent + l.body(w, near) + p.pre)
		if comma(i) {
			b.WriteByte(',')
		}
		b.WriteString(it.trail)
		trail = it.trail
	}
	if rest := l.src[to:min(l.nextLine(to), len(l.src))]; trail != "" && !blankOrEOL(rest) {
		line := l.lineStart(l.node.Start())
		b.WriteString(l.eol(l.node.Start()) + leading(l.src[line:l.node.Start()]))
	}
	return l.trimmed(from, to, b.String()), nil
}

// startsLine says that a gap begins with the end of a line.
func startsLine(gap string) bool { return hasNewline(gap) && strings.TrimLeft(gap, " \t\f")[0] < ' ' }

// places gives every item its slot: the slots of removed elements are dropped,
// new elements bring one with them.
func (l *List) places(want []Item) ([]slot, error) {
	there := map[int]bool{}
	for _, w := range want {
		if w.Old >= 0 {
			there[w.Old] = true
		}
	}
	old := make([]slot, len(l.items))
	for i := range l.items {
		old[i] = l.slot(i)
	}
	head := old[0]
	for i := len(l.items) - 1; i >= 0; i-- {
		if there[i] {
			continue
		}
		if !drop(&old, i) {
			return nil, l.refuse(l.items[i].start, "a comment beside the element belongs to none")
		}
	}
	out := make([]slot, 0, len(want))
	next := 0
	for i, w := range want {
		var s slot
		if w.Old >= 0 {
			s = old[next]
			next++
		}
		switch {
		case i == 0:
			s.gap, s.first, s.indent = head.gap, head.first, head.indent
		case w.Old < 0 || next == 1:
			// A new slot, or the one behind it that was the first.
			s.gap, s.first, s.indent = l.between()
		}
		out = append(out, s)
	}
	return out, nil
}

// drop takes a slot away, and with it what parts it from the one before or, if
// that keeps more of the lines, from the one behind. It answers false where a
// comment would be lost.
func drop(slots *[]slot, i int) bool {
	all := *slots
	if strings.Contains(all[i].pre, "#") {
		return false
	}
	gone := all[i].gap
	if i+1 < len(all) {
		next := &all[i+1]
		before, behind := all[i].gap, next.gap
		if i == 0 || strings.Contains(before, "#") || hasNewline(before) && !hasNewline(behind) {
			next.gap, next.first, next.indent = all[i].gap, all[i].first, all[i].indent
			gone = behind
		}
	}
	*slots = append(all[:i], all[i+1:]...)
	return !strings.Contains(gone, "#")
}

func (l *List) slot(i int) slot {
	it := &l.items[i]
	s := slot{first: it.first, indent: it.indent}
	if it.comma >= 0 {
		s.pre = string(l.src[it.end:it.comma])
	}
	if i == 0 {
		return s
	}
	p := &l.items[i-1]
	to := it.leadAt
	if it.first && it.lead == "" {
		to = l.lineStart(it.start)
	}
	s.gap = string(l.src[max(p.trailEnd, p.comma+1):to])
	return s
}

// between is what usually parts two elements of the list.
func (l *List) between() (gap string, first bool, indent string) {
	broken := 0
	for i := 1; i < len(l.items); i++ {
		if l.items[i].first {
			broken++
		}
	}
	if !l.bare && broken > 0 && 2*broken >= len(l.items)-1 {
		return l.eol(l.node.Start()), true, l.indent()
	}
	for i := 1; i < len(l.items); i++ {
		if g := l.slot(i).gap; !l.items[i].first && blank([]byte(g)) {
			return g, false, ""
		}
	}
	return " ", false, ""
}

// indent is how far elements on lines of their own are indented.
func (l *List) indent() string {
	for i := len(l.items) - 1; i >= 0; i-- {
		if l.items[i].first {
			return l.items[i].indent
		}
	}
	line := l.lineStart(l.node.Start())
	return leading(l.src[line:l.node.Start()]) + "    "
}

// leading are the blanks at the start of a line.
func leading(line []byte) string {
	n := 0
	for n < len(line) && (line[n] == ' ' || line[n] == '\t' || line[n] == '\f') {
		n++
	}
	return string(line[:n])
}

// fill puts elements into an empty list.
func (l *List) fill(want []Item) []finding.Edit {
	if len(want) == 0 {
		return nil
	}
	inner := string(l.src[l.open:l.close])
	if !hasNewline(inner) {
		var words []string
		for _, w := range want {
			words = append(words, l.body(w, 0))
		}
		text := strings.Join(words, ", ")
		if len(words) == 1 && l.node.Kind() == python.KindTuple {
			text += ","
		}
		return []finding.Edit{l.edit(l.open, l.open, text)}
	}
	// Behind the bracket's line, before whatever comments are there.
	at := l.nextLine(l.open)
	var b strings.Builder
	for _, w := range want {
		b.WriteString(l.indent() + l.body(w, 0) + "," + l.eol(l.open))
	}
	return []finding.Edit{l.edit(at, at, b.String())}
}

// trimmed is the edit that makes [from, to) the text, without what both begin
// and end with. It never cuts a character in two.
func (l *List) trimmed(from, to int, text string) []finding.Edit {
	old := string(l.src[from:to])
	n := 0
	for n < len(old) && n < len(text) && old[n] == text[n] {
		n++
	}
	for n > 0 && (n < len(old) && old[n] >= 0x80 || n < len(text) && text[n] >= 0x80) {
		n--
	}
	m := 0
	for m < len(old)-n && m < len(text)-n && old[len(old)-1-m] == text[len(text)-1-m] && old[len(old)-1-m] < 0x80 {
		m++
	}
	if n == len(old) && n == len(text) {
		return nil
	}
	return []finding.Edit{l.edit(from+n, to-m, text[n:len(text)-m])}
}
