package lint

import (
	"cmp"
	"slices"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
)

// violation is a fact that the entry subject does not follow.
type violation struct {
	fact    *applied
	subject int
	// others are the entries it collides with, outermost first; none for the
	// facts that only ask for a place near an end.
	others []int
	// edge is the entry to move it past: the furthest of others and of what
	// vaguer facts name.
	edge int
	// perhaps says that something unknown in the list may fulfil the fact.
	perhaps bool
	// also are the pairs of entries that weaker facts ask for and that go without
	// saying, since this one sends the entry the same way.
	also [][2]int
}

// orderCheck finds the violations of one stack. What it leaves out, and why:
//
//   - what would break a must fact if it were put right;
//   - what another fact of at least its strength asks for the other way round,
//     unless that one is the vaguer of the two;
//   - what the catalog's table of contradictions excuses;
//   - what a stronger or more specific fact already says of the same two layers,
//     or of the way a layer has to go.
type orderCheck struct {
	p     *Pass
	facts []applied
	n     int // entries looked at
	// must are the pairs that must facts demand, as lists of entries that have
	// to come behind one; built when first needed.
	must [][]int
}

func (c *orderCheck) run() []violation {
	found := c.collisions()
	c.p.mask(found)
	return c.choose(found)
}

// collisions are all violations that nothing excuses, those of most weight first.
func (c *orderCheck) collisions() []violation {
	var found []violation
	for i := range c.facts {
		f := &c.facts[i]
		for _, s := range c.p.players[f.Subject] {
			if s < c.n {
				found = append(found, c.check(f, s)...)
			}
		}
	}
	for i := range found {
		v := &found[i]
		v.others = slices.DeleteFunc(v.others, func(j int) bool { return c.excused(v, j) })
	}
	found = slices.DeleteFunc(found, func(v violation) bool { return len(v.others) == 0 && !near(v.fact) })
	slices.SortStableFunc(found, func(a, b violation) int {
		return cmp.Or(-cmp.Compare(a.severity(), b.severity()), cmp.Compare(vagueness(a.fact), vagueness(b.fact)),
			cmp.Compare(c.inherited(&a), c.inherited(&b)), cmp.Compare(a.fact.index, b.fact.index), cmp.Compare(a.subject, b.subject))
	})
	return found
}

// choose takes the violations in order of weight and leaves out what has been
// said: every pair of layers is reported once, a place near an end only for a
// layer nothing else is said of, and of two contradicting facts only one.
func (c *orderCheck) choose(found []violation) []violation {
	var out []violation
	claimed := map[[2]int]bool{}
	touched := map[int]bool{}
	for _, v := range found {
		if slices.ContainsFunc(out, func(o violation) bool { return c.p.Catalog.Contradict(o.fact.ID, v.fact.ID) }) {
			continue
		}
		if near(v.fact) {
			if touched[v.subject] {
				continue
			}
			touched[v.subject] = true
			out = append(out, v)
			continue
		}
		v.others = slices.DeleteFunc(v.others, func(j int) bool { return claimed[pair(v.subject, j)] })
		if len(v.others) == 0 {
			continue
		}
		v.edge = v.others[len(v.others)-1]
		if v.up() {
			v.edge = v.others[0]
		}
		if k := slices.IndexFunc(out, func(o violation) bool { return says(&o, &v) }); k >= 0 {
			if v.fact.unsure == "" && v.fact.severity > finding.Note {
				out[k].pass(v.edge)
				out[k].also = append(out[k].also, v.pairs()...)
			}
			continue
		}
		if v.fact.unsure == "" {
			for _, j := range v.others {
				claimed[pair(v.subject, j)] = true
				touched[j] = true
			}
			touched[v.subject] = true
		}
		out = append(out, v)
	}
	return out
}

// says is true where the advice of o, which has more weight, already sends the
// entry the way v asks for: v is no more than what is left of it once o is put
// right. Must facts are always named.
func says(o, v *violation) bool {
	if o.fact.unsure != "" || o.subject != v.subject || v.fact.Strength == catalog.Must || o.up() != v.up() {
		return false
	}
	return o.severity() > v.severity() || vagueness(o.fact) < vagueness(v.fact)
}

// pairs are the entries that have to stand in this order; none where it is not
// a matter of pairs.
func (v *violation) pairs() [][2]int {
	if near(v.fact) || v.fact.Relation == catalog.DirectlyAfter && v.others[0] < v.subject {
		return nil
	}
	var out [][2]int
	for _, j := range v.others {
		if v.up() {
			out = append(out, [2]int{v.subject, j})
		} else {
			out = append(out, [2]int{j, v.subject})
		}
	}
	return append(out, v.also...)
}

// pass moves the edge further out.
func (v *violation) pass(edge int) {
	if v.up() {
		v.edge = min(v.edge, edge)
	} else {
		v.edge = max(v.edge, edge)
	}
}

// up says that the entry has to move towards the start.
func (v *violation) up() bool { return v.others[0] < v.subject }

// inherited is 1 where the subject plays its part as a subclass or under an old
// name, else 0: what is said of the layer itself goes first.
func (c *orderCheck) inherited(v *violation) int {
	if c.p.Layers[v.subject].Entry.Path == v.fact.Subject {
		return 0
	}
	return 1
}

func pair(a, b int) [2]int { return [2]int{min(a, b), max(a, b)} }

func near(f *applied) bool {
	return f.Relation == catalog.NearFirst || f.Relation == catalog.NearLast
}

func (v *violation) severity() finding.Severity {
	switch {
	case v.fact.unsure != "":
		return 0
	case v.perhaps:
		return min(v.fact.severity, finding.Warning)
	}
	return v.fact.severity
}

