package cost_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/cost"
	"github.com/mwcheck/mwcheck/modern"
)

var (
	mixin    = cost.Kind{Sync: true, Async: true, Request: true, Response: true}
	syncOnly = cost.Kind{Sync: true}
	native   = cost.Kind{Async: true}
	hybrid   = cost.Kind{Sync: true, Async: true}
)

func repeat(n int, k ...cost.Kind) []cost.Kind { return slices.Repeat(k, n) }

func stackOf(kinds []cost.Kind) []cost.Layer {
	var out []cost.Layer
	for i, k := range kinds {
		out = append(out, cost.Layer{Path: string(rune('A' + i)), Kinds: []cost.Kind{k}})
	}
	return out
}

// measured are the calls of SyncToAsync that real Django (main, Python 3.12)
// made for a request with an asynchronous view.
var measured = []struct {
	name  string
	kinds []cost.Kind
	want  int
}{
	{"20 mixins with both hooks", repeat(20, mixin), 40},
	{"sync-only outermost, 19 mixins", slices.Insert(repeat(19, mixin), 0, syncOnly), 39},
	{"sync-only third, 19 mixins", slices.Insert(repeat(19, mixin), 2, syncOnly), 35},
	{"19 mixins, sync-only innermost", append(repeat(19, mixin), syncOnly), 1},
	{"20 sync-only", repeat(20, syncOnly), 1},
	{"19 native async, sync-only innermost", append(repeat(19, native), syncOnly), 1},
	{"native async and sync-only in turn", repeat(10, native, syncOnly), 10},
	{"20 native async", repeat(20, native), 0},
}

func TestMeasuredCounts(t *testing.T) {
	for _, c := range measured {
		t.Run(c.name, func(t *testing.T) {
			require.Len(t, c.kinds, 20)
			r, err := cost.Compute(stackOf(c.kinds))
			require.NoError(t, err)
			require.True(t, r.Exact())
			require.Equal(t, cost.Range{Min: c.want, Max: c.want}, r.HandOvers)
			sum := r.Top.Min
			for _, l := range r.Layers {
				require.True(t, l.HandOvers.Exact())
				require.Equal(t, l.HandOvers.Min, l.Step.HandOvers())
				sum += l.HandOvers.Min
			}
			require.Equal(t, c.want, sum, "the layers' shares add up")
		})
	}
}

func TestEmptyStackCostsNothing(t *testing.T) {
	r, err := cost.Compute(nil)
	require.NoError(t, err)
	require.Equal(t, cost.Range{}, r.HandOvers)
	require.Equal(t, cost.Range{}, r.Top)
}

func TestNeitherModeIsAnError(t *testing.T) {
	_, err := cost.Compute(stackOf([]cost.Kind{mixin, {}}))
	var build *modern.BuildError
	require.True(t, errors.As(err, &build))
	require.Equal(t, 1, build.Index)
	require.ErrorIs(t, err, modern.ErrNoMode)
}

func TestViewHooksAreHandedOverInAnyMode(t *testing.T) {
	for _, k := range []cost.Kind{{Sync: true, View: true}, {Async: true, View: true}} {
		inner, err := cost.Count([]string{"A", "B"}, []cost.Kind{k, {Sync: k.Sync, Async: k.Async}})
		require.NoError(t, err)
		bare, err := cost.Count([]string{"A", "B"}, []cost.Kind{{Sync: k.Sync, Async: k.Async}, {Sync: k.Sync, Async: k.Async}})
		require.NoError(t, err)
		require.Equal(t, bare.HandOvers+1, inner.HandOvers)
	}
}

