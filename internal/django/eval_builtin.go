package django

import (
	"strconv"

	"github.com/mwcheck/mwcheck/internal/python"
)

// builtin calls a builtin function or type.
func (e *evaluator) builtin(name string, a *callArgs, n python.Node) pv {
	x := a.at(0)
	if x != nil {
		x = e.resolve(x)
	}
	if a.open && x == nil {
		return e.unknownNode(n)
	}
	switch name {
	case "list":
		if x == nil {
			return e.newList(nil)
		}
		return e.newList(e.itemsOf(x, n))
	case "tuple":
		if x == nil {
			return &pTuple{}
		}
		return &pTuple{e.fit(e.itemsOf(x, n))}
	case "set", "frozenset":
		if r, ok := x.(*pRef); ok && r.kind == refSet {
			return e.newSet(e.items(r))
		}
		if x == nil {
			return e.newSet(nil)
		}
		return e.newSet(e.distinct(e.itemsOf(x, n)))
	case "dict":
		r := e.newDict(&dictCell{})
		if x != nil {
			e.dictUpdate(r, x, n)
		}
		for _, k := range a.kw {
			e.dictSet(r, &pStr{k.name, e.here()}, k.v, n)
		}
		if a.open {
			e.openDict(r, n)
		}
		return r
	case "dict.fromkeys":
		r := e.newDict(&dictCell{})
		v := a.at(1)
		if v == nil {
			v = pNone{}
		}
		for _, k := range e.itemsOf(x, n) {
			if isRun(k) {
				e.openDict(r, n)
				continue
			}
			e.dictSet(r, k, v, n)
		}
		return r
	case "sorted":
		if x == nil {
			break
		}
		items, ok := e.sequence(x)
		if !ok {
			items = e.itemsOf(x, n)
		}
		return e.newList(e.sorted(items, a, n))
	case "reversed":
		if r, ok := x.(*pRef); ok && r.kind == refList {
			return e.newIter(func() []pv { return reversed(e.items(r)) })
		}
		if x != nil {
			items := reversed(e.itemsOf(x, n))
			return e.newIter(func() []pv { return items })
		}
	case "filter", "map", "zip", "enumerate":
		return e.lazy(name, a, n)
	case "range", "xrange":
		if v := e.rangeOf(a); v != nil {
			return v
		}
	case "len":
		return e.length(x, n)
	case "any", "all":
		return e.anyAll(name == "any", x, n)
	case "min", "max", "sum":
		return e.reduceBuiltin(name, a, n)
	case "isinstance":
		return e.isInstance(x, a.at(1), n)
	case "callable":
		switch x.(type) {
		case *pFunc, *pMethod, *pClass, *pBuiltin:
			return pBool(true)
		case *pStr, pInt, pBool, pNone, *pTuple:
			return pBool(false)
		}
	case "str", "unicode", "repr", "format":
		return e.strOf(name, x, n)
	case "int":
		switch v := x.(type) {
		case pInt:
			return v
		case pBool:
			return pInt(toTri(bool(v)))
		case *pStr:
			if i, err := strconv.ParseInt(v.s, 10, 64); err == nil && len(a.pos) == 1 {
				return pInt(i)
			}
		}
		if x != nil {
			e.mayFail("ValueError", n)
		}
	case "float":
		if x != nil {
			e.mayFail("ValueError", n)
		}
	case "bool":
		if x == nil {
			return pBool(false)
		}
		if t := e.truth(x); t >= 0 {
			return pBool(t == 1)
		}
		return e.truthValue(x, n)
	case "iter":
		if r, ok := x.(*pRef); ok && r.kind == refIter {
			return r
		}
		if x != nil {
			return e.newIter(func() []pv { return e.itemsOf(x, n) })
		}
	case "next":
		return e.next(x, a, n)
	case "print", "id", "hash", "input":
		return e.unknownNode(n)
	case "hasattr", "getattr", "setattr", "delattr", "dir", "vars", "globals", "locals", "type", "super", "property", "staticmethod", "classmethod":
		return e.reflect(name, a, n)
	case "exec", "execfile", "compile", "eval", "open", "__import__":
		return e.execBuiltin(name, a, n)
	case "reduce":
		return e.reduce(a, n)
	case "issubclass", "object", "abs", "ord", "chr", "round":
		u := e.unknownNode(n)
		for _, v := range a.all() {
			u.deps = u.deps.union(depsOf(v))
		}
		return u
	}
	for _, v := range a.all() {
		e.havoc(v)
	}
	u := e.unknownNode(n)
	for _, v := range a.all() {
		u.deps = u.deps.union(depsOf(v))
	}
	if x != nil && len(a.pos) == 1 && len(a.kw) == 0 {
		if s := e.symOf(x); s != "" {
			u.sym = capSym(name + "(" + s + ")")
		}
	}
	return u
}

func (e *evaluator) truthValue(x pv, n python.Node) pv {
	u := e.unknownNode(n)
	if old, ok := x.(*pUnknown); ok {
		u.deps = old.deps
		u.eqSym, u.eqVal, u.eqNot = old.eqSym, old.eqVal, old.eqNot
		if old.sym != "" {
			u.sym = old.sym
		}
	}
	return u
}