// vagueness orders facts: two layers by name, then those that reach a layer by
// a tag, then those against all others, then those of a place.
func vagueness(f *applied) int {
	n := 0
	if _, tag := catalog.TagOf(f.Subject); tag {
		n++
	}
	for _, t := range f.Targets {
		if _, tag := catalog.TagOf(t); tag {
			n++
			break
		}
	}
	switch {
	case slices.Contains(f.Targets, "*"):
		return 3
	case f.Relation == catalog.First || f.Relation == catalog.Last:
		return 4
	case near(f):
		return 5 + n
	}
	return n
}

func specific(f *applied) bool {
	return vagueness(f) == 0 && (f.Relation == catalog.After || f.Relation == catalog.Before)
}

// check returns the violations of one fact by one entry: one for every target.
func (c *orderCheck) check(f *applied, s int) []violation {
	switch f.Relation {
	case catalog.After, catalog.Before:
		var out []violation
		for _, t := range f.Targets {
			if v, ok := c.beside(f, s, t); ok {
				out = append(out, v)
			}
		}
		return out
	case catalog.DirectlyAfter:
		return c.directly(f, s)
	case catalog.First, catalog.Last:
		from, to := 0, s
		if f.Relation == catalog.Last {
			from, to = s+1, c.n
		}
		v := violation{fact: f, subject: s}
		for j := from; j < to; j++ {
			if c.counts(f, s, j) {
				v.others = append(v.others, j)
			}
		}
		return []violation{v}
	case catalog.NearFirst, catalog.NearLast:
		if c.farAway(f, s) {
			return []violation{{fact: f, subject: s}}
		}
	}
	return nil
}

// minNear is the number of layers on the wrong side from which on an entry can
// be said to stand at the other end of the list.
const minNear = 3

// farAway says that an entry that belongs near one end is at the other: at least
// two thirds of the list stand between it and its end, not counting the layers
// that are asked to be there. Where something is unknown nothing can be said.
func (c *orderCheck) farAway(f *applied, s int) bool {
	all := len(c.p.Layers)
	if all > c.n || c.p.hasUnknown(0, all) || !c.p.Stack.Complete {
		return false
	}
	from, to, beyond, relation := 0, s, all-1-s, catalog.Before
	if f.Relation == catalog.NearLast {
		from, to, beyond, relation = s+1, all, s, catalog.After
	}
	between := 0
	for j := from; j < to; j++ {
		invited := slices.ContainsFunc(c.facts, func(g applied) bool { return g.unsure == "" && c.wantsEdge(&g, j, relation) })
		if !invited {
			between++
		}
	}
	return between >= minNear && between >= 2*beyond
}

// counts says that the entry j is one the fact speaks of: known, no exception,
// and not itself in the part of the subject.
func (c *orderCheck) counts(f *applied, s, j int) bool {
	l := &c.p.Layers[j]
	if j == s || l.Entry.Unknown || l.Role.Plays(f.Subject) {
		return false
	}
	return !slices.ContainsFunc(f.Exceptions, l.Role.Plays)
}

// beside checks "after" and "before" for one target. A target by name is a
// layer that has to have run, or has still to run: one such layer on the right
// side is enough. A tag, and "*", speak of every layer.
func (c *orderCheck) beside(f *applied, s int, target string) (violation, bool) {
	v := violation{fact: f, subject: s}
	_, tag := catalog.TagOf(target)
	if target == "*" {
		for j := range c.n {
			if c.counts(f, s, j) && wrongSide(f, s, j) {
				v.others = append(v.others, j)
			}
		}
		return v, len(v.others) > 0
	}
	right := false
	for _, j := range c.p.players[target] {
		if j >= c.n || j == s || (tag && !c.counts(f, s, j)) {
			continue
		}
		if wrongSide(f, s, j) {
			v.others = append(v.others, j)
		} else {
			right = true
		}
	}
	if len(v.others) == 0 || tag {
		return v, len(v.others) > 0
	}
	if right {
		return v, false
	}
	if f.Relation == catalog.After {
		v.others = v.others[:1]
		v.perhaps = c.p.hasUnknown(0, s)
	} else {
		v.others = v.others[len(v.others)-1:]
		v.perhaps = c.p.hasUnknown(s+1, len(c.p.Layers))
	}
	return v, true
}

func wrongSide(f *applied, s, j int) bool {
	if f.Relation == catalog.After {
		return j > s
	}
	return j < s
}

// directly checks that nothing stands between the target and the subject.
// Other layers that have to follow the same target directly may stand between.
func (c *orderCheck) directly(f *applied, s int) []violation {
	var best *violation
	for _, t := range c.p.players[f.Targets[0]] {
		if t >= c.n || t == s {
			continue
		}
		v := violation{fact: f, subject: s}
		if t > s {
			v.others = []int{t}
			v.perhaps = c.p.hasUnknown(0, s)
		}
		for j := t + 1; j < s; j++ {
			if c.counts(f, s, j) && !c.alsoDirectly(j, f.Targets[0]) {
				v.others = append(v.others, j)
			}
		}
		if len(v.others) == 0 {
			return nil
		}
		if best == nil || len(v.others) < len(best.others) {
			best = &v
		}
	}
	if best == nil {
		return nil
	}
	return []violation{*best}
}

func (c *orderCheck) alsoDirectly(j int, target string) bool {
	return slices.ContainsFunc(c.facts, func(g applied) bool {
		return g.Relation == catalog.DirectlyAfter && g.Targets[0] == target && c.p.Layers[j].Role.Plays(g.Subject)
	})
}
