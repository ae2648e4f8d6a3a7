package django

import "github.com/mwcheck/mwcheck/internal/python"

// bind assigns a name in the frame's scope, as its global and nonlocal
// statements say.
func (e *evaluator) bind(name string, v pv, at place) {
	s := e.frame.scope
	switch {
	case s.global[name]:
		s = s.mod.scope
	case s.outer[name]:
		for up := s.up; up != nil; up = up.up {
			if e.get(up, name) != nil {
				s = up
				break
			}
		}
	}
	e.set(s, name, v, at)
}

func (e *evaluator) declare(n python.Node) {
	s := e.frame.scope
	for name := range n.All(python.FieldNames) {
		m := &s.global
		if n.Kind() == python.KindNonlocal {
			m = &s.outer
		}
		if *m == nil {
			*m = map[string]bool{}
		}
		(*m)[name.Name()] = true
	}
}

func (e *evaluator) assignStmt(n python.Node) {
	v := e.eval(n.Field(python.FieldValue))
	for t := range n.All(python.FieldTargets) {
		e.assign(t, v)
	}
}

// assign binds a target of any form.
func (e *evaluator) assign(t python.Node, v pv) {
	e.step(1)
	switch t.Kind() {
	case python.KindName:
		e.bind(t.Name(), v, e.placeOf(t))
	case python.KindTuple, python.KindList:
		e.unpack(t, v)
	case python.KindStarred:
		e.assign(t.Field(python.FieldValue), v)
	case python.KindAttribute:
		e.setAttr(e.eval(t.Field(python.FieldObject)), t.Name(), v, e.placeOf(t))
	case python.KindSubscript:
		e.setItem(e.eval(t.Field(python.FieldObject)), t.Field(python.FieldIndex), v, t)
	default:
		e.blurNames(t)
	}
}

func (e *evaluator) unpack(t python.Node, v pv) {
	e.enter()
	defer e.leave()
	var targets []python.Node
	star := -1
	for el := range t.All(python.FieldElts) {
		if el.Kind() == python.KindStarred {
			star = len(targets)
		}
		targets = append(targets, el)
	}
	items, ok := e.spread(v)
	if ok {
		for _, it := range items {
			ok = ok && !isRun(it)
		}
	}
	if !ok || star < 0 && len(items) != len(targets) || star >= 0 && len(items) < len(targets)-1 {
		if ok {
			e.raise("ValueError", "wrong number of values to unpack")
		}
		for _, el := range targets {
			u := e.unknownNode(el)
			u.deps = depsOf(v)
			if el.Kind() == python.KindStarred {
				u.run = true
				e.assign(el, e.newList([]pv{u}))
				continue
			}
			e.assign(el, u)
		}
		return
	}
	if star < 0 {
		for i, el := range targets {
			e.assign(el, items[i])
		}
		return
	}
	after := len(targets) - 1 - star
	for i, el := range targets[:star] {
		e.assign(el, items[i])
	}
	e.assign(targets[star], e.newList(items[star:len(items)-after]))
	for i, el := range targets[star+1:] {
		e.assign(el, items[len(items)-after+i])
	}
}

func (e *evaluator) augAssign(n python.Node) {
	t := n.Field(python.FieldTarget)
	op := n.Op()
	op = op[:max(0, len(op)-1)]
	rhs := func() pv { return e.eval(n.Field(python.FieldValue)) }
	switch t.Kind() {
	case python.KindName:
		old := e.eval(t)
		v := e.inPlace(op, old, rhs(), n)
		e.bind(t.Name(), v, e.assignedAt(t, old, v))
	case python.KindAttribute:
		obj := e.eval(t.Field(python.FieldObject))
		old := e.getAttr(obj, t.Name(), t)
		e.setAttr(obj, t.Name(), e.inPlace(op, old, rhs(), n), e.placeOf(t))
	case python.KindSubscript:
		obj := e.eval(t.Field(python.FieldObject))
		old := e.getItem(obj, t.Field(python.FieldIndex), t)
		e.setItem(obj, t.Field(python.FieldIndex), e.inPlace(op, old, rhs(), n), t)
	default:
		rhs()
		e.blurNames(t)
	}
}

// assignedAt is the place of an augmented assignment: an in-place change of a
// list keeps the place of the assignment that made it.
func (e *evaluator) assignedAt(t python.Node, old, v pv) place {
	a, ok := old.(*pRef)
	b, okb := v.(*pRef)
	if ok && okb && a.id == b.id {
		if bd := e.get(e.frame.scope, t.Name()); bd != nil && bd.at.f != nil {
			return bd.at
		}
	}
	return e.placeOf(t)
}

// inPlace is the value of an augmented assignment.
func (e *evaluator) inPlace(op string, a, b pv, n python.Node) pv {
	if u, ok := a.(*pUnknown); ok {
		e.havocOptions(u)
		if l := e.materialize(u, b); l != nil {
			a = l
		}
	}
	if r, ok := a.(*pRef); ok {
		switch {
		case r.kind == refList && op == "+":
			e.extend(r, b, n)
			return r
		case r.kind == refList && op == "*":
			e.setItems(r, e.repeat(e.items(r), b, n))
			return r
		case r.kind == refSet && op == "|":
			e.setItems(r, e.distinct(append(append([]pv(nil), e.items(r)...), e.itemsOf(b, n)...)))
			return r
		case r.kind == refDict && op == "|":
			e.dictUpdate(r, b, n)
			return r
		}
	}
	return e.binary(op, a, b, n)
}

func (e *evaluator) delete(t python.Node) {
	switch t.Kind() {
	case python.KindName:
		s := e.frame.scope
		if s.global[t.Name()] {
			s = s.mod.scope
		}
		if e.get(s, t.Name()) == nil && e.open(s) == nil && !s.fn {
			e.raise("NameError", e.textAt(e.placeOf(t)))
		}
		e.unset(s, t.Name())
	case python.KindTuple, python.KindList:
		for el := range t.All(python.FieldElts) {
			e.delete(el)
		}
	case python.KindAttribute:
		obj := e.eval(t.Field(python.FieldObject))
		e.delAttr(obj, t.Name(), t)
	case python.KindSubscript:
		e.delItem(e.eval(t.Field(python.FieldObject)), t.Field(python.FieldIndex), t)
	}
}
