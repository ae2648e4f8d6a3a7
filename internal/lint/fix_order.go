package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/listedit"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Ask is what a problem asks of the order of the stack.
type Ask struct {
	// Pairs are entries that have to stand in this order. None: the entry
	// belongs to another place, which trying has to find.
	Pairs [][2]int
	// Subject is the entry that the problem is about.
	Subject int
	// Must says that something breaks otherwise.
	Must bool
	// End is the end of the list that the entry belongs near to.
	End End
}

// End is an end of a list.
type End uint8

// The ends of a list.
const (
	NoEnd End = iota
	FirstEnd
	LastEnd
)

// maxReordered bounds the stacks that are put in order; real ones have up to 43
// layers.
const maxReordered = 100

// reorder returns ways to put a problem of the order right, the best first: one
// that puts everything right that must be, or everything that documentation asks
// for as well where the problem itself is of that kind; then ways that deal with
// this problem alone. Each moves as few layers as possible.
func (p *Pass) reorder(problem *Problem) []Repair {
	if len(p.Layers) > maxReordered || len(p.Layers) > maxOrder {
		return nil
	}
	ask := problem.Order
	// By what shows in the new order, see harm.
	orders := make([][]reordering, refusedHarm)
	add := func(r reordering) {
		known := func(o reordering) bool { return slices.Equal(o.order, r.order) }
		if r.order == nil || slices.ContainsFunc(slices.Concat(orders...), known) {
			return
		}
		if h := p.harm(r.order, problem); h < refusedHarm {
			orders[h] = append(orders[h], r)
		}
	}
	if len(ask.Pairs) > 0 {
		groups := [][]*Ask{{ask}}
		if problem.Severity > finding.Note {
			var all []*Ask
			for i := range p.reports {
				r := &p.reports[i].problem
				if r.Order != nil && len(r.Order.Pairs) > 0 && r.Severity > finding.Note && (r.Order.Must || !ask.Must) {
					all = append(all, r.Order)
				}
			}
			// What must be goes first: where not everything can be had, the rest
			// gives way.
			slices.SortStableFunc(all, func(a, b *Ask) int { return rank(a) - rank(b) })
			groups = [][]*Ask{all, {ask}}
		}
		for _, group := range groups {
			for _, keep := range []bool{false, true} {
				for _, bySubject := range []bool{true, false} {
					add(p.solve(group, keep, bySubject))
				}
			}
		}
	}
	if len(orders[noHarm]) == 0 {
		for _, r := range p.tries(ask) {
			add(r)
			if len(orders[noHarm]) > 0 {
				break
			}
		}
	}
	var out []Repair
	for _, list := range orders {
		slices.SortStableFunc(list, func(a, b reordering) int { return len(a.moved) - len(b.moved) })
		for _, r := range list {
			out = append(out, p.repairOf(r, ask))
		}
	}
	return out
}

// reordering is another order of the entries: the old indices in the new order,
// and which of them have moved.
type reordering struct{ order, moved []int }

func rank(a *Ask) int {
	if a.Must {
		return 0
	}
	return 1
}

// solve finds an order that has all pairs of some problems and moves the fewest
// entries; none if the pairs cannot all be had. keep says that pairs stay as they
// are that documentation asks for: with it more may have to move, without it
// something else may get wrong. bySubject prefers to move what the problems are
// about, not what it collides with.
func (p *Pass) solve(asks []*Ask, keep, bySubject bool) reordering {
	o := newPrecedence(len(p.Layers))
	c := p.order()
	for i := range c.facts {
		if c.facts[i].Strength == catalog.Must {
			c.satisfied(&c.facts[i], func(a, b int) { o.require(a, b) })
		}
	}
	var prefer []int
	for _, a := range asks {
		for _, pair := range a.Pairs {
			if !o.require(pair[0], pair[1]) {
				return reordering{}
			}
			other := pair[0] + pair[1] - a.Subject
			if bySubject {
				other = a.Subject
			}
			if !slices.Contains(prefer, other) {
				prefer = append(prefer, other)
			}
		}
	}
	// What holds is to hold on, as far as it goes together with what is asked.
	for i := range c.facts {
		if keep && c.facts[i].Strength != catalog.Must {
			c.satisfied(&c.facts[i], func(a, b int) { o.require(a, b) })
		}
	}
	p.ownSatisfied(func(a, b int) { o.require(a, b) })
	moved := o.moves(prefer)
	return reordering{o.place(moved), moved}
}

