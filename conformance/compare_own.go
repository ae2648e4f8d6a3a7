package conformance

import "slices"

// asItIs compares the scenario as it is. If it differs, the scenario is calmed
// down for what follows.
func (c *comparison) asItIs() []Difference {
	t := c.twin()
	from, to := t.run()
	if sameTrace(from, to) {
		return nil
	}
	reached := t.reaches(from, to)
	own := t.ownAtoms()
	whole := c.difference(own, from, to)

	calm := c.twin()
	for _, a := range own {
		calm.calmDown(a)
	}
	if from, to = calm.run(); !sameTrace(from, to) {
		// Nothing that the scenario does is needed.
		c.atoms = nil
		return []Difference{c.difference(nil, from, to)}
	}
	var found []Difference
	for _, a := range own {
		if !reached[a.slot] {
			continue
		}
		old := calm.get(a.slot)
		calm.set(a.slot, a.behaviour)
		if from, to = calm.run(); !sameTrace(from, to) {
			found = append(found, c.difference([]atom{a}, from, to))
		}
		calm.set(a.slot, old)
	}
	if found == nil {
		found = append(found, c.shrink(t, own, whole))
	}
	c.scenario = calm.scenario
	return found
}

// shrink takes behaviours away from a scenario that differs as long as it does
// so without them.
func (c *comparison) shrink(t *twin, own []atom, whole Difference) Difference {
	needed := slices.Clone(own)
	for _, a := range own {
		t.calmDown(a)
		from, to := t.run()
		if sameTrace(from, to) {
			t.set(a.slot, a.behaviour)
			continue
		}
		needed = slices.DeleteFunc(needed, func(b atom) bool { return a == b })
		whole = c.difference(needed, from, to)
	}
	return whole
}
