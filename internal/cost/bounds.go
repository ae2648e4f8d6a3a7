package cost

import (
	"github.com/mwcheck/mwcheck/web"
)

// Range is a number that is not known exactly; both ends are possible.
type Range struct{ Min, Max int }

// Exact says that it is known.
func (r Range) Exact() bool { return r.Min == r.Max }

func (r *Range) add(n int) {
	if r.Max < r.Min {
		*r = Range{n, n}
	}
	r.Min, r.Max = min(r.Min, n), max(r.Max, n)
}

// none is a Range before its first number.
var none = Range{1, 0}

// LayerCost is what one layer costs under any kinds of the layers further in.
type LayerCost struct {
	Layer
	// Sync and Async say in which modes it may run; neither for one that is
	// not used.
	Sync, Async bool
	HandOvers   Range
	// Step is the layer in the plan; nil where the stack is not known exactly.
	Step *Step
}

// Result is the cost of a stack.
type Result struct {
	Layers []LayerCost
	// Top is the hand-over around the whole chain.
	Top Range
	// HandOvers is the number for a request. With AtLeast there may be more than
	// its Max.
	HandOvers Range
	AtLeast   bool
	// Returns is the number of ways back to the loop; known if Exact.
	Returns int
	// Change is the one that saves most; nil where none does or where the count
	// is not exact.
	Change *Change
}

// Exact says that everything about the stack is known.
func (r *Result) Exact() bool {
	if r.AtLeast || !r.HandOvers.Exact() {
		return false
	}
	for i := range r.Layers {
		if !r.Layers[i].Known() {
			return false
		}
	}
	return true
}

// move is how a chain in one mode becomes one in another by a layer of a kind.
// What it says is what Count reads from the plan; a test compares them.
func (k Kind) move(below web.Mode) (mode web.Mode, cost int) {
	if k.Absent {
		return below, 0
	}
	mode = web.Sync
	if k.Async && (below == web.Async || !k.Sync) {
		mode = web.Async
	}
	cost = len(k.threaded(mode))
	if mode == web.Async && below == web.Sync {
		cost++
	}
	return mode, cost
}

// Compute gives the cost of a stack, outermost layer first. The error is that of
// Count, for a stack that Django could not build.
func Compute(stack []Layer) (*Result, error) {
	r := &Result{Top: none, Layers: make([]LayerCost, len(stack))}
	reach := map[web.Mode]bool{web.Async: true}
	for i := len(stack) - 1; i >= 0; i-- {
		l := &r.Layers[i]
		l.Layer, l.HandOvers = stack[i], none
		r.AtLeast = r.AtLeast || l.Open
		next := map[web.Mode]bool{}
		for below := range reach {
			for _, k := range l.Kinds {
				mode, cost := k.move(below)
				next[mode] = true
				l.HandOvers.add(cost)
				l.Sync = l.Sync || !k.Absent && mode == web.Sync
				l.Async = l.Async || !k.Absent && mode == web.Async
			}
		}
		reach = next
	}
	for mode := range reach {
		r.Top.add(int(web.Async) - int(mode))
	}
	names := make([]string, len(stack))
	for i := range stack {
		names[i] = stack[i].Path
	}
	low, err := Count(names, extreme(stack, func(a, b int) bool { return a < b }))
	if err != nil {
		return nil, err
	}
	high, err := Count(names, extreme(stack, func(a, b int) bool { return a > b }))
	if err != nil {
		return nil, err
	}
	r.HandOvers = Range{low.HandOvers, high.HandOvers}
	if r.Exact() {
		r.Returns = low.Returns
		for i := range low.Steps {
			r.Layers[i].Step = &low.Steps[i]
		}
	}
	return r, nil
}

// choice is the best way so far to a chain in one mode.
type choice struct {
	ok    bool
	cost  int
	kinds []Kind // innermost first
}

// extreme chooses a kind for each layer so that the cost of the whole is the
// least, or the most, as better says.
func extreme(stack []Layer, better func(a, b int) bool) []Kind {
	best := [2]choice{}
	best[web.Async] = choice{ok: true}
	for i := len(stack) - 1; i >= 0; i-- {
		next := [2]choice{}
		for below, from := range best {
			if !from.ok {
				continue
			}
			for _, k := range stack[i].Kinds {
				mode, cost := k.move(web.Mode(below))
				if to := &next[mode]; !to.ok || better(from.cost+cost, to.cost) {
					*to = choice{true, from.cost + cost, append(from.kinds[:len(from.kinds):len(from.kinds)], k)}
				}
			}
		}
		best = next
	}
	end := best[web.Async]
	if top := best[web.Sync]; top.ok && (!end.ok || better(top.cost+1, end.cost)) {
		end = top
	}
	kinds := make([]Kind, len(end.kinds))
	for i, k := range end.kinds {
		kinds[len(kinds)-1-i] = k
	}
	return kinds
}
