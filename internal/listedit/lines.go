package listedit

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// run are the items that go between two that stay; prev and next are the
// elements that stay, -1 at the ends.
type run struct {
	prev, next int
	items      []Item
}

// runs cuts the items at those that stay.
func runs(want []Item) []run {
	out := []run{{prev: -1, next: -1}}
	for _, w := range want {
		last := &out[len(out)-1]
		if w.Old < 0 || w.Moved {
			last.items = append(last.items, w)
			continue
		}
		last.next = w.Old
		out = append(out, run{prev: w.Old, next: -1})
	}
	return out
}

// byLines says that everything to be done can be done by taking out and putting
// in whole lines.
func (l *List) byLines(want []Item) bool {
	if l.bare || len(l.items) == 0 {
		return false
	}
	stays := map[int]bool{}
	for _, w := range want {
		stays[w.Old] = w.Old >= 0 && !w.Moved
	}
	for i := range l.items {
		if !stays[i] && !l.items[i].owns {
			return false
		}
	}
	for _, r := range runs(want) {
		if len(r.items) > 0 && !l.ownsLines(r.prev) && !l.ownsLines(r.next) {
			return false
		}
	}
	return true
}

func (l *List) ownsLines(i int) bool { return i >= 0 && l.items[i].owns }

// lines carries out what byLines allows.
func (l *List) lines(want []Item) ([]finding.Edit, error) {
	var edits []finding.Edit
	stays := map[int]bool{}
	comma := l.commas(want, true)
	for i, w := range want {
		if w.Old < 0 || w.Moved {
			continue
		}
		stays[w.Old] = true
		it := &l.items[w.Old]
		if w.Path != "" {
			edits = append(edits, l.edit(it.node.Start(), it.node.End(), quoted(w.Path, it.node.Text())))
		}
		if it.comma < 0 && comma(i) {
			edits = append(edits, l.edit(it.end, it.end, ","))
		}
	}
	for i := range l.items {
		if !stays[i] {
			edits = append(edits, l.edit(l.items[i].from, l.items[i].to, ""))
		}
	}
	at := 0 // index in want
	for _, r := range runs(want) {
		var b strings.Builder
		for _, w := range r.items {
			b.WriteString(l.line(w, r, comma(at)))
			at++
		}
		at++ // the one that stays
		switch {
		case b.Len() == 0:
		case l.ownsLines(r.prev):
			edits = append(edits, l.edit(l.items[r.prev].to, l.items[r.prev].to, b.String()))
		default:
			edits = append(edits, l.edit(l.items[r.next].from, l.items[r.next].from, b.String()))
		}
	}
	return edits, nil
}

// commas says of every item whether a comma belongs behind it: behind all but
// the last one, and behind that one where the list is written so already or it
// is alone in a tuple, or where it has one and its line is not to be touched.
func (l *List) commas(want []Item, keep bool) func(i int) bool {
	return func(i int) bool {
		w := want[i]
		switch {
		case i < len(want)-1 || l.trailing():
			return true
		case len(want) == 1 && l.node.Kind() == python.KindTuple:
			return true
		}
		return keep && w.Old >= 0 && !w.Moved && l.items[w.Old].comma >= 0
	}
}

// line is the whole lines of an item that is put in.
func (l *List) line(w Item, r run, comma bool) string {
	if w.Old < 0 {
		near := r.prev
		if !l.ownsLines(near) {
			near = r.next
		}
		text := l.items[near].indent + l.body(w, near)
		if comma {
			text += ","
		}
		return text + l.eol(l.items[near].start)
	}
	it := &l.items[w.Old]
	text := string(l.src[it.from:it.start]) + l.body(w, w.Old)
	rest := it.end
	if it.comma >= 0 {
		text += string(l.src[it.end:it.comma])
		rest = it.comma + 1
	}
	if comma {
		text += ","
	}
	return text + string(l.src[rest:it.to])
}
