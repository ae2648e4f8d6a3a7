// Package listedit changes the elements of list, tuple and set displays in
// Python source: it removes, moves, inserts and renames entries in one pass and
// leaves every other byte alone. Comments travel with the entry they belong to:
// the one behind it on its line, and those on lines of their own directly above
// it. What it cannot do without guessing it refuses.
package listedit

import (
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// Item is one element of the list as it is to be.
type Item struct {
	// Old is the index of the element that stands here, -1 for a new one.
	Old int
	// Path is the string of a new element, or the one that replaces what an old
	// element says; "" leaves the element as it is.
	Path string
	// Moved marks the elements to be moved where there is a choice: of two
	// neighbours that change places, one moves. Where the marks do not tell,
	// as few elements as possible are moved.
	Moved bool
}

// Keep are the items of a list of n elements that does not change.
func Keep(n int) []Item {
	items := make([]Item, n)
	for i := range items {
		items[i].Old = i
	}
	return items
}

// List is a display whose elements can be changed.
type List struct {
	name  string
	file  *python.File
	src   []byte
	node  python.Node
	open  int // offset behind the opening bracket
	close int // offset of the closing bracket, or the end of a bare tuple
	bare  bool
	items []item
	// starts are where the lines begin that the display touches, and the one
	// behind them.
	starts []int
}

// At returns the display, and the index in it, of the element whose node covers
// the bytes [start, end) of a file. ok is false where no element of a list,
// tuple or set display does, or where the display could not be read whole. name
// is what the edits call the file.
func At(name string, file *python.File, start, end int) (l *List, index int, ok bool) {
	n := nodeAt(file, start, end)
	if n.IsZero() {
		return nil, 0, false
	}
	l, ok = Of(name, n.Parent())
	if !ok {
		return nil, 0, false
	}
	index = slices.IndexFunc(l.items, func(it item) bool { return it.node == n })
	return l, index, index >= 0
}

// nodeAt finds the element of a display that covers exactly a range.
func nodeAt(file *python.File, start, end int) python.Node {
	n := file.Root()
	for !n.IsZero() {
		if n.Start() == start && n.End() == end && n.Role() == python.FieldElts && isDisplay(n.Parent()) {
			return n
		}
		var next python.Node
		for c := range n.Children() {
			// Decorators lie before the range of what they decorate, so children
			// are looked at by their own range; a list is found in any case.
			if c.Start() <= start && end <= c.End() {
				next = c
				break
			}
		}
		n = next
	}
	return n
}

func isDisplay(n python.Node) bool {
	switch n.Kind() {
	case python.KindList, python.KindTuple, python.KindSet:
		return true
	}
	return false
}

// Of reads a list, tuple or set display. ok is false for other nodes and for
// displays that could not be read whole.
func Of(name string, n python.Node) (*List, bool) {
	if !isDisplay(n) || n.Is(python.FlagIncomplete) {
		return nil, false
	}
	l := &List{name: name, file: n.File(), src: n.File().Src, node: n, open: n.Start() + 1, close: n.End() - 1}
	if n.Kind() == python.KindTuple && !n.Is(python.FlagParenthesized) {
		l.bare, l.open, l.close = true, n.Start(), n.End()
	}
	return l, l.layout()
}

// Len is the number of elements.
func (l *List) Len() int { return len(l.items) }

// Node is the display itself.
func (l *List) Node() python.Node { return l.node }

// Path is the string that an element holds; ok is false for anything else.
func (l *List) Path(i int) (string, bool) { return l.items[i].node.StringValue() }

// Commented says that comments belong to an element.
func (l *List) Commented(i int) bool { return l.items[i].lead != "" || l.items[i].trail != "" }

// Rewrite returns the edits that make the elements those of want; what it does
// not name is removed. An element can be named once. The error is an
// *[edit.RefusedError] where the layout of the list leaves no safe way.
func (l *List) Rewrite(want []Item) ([]finding.Edit, error) {
	want, err := l.normal(want)
	if err != nil {
		return nil, err
	}
	if len(want) == 0 {
		switch {
		case l.bare || l.node.Kind() == python.KindSet:
			return nil, l.refuse(l.node.Start(), "nothing would be left of the list")
		case len(l.items) == 0:
			return nil, nil
		}
	}
	if l.byLines(want) {
		return l.lines(want)
	}
	return l.slots(want)
}

// normal checks the items and sets Moved so that the others are in order.
func (l *List) normal(want []Item) ([]Item, error) {
	want = slices.Clone(want)
	seen := map[int]bool{}
	for _, w := range want {
		switch {
		case w.Old >= len(l.items) || w.Old < 0 && w.Path == "":
			return nil, l.refuse(l.node.Start(), fmt.Sprintf("the list has no element %d", w.Old))
		case w.Old >= 0 && seen[w.Old]:
			return nil, l.refuse(l.items[w.Old].start, "an element would be there twice")
		case w.Path != "" && !l.quotable(w.Path):
			return nil, l.refuse(l.node.Start(), fmt.Sprintf("%q cannot be written as a plain string there", w.Path))
		}
		seen[w.Old] = w.Old >= 0
		if w.Old >= 0 && w.Path != "" && l.items[w.Old].node.Kind() != python.KindString {
			return nil, l.refuse(l.items[w.Old].start, "what is to be renamed is not a plain string")
		}
	}
	MarkMoved(want)
	return want, nil
}

// MarkMoved sets Moved: it is kept where the items without it follow each other
// in the old order, else the fewest are marked. New items are never moved.
func MarkMoved(want []Item) {
	last, marked := -1, true
	for _, w := range want {
		if w.Old >= 0 && !w.Moved {
			marked = marked && w.Old > last
			last = w.Old
		}
	}
	if marked {
		return
	}
	// The longest increasing subsequence stays; of several the one whose last
	// element comes first.
	length := make([]int, len(want))
	from := make([]int, len(want))
	best := -1
	for i, w := range want {
		from[i] = -1
		if w.Old < 0 {
			continue
		}
		length[i] = 1
		for j := range i {
			if want[j].Old >= 0 && want[j].Old < w.Old && length[j] >= length[i] {
				length[i], from[i] = length[j]+1, j
			}
		}
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	for i := range want {
		want[i].Moved = want[i].Old >= 0
	}
	for i := best; i >= 0; i = from[i] {
		want[i].Moved = false
	}
}

func (l *List) refuse(off int, reason string) error {
	line, column := l.file.Position(off)
	return &edit.RefusedError{File: l.name, Line: line, Column: column, Reason: reason}
}

func (l *List) edit(start, end int, text string) finding.Edit {
	return finding.Edit{File: l.name, Start: start, End: end, Text: text}
}
