package django

import (
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/internal/python"
)

// sequence are the elements of a list, tuple or set in memory; an iterator is
// not used up by it and not a sequence.
func (e *evaluator) sequence(v pv) ([]pv, bool) {
	switch v := v.(type) {
	case *pTuple:
		return v.items, true
	case *pRef:
		if v.kind == refList || v.kind == refSet {
			return e.items(v), true
		}
	}
	return nil, false
}

// spread are the elements of anything iterable, in the order Python would yield
// them; ok is false where the value cannot be iterated as far as we know.
func (e *evaluator) spread(v pv) (items []pv, ok bool) {
	v = e.resolve(v)
	switch v := v.(type) {
	case *pTuple:
		return v.items, true
	case *pStr:
		if utf8.RuneCountInString(v.s) > 1000 {
			return nil, false
		}
		for _, r := range v.s {
			items = append(items, &pStr{string(r), v.at})
		}
		return items, true
	case *pRef:
		switch v.kind {
		case refList:
			return e.items(v), true
		case refSet:
			items = e.items(v)
			if len(items) > 1 {
				u := e.unknownRun("a set has no order", e.here())
				for _, it := range items {
					u.deps = u.deps.union(depsOf(it))
				}
				return []pv{u}, true
			}
			return items, true
		case refDict:
			d := e.dict(v)
			return e.withOpen(d, e.present(d, d.keys)), true
		case refIter:
			return e.consume(v), true
		}
	case *pNames:
		for _, name := range v.scope.order {
			if b := e.get(v.scope, name); b != nil {
				if maybeUnbound(b.v) {
					items = append(items, e.unknownRun(name, b.at))
					continue
				}
				items = append(items, &pStr{name, b.at})
			}
		}
		if why := e.open(v.scope); why != nil {
			items = append(items, e.unknownRun(why.text, why.at))
		}
		return items, true
	}
	return nil, false
}

// present replaces the entries of keys that may be absent by unknown runs.
func (e *evaluator) present(d *dictCell, list []pv) []pv {
	out := append([]pv(nil), list...)
	for i := range d.keys {
		if maybeUnbound(d.vals[i]) {
			u := *(d.vals[i].(*pUnknown))
			u.run = true
			u.text = e.textAt(e.here())
			u.at = e.here()
			out[i] = &u
		}
	}
	return out
}

func (e *evaluator) withOpen(d *dictCell, list []pv) []pv {
	if d.open == nil {
		return list
	}
	u := *d.open
	u.run = true
	return append(list[:len(list):len(list)], &u)
}

// itemsOf is spread with a run of unknown elements for what cannot be spread.
func (e *evaluator) itemsOf(v pv, n python.Node) []pv {
	items, ok := e.spread(v)
	if ok {
		return items
	}
	switch v.(type) {
	case pNone, pInt, pBool:
		e.raise("TypeError", v.pyType()+" is not iterable")
	}
	u := e.unknownNode(n)
	if old, isU := v.(*pUnknown); isU {
		u.deps = old.deps
		if n.Kind() != python.KindStarred && old.text != "" {
			u.text, u.at = old.text, old.at
		}
		if len(old.oneOf) > 0 {
			u.deps = u.deps.union(depsOf(old))
		}
	}
	u.run = true
	return []pv{u}
}

// consume uses an iterator up.
func (e *evaluator) consume(r *pRef) []pv {
	c, ok := e.cell(r.id).(*iterCell)
	if !ok || c.done {
		return nil
	}
	e.put(r.id, &iterCell{fill: c.fill, done: true})
	return e.fit(c.fill())
}

// iterate yields the elements for a loop; a list is read anew at every step, as
// its body may change it.
func (e *evaluator) iterate(v pv, n python.Node) func() (pv, bool) {
	v = e.resolve(v)
	i := 0
	if r, ok := v.(*pRef); ok && r.kind == refList {
		return func() (pv, bool) {
			items := e.items(r)
			if i >= len(items) {
				return nil, false
			}
			i++
			return items[i-1], true
		}
	}
	items := e.itemsOf(v, n)
	return func() (pv, bool) {
		if i >= len(items) {
			return nil, false
		}
		i++
		return items[i-1], true
	}
}