func (e *evaluator) length(x pv, n python.Node) pv {
	switch v := x.(type) {
	case *pStr:
		return pInt(len([]rune(v.s)))
	case *pRef:
		if v.kind == refDict {
			d := e.dict(v)
			for _, it := range d.vals {
				if maybeUnbound(it) {
					return e.unknownNode(n)
				}
			}
			if d.open == nil {
				return pInt(len(d.keys))
			}
		}
	}
	if items, ok := e.sequence(x); ok {
		var deps depset
		known := true
		for _, it := range items {
			if isRun(it) {
				known = false
				deps = deps.union(depsOf(it))
			}
		}
		if known {
			return pInt(len(items))
		}
		u := e.unknownNode(n)
		u.deps = deps
		return u
	}
	u := e.unknownNode(n)
	if x != nil {
		u.deps = depsOf(x)
	}
	return u
}

func (e *evaluator) anyAll(anyOf bool, x pv, n python.Node) pv {
	if x == nil {
		return e.unknownNode(n)
	}
	known := true
	var deps depset
	for _, it := range e.itemsOf(x, n) {
		t := -1
		if !isRun(it) {
			t = e.truth(e.resolve(it))
		}
		switch {
		case t < 0:
			known = false
			deps = deps.union(depsOf(it))
		case (t == 1) == anyOf:
			return pBool(anyOf)
		}
	}
	if known {
		return pBool(!anyOf)
	}
	u := e.unknownNode(n)
	u.deps = deps
	return u
}

func (e *evaluator) reduceBuiltin(name string, a *callArgs, n python.Node) pv {
	items := a.pos
	if len(items) == 1 || name == "sum" && len(items) > 0 {
		items = e.itemsOf(items[0], n)
	}
	if name == "sum" {
		var acc pv = pInt(0)
		if s := a.get(1, "start"); s != nil {
			acc = s
		}
		for _, it := range items {
			if isRun(it) {
				return e.unknownNode(n)
			}
			acc = e.binary("+", acc, it, n)
		}
		return acc
	}
	if len(a.kw) > 0 || len(items) == 0 {
		return e.unknownNode(n)
	}
	best := items[0]
	for _, it := range items {
		t := e.less("<", it, best)
		if t < 0 || isRun(it) {
			return e.unknownNode(n)
		}
		if name == "max" {
			t = e.less(">", it, best)
		}
		if t == 1 {
			best = it
		}
	}
	return best
}

func (e *evaluator) reduce(a *callArgs, n python.Node) pv {
	if len(a.pos) < 2 {
		return e.unknownNode(n)
	}
	items := e.itemsOf(a.at(1), n)
	acc := a.at(2)
	if acc == nil {
		if len(items) == 0 || isRun(items[0]) {
			return e.unknownNode(n)
		}
		acc, items = items[0], items[1:]
	}
	for _, it := range items {
		if isRun(it) {
			return e.unknownNode(n)
		}
		acc = e.call(a.at(0), &callArgs{pos: []pv{acc, it}}, n)
	}
	return acc
}

func (e *evaluator) strOf(name string, x pv, n python.Node) pv {
	if name == "repr" || name == "format" {
		return e.unknownNode(n)
	}
	switch v := x.(type) {
	case nil:
		return &pStr{"", e.placeOf(n)}
	case *pStr:
		return v
	case *pPath:
		return &pPath{v.p, true}
	case *pUnknown:
		u := e.unknownNode(n)
		u.deps = v.deps
		if v.sym != "" {
			u.sym = capSym("str(" + v.sym + ")")
		}
		return u
	}
	if s, ok := e.formatted(x); ok {
		return &pStr{s, e.placeOf(n)}
	}
	return e.unknownNode(n)
}

func (e *evaluator) next(x pv, a *callArgs, n python.Node) pv {
	r, ok := x.(*pRef)
	if !ok || r.kind != refIter {
		return e.unknownNode(n)
	}
	items := e.consume(r)
	if len(items) == 0 {
		if d := a.at(1); d != nil {
			return d
		}
		e.raise("StopIteration", "next")
	}
	if isRun(items[0]) {
		rest := e.runOf(n)
		e.put(r.id, &iterCell{fill: func() []pv { return rest }})
		return e.unknownNode(n)
	}
	rest := items[1:]
	e.put(r.id, &iterCell{fill: func() []pv { return rest }})
	return items[0]
}

func (e *evaluator) isInstance(x, cls pv, n python.Node) pv {
	types := []pv{cls}
	if t, ok := cls.(*pTuple); ok {
		types = t.items
	}
	if x == nil || isUnknown(x) {
		u := e.unknownNode(n)
		if x != nil {
			u.deps = depsOf(x)
		}
		return u
	}
	known := true
	for _, t := range types {
		b, ok := t.(*pBuiltin)
		switch {
		case ok && b.self == nil && (b.name == x.pyType() || b.name == "object" || b.name == "unicode" && x.pyType() == "str" || b.name == "int" && x.pyType() == "bool"):
			return pBool(true)
		case !ok:
			c, isClass := t.(*pClass)
			r, isInst := x.(*pRef)
			if u, isU := t.(*pUnknown); isU && (lastPart(u.sym) == "basestring" || u.sym == "name basestring") {
				if x.pyType() == "str" {
					return pBool(true)
				}
				continue
			}
			if isClass && isInst && r.kind == refInstance {
				for _, k := range r.cls.mro {
					if k == c {
						return pBool(true)
					}
				}
				known = known && !r.cls.open
				continue
			}
			known = known && isClass
		}
	}
	if known {
		return pBool(false)
	}
	return e.unknownNode(n)
}
