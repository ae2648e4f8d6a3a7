package listedit

import (
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// View is a stack with the displays that its entries are written in: one list,
// or several, of one file or of several.
type View struct {
	stack *stack.Stack
	at    []place
	lists []*List
}

// place is an element of a display; list is -1 for an entry that is written
// elsewhere, in a variable, a call or another kind of expression.
type place struct{ list, index int }

// Open finds the displays of a stack's entries by their spans. source returns
// a file that was read before, under the name that spans have, or nil.
func Open(s *stack.Stack, source func(file string) *python.File) *View {
	v := &View{stack: s, at: make([]place, len(s.Entries))}
	taken := map[place]int{}
	files := map[string]*python.File{}
	for i := range s.Entries {
		e := &s.Entries[i]
		v.at[i] = place{list: -1}
		if e.Unknown {
			continue
		}
		file, read := files[e.Span.File]
		if !read {
			file = source(e.Span.File)
			files[e.Span.File] = file
		}
		if file == nil {
			continue
		}
		l, index, ok := At(e.Span.File, file, e.Span.Start, e.Span.End)
		if !ok {
			continue
		}
		if path, ok := l.Path(index); !ok || path != e.Path {
			continue // the string goes through an expression first
		}
		k := slices.IndexFunc(v.lists, func(o *List) bool { return o.node == l.node })
		if k < 0 {
			k = len(v.lists)
			v.lists = append(v.lists, l)
		}
		v.at[i] = place{k, index}
		taken[v.at[i]]++
	}
	for i, p := range v.at {
		if taken[p] > 1 {
			// One element that makes several entries cannot be changed for one.
			v.at[i] = place{list: -1}
		}
	}
	return v
}

// Editable says that an entry is written as a plain string in a display.
func (v *View) Editable(i int) bool { return v.at[i].list >= 0 }

// Rewrite returns the edits after which the stack has the entries of want, where
// Old is the index of an entry; what want does not name is removed. Every entry
// that changes has to be written in a display, and goes into the display of a
// neighbour: its own if that is possible, else another one of the same file,
// provided that no comment belongs to it. All else is an *[edit.RefusedError].
//
// That the list is really put together as the entries' places suggest cannot be
// told from here: the caller has to evaluate the result.
func (v *View) Rewrite(want []Item) ([]finding.Edit, error) {
	want = slices.Clone(want)
	MarkMoved(want)
	named := make([]bool, len(v.at))
	for _, w := range want {
		if w.Old >= len(v.at) || w.Old >= 0 && named[w.Old] {
			return nil, v.refuse(-1, fmt.Sprintf("the list has no element %d to be placed", w.Old))
		}
		if w.Old < 0 {
			continue
		}
		named[w.Old] = true
		if (w.Moved || w.Path != "") && !v.Editable(w.Old) {
			return nil, v.refuse(w.Old, "the entry is not written as a plain string in a list")
		}
	}
	for i, n := range named {
		if !n && !v.Editable(i) {
			return nil, v.refuse(i, "the entry is not written as a plain string in a list")
		}
	}
	b := &builder{v: v, want: make([][]Item, len(v.lists))}
	for k, l := range v.lists {
		for i := range l.items {
			if e := v.entry(place{k, i}); e < 0 || named[e] && !moved(want, e) {
				b.want[k] = append(b.want[k], Item{Old: i, Path: pathOf(want, e)})
			}
		}
	}
	// The display that each item ends up in, as far as it is decided.
	b.in = make([]int, len(want))
	for i, w := range want {
		b.in[i] = -1
		if w.Old >= 0 && !w.Moved {
			b.in[i] = v.at[w.Old].list
		}
	}
	for i, w := range want {
		if w.Old < 0 || w.Moved {
			if err := b.place(want, i); err != nil {
				return nil, err
			}
		}
	}
	var edits []finding.Edit
	for k, l := range v.lists {
		some, err := l.Rewrite(b.want[k])
		if err != nil {
			return nil, err
		}
		edits = append(edits, some...)
	}
	return edits, nil
}

func (v *View) refuse(entry int, reason string) error {
	span := v.stack.Span
	if entry >= 0 {
		span = v.stack.Entries[entry].Span
	}
	return &edit.RefusedError{File: span.File, Line: span.Line, Column: span.Column, Reason: reason}
}

// entry is the index of the entry written at a place, -1 for none.
func (v *View) entry(p place) int { return slices.Index(v.at, p) }

func moved(want []Item, entry int) bool {
	return slices.ContainsFunc(want, func(w Item) bool { return w.Old == entry && w.Moved })
}

func pathOf(want []Item, entry int) string {
	for _, w := range want {
		if entry >= 0 && w.Old == entry {
			return w.Path
		}
	}
	return ""
}

// builder distributes the items over the displays.
type builder struct {
	v    *View
	want [][]Item // for each display
	in   []int    // for each item
}

// place puts an item that moves or is new into the display of a neighbour. All
// items before it have been placed.
func (b *builder) place(want []Item, i int) error {
	w := want[i]
	own := -1
	if w.Old >= 0 {
		own = b.v.at[w.Old].list
	}
	next := i + 1
	for next < len(want) && (want[next].Old < 0 || want[next].Moved) {
		next++
	}
	before, behind := -1, -1
	if i > 0 {
		before = b.in[i-1]
	}
	if next < len(want) {
		behind = b.in[next]
	}
	k := own
	if k < 0 || k != before && k != behind {
		if k = before; k < 0 {
			k = behind
		}
	}
	if k < 0 {
		return b.v.refuse(w.Old, "there is no list with a neighbour to put the entry into")
	}
	l := b.v.lists[k]
	item := Item{Old: -1, Path: w.Path}
	switch {
	case own == k:
		item = Item{Old: b.v.at[w.Old].index, Path: w.Path, Moved: true}
	case own >= 0:
		o := b.v.lists[own]
		if o.name != l.name || o.Commented(b.v.at[w.Old].index) {
			return b.v.refuse(w.Old, "the entry would have to move into another list")
		}
		if item.Path == "" {
			item.Path = b.v.stack.Entries[w.Old].Path
		}
	}
	at := 0
	switch {
	case before == k:
		at = 1 + b.index(want, i-1, k)
	case behind == k:
		at = b.index(want, next, k)
	}
	b.want[k] = slices.Insert(b.want[k], at, item)
	b.in[i] = k
	return nil
}

// index is where an item stands in what a display is to hold.
func (b *builder) index(want []Item, i, k int) int {
	w := want[i]
	return slices.IndexFunc(b.want[k], func(x Item) bool {
		if w.Old >= 0 && b.v.at[w.Old].list == k {
			return x.Old == b.v.at[w.Old].index
		}
		path := w.Path
		if path == "" {
			path = b.v.stack.Entries[w.Old].Path
		}
		return x.Old < 0 && x.Path == path
	})
}
