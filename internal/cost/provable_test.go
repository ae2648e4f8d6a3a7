package cost_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/cost"
)

// each calls f with every combination of the kinds of a stack.
func each(stack []cost.Layer, f func(kinds []cost.Kind)) {
	var walk func(chosen []cost.Kind)
	walk = func(chosen []cost.Kind) {
		if len(chosen) == len(stack) {
			f(chosen)
			return
		}
		for _, k := range stack[len(chosen)].Kinds {
			walk(append(chosen[:len(chosen):len(chosen)], k))
		}
	}
	walk(nil)
}

// savings are the least saving and the greatest cost of a change over all
// combinations, by the engine's plans.
func savings(t require.TestingT, stack []cost.Layer, c cost.Change) (least, most int) {
	names := make([]string, len(stack))
	least, most = 1000, -1
	each(stack, func(kinds []cost.Kind) {
		before, err := cost.Count(names, kinds)
		require.NoError(t, err)
		after := slices.Clone(kinds)
		if c.Kind == cost.MakeAsync {
			after[c.Layer] = cost.Kind{Sync: true, Async: true, View: kinds[c.Layer].View}
		} else {
			k := after[c.Layer]
			after = slices.Insert(slices.Delete(after, c.Layer, c.Layer+1), c.To, k)
		}
		then, err := cost.Count(names, after)
		require.NoError(t, err)
		least, most = min(least, before.HandOvers-then.HandOvers), max(most, then.HandOvers)
	})
	return least, most
}

// TestBestOfRangeIsProvable compares what a change is said to save at least with
// all combinations, and wants no allowed change to save more.
func TestBestOfRangeIsProvable(t *testing.T) {
	said := 0
	rapid.Check(t, func(t *rapid.T) {
		var stack []cost.Layer
		for i := range rapid.IntRange(2, 5).Draw(t, "layers") {
			kinds := rapid.SliceOfN(anyKind(), 1, 1+i%3).Draw(t, "kinds")
			stack = append(stack, cost.Layer{Path: "x", Kinds: kinds, Own: rapid.Bool().Draw(t, "own")})
		}
		r, err := cost.Compute(stack)
		require.NoError(t, err)
		got := cost.Best(stack, r, func([]int) bool { return true })
		if r.Exact() {
			return
		}
		best := 0
		for i := range stack {
			if len(stack[i].Kinds) > 1 {
				continue
			}
			if stack[i].Own && !stack[i].Kinds[0].Absent {
				least, _ := savings(t, stack, cost.Change{Kind: cost.MakeAsync, Layer: i})
				best = max(best, least)
			}
			for j := range stack {
				known := true
				for x := min(i, j); x <= max(i, j); x++ {
					known = known && len(stack[x].Kinds) == 1
				}
				if known && i != j {
					least, _ := savings(t, stack, cost.Change{Kind: cost.Move, Layer: i, To: j})
					best = max(best, least)
				}
			}
		}
		if best <= 0 {
			require.Nil(t, got)
			return
		}
		said++
		require.NotNil(t, got)
		least, most := savings(t, stack, *got)
		require.Equal(t, best, got.Saves)
		require.Equal(t, least, got.Saves)
		require.Equal(t, most, got.HandOvers)
	})
	require.NotZero(t, said)
}

func TestBestOfRange(t *testing.T) {
	anything := func([]int) bool { return true }
	best := func(own bool, unknown ...cost.Kind) *cost.Change {
		stack := append(stackOf([]cost.Kind{native, syncOnly, native}), cost.Layer{Path: "U", Kinds: unknown})
		stack[1].Own = own
		r, err := cost.Compute(stack)
		require.NoError(t, err)
		require.False(t, r.Exact())
		return cost.Best(stack, r, anything)
	}
	// Whether the innermost layer is synchronous or not, the one at 1 costs a
	// hand-over for the layer outside of it.
	require.Equal(t, &cost.Change{Kind: cost.MakeAsync, Layer: 1, To: 1, HandOvers: 1, Saves: 1}, best(true, syncOnly, native))
	require.Equal(t, &cost.Change{Kind: cost.MakeAsync, Layer: 1, To: 1, HandOvers: 0, Saves: 1}, best(true, native, cost.Kind{Absent: true}))
	// Moving it inwards saves only where the innermost one is synchronous, too.
	require.Nil(t, best(false, syncOnly, native))
	require.Nil(t, best(false, native, cost.Kind{Absent: true}))
}