func TestBestChange(t *testing.T) {
	anything := func([]int) bool { return true }
	best := func(kinds []cost.Kind, own bool, allowed func([]int) bool) *cost.Change {
		stack := stackOf(kinds)
		for i := range stack {
			stack[i].Own = own
		}
		r, err := cost.Compute(stack)
		require.NoError(t, err)
		return cost.Best(stack, r, allowed)
	}
	third := slices.Insert(repeat(19, mixin), 2, syncOnly)
	require.Equal(t, &cost.Change{Kind: cost.Move, Layer: 2, To: 19, HandOvers: 1, Saves: 34}, best(third, false, anything))
	// The layer may not go past the one at 10.
	before10 := func(order []int) bool { return slices.Index(order, 2) < slices.Index(order, 10) }
	require.Equal(t, &cost.Change{Kind: cost.Move, Layer: 2, To: 9, HandOvers: 21, Saves: 14}, best(third, false, before10))
	require.Nil(t, best(third, false, func([]int) bool { return false }), "no order is allowed and no layer can be changed")
	require.Nil(t, best(repeat(20, mixin), false, anything), "no move helps a stack of mixins")
	require.Equal(t, &cost.Change{Kind: cost.MakeAsync, Layer: 0, To: 0, HandOvers: 38, Saves: 2}, best(repeat(20, mixin), true, anything))
	require.Nil(t, best(repeat(20, native), true, anything))
	require.Equal(t, cost.MakeAsync, best([]cost.Kind{native, syncOnly, native}, true, func([]int) bool { return false }).Kind)
}

func anyKind() *rapid.Generator[cost.Kind] {
	return rapid.Custom(func(t *rapid.T) cost.Kind {
		k := rapid.SampledFrom([]cost.Kind{mixin, syncOnly, native, hybrid, {Absent: true}}).Draw(t, "base")
		if k == mixin {
			k.Request, k.Response = rapid.Bool().Draw(t, "request"), rapid.Bool().Draw(t, "response")
		}
		k.View = !k.Absent && rapid.Bool().Draw(t, "view")
		return k
	})
}

// TestRangeIsWhatEnumerationFinds compares the range with the plans of every
// combination of kinds.
func TestRangeIsWhatEnumerationFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stack []cost.Layer
		var names []string
		for range rapid.IntRange(0, 5).Draw(t, "layers") {
			kinds := rapid.SliceOfN(anyKind(), 1, 4).Draw(t, "kinds")
			stack = append(stack, cost.Layer{Path: "x", Kinds: kinds})
			names = append(names, "x")
		}
		r, err := cost.Compute(stack)
		require.NoError(t, err)
		total, top := []int{}, []int{}
		each := make([][]int, len(stack))
		var walk func(chosen []cost.Kind)
		walk = func(chosen []cost.Kind) {
			if len(chosen) < len(stack) {
				for _, k := range stack[len(chosen)].Kinds {
					walk(append(chosen[:len(chosen):len(chosen)], k))
				}
				return
			}
			c, err := cost.Count(names, chosen)
			require.NoError(t, err)
			total = append(total, c.HandOvers)
			sum := 0
			for i := range c.Steps {
				each[i] = append(each[i], c.Steps[i].HandOvers())
				sum += c.Steps[i].HandOvers()
			}
			top = append(top, c.HandOvers-sum)
		}
		walk(nil)
		span := func(n []int) cost.Range { return cost.Range{Min: slices.Min(n), Max: slices.Max(n)} }
		require.Equal(t, span(total), r.HandOvers)
		require.Equal(t, span(top), r.Top)
		for i := range each {
			require.Equal(t, span(each[i]), r.Layers[i].HandOvers)
		}
	})
}

// TestUnknownPartsBoundFromBelow puts any run of layers in the place of a part
// that is not known: the count is never below what was said.
func TestUnknownPartsBoundFromBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outer := rapid.SliceOfN(anyKind(), 0, 4).Draw(t, "outer")
		run := rapid.SliceOfN(anyKind(), 0, 6).Draw(t, "run")
		inner := rapid.SliceOfN(anyKind(), 0, 4).Draw(t, "inner")
		stack := slices.Concat(stackOf(outer), []cost.Layer{cost.Open("load()")}, stackOf(inner))
		r, err := cost.Compute(stack)
		require.NoError(t, err)
		require.True(t, r.AtLeast)
		require.False(t, r.Exact())
		require.Nil(t, cost.Best(stack, r, func([]int) bool { return true }))
		all, err := cost.Compute(stackOf(slices.Concat(outer, run, inner)))
		require.NoError(t, err)
		require.LessOrEqual(t, r.HandOvers.Min, all.HandOvers.Min)
	})
}
