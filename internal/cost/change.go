package cost

import (
	"cmp"
	"slices"
)

// ChangeKind says what is to be changed.
type ChangeKind string

// The kinds of change.
const (
	// Move: the layer is to stand elsewhere.
	Move ChangeKind = "move"
	// MakeAsync: the layer is to be written so that it runs in both modes
	// without a thread.
	MakeAsync ChangeKind = "make_async"
)

// Change is one change of a stack that makes it cheaper.
type Change struct {
	Kind ChangeKind
	// Layer is the index of the layer; To is the index it has after a Move.
	Layer, To int
	// HandOvers is the number after the change, the greatest possible where it
	// is not known exactly.
	HandOvers int
	// Saves is what the change saves at least, whatever the layers that are not
	// known turn out to be.
	Saves int
}

// maxMoved bounds the stacks for which moves are tried: their number grows with
// the square of the length, and each is a plan of its own.
const maxMoved = 64

// Best tries each single change and gives the one that saves most, nil where
// none surely saves anything or where the stack may hold layers that are not
// listed. allowed says whether the layers may stand in another order, given as
// indices; of changes that save the same, a move over the shortest way comes
// first.
func Best(stack []Layer, r *Result, allowed func(order []int) bool) *Change {
	if !r.Exact() {
		return bestOfRange(stack, r, allowed)
	}
	names, kinds := make([]string, len(stack)), make([]Kind, len(stack))
	for i := range stack {
		names[i], kinds[i] = stack[i].Path, stack[i].Kinds[0]
	}
	var found []Change
	try := func(c Change, kinds []Kind) {
		t, err := Count(names, kinds)
		if err == nil && t.HandOvers < r.HandOvers.Min {
			c.HandOvers, c.Saves = t.HandOvers, r.HandOvers.Min-t.HandOvers
			found = append(found, c)
		}
	}
	for i := range stack {
		if stack[i].Own {
			changed := slices.Clone(kinds)
			changed[i] = Kind{Sync: true, Async: true, View: kinds[i].View, Absent: kinds[i].Absent}
			try(Change{Kind: MakeAsync, Layer: i, To: i}, changed)
		}
		for j := range stack {
			if i != j && len(stack) <= maxMoved {
				try(Change{Kind: Move, Layer: i, To: j}, apply(kinds, moved(len(stack), i, j)))
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.HandOvers, b.HandOvers), -cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.way(), b.way()))
	})
	for _, c := range found {
		if c.Kind == MakeAsync || allowed(moved(len(stack), c.Layer, c.To)) {
			return &c
		}
	}
	return nil
}

// way is how far the layer moves; of two equal ways the one inwards is shorter.
func (c *Change) way() int {
	if c.To >= c.Layer {
		return 2 * (c.To - c.Layer)
	}
	return 2*(c.Layer-c.To) + 1
}

// moved is the order of n entries after the one at from has gone to to.
func moved(n, from, to int) []int {
	order := make([]int, 0, n)
	for i := range n {
		if i != from {
			order = append(order, i)
		}
	}
	return slices.Insert(order, to, from)
}

func apply(kinds []Kind, order []int) []Kind {
	out := make([]Kind, len(order))
	for i, j := range order {
		out[i] = kinds[j]
	}
	return out
}
