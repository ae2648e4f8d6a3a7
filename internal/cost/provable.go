package cost

import (
	"cmp"
	"math"
	"slices"

	"github.com/mwcheck/mwcheck/web"
)

// bestOfRange is Best for a stack whose layers may be of several kinds: what a
// change saves is what it saves at least, over all of their combinations. Only
// layers that are known are changed or moved, past layers that are known.
func bestOfRange(stack []Layer, r *Result, allowed func(order []int) bool) *Change {
	if r.AtLeast {
		return nil
	}
	var found []Change
	try := func(c Change, before, after chain) {
		c.Saves = -worst(before, after)
		if c.Saves > 0 {
			found = append(found, c)
		}
	}
	plain := func(l *Layer) place { return place{kinds: l.Kinds} }
	for i := range stack {
		if !stack[i].Known() {
			continue
		}
		if k := stack[i].Kinds[0]; stack[i].Own && !k.Absent {
			var before, after chain
			for j := range stack {
				p := plain(&stack[j])
				before = append(before, p)
				if j == i {
					p.kinds = []Kind{{Sync: true, Async: true, View: k.View}}
				}
				after = append(after, p)
			}
			try(Change{Kind: MakeAsync, Layer: i, To: i}, before, after)
		}
		for j := range stack {
			if i == j || len(stack) > maxMoved || !knownBetween(stack, i, j) {
				continue
			}
			// Both chains have a place for the layer before and after the move;
			// in each of them one is empty, so that the others stand in pairs.
			k := stack[i].Kinds
			gap := []Kind{{Absent: true}}
			var before, after chain
			for x := range stack {
				switch {
				case x == i:
					before, after = append(before, place{kinds: k}), append(after, place{kinds: gap})
				case x == j && j < i:
					before, after = append(before, place{kinds: gap}), append(after, place{kinds: k})
					fallthrough
				default:
					before, after = append(before, plain(&stack[x])), append(after, plain(&stack[x]))
					if x == j && j > i {
						before, after = append(before, place{kinds: gap}), append(after, place{kinds: k})
					}
				}
			}
			try(Change{Kind: Move, Layer: i, To: j}, before, after)
		}
	}
	slices.SortStableFunc(found, func(a, b Change) int {
		return cmp.Or(-cmp.Compare(a.Saves, b.Saves), -cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.way(), b.way()))
	})
	for _, c := range found {
		if c.Kind == MakeAsync || allowed(moved(len(stack), c.Layer, c.To)) {
			c.HandOvers = most(stack, c)
			return &c
		}
	}
	return nil
}

// knownBetween says that all layers from i to j are known.
func knownBetween(stack []Layer, i, j int) bool {
	for x := min(i, j); x <= max(i, j); x++ {
		if !stack[x].Known() {
			return false
		}
	}
	return true
}

// most is the greatest cost after a change.
func most(stack []Layer, c Change) int {
	after := slices.Clone(stack)
	if c.Kind == MakeAsync {
		k := stack[c.Layer].Kinds[0]
		after[c.Layer].Kinds = []Kind{{Sync: true, Async: true, View: k.View}}
	} else {
		for i, j := range moved(len(stack), c.Layer, c.To) {
			after[i] = stack[j]
		}
	}
	out := math.MinInt
	for mode, cost := range greatest(after) {
		if mode == int(web.Sync) {
			cost = plus(cost, 1)
		}
		out = max(out, cost)
	}
	return out
}

// never is the cost of a chain that cannot be.
const never = math.MinInt

func plus(a, b int) int {
	if a == never {
		return never
	}
	return a + b
}

// greatest is the greatest cost of a stack by the mode of its outermost layer.
func greatest(stack []Layer) [2]int {
	best := [2]int{never, never}
	best[web.Async] = 0
	for i := len(stack) - 1; i >= 0; i-- {
		next := [2]int{never, never}
		for below, cost := range best {
			if cost == never {
				continue
			}
			for _, k := range stack[i].Kinds {
				mode, more := k.move(web.Mode(below))
				next[mode] = max(next[mode], cost+more)
			}
		}
		best = next
	}
	return best
}

// place is one place of a chain; chains that are compared have equally many.
type place struct{ kinds []Kind }

type chain []place

// worst is the greatest difference that a change from one chain to the other
// makes to the cost. A place with the same kinds in both holds the same layer,
// so that it is of one kind in both.
func worst(before, after chain) int {
	best := [2][2]int{{never, never}, {never, never}}
	best[web.Async][web.Async] = 0
	for i := len(before) - 1; i >= 0; i-- {
		next := [2][2]int{{never, never}, {never, never}}
		for a := range best {
			for b, have := range best[a] {
				if have == never {
					continue
				}
				for n, k := range before[i].kinds {
					l := after[i].kinds[min(n, len(after[i].kinds)-1)]
					modeA, costA := k.move(web.Mode(a))
					modeB, costB := l.move(web.Mode(b))
					next[modeA][modeB] = max(next[modeA][modeB], have-costA+costB)
				}
			}
		}
		best = next
	}
	out := never
	for a := range best {
		for b, have := range best[a] {
			if have != never {
				out = max(out, have-int(web.Async)+a+int(web.Async)-b)
			}
		}
	}
	return out
}
