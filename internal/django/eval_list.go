package django

import (
	"sort"

	"github.com/mwcheck/mwcheck/internal/python"
)

// listMethod is a call of a method of list; args are positional.
func (e *evaluator) listMethod(r *pRef, name string, a *callArgs, n python.Node) pv {
	items := e.items(r)
	arg := func(i int) pv { return a.at(i) }
	if a.open {
		switch name {
		case "copy", "count", "index":
		default:
			e.setItems(r, e.collapse(items, n, true, nil))
		}
		return e.unknownNode(n)
	}
	switch name {
	case "append":
		if arg(0) == nil {
			e.raise("TypeError", "append takes one argument")
		}
		e.setItems(r, append(items[:len(items):len(items)], arg(0)))
	case "extend":
		if arg(0) == nil {
			e.raise("TypeError", "extend takes one argument")
		}
		e.extend(r, arg(0), n)
	case "insert":
		if arg(1) == nil {
			e.raise("TypeError", "insert takes two arguments")
		}
		pos, ok := e.position(items, arg(0))
		if !ok {
			e.setItems(r, e.collapse(items, n, !isRunIndex(arg(0)), depsOf(arg(0))))
			return pNone{}
		}
		out := append([]pv(nil), items[:pos]...)
		out = append(out, arg(1))
		e.setItems(r, append(out, items[pos:]...))
	case "remove":
		e.remove(r, arg(0), n)
	case "pop":
		i := arg(0)
		if i == nil {
			i = pInt(-1)
		}
		return e.popAt(r, i, n)
	case "clear":
		e.setItems(r, nil)
	case "copy":
		return e.newList(items)
	case "reverse":
		e.setItems(r, reversed(items))
	case "sort":
		e.setItems(r, e.sorted(items, a, n))
	case "index":
		return e.indexOf(items, a, r.id, n)
	case "count":
		return e.count(items, arg(0), n)
	case "__contains__", "__eq__", "__format__", "__ge__", "__gt__", "__iter__", "__le__", "__len__", "__lt__",
		"__ne__", "__repr__", "__reversed__", "__sizeof__", "__str__", "__getitem__", "__add__", "__mul__":
		return e.unknownNode(n) // leave the list as it is
	default:
		e.setItems(r, e.collapse(items, n, true, nil)) // __iadd__, __setitem__, ...
		return e.unknownNode(n)
	}
	return pNone{}
}

// isRunIndex says that an index is a number, so that what stands before the
// first run stays where it is.
func isRunIndex(v pv) bool {
	i, ok := intOf(v)
	return ok && i >= 0
}

// extend is list.extend and +=.
func (e *evaluator) extend(r *pRef, v pv, n python.Node) {
	more := e.itemsOf(v, n)
	items := e.items(r)
	e.setItems(r, append(items[:len(items):len(items)], more...))
}

func reversed(items []pv) []pv {
	out := make([]pv, len(items))
	for i, it := range items {
		out[len(items)-1-i] = it
	}
	return out
}

// find looks for the first element equal to x; sure is false where an unknown
// element before it might be equal too.
func (e *evaluator) find(items []pv, x pv) (pos int, sure bool) {
	sure = true
	for i, it := range items {
		e.step(1)
		if isRun(it) {
			sure = false
			continue
		}
		switch e.equal(it, x) {
		case 1:
			return i, sure
		case -1:
			sure = false
		}
	}
	return -1, sure
}

func (e *evaluator) remove(r *pRef, x pv, n python.Node) {
	items := e.items(r)
	if x == nil {
		e.raise("TypeError", "remove takes one argument")
	}
	pos, sure := e.find(items, x)
	if pos >= 0 && sure {
		out := append([]pv(nil), items[:pos]...)
		e.setItems(r, append(out, items[pos+1:]...))
		return
	}
	if pos < 0 && sure {
		e.raise("ValueError", "list.remove(x): x not in list")
	}
	if pos < 0 {
		e.mayRaise("ValueError", e.site("remove", e.placeOf(n)), e.textAt(e.placeOf(n)), e.placeOf(n))
	}
	// One of several elements goes: each that may be the one may be gone.
	out := append([]pv(nil), items...)
	for i, it := range out {
		if pos >= 0 && i > pos {
			break
		}
		if isRun(it) || e.equal(it, x) == 0 {
			continue
		}
		u := e.unknownNode(n)
		u.run = true
		u.deps = depsOf(it).union(depsOf(x))
		if at, text := e.originOf(it); text != "" {
			u.at, u.text = at, text
		}
		out[i] = u
	}
	e.setItems(r, out)
}

func (e *evaluator) popAt(r *pRef, index pv, n python.Node) pv {
	items := e.items(r)
	pos, ok := e.position(items, index)
	first, _ := runs(items)
	if k, isInt := intOf(index); isInt && first < 0 && (k >= int64(len(items)) || k < -int64(len(items))) {
		e.raise("IndexError", "pop index out of range")
	}
	if !ok || pos >= len(items) || isRun(items[pos]) {
		u := e.unknownNode(n)
		if k, isInt := intOf(index); isInt && k == -1 && ok {
			// The last element is gone; it may be any of the trailing run.
			_, last := runs(items)
			e.setItems(r, e.collapseTail(items, last, n))
			return u
		}
		e.setItems(r, e.collapse(items, n, !isRunIndex(index), depsOf(index)))
		return u
	}
	v := items[pos]
	out := append([]pv(nil), items[:pos]...)
	e.setItems(r, append(out, items[pos+1:]...))
	return v
}