// satisfied yields the pairs of entries that a fact asks for and that stand as
// it asks. Of several layers that can do the same work the furthest is enough.
func (c *orderCheck) satisfied(f *applied, yield func(before, behind int)) {
	if f.unsure != "" {
		return
	}
	put := func(s, j int) {
		if j < s {
			yield(j, s)
		} else {
			yield(s, j)
		}
	}
	for _, s := range c.p.players[f.Subject] {
		if s >= c.n {
			continue
		}
		switch f.Relation {
		case catalog.First, catalog.Last:
			for j := range c.n {
				if c.counts(f, s, j) && (j > s) == (f.Relation == catalog.First) {
					put(s, j)
				}
			}
		case catalog.DirectlyAfter:
			if t := c.p.directTarget(f, s); t != s {
				put(s, t)
			}
		case catalog.After, catalog.Before:
			for _, target := range f.Targets {
				_, tag := catalog.TagOf(target)
				furthest := -1
				for j := range c.n {
					if j == s || wrongSide(f, s, j) || target != "*" && !c.p.Layers[j].Role.Plays(target) || (tag || target == "*") && !c.counts(f, s, j) {
						continue
					}
					switch {
					case tag || target == "*":
						put(s, j)
					case furthest < 0 || f.Relation == catalog.Before:
						furthest = j
					}
				}
				if furthest >= 0 {
					put(s, furthest)
				}
			}
		}
	}
}

// tries are the orders in which one entry has moved, the problem's own layer
// first and the shortest ways first. An entry that belongs near an end goes as
// near to it as it can.
func (p *Pass) tries(ask *Ask) []reordering {
	entries := []int{ask.Subject}
	for _, pair := range ask.Pairs {
		for _, i := range pair {
			if !slices.Contains(entries, i) {
				entries = append(entries, i)
			}
		}
	}
	var out []reordering
	n := len(p.Layers)
	put := func(e, to int) {
		order := make([]int, 0, n)
		for i := range n {
			if i != e {
				order = append(order, i)
			}
		}
		out = append(out, reordering{slices.Insert(order, to, e), []int{e}})
	}
	switch ask.End {
	case FirstEnd:
		for to := range ask.Subject {
			put(ask.Subject, to)
		}
		return out
	case LastEnd:
		for to := n - 1; to > ask.Subject; to-- {
			put(ask.Subject, to)
		}
		return out
	}
	for _, e := range entries[:min(len(entries), 4)] {
		for d := 1; d < n; d++ {
			for _, to := range []int{e + d, e - d} {
				if to >= 0 && to < n {
					put(e, to)
				}
			}
		}
	}
	return out
}

// How good another order is in which a problem is gone.
const (
	noHarm      = iota // nothing is reported that is not reported now
	unmasked           // something weaker shows that had been left unsaid
	newNote            // where an error or a warning goes, a note comes
	refusedHarm        // the problem is still there, or another one is new
)

// harm says what another order brings.
func (p *Pass) harm(order []int, problem *Problem) int {
	q := p.permuted(order)
	q.runOrder()
	before := p.keys()
	fixed := (&report{rule: p.ruleOf(problem), problem: *problem}).keys()
	harm := noHarm
	for i := range q.reports {
		for _, k := range q.reports[i].keys() {
			switch {
			case slices.Contains(fixed, k):
				return refusedHarm
			case slices.ContainsFunc(p.reports, func(r report) bool { return slices.Contains(r.keys(), k) }):
			case before[k]:
				harm = max(harm, unmasked)
			case problem.Severity > finding.Note && q.reports[i].problem.Severity == finding.Note:
				harm = max(harm, newNote)
			default:
				return refusedHarm
			}
		}
	}
	return harm
}

