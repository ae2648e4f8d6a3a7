package lint

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawPrecedence draws a partial order, and the pairs it was made of.
func drawPrecedence(t *rapid.T, most int) *precedence {
	o := newPrecedence(rapid.IntRange(1, most).Draw(t, "n"))
	for range rapid.IntRange(0, 2*most).Draw(t, "pairs") {
		o.require(rapid.IntRange(0, o.n-1).Draw(t, "a"), rapid.IntRange(0, o.n-1).Draw(t, "b"))
	}
	return o
}

// fewest tries all sets of entries that keep their places.
func (o *precedence) fewest() int {
	best := o.n
	for set := range 1 << o.n {
		kept, fits := 0, true
		for x := range o.n {
			if set&(1<<x) == 0 {
				continue
			}
			kept++
			for y := x + 1; y < o.n; y++ {
				fits = fits && (set&(1<<y) == 0 || !o.before[y][x])
			}
		}
		if fits {
			best = min(best, o.n-kept)
		}
	}
	return best
}

// TestPrecedence holds the moves against trying everything: they are as few as
// possible, what does not move keeps its order, and the result has the order
// asked for.
func TestPrecedence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawPrecedence(t, 8)
		prefer := rapid.SliceOfDistinct(rapid.IntRange(0, o.n-1), rapid.ID[int]).Draw(t, "prefer")
		moved := o.moves(prefer)
		require.Len(t, moved, o.fewest())
		order := o.place(moved)
		sorted := slices.Clone(order)
		slices.Sort(sorted)
		for i := range o.n {
			require.Equal(t, i, sorted[i])
			for _, later := range order[i+1:] {
				require.False(t, o.before[later][order[i]], "%v", order)
			}
		}
		stay := slices.DeleteFunc(slices.Clone(order), func(x int) bool { return slices.Contains(moved, x) })
		require.True(t, slices.IsSorted(stay))
	})
}

func TestPrecedenceRequire(t *testing.T) {
	o := newPrecedence(4)
	require.True(t, o.require(2, 1))
	require.True(t, o.require(1, 0))
	require.True(t, o.require(2, 0))
	require.False(t, o.require(0, 2), "a circle")
	require.False(t, o.require(3, 3))
	require.Equal(t, []int{0, 1}, o.moves([]int{0}))
	require.Equal(t, []int{2, 1, 0, 3}, o.place([]int{0, 1}))
	require.Equal(t, []int{0, 2}, o.moves([]int{2}))
	swap := newPrecedence(3)
	swap.require(2, 0)
	require.Equal(t, []int{0}, swap.moves(nil))
	require.Equal(t, []int{1, 2, 0}, swap.place([]int{0}))
	require.Equal(t, []int{2}, swap.moves([]int{2}))
	require.Equal(t, []int{2, 0, 1}, swap.place([]int{2}))
}
