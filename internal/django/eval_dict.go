package django

import "github.com/mwcheck/mwcheck/internal/python"

// dictSet is d[k] = v.
func (e *evaluator) dictSet(r *pRef, k, v pv, n python.Node) {
	k = e.resolve(k)
	d := e.dict(r)
	e.step(1 + len(d.keys)/4)
	if _, ok := keyOf(k); !ok || len(d.keys) > e.limits.Length {
		// Any key may have been set.
		out := &dictCell{keys: d.keys, open: e.unknownNode(n)}
		for _, old := range d.vals {
			u := e.unknownNode(n)
			u.deps = depsOf(old)
			out.vals = append(out.vals, u)
		}
		out.open.deps = depsOf(k)
		e.setDict(r, out)
		return
	}
	e.setDict(r, d.with(k, v))
}

// dictItem is d[k].
func (e *evaluator) dictItem(r *pRef, k pv, n python.Node) pv {
	d := e.dict(r)
	e.step(1 + len(d.keys)/8)
	key, ok := keyOf(k)
	if !ok {
		u := e.unknownNode(n)
		u.deps = depsOf(k)
		if d.open == nil && len(d.vals) > 0 && len(d.vals) <= 8 {
			u.oneOf = append([]pv(nil), d.vals...)
			for _, v := range d.vals {
				if isUnknown(v) {
					u.oneOf = nil
					break
				}
			}
		}
		return u
	}
	if v, found := d.find(key); found {
		return e.bound(v, key)
	}
	if d.open == nil {
		e.raise("KeyError", key)
	}
	u := e.unknownNode(n)
	u.deps = d.open.deps
	return u
}

func (e *evaluator) dictPop(r *pRef, k, def pv, n python.Node) pv {
	d := e.dict(r)
	key, ok := keyOf(k)
	if !ok {
		e.setDict(r, &dictCell{open: e.unknownNode(n)})
		return e.unknownNode(n)
	}
	v, found := d.find(key)
	if !found {
		if d.open != nil {
			return e.unknownNode(n)
		}
		if def == nil {
			e.raise("KeyError", key)
		}
		return def
	}
	e.setDict(r, d.without(key))
	if maybeUnbound(v) {
		return e.unknownNode(n)
	}
	return v
}

// dictUpdate is d.update(v), {**v} and d |= v.
func (e *evaluator) dictUpdate(r *pRef, v pv, n python.Node) {
	switch v := e.resolve(v).(type) {
	case *pRef:
		switch v.kind {
		case refDict:
			src := e.dict(v)
			for i, k := range src.keys {
				if maybeUnbound(src.vals[i]) {
					u := e.unknownNode(n)
					u.deps = depsOf(src.vals[i])
					e.dictSet(r, k, u, n)
					continue
				}
				e.dictSet(r, k, src.vals[i], n)
			}
			if src.open != nil {
				e.openDict(r, n)
			}
			return
		case refList, refIter:
			items, _ := e.spread(v)
			e.dictPairs(r, items, n)
			return
		}
	case *pTuple:
		e.dictPairs(r, v.items, n)
		return
	case *pNames:
		for _, name := range v.scope.order {
			if b := e.get(v.scope, name); b != nil {
				e.dictSet(r, &pStr{name, b.at}, b.v, n)
			}
		}
		if e.open(v.scope) != nil {
			e.openDict(r, n)
		}
		return
	}
	e.openDict(r, n)
}

// openDict says that unknown keys were set: known ones may be replaced.
func (e *evaluator) openDict(r *pRef, n python.Node) {
	d := e.dict(r)
	out := &dictCell{keys: d.keys, open: e.unknownNode(n)}
	for _, old := range d.vals {
		u := e.unknownNode(n)
		u.deps = depsOf(old)
		out.vals = append(out.vals, u)
	}
	e.setDict(r, out)
}

