package lint

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/catalog"
)

// excused says that the violation's collision with the entry j is not to be
// reported.
func (c *orderCheck) excused(v *violation, j int) bool {
	f := v.fact
	first, second := v.subject, j // the order that f asks for
	if j > v.subject {
		first, second = j, v.subject
	}
	if c.mustPath(second, first, f) {
		return true
	}
	role := &c.p.Layers[j].Role
	for i := range c.facts {
		g := &c.facts[i]
		if g.Fact == f.Fact || g.unsure != "" {
			continue
		}
		if c.p.Catalog.Contradict(f.ID, g.ID) && role.Plays(g.Subject) {
			return true
		}
		if f.Strength == catalog.Must || g.Subject == f.Subject {
			continue
		}
		if g.severity >= f.severity && (!specific(f) || specific(g)) && c.demands(g, second, first) {
			return true
		}
		// What is known of a layer by name weighs more than what is said of
		// all layers with a tag, unless the fact's own subject asks for the
		// same place.
		if byTag(f) && c.wantsEdge(g, j, f.Relation) && !c.edgeItself(f) {
			return true
		}
	}
	return false
}

// byTag says that a should fact reaches its targets by a tag or by "*".
func byTag(f *applied) bool {
	if f.Relation != catalog.Before && f.Relation != catalog.After {
		return false
	}
	return slices.ContainsFunc(f.Targets, func(t string) bool {
		_, tag := catalog.TagOf(t)
		return tag || t == "*"
	})
}

// wantsEdge says that g asks for j to be near the start (for a "before" fact)
// or near the end (for an "after" fact) by j's own name.
func (c *orderCheck) wantsEdge(g *applied, j int, relation catalog.Relation) bool {
	if _, tag := catalog.TagOf(g.Subject); tag || !c.p.Layers[j].Role.Plays(g.Subject) {
		return false
	}
	if relation == catalog.Before {
		return g.Relation == catalog.First || g.Relation == catalog.NearFirst || g.Relation == catalog.DirectlyAfter || slices.Contains(g.Targets, "*")
	}
	return g.Relation == catalog.Last || g.Relation == catalog.NearLast
}

// edgeItself says that the subject of f is asked to be near the same end.
func (c *orderCheck) edgeItself(f *applied) bool {
	return slices.ContainsFunc(c.facts, func(g applied) bool {
		if g.Subject != f.Subject {
			return false
		}
		if f.Relation == catalog.Before {
			return g.Relation == catalog.First || g.Relation == catalog.NearFirst
		}
		return g.Relation == catalog.Last || g.Relation == catalog.NearLast
	})
}

// demands says that g asks for the entry a to stand before the entry b.
func (c *orderCheck) demands(g *applied, a, b int) bool {
	ra, rb := &c.p.Layers[a].Role, &c.p.Layers[b].Role
	targets := func(s, t int, role *catalog.Role) bool {
		return slices.ContainsFunc(g.Targets, func(ref string) bool {
			return (ref == "*" || role.Plays(ref)) && c.counts(g, s, t)
		})
	}
	switch g.Relation {
	case catalog.After, catalog.DirectlyAfter:
		return rb.Plays(g.Subject) && targets(b, a, ra)
	case catalog.Before:
		return ra.Plays(g.Subject) && targets(a, b, rb)
	case catalog.First:
		return ra.Plays(g.Subject) && c.counts(g, a, b)
	case catalog.Last:
		return rb.Plays(g.Subject) && c.counts(g, b, a)
	}
	return false
}

// mustPath says that must facts other than f demand, over any number of steps,
// that the entry a stands before the entry b.
func (c *orderCheck) mustPath(a, b int, f *applied) bool {
	if c.must == nil {
		c.buildMust()
	}
	direct := func(x, y int) bool {
		return slices.ContainsFunc(c.facts, func(g applied) bool {
			return g.Strength == catalog.Must && g.unsure == "" && g.Fact != f.Fact && c.demands(&g, x, y)
		})
	}
	seen := make([]bool, c.n)
	queue := []int{a}
	seen[a] = true
	for len(queue) > 0 {
		x := queue[0]
		queue = queue[1:]
		for _, y := range c.must[x] {
			if seen[y] || (f.Strength == catalog.Must && !direct(x, y)) {
				continue
			}
			if y == b {
				return true
			}
			seen[y] = true
			queue = append(queue, y)
		}
	}
	return false
}

func (c *orderCheck) buildMust() {
	c.must = make([][]int, c.n)
	for i := range c.facts {
		g := &c.facts[i]
		if g.Strength != catalog.Must || g.unsure != "" {
			continue
		}
		for _, s := range c.p.players[g.Subject] {
			for j := 0; s < c.n && j < c.n; j++ {
				if c.demands(g, s, j) {
					c.must[s] = append(c.must[s], j)
				}
				if c.demands(g, j, s) {
					c.must[j] = append(c.must[j], s)
				}
			}
		}
	}
	for i := range c.must {
		slices.Sort(c.must[i])
		c.must[i] = slices.Compact(c.must[i])
	}
}
