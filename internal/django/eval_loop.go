package django

import "github.com/mwcheck/mwcheck/internal/python"

func (e *evaluator) forStmt(n python.Node) flow {
	iterable := e.eval(n.Field(python.FieldIter))
	base := len(e.pend)
	target := n.Field(python.FieldTarget)
	next := e.iterate(iterable, n.Field(python.FieldIter))
	f := flow{}
	for {
		e.step(2)
		item, ok := next()
		if !ok {
			break
		}
		inner := len(e.pend)
		if u, isU := item.(*pUnknown); isU && u.run {
			one := *u
			one.run = false
			f = e.unknownTimes(inner, func() flow {
				v := one
				v.sym = e.site("loop", e.placeOf(n))
				return e.flowOf(func() flow {
					e.assign(target, &v)
					return e.body(n, python.FieldBody)
				})
			}, u.deps)
		} else {
			f = e.flowOf(func() flow {
				e.assign(target, item)
				return e.body(n, python.FieldBody)
			})
		}
		f = e.settle(inner, f, flowContinue)
		if f.kind != flowNormal {
			break
		}
	}
	e.leftOver(iterable, base, f, next, n)
	if f.kind == flowNormal && !n.Field(python.FieldOrelse).IsZero() {
		f = e.body(n, python.FieldOrelse)
		if f.kind == flowBreak || f.kind == flowContinue {
			e.pend = append(e.pend, pending{f, e.st, nil})
			return f
		}
	}
	return e.settle(base, f, flowBreak)
}

// leftOver gives an iterator back what a loop that was left has not taken.
func (e *evaluator) leftOver(iterable pv, base int, f flow, next func() (pv, bool), n python.Node) {
	r, ok := e.resolve(iterable).(*pRef)
	if !ok || r.kind != refIter {
		return
	}
	left := f.kind != flowNormal
	var rest []pv
	for item, more := next(); more && left; item, more = next() {
		rest = append(rest, item)
	}
	for _, p := range e.pend[base:] {
		if p.flow.kind == flowBreak {
			left, rest = true, e.runOf(n)
		}
	}
	if left {
		e.put(r.id, &iterCell{fill: func() []pv { return rest }})
	}
}

func (e *evaluator) whileStmt(n python.Node) flow {
	base := len(e.pend)
	f := flow{}
	for {
		e.step(4)
		v := e.testLoop(n.Field(python.FieldTest))
		if v.tri == 0 {
			break
		}
		inner := len(e.pend)
		if v.tri < 0 {
			f = e.unknownTimes(inner, func() flow { return e.body(n, python.FieldBody) }, v.deps)
			break
		}
		f = e.settle(inner, e.body(n, python.FieldBody), flowContinue)
		if f.kind != flowNormal {
			break
		}
	}
	if f.kind == flowNormal && !n.Field(python.FieldOrelse).IsZero() {
		f = e.body(n, python.FieldOrelse)
	}
	return e.settle(base, f, flowBreak)
}

// testLoop is the condition of a while. It is never decided by repetition: the
// number of rounds would not be bounded.
func (e *evaluator) testLoop(n python.Node) verdict {
	forks := e.forks
	e.forks = nil
	defer func() { e.forks = forks }()
	return e.testIn(n)
}

// unknownTimes executes a loop body any number of times, also never: until
// nothing changes any more, what goes on changing becomes wholly unknown.
func (e *evaluator) unknownTimes(base int, body func() flow, deps depset) flow {
	at := e.cur
	forks := e.forks
	e.forks = nil // decisions inside cannot be told apart by their round
	defer func() { e.forks = forks }()
	for round := range 6 {
		before := e.clone()
		f := e.settle(base, body(), flowContinue)
		e.cur = at
		if f.kind != flowNormal {
			// Leaving the loop is one more way to go on; the other is not to
			// have entered it.
			e.pend = append(e.pend, pending{f, e.st, deps})
			e.st = before
			return flow{}
		}
		after := e.st
		e.st = &state{cells: append([]any(nil), before.cells...), facts: before.facts, links: before.links}
		e.merge(after, deps)
		if e.sameState(before) {
			return flow{}
		}
		if round >= 1 {
			e.widen(before)
		}
	}
	panic(abortRun{"a loop whose effect does not settle"})
}

func (e *evaluator) sameState(old *state) bool {
	e.step(1 + len(old.cells)/64)
	for id := range old.cells {
		// What escapes only grows; a later round hands out nothing of before
		// the loop that this one did not.
		if id != escapedCell && old.cells[id] != e.st.cells[id] {
			return false
		}
	}
	return true
}

// widen makes unknown what still differs from an older state.
func (e *evaluator) widen(old *state) {
	for id := range old.cells {
		if old.cells[id] == e.st.cells[id] {
			continue
		}
		switch c := e.st.cells[id].(type) {
		case *pyBinding:
			if r, ok := c.v.(*pRef); ok {
				e.blur(r.id, nil)
			}
			u := e.newUnknown(e.textAt(e.cur), e.cur)
			if old, ok := c.v.(*pUnknown); ok && old.text != "" {
				u.text, u.at = old.text, old.at
			}
			u.deps = depsOf(c.v)
			u.sym = ""
			u.unbound = maybeUnbound(c.v)
			for _, r := range aliases(c.v) {
				if u.was == nil {
					u.was = r
				} else if u.was.id != r.id {
					e.link(u.was.id, r.id, u.deps)
				}
			}
			e.st.cells[id] = &pyBinding{u, c.at}
		case *listCell:
			u := e.unknownRun(e.textAt(e.cur), e.cur)
			for _, it := range c.items {
				u.deps = u.deps.union(depsOf(it))
				if old, ok := it.(*pUnknown); ok && old.run && old.text != "" {
					u.text, u.at = old.text, old.at
				}
			}
			e.st.cells[id] = &listCell{[]pv{u}}
		case *dictCell:
			e.st.cells[id] = &dictCell{open: e.unknownAt("a loop")}
		}
	}
}
