package django

import "github.com/mwcheck/mwcheck/internal/python"

// position finds where an index points in a sequence that may hold runs: the
// place before which insert puts an element, or the element itself. Indices
// behind the ends are moved to them as insert and slices do. ok is false where
// it cannot be told.
func (e *evaluator) position(items []pv, index pv) (pos int, ok bool) {
	switch i := e.resolve(index).(type) {
	case pInt:
		return positionOf(items, int64(i))
	case pBool:
		return positionOf(items, int64(toTri(bool(i))))
	case *pIndex:
		for p, it := range items {
			if k, ok := keyOf(it); !ok || k != i.key {
				continue
			}
			q := p + int(i.offset)
			if q < 0 || q > len(items) {
				return 0, false
			}
			for _, between := range items[min(p, q):max(p, q)] {
				if isRun(between) {
					return 0, false
				}
			}
			return q, true
		}
	}
	return 0, false
}

func positionOf(items []pv, i int64) (int, bool) {
	first, last := runs(items)
	if i >= 0 {
		if first < 0 {
			return int(min(i, int64(len(items)))), true
		}
		return int(min(i, int64(len(items)))), i <= int64(first)
	}
	p := int64(len(items)) + i
	if last < 0 {
		return int(max(p, 0)), true
	}
	return int(max(p, 0)), p > int64(last)
}