// collapseTail is a list that ends in a run after its last element was taken:
// the run may have been empty, so the elements before it may be touched too.
func (e *evaluator) collapseTail(items []pv, last int, n python.Node) []pv {
	return e.collapse(items[:max(0, last)], n, true, depsOf(items[max(0, last)]))
}

func (e *evaluator) indexOf(items []pv, a *callArgs, id int, n python.Node) pv {
	x := a.at(0)
	if x == nil || a.at(1) != nil {
		return e.unknownNode(n)
	}
	pos, sure := e.find(items, x)
	if pos >= 0 && sure {
		return pInt(pos)
	}
	if pos < 0 && sure {
		e.raise("ValueError", "x is not in list")
	}
	if key, ok := keyOf(x); ok && pos >= 0 {
		return &pIndex{key: key, list: id}
	}
	e.mayRaise("ValueError", e.site("index", e.placeOf(n)), e.textAt(e.placeOf(n)), e.placeOf(n))
	return e.unknownNode(n)
}

func (e *evaluator) count(items []pv, x pv, n python.Node) pv {
	if x == nil {
		return e.unknownNode(n)
	}
	c := 0
	for _, it := range items {
		e.step(1)
		if isRun(it) {
			return e.unknownNode(n)
		}
		switch e.equal(it, x) {
		case 1:
			c++
		case -1:
			return e.unknownNode(n)
		}
	}
	return pInt(c)
}

// sorted sorts elements that are known, all strings or all numbers; by key and
// reverse if given.
func (e *evaluator) sorted(items []pv, a *callArgs, n python.Node) []pv {
	keys := items
	if f := a.key("key"); f != nil {
		if _, none := f.(pNone); !none {
			keys = make([]pv, len(items))
			for i, it := range items {
				if isRun(it) {
					return e.collapse(items, n, true, nil)
				}
				keys[i] = e.call(f, &callArgs{pos: []pv{it}}, n)
			}
		}
	}
	rev := 0
	if r := a.key("reverse"); r != nil {
		if rev = e.truth(r); rev < 0 {
			return e.collapse(items, n, true, depsOf(r))
		}
	}
	e.step(1 + len(items)*4)
	idx := make([]int, len(items))
	for i := range idx {
		idx[i] = i
	}
	ok := true
	sort.SliceStable(idx, func(i, j int) bool {
		x, y := keys[idx[i]], keys[idx[j]]
		if rev == 1 {
			x, y = y, x
		}
		t := e.less("<", e.resolve(x), e.resolve(y))
		if t < 0 {
			ok = false
		}
		return t == 1
	})
	if first, _ := runs(items); len(items) == 1 && first < 0 {
		return items
	}
	if len(items) == 1 || !ok {
		return e.collapse(items, n, true, nil)
	}
	out := make([]pv, len(items))
	for i, k := range idx {
		out[i] = items[k]
	}
	return out
}

// setMethod is a call of a method of set.
func (e *evaluator) setMethod(r *pRef, name string, a *callArgs, n python.Node) pv {
	items := e.items(r)
	switch name {
	case "add":
		if a.at(0) != nil {
			e.setItems(r, e.distinct(append(items[:len(items):len(items)], a.at(0))))
			return pNone{}
		}
	case "discard", "remove":
		if a.at(0) != nil {
			pos, sure := e.find(items, a.at(0))
			switch {
			case pos >= 0 && sure:
				e.setItems(r, append(append([]pv(nil), items[:pos]...), items[pos+1:]...))
			case !sure:
				e.setItems(r, e.collapse(items, n, true, depsOf(a.at(0))))
			case name == "remove":
				e.raise("KeyError", "set.remove")
			}
			return pNone{}
		}
	case "update", "union":
		out := append([]pv(nil), items...)
		for _, v := range a.pos {
			if o, ok := v.(*pRef); ok && o.kind == refSet {
				out = append(out, e.items(o)...)
				continue
			}
			out = append(out, e.itemsOf(v, n)...)
		}
		if name == "update" {
			e.setItems(r, e.distinct(out))
			return pNone{}
		}
		return e.newSet(e.distinct(out))
	case "difference", "intersection":
		var res pv = r
		for _, v := range a.pos {
			o, ok := v.(*pRef)
			if !ok || o.kind != refSet {
				o = e.newSet(e.distinct(e.itemsOf(v, n)))
			}
			op := "-"
			if name == "intersection" {
				op = "&"
			}
			if res = e.setOp(op, res, o, n); res == nil {
				return e.unknownNode(n)
			}
		}
		return res
	case "copy":
		return e.newSet(items)
	case "issubset", "issuperset", "isdisjoint", "symmetric_difference":
		return e.unknownNode(n)
	}
	e.setItems(r, e.collapse(items, n, true, nil))
	return e.unknownNode(n)
}