// comprehend yields the elements of a comprehension.
func (e *evaluator) comprehend(n python.Node) []pv {
	return e.comprehendFrom(n, nil, func() pv { return e.eval(n.Field(python.FieldElt)) })
}

// comprehendFrom is comprehend with the first iterable evaluated already (or
// nil), for generator expressions, and the element as a function.
func (e *evaluator) comprehendFrom(n python.Node, first []pv, elt func() pv) []pv {
	var gens []python.Node
	for g := range n.All(python.FieldGenerators) {
		gens = append(gens, g)
	}
	fr := e.frame
	inner := *fr
	inner.scope = e.newScope(fr.scope, fr.mod)
	inner.scope.fn = true
	if fr.scope.class {
		// Names of a class body are seen by the first iterable only; looking
		// them up a little too often does no harm.
		inner.scope.up = fr.scope
	}
	var out []pv
	var walk func(i int, maybe bool, deps depset)
	walk = func(i int, maybe bool, deps depset) {
		e.step(2)
		if len(out) > e.limits.Length {
			return
		}
		if i == len(gens) {
			v := elt()
			if maybe {
				u := e.unknownNode(n)
				u.run = true
				u.deps = deps.union(depsOf(v))
				if at, text := e.originOf(v); text != "" {
					u.at, u.text = at, text
				}
				v = u
			}
			out = append(out, v)
			return
		}
		g := gens[i]
		items := first
		if i > 0 || first == nil {
			if i == 0 {
				e.frame = fr
			}
			v := e.eval(g.Field(python.FieldIter))
			e.frame = &inner
			items = e.itemsOf(v, g.Field(python.FieldIter))
		}
		for _, it := range items {
			e.step(1)
			m, d := maybe, deps
			if u, ok := it.(*pUnknown); ok && u.run {
				one := *u
				one.run = false
				one.sym = ""
				it = &one
				m, d = true, d.union(u.deps)
			}
			e.assign(g.Field(python.FieldTarget), it)
			facts := e.st.facts
			keep, undo := true, false
			for c := range g.All(python.FieldIfs) {
				v := e.test(c)
				if v.tri == 0 {
					keep = false
					break
				}
				if v.tri < 0 {
					m, d, undo = true, d.union(v.deps), true
					e.assume(v.ifTrue)
				}
			}
			if keep {
				walk(i+1, m, d)
			}
			e.restoreFacts(facts, undo)
		}
	}
	e.frame = &inner
	walk(0, false, nil)
	e.frame = fr
	return e.fit(out)
}

// generator is a generator expression: its first iterable is evaluated at once,
// the rest when it is used up.
func (e *evaluator) generator(n python.Node) pv {
	g := n.Field(python.FieldGenerators)
	src := e.eval(g.Field(python.FieldIter))
	fr := e.frame
	cur := e.cur
	return e.newIter(func() []pv {
		was, wasCur := e.frame, e.cur
		e.frame, e.cur = fr, cur
		defer func() { e.frame, e.cur = was, wasCur }()
		first := e.itemsOf(src, g.Field(python.FieldIter))
		if first == nil {
			first = []pv{}
		}
		return e.comprehendFrom(n, first, func() pv { return e.eval(n.Field(python.FieldElt)) })
	})
}

func (e *evaluator) dictComp(n python.Node) pv {
	r := e.newDict(&dictCell{})
	pairs := e.comprehendFrom(n, nil, func() pv {
		k := e.eval(n.Field(python.FieldKey))
		return &pTuple{[]pv{k, e.eval(n.Field(python.FieldValue))}}
	})
	e.dictPairs(r, pairs, n)
	return r
}

func (e *evaluator) dictPairs(r *pRef, pairs []pv, n python.Node) {
	for _, p := range pairs {
		kv, ok := e.sequence(p)
		if !ok || len(kv) != 2 {
			d := *e.dict(r)
			d.open = e.unknownNode(n)
			e.setDict(r, &d)
			continue
		}
		e.dictSet(r, kv[0], kv[1], n)
	}
}