// runs gives the places of the first and last run, -1 for none.
func runs(items []pv) (first, last int) {
	first, last = -1, -1
	for i, it := range items {
		if isRun(it) {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	return first, last
}

// collapse is what is left of a sequence after a change at a place that is not
// known: what stands before the first run cannot have moved.
func (e *evaluator) collapse(items []pv, n python.Node, all bool, more depset) []pv {
	u := e.unknownNode(n)
	u.run = true
	u.deps = more
	for _, it := range items {
		u.deps = u.deps.union(depsOf(it))
	}
	first, _ := runs(items)
	if all || first < 0 {
		return []pv{u}
	}
	return append(append([]pv(nil), items[:first]...), u)
}

func (e *evaluator) getItem(obj pv, index python.Node, n python.Node) pv {
	obj = e.resolve(obj)
	if index.Kind() == python.KindSlice {
		return e.getSlice(obj, index, n)
	}
	i := e.resolve(e.eval(index))
	switch o := obj.(type) {
	case *pTuple:
		return e.element(o.items, i, n)
	case *pStr:
		if k, ok := intOf(i); ok {
			r := []rune(o.s)
			if k < 0 {
				k += int64(len(r))
			}
			if k < 0 || k >= int64(len(r)) {
				e.raise("IndexError", "string index out of range")
			}
			return &pStr{string(r[k]), o.at}
		}
	case *pNames:
		if s, ok := i.(*pStr); ok {
			return e.nameItem(o.scope, s.s, n)
		}
	case *pRef:
		switch o.kind {
		case refList:
			return e.element(e.items(o), i, n)
		case refDict:
			return e.dictItem(o, i, n)
		}
	case *pUnknown:
		return e.unknownItem(o, i, n)
	}
	return e.unknownNode(n)
}

func (e *evaluator) unknownItem(o *pUnknown, i pv, n python.Node) pv {
	u := e.unknownNode(n)
	u.deps = o.deps.union(depsOf(i))
	if s := e.symOf(i); s != "" && o.sym != "" {
		u.sym = capSym(o.sym + "[" + s + "]")
	}
	switch o.ext {
	case "os.environ":
		e.mayRaise("KeyError", "set "+u.sym, e.textAt(e.placeOf(n)), e.placeOf(n))
	case "sys.modules":
		if s, ok := i.(*pStr); ok {
			if s.s == "__main__" {
				s = &pStr{s: e.module}
			}
			if l := e.modules[s.s]; l != nil && l.mod != nil {
				return l.mod
			}
		}
	default:
		e.mayFail("KeyError", n)
	}
	return u
}

func (e *evaluator) element(items []pv, index pv, n python.Node) pv {
	pos, ok := e.position(items, index)
	if k, isInt := intOf(index); isInt && ok {
		if first, _ := runs(items); first < 0 && (k >= int64(len(items)) || k < -int64(len(items))) {
			e.raise("IndexError", "list index out of range")
		}
	}
	if ok && pos < len(items) && !isRun(items[pos]) {
		return items[pos]
	}
	u := e.unknownNode(n)
	u.deps = depsOf(index)
	for _, it := range items {
		u.deps = u.deps.union(depsOf(it))
	}
	return u
}

func (e *evaluator) nameItem(s *pyScope, name string, n python.Node) pv {
	if b := e.get(s, name); b != nil {
		return e.bound(b.v, name)
	}
	if e.open(s) == nil {
		e.raise("KeyError", name)
	}
	return e.unknownNode(n)
}

func (e *evaluator) setItem(obj pv, index python.Node, v pv, n python.Node) {
	obj = e.resolve(obj)
	if u, ok := obj.(*pUnknown); ok {
		e.setUnknownItem(u, index, v, n)
		return
	}
	if r, ok := obj.(*pRef); ok && r.kind == refList && index.Kind() == python.KindSlice {
		e.setSlice(r, index, v, n)
		return
	}
	i := e.resolve(e.eval(index))
	switch o := obj.(type) {
	case *pNames:
		if s, ok := i.(*pStr); ok {
			e.setName(o.scope, s.s, v, e.placeOf(n))
			return
		}
		e.openScope(o.scope, e.unknownNode(n), true)
	case *pRef:
		switch o.kind {
		case refDict:
			e.dictSet(o, i, v, n)
		case refList:
			items := e.items(o)
			pos, ok := e.position(items, i)
			if !ok || pos >= len(items) || isRun(items[pos]) {
				if first, _ := runs(items); ok && first < 0 {
					e.raise("IndexError", "list assignment index out of range")
				}
				e.setItems(o, e.collapse(items, n, false, depsOf(i)))
				return
			}
			if k, isInt := intOf(i); isInt && k < -int64(len(items)) {
				e.raise("IndexError", "list assignment index out of range")
			}
			out := append([]pv(nil), items...)
			out[pos] = v
			e.setItems(o, out)
		case refInstance:
			e.havoc(o)
			e.havoc(v)
		}
	case *pTuple, *pStr:
		e.raise("TypeError", "object does not support item assignment")
	}
}

// setUnknownItem assigns into something from outside: the value is out of our
// hands, and with sys.modules so is every name of the module.
func (e *evaluator) setUnknownItem(u *pUnknown, index python.Node, v pv, n python.Node) {
	i := e.eval(index)
	e.havocOptions(u)
	switch {
	case u.ext == "os.environ":
	case u.ext == "sys.modules":
		if _, ok := i.(*pStr); !ok || e.frame == nil || i.(*pStr).s == e.frame.mod.name || i.(*pStr).s == "__main__" {
			e.openScope(e.frame.mod.scope, e.unknownNode(n.Parent()), true)
		}
	default:
		e.havoc(v)
	}
}

func (e *evaluator) delItem(obj pv, index python.Node, n python.Node) {
	obj = e.resolve(obj)
	if u, ok := obj.(*pUnknown); ok {
		e.havocOptions(u)
	}
	r, isRef := obj.(*pRef)
	if isRef && r.kind == refList && index.Kind() == python.KindSlice {
		items := e.items(r)
		lo, hi, step, okLo, okHi := e.sliceBounds(items, index)
		switch {
		case !okLo || !okHi:
			e.setItems(r, e.collapse(items, n, true, nil))
		case step != 1:
			drop := map[int]bool{}
			for i := lo; (step > 0 && i < hi || step < 0 && i > hi) && i >= 0 && i < len(items); i += int(step) {
				drop[i] = true
				if step > int64(len(items)) || -step > int64(len(items)) {
					break
				}
			}
			var out []pv
			for i, it := range items {
				if !drop[i] {
					out = append(out, it)
				}
			}
			e.setItems(r, out)
		case lo < hi:
			e.setItems(r, append(append([]pv(nil), items[:lo]...), items[hi:]...))
		}
		return
	}
	i := e.resolve(e.eval(index))
	switch o := obj.(type) {
	case *pNames:
		if s, ok := i.(*pStr); ok {
			if e.get(o.scope, s.s) == nil && e.open(o.scope) == nil {
				e.raise("KeyError", s.s)
			}
			e.unset(o.scope, s.s)
			return
		}
		e.openScope(o.scope, e.unknownNode(n), true)
	case *pRef:
		switch o.kind {
		case refList:
			e.popAt(o, i, n)
		case refDict:
			e.dictPop(o, i, nil, n)
		case refInstance:
			e.havoc(o)
		}
	}
}
