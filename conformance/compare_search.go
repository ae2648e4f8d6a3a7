package conformance

import (
	"runtime"
	"slices"
	"strings"
	"sync"
)

// The search tries each behaviour alone. What makes no difference alone is
// tried in company: one behaviour of the site, or two, or one of another
// hook. Trying all against all would take too many runs, so that this is done
// for the layers that stand for all in a class of behaviours (same hook, same
// behaviour): the outermost, the innermost and one between. The companies that
// worked for one of those are then tried with all of its class.
//
// A run shows which hooks it came by. What a run did not come by could not
// change it: this is why most combinations need no run at all.

// company is what an atom is tried with.
type company []atom

// class are the atoms that differ in the layer only.
type class struct{ hook, behaviour string }

func (a atom) class() class { return class{a.hook, a.behaviour} }

// solo is what is known of an atom by itself.
type solo struct {
	differs bool
	found   Difference
}

func (c *comparison) search() []Difference {
	alone := make([]solo, len(c.atoms))
	c.parallel(len(c.atoms), func(t *twin, i int) {
		alone[i] = c.solo(t, c.atoms[i])
	})
	var found []Difference
	var rest []atom
	for i, a := range c.atoms {
		if alone[i].differs {
			found = append(found, alone[i].found)
		} else {
			rest = append(rest, a)
		}
	}
	return append(found, c.together(rest)...)
}

func (c *comparison) solo(t *twin, a atom) solo {
	from, to, differs := t.with(a)
	if differs {
		return solo{differs: true, found: c.difference([]atom{a}, from, to)}
	}
	return solo{}
}

// with runs the scenario with these behaviours.
func (t *twin) with(atoms ...atom) (from, to Trace, differs bool) {
	old := make([]string, len(atoms))
	for i, a := range atoms {
		old[i] = t.get(a.slot)
		t.set(a.slot, a.behaviour)
	}
	from, to = t.run()
	for i, a := range atoms {
		t.set(a.slot, old[i])
	}
	return from, to, !sameTrace(from, to)
}

// together searches for what differs in company only.
func (c *comparison) together(rest []atom) []Difference {
	reps := representatives(rest)
	reached := make([]map[slot]bool, len(reps))
	c.parallel(len(reps), func(t *twin, i int) {
		from, to, _ := t.with(reps[i])
		reached[i] = t.reaches(from, to)
	})
	recipes := map[class][]company{}
	own := map[class][]class{} // of the same layer
	var found []Difference
	note := func(hits []hit) {
		for _, h := range hits {
			found = append(found, h.found)
			for i, a := range h.atoms {
				with := slices.Delete(slices.Clone(h.atoms), i, i+1)
				if len(with) == 1 && with[0].layer == a.layer && a.layer != siteLayer {
					own[a.class()] = add(own[a.class()], with[0].class())
				} else {
					recipes[a.class()] = addContext(recipes[a.class()], with)
				}
			}
		}
	}
	// Two at a time.
	hits := make([][]hit, len(reps))
	c.parallel(len(reps), func(t *twin, i int) {
		hits[i] = c.tryAll(t, company{reps[i]}, reached[i], reps[i+1:], reached[i+1:])
	})
	for _, h := range hits {
		note(h)
	}
	// Three at a time, two of them of the site, for those that are in no pair.
	covered, together := map[atom]bool{}, map[[2]atom]bool{}
	for _, list := range hits {
		for _, h := range list {
			for _, a := range h.atoms {
				covered[a] = true
			}
			if len(h.atoms) == 2 {
				together[[2]atom{h.atoms[0], h.atoms[1]}] = true
			}
		}
	}
	pairs := sitePairs(reps, func(a, b atom) bool { return together[[2]atom{a, b}] })
	var open []atom
	var openReached []map[slot]bool
	for i, a := range reps {
		if !covered[a] {
			open, openReached = append(open, a), append(openReached, reached[i])
		}
	}
	hits = make([][]hit, len(pairs))
	c.parallel(len(pairs), func(t *twin, i int) {
		from, to, _ := t.with(pairs[i]...)
		hits[i] = c.tryAll(t, pairs[i], t.reaches(from, to), open, openReached)
	})
	for _, h := range hits {
		note(h)
	}
	return append(found, c.spread(rest, recipes, own)...)
}

// hit is a finding with its atoms.
type hit struct {
	atoms []atom
	found Difference
}

// tryAll tries atoms in one company, with which nothing differs. reached
// and with are what the company and the atoms come by alone.
func (c *comparison) tryAll(t *twin, mates company, reached map[slot]bool, atoms []atom, with []map[slot]bool) []hit {
	old := make([]string, len(mates))
	for i, a := range mates {
		old[i] = t.get(a.slot)
		t.set(a.slot, a.behaviour)
	}
	var hits []hit
	for i, a := range atoms {
		if !reached[a.slot] || mates.fills(a.slot) || len(mates) == 1 && !with[i][mates[0].slot] {
			continue
		}
		from, to, differs := t.with(a)
		if !differs {
			continue
		}
		all := append(slices.Clone(mates), a)
		d := c.difference(all, from, to)
		if len(mates) == 1 || t.minimal(mates, old, a) {
			hits = append(hits, hit{all, d})
		}
	}
	for i, a := range mates {
		t.set(a.slot, old[i])
	}
	return hits
}

