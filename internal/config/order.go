package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// order reads the table of own constraints.
func (r *resolver) order() {
	before := len(r.errs)
	for _, o := range r.file.Order {
		if !r.dotted(o.Key, true) {
			continue
		}
		own := lint.OwnOrder{Layer: o.Key.Value, Reason: o.Value.Reason.Value, Span: o.Key.Span}
		own.Before = r.targets(o.Value.Before)
		own.After = r.targets(o.Value.After)
		if o.Value.First.Value {
			own.First = o.Value.First.Span
		}
		if o.Value.Last.Value {
			own.Last = o.Value.Last.Span
		}
		if before == 0 && len(own.Before)+len(own.After) == 0 && own.First.IsZero() && own.Last.IsZero() {
			r.errorf(o.Key.Span, "nothing is asked of %q; give before, after, first or last", o.Key.Value)
		}
		r.config.Order = append(r.config.Order, own)
	}
	switch n := r.names(); {
	case len(r.config.Order) > maxOrder || n > 2*maxOrder:
		r.errorf(r.config.Order[0].Span, "more than %d constraints, or more than %d names in them", maxOrder, 2*maxOrder)
	case len(r.errs) == before:
		r.circles()
	}
}

// maxOrder bounds the constraints of a file; time grows with the square of it.
const maxOrder = 200

// names counts what the constraints name.
func (r *resolver) names() int {
	n := 0
	for _, o := range r.config.Order {
		n += 1 + len(o.Before) + len(o.After)
	}
	return n
}

func (r *resolver) targets(list []Text) []lint.OwnTarget {
	var out []lint.OwnTarget
	for _, t := range given(list) {
		if r.dotted(t, true) {
			out = append(out, lint.OwnTarget{Layer: t.Value, Span: t.Span})
		}
	}
	return out
}

// edge says that from stands before another node, and where that is asked.
type edge struct {
	to   string
	span stack.Span
}

// circles reports constraints that no order can fulfil. Nodes are the dotted
// paths and the patterns that are named; a pattern also stands for the paths
// that fit it.
func (r *resolver) circles() {
	g := r.graph()
	names := make([]string, 0, len(g))
	for n := range g {
		names = append(names, n)
	}
	slices.Sort(names)
	state := map[string]int{} // 1 open, 2 done
	var trail []edge          // trail[i].to is reached by trail[i]
	var visit func(n string) bool
	visit = func(n string) bool {
		state[n] = 1
		for _, e := range g[n] {
			if state[e.to] == 1 {
				r.circle(append(trail, e), e.to)
				return true
			}
			if state[e.to] == 0 {
				trail = append(trail, e)
				if visit(e.to) {
					return true
				}
				trail = trail[:len(trail)-1]
			}
		}
		state[n] = 2
		return false
	}
	for _, n := range names {
		if state[n] == 0 && visit(n) {
			return
		}
	}
}

// circle reports the end of a trail that comes back to a node.
func (r *resolver) circle(trail []edge, node string) {
	from := 0
	for i, e := range trail[:len(trail)-1] {
		if e.to == node {
			from = i + 1
		}
	}
	loop := trail[from:]
	var parts []string
	last := node
	for _, e := range loop {
		parts = append(parts, fmt.Sprintf("%q before %q (line %d)", last, e.to, e.span.Line))
		last = e.to
	}
	r.errorf(loop[0].span, "no order can fulfil this: %s", strings.Join(parts, ", "))
}

// graph has an edge for everything that has to stand before something else.
func (r *resolver) graph() map[string][]edge {
	var nodes []string
	add := func(name string) {
		if !slices.Contains(nodes, name) {
			nodes = append(nodes, name)
		}
	}
	for _, o := range r.config.Order {
		add(o.Layer)
		for _, t := range slices.Concat(o.Before, o.After) {
			add(t.Layer)
		}
	}
	// what a name stands for among the nodes
	members := func(name string) []string {
		out := []string{name}
		for _, n := range nodes {
			if n != name && !lint.Pattern(n) && lint.MatchPattern(name, n) {
				out = append(out, n)
			}
		}
		return out
	}
	first, last := r.invited(nodes, true), r.invited(nodes, false)
	g := map[string][]edge{}
	put := func(a, b string, span stack.Span) {
		if a != b {
			g[a] = append(g[a], edge{b, span})
		}
	}
	for _, o := range r.config.Order {
		subjects := members(o.Layer)
		for _, s := range subjects {
			for k, t := range slices.Concat(o.Before, o.After) {
				for _, m := range members(t.Layer) {
					switch {
					case lint.Pattern(t.Layer) && slices.Contains(subjects, m):
						// A pattern does not speak of what it is the constraint of.
					case k < len(o.Before):
						put(s, m, t.Span)
					default:
						put(m, s, t.Span)
					}
				}
			}
			for _, n := range nodes {
				if !o.First.IsZero() && !lint.Pattern(n) && !first[n] {
					put(s, n, o.First)
				}
				if !o.Last.IsZero() && !lint.Pattern(n) && !last[n] {
					put(n, s, o.Last)
				}
			}
		}
	}
	return g
}

// invited are the names that are asked to be first, or last.
func (r *resolver) invited(names []string, first bool) map[string]bool {
	out := map[string]bool{}
	for _, o := range r.config.Order {
		asked := o.Last
		if first {
			asked = o.First
		}
		for _, n := range names {
			if !asked.IsZero() && lint.MatchPattern(o.Layer, n) {
				out[n] = true
			}
		}
	}
	return out
}