func (p *Pass) ruleOf(problem *Problem) *Rule {
	for i := range p.reports {
		if p.reports[i].problem.Order == problem.Order {
			return p.reports[i].rule
		}
	}
	return p.rule
}

// permuted is the pass with its entries in another order, without reports.
func (p *Pass) permuted(order []int) *Pass {
	s := *p.Stack
	s.Entries = make([]stack.Entry, len(order))
	q := &Pass{
		Stack: &s, Module: p.Module, Django: p.Django, Catalog: p.Catalog, Layers: make([]Layer, len(order)),
		config: p.config, ignored: p.ignored, facts: p.facts, names: p.names, players: make(map[string][]int, len(p.players)),
	}
	at := make([]int, len(order))
	for i, old := range order {
		at[old] = i
		s.Entries[i] = p.Stack.Entries[old]
		q.Layers[i] = p.Layers[old]
		q.Layers[i].Index = i
	}
	for ref, players := range p.players {
		moved := make([]int, 0, len(players))
		for _, i := range players {
			moved = append(moved, at[i])
		}
		slices.Sort(moved)
		q.players[ref] = moved
	}
	return q
}

// runOrder runs the rules on the order.
func (p *Pass) runOrder() {
	for _, r := range p.config.Rules {
		if r.Order {
			p.rule = r
			r.Run(p)
		}
	}
}

// repairOf turns an order into a repair. It is safe where the order is one that
// must be and everything that moves, or that something moves past, is known.
func (p *Pass) repairOf(r reordering, ask *Ask) Repair {
	out := Repair{Safety: finding.Safe, Items: make([]listedit.Item, len(r.order))}
	if !ask.Must {
		out.Safety = finding.Unsafe
	}
	var parts []string
	for i, old := range r.order {
		out.Items[i].Old = old
		if !slices.Contains(r.moved, old) {
			continue
		}
		out.Items[i].Moved = true
		for _, j := range append(between(r.order, i), i) {
			if !p.understood(r.order[j]) {
				out.Safety = finding.Unsafe
			}
		}
		parts = append(parts, p.name(p.Layers[old].Entry.Path)+" "+p.landmark(r.order, i))
	}
	out.Title = "move " + strings.Join(parts, ", ")
	if len(parts) > 3 {
		out.Title = fmt.Sprintf("move %d layers: %s and so on", len(parts), strings.Join(parts[:2], ", "))
	}
	return out
}

// between are the places, in the new order, of what the entry at i has gone past.
func between(order []int, i int) []int {
	var out []int
	for j := range order {
		if j < i && order[j] > order[i] || j > i && order[j] < order[i] {
			out = append(out, j)
		}
	}
	return out
}

// understood says that it is known what a layer does: the catalog describes it,
// or its source was read whole.
func (p *Pass) understood(i int) bool {
	l := &p.Layers[i]
	return !l.Entry.Unknown && (l.Role.Exact || l.Facts != nil && l.whole())
}

// landmark says where an entry goes, as `after "SessionMiddleware"`.
func (p *Pass) landmark(order []int, i int) string {
	up := i+1 < len(order) && slices.ContainsFunc(order[i+1:], func(j int) bool { return j < order[i] })
	if up && !p.Layers[order[i+1]].Entry.Unknown {
		return "before " + p.name(p.Layers[order[i+1]].Entry.Path)
	}
	if i > 0 && !p.Layers[order[i-1]].Entry.Unknown {
		return "after " + p.name(p.Layers[order[i-1]].Entry.Path)
	}
	return fmt.Sprintf("to place %d", i+1)
}
