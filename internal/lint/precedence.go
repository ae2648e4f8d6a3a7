package lint

import (
	"slices"
)

// precedence is a strict partial order of n entries, closed under transitivity.
type precedence struct {
	n      int
	before [][]bool // before[a][b]: a has to stand before b
}

func newPrecedence(n int) *precedence {
	o := &precedence{n: n, before: make([][]bool, n)}
	for i := range o.before {
		o.before[i] = make([]bool, n)
	}
	return o
}

// require adds that a stands before b. It answers false, and adds nothing, where
// b has to stand before a already.
func (o *precedence) require(a, b int) bool {
	switch {
	case a == b || o.before[b][a]:
		return false
	case o.before[a][b]:
		return true
	}
	for x := range o.n {
		if x != a && !o.before[x][a] {
			continue
		}
		o.before[x][b] = true
		for y := range o.n {
			if o.before[b][y] {
				o.before[x][y] = true
			}
		}
	}
	return true
}

// moves returns the fewest entries that have to move so that the order holds;
// all others keep their order. Of several such sets it is one with as many
// entries of the preferred as possible, the earlier ones first.
//
// Two entries x < y are at odds where y has to stand before x. Being at odds is
// transitive, so the largest set of entries that keep their places is the
// largest antichain of that relation, which has n - m entries, where m is the
// size of a maximum matching (Dilworth's theorem by way of König's).
func (o *precedence) moves(prefer []int) []int {
	alive := make([]bool, o.n)
	for i := range alive {
		alive[i] = true
	}
	candidates := slices.Clone(prefer)
	for i := range o.n {
		if !slices.Contains(candidates, i) {
			candidates = append(candidates, i)
		}
	}
	var out []int
	size := o.matching(alive)
	for _, x := range candidates {
		if size == 0 {
			break
		}
		// x may go if the rest still keeps as many: its matching is smaller by one.
		alive[x] = false
		if m := o.matching(alive); m == size-1 {
			size = m
			out = append(out, x)
		} else {
			alive[x] = true
		}
	}
	slices.Sort(out)
	return out
}

// matching is the size of a maximum matching between entries and those they
// are at odds with.
func (o *precedence) matching(alive []bool) int {
	to := make([]int, o.n) // the partner of y
	for i := range to {
		to[i] = -1
	}
	size := 0
	var try func(x int, seen []bool) bool
	try = func(x int, seen []bool) bool {
		for y := x + 1; y < o.n; y++ {
			if !alive[y] || seen[y] || !o.before[y][x] {
				continue
			}
			seen[y] = true
			if to[y] < 0 || try(to[y], seen) {
				to[y] = x
				return true
			}
		}
		return false
	}
	for x := range o.n {
		if alive[x] && try(x, make([]bool, o.n)) {
			size++
		}
	}
	return size
}

// place returns the order of all entries after some of them have moved: each no
// further than it has to.
func (o *precedence) place(moved []int) []int {
	var out []int
	for i := range o.n {
		if !slices.Contains(moved, i) {
			out = append(out, i)
		}
	}
	rest := slices.Clone(moved)
	for len(rest) > 0 {
		// Those that others of the rest wait for come first.
		k := slices.IndexFunc(rest, func(x int) bool {
			return !slices.ContainsFunc(rest, func(y int) bool { return o.before[y][x] })
		})
		x := rest[k]
		rest = slices.Delete(rest, k, k+1)
		low, high, natural := 0, len(out), 0
		for i, y := range out {
			if o.before[y][x] {
				low = i + 1
			}
			if o.before[x][y] && high == len(out) {
				high = i
			}
			if y < x {
				natural = i + 1
			}
		}
		out = slices.Insert(out, max(low, min(high, natural)), x)
	}
	return out
}