// minimal says that an atom needs the whole company.
func (t *twin) minimal(mates company, old []string, a atom) bool {
	for i, b := range mates {
		t.set(b.slot, old[i])
		_, _, differs := t.with(a)
		t.set(b.slot, b.behaviour)
		if differs {
			return false
		}
	}
	return true
}

func (mates company) fills(s slot) bool {
	return slices.ContainsFunc(mates, func(a atom) bool { return a.slot == s })
}

// maxRecipes bounds how many companies of one make are tried with an atom.
const maxRecipes = 4

// spread tries what worked for those that stand for a class with all of it.
func (c *comparison) spread(rest []atom, recipes map[class][]company, own map[class][]class) []Difference {
	hits := make([][]Difference, len(rest))
	possible := make(map[atom]bool, len(rest))
	for _, a := range rest {
		possible[a] = true
	}
	c.parallel(len(rest), func(t *twin, i int) {
		a := rest[i]
		var companies []company
		for _, other := range own[a.class()] {
			if b := (atom{slot{a.layer, other.hook}, other.behaviour}); possible[b] {
				companies = append(companies, company{b})
			}
		}
		companies = append(companies, recipes[a.class()]...)
		slices.SortStableFunc(companies, func(a, b company) int { return len(a) - len(b) })
		tries := map[string]int{}
		for _, mates := range companies {
			if mates.fills(a.slot) || len(mates) > 1 && len(hits[i]) > 0 || tries[mates.hooks()] >= maxRecipes {
				continue
			}
			tries[mates.hooks()]++
			all := append(slices.Clone(mates), a)
			from, to, differs := t.with(all...)
			if !differs {
				continue
			}
			d := c.difference(all, from, to) // before the traces are used again
			if len(mates) == 1 || t.needs(mates, a) {
				hits[i] = append(hits[i], d)
				tries[mates.hooks()] = maxRecipes
			}
		}
	})
	return slices.Concat(hits...)
}

// hooks names the make of a company.
func (mates company) hooks() string {
	var names []string
	for _, a := range mates {
		names = append(names, a.hook)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// telling leaves, of the triggers of several behaviours, those that say
// something new: for one of their behaviours, the first with such company.
func telling(list []Difference) []Difference {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(d Difference) bool {
		if len(d.Trigger) < 2 {
			return false
		}
		news := false
		for i, t := range d.Trigger {
			names := []string{}
			for j, other := range d.Trigger {
				if i != j {
					names = append(names, other.Hook)
				}
			}
			slices.Sort(names)
			key := t.String() + " with " + strings.Join(names, " ")
			news = news || !seen[key]
			seen[key] = true
		}
		return !news
	})
}

// needs says that an atom differs with no part of the company.
func (t *twin) needs(mates company, a atom) bool {
	for i := range mates {
		_, _, differs := t.with(append(slices.Delete(slices.Clone(mates), i, i+1), a)...)
		if differs {
			return false
		}
	}
	return true
}

// representatives are the outermost, a middle and the innermost atom of each
// class.
func representatives(atoms []atom) []atom {
	byClass := map[class][]int{}
	for i, a := range atoms {
		byClass[a.class()] = append(byClass[a.class()], i)
	}
	var reps []atom
	for i, a := range atoms {
		list := byClass[a.class()]
		if i == list[0] || i == list[len(list)/2] || i == list[len(list)-1] {
			reps = append(reps, a)
		}
	}
	return reps
}

// sitePairs are the pairs of the site's atoms that do not differ.
func sitePairs(atoms []atom, differs func(a, b atom) bool) []company {
	var pairs []company
	for i, a := range atoms {
		for _, b := range atoms[i+1:] {
			if a.layer == siteLayer && b.layer == siteLayer && a.hook != b.hook && !differs(a, b) {
				pairs = append(pairs, company{a, b})
			}
		}
	}
	return pairs
}

func add(list []class, c class) []class {
	if slices.Contains(list, c) {
		return list
	}
	return append(list, c)
}

func addContext(list []company, mates company) []company {
	if slices.ContainsFunc(list, func(other company) bool { return slices.Equal(mates, other) }) {
		return list
	}
	return append(list, mates)
}

// parallel does n tasks, each worker with a scenario of its own.
func (c *comparison) parallel(n int, do func(t *twin, i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(n, 1)) {
		wg.Go(func() {
			t := c.twin()
			for i := range next {
				do(t, i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