func (e *evaluator) dictMethod(r *pRef, name string, a *callArgs, n python.Node) pv {
	d := e.dict(r)
	k := a.at(0)
	switch name {
	case "get":
		if k == nil {
			break
		}
		return e.dictGet(d, k, a.at(1), n)
	case "setdefault":
		if k == nil {
			break
		}
		def := a.at(1)
		if def == nil {
			def = pNone{}
		}
		switch e.in(k, r) {
		case 1:
			return e.dictItem(r, k, n)
		case 0:
			e.dictSet(r, k, def, n)
			return def
		}
		e.havoc(def)
		e.openDict(r, n)
		return e.unknownNode(n)
	case "pop":
		if k != nil {
			return e.dictPop(r, k, a.get(1, "default"), n)
		}
	case "update":
		if k != nil {
			e.dictUpdate(r, k, n)
		}
		for _, kw := range a.kw {
			e.dictSet(r, &pStr{kw.name, e.here()}, kw.v, n)
		}
		if a.open {
			e.openDict(r, n)
		}
		return pNone{}
	case "keys", "iterkeys", "viewkeys":
		return e.newList(e.withOpen(d, e.present(d, d.keys)))
	case "values", "itervalues", "viewvalues":
		return e.newList(e.withOpen(d, e.present(d, d.vals)))
	case "items", "iteritems", "viewitems":
		pairs := make([]pv, len(d.keys))
		for i := range d.keys {
			pairs[i] = &pTuple{[]pv{d.keys[i], d.vals[i]}}
		}
		return e.newList(e.withOpen(d, e.present(d, pairs)))
	case "copy":
		return e.newDict(d)
	case "has_key", "__contains__":
		if k != nil {
			if t := e.in(k, r); t >= 0 {
				return pBool(t == 1)
			}
			return e.unknownNode(n)
		}
	case "clear":
		e.setDict(r, &dictCell{})
		return pNone{}
	}
	e.havoc(r)
	return e.unknownNode(n)
}

func (e *evaluator) dictGet(d *dictCell, k, def pv, n python.Node) pv {
	if def == nil {
		def = pNone{}
	}
	k = e.resolve(k)
	key, ok := keyOf(k)
	if ok {
		v, found := d.find(key)
		if !found && d.open == nil {
			return def
		}
		if found && !maybeUnbound(v) {
			return v
		}
		u := e.unknownNode(n)
		if found {
			old := v.(*pUnknown)
			u.deps = old.deps
			if len(old.oneOf) > 0 {
				u.oneOf = options(old, def)
			}
		}
		return u
	}
	u := e.unknownNode(n)
	u.deps = depsOf(k)
	if d.open == nil && len(d.vals) < 8 {
		u.oneOf = append(append([]pv(nil), d.vals...), def)
		for _, v := range u.oneOf {
			if isUnknown(v) {
				u.oneOf = nil
				break
			}
		}
	}
	return u
}

// namesMethod is a method of globals(), vars() and the like.
func (e *evaluator) namesMethod(o *pNames, name string, a *callArgs, n python.Node) pv {
	k, _ := a.at(0).(*pStr)
	switch name {
	case "get", "pop", "setdefault", "__contains__", "has_key", "__getitem__":
		if k == nil {
			if name == "pop" || name == "setdefault" {
				e.openScope(o.scope, e.unknownNode(n), true)
			}
			return e.unknownNode(n)
		}
		has := e.hasName(o.scope, k.s)
		def := a.at(1)
		if def == nil {
			def = pNone{}
		}
		switch {
		case name == "__contains__" || name == "has_key":
			if has >= 0 {
				return pBool(has == 1)
			}
			return e.unknownNode(n)
		case has == 1 || name == "__getitem__":
			v := e.nameItem(o.scope, k.s, n)
			if name == "pop" {
				e.unset(o.scope, k.s)
			}
			return v
		case has == 0:
			if name == "setdefault" {
				e.set(o.scope, k.s, def, e.placeOf(n))
			}
			return def
		}
		if name != "get" {
			b := e.get(o.scope, k.s)
			u := e.unknownNode(n)
			if b != nil {
				u.deps = depsOf(b.v)
			}
			e.set(o.scope, k.s, u, e.placeOf(n))
		}
		return e.unknownNode(n)
	case "update":
		tmp := e.newDict(&dictCell{})
		if v := a.at(0); v != nil {
			e.dictUpdate(tmp, v, n)
		}
		for _, kw := range a.kw {
			e.dictSet(tmp, &pStr{kw.name, e.here()}, kw.v, n)
		}
		d := e.dict(tmp)
		if d.open != nil || a.open {
			e.openScope(o.scope, e.unknownNode(n), false)
		}
		for i, key := range d.keys {
			if s, ok := key.(*pStr); ok {
				e.set(o.scope, s.s, d.vals[i], e.placeOf(n))
			}
		}
		return pNone{}
	case "keys", "values", "items", "copy", "iteritems":
		d := e.newDict(&dictCell{})
		e.dictUpdate(d, o, n)
		return e.dictMethod(d, name, a, n)
	}
	e.openScope(o.scope, e.unknownNode(n), true)
	return e.unknownNode(n)
}
