package django

import (
	"sort"

	"github.com/mwcheck/mwcheck/internal/python"
)

// reflect are the builtins that look at names.
func (e *evaluator) reflect(name string, a *callArgs, n python.Node) pv {
	x := a.at(0)
	attr, known := "", false
	if a.at(1) != nil {
		if s, ok := e.resolve(a.at(1)).(*pStr); ok {
			attr, known = s.s, true
		}
	}
	switch name {
	case "globals":
		return &pNames{e.frame.scope.mod.scope}
	case "locals":
		return &pNames{e.frame.scope}
	case "vars":
		return e.varsOf(x, n)
	case "dir":
		return e.dirOf(x, n)
	case "type":
		switch v := x.(type) {
		case *pRef:
			if v.kind == refInstance {
				return v.cls
			}
			return &pBuiltin{name: v.pyType()}
		case *pTuple, *pStr, pInt, pBool:
			return &pBuiltin{name: x.pyType()}
		}
		return e.unknownNode(n)
	case "property":
		if x != nil {
			return &pProperty{x}
		}
		return e.unknownNode(n)
	case "staticmethod":
		return &pStatic{x}
	case "classmethod":
		return &pClassFn{x}
	case "super":
		return e.super(a, n)
	}
	if x == nil {
		return e.unknownNode(n)
	}
	x = e.resolve(x)
	switch name {
	case "hasattr":
		return e.hasAttr(x, attr, known, n)
	case "getattr":
		return e.getAttrCall(x, attr, known, a, n)
	case "setattr":
		if known {
			v := a.at(2)
			if v == nil {
				v = e.unknownNode(n)
			}
			e.setAttr(x, attr, v, e.placeOf(n))
			return pNone{}
		}
		e.havoc(x)
	case "delattr":
		if known {
			e.delAttr(x, attr, n)
			return pNone{}
		}
		e.havoc(x)
	}
	return pNone{}
}

func (e *evaluator) varsOf(x pv, n python.Node) pv {
	switch o := x.(type) {
	case nil:
		return &pNames{e.frame.scope}
	case *pModule:
		return &pNames{o.scope}
	case *pClass:
		return &pNames{o.scope}
	case *pRef:
		if o.kind == refInstance {
			return &pNames{o.attr}
		}
	}
	return e.unknownNode(n)
}

func (e *evaluator) dirOf(x pv, n python.Node) pv {
	var s *pyScope
	switch o := x.(type) {
	case nil:
		s = e.frame.scope
	case *pModule:
		s = o.scope
	case *pClass:
		if len(o.mro) == 1 && !o.open {
			s = o.scope
		}
	}
	if s == nil {
		return e.newList(e.runOf(n))
	}
	items, _ := e.spread(&pNames{s})
	sort.SliceStable(items, func(i, j int) bool {
		a, ok := items[i].(*pStr)
		b, okb := items[j].(*pStr)
		return ok && okb && a.s < b.s
	})
	return e.newList(items)
}

func (e *evaluator) hasAttr(x pv, attr string, known bool, n python.Node) pv {
	if !known {
		return e.unknownNode(n)
	}
	switch o := x.(type) {
	case *pModule:
		if t := e.hasName(o.scope, attr); t == 1 || t == 0 && e.lacks(o, attr) {
			return pBool(t == 1)
		}
	case *pClass:
		if e.classAttr(o, attr) != nil {
			return pBool(true)
		}
		if e.lacks(o, attr) {
			return pBool(false)
		}
	case *pRef:
		if o.kind == refInstance {
			if e.get(o.attr, attr) != nil || e.classAttr(o.cls, attr) != nil {
				return pBool(true)
			}
			if e.lacks(o, attr) {
				return pBool(false)
			}
		}
	}
	u := e.unknownNode(n)
	if s := e.symOf(x); s != "" {
		u.sym = capSym("hasattr(" + s + "," + attr + ")")
	}
	return u
}

func (e *evaluator) getAttrCall(x pv, attr string, known bool, a *callArgs, n python.Node) pv {
	if !known {
		return e.unknownNode(n)
	}
	def := a.at(2)
	if u, ok := x.(*pUnknown); ok {
		out := e.unknownNode(n)
		out.deps = u.deps
		if u.sym != "" {
			out.sym = capSym(u.sym + "." + attr)
		}
		return out
	}
	if v, ok := e.findAttr(x, attr, n); ok {
		return v
	}
	if e.lacks(x, attr) {
		if def == nil {
			e.raise("AttributeError", attr)
		}
		return def
	}
	return e.unknownNode(n)
}

func (e *evaluator) super(a *callArgs, n python.Node) pv {
	if len(a.pos) >= 2 {
		if c, ok := a.at(0).(*pClass); ok {
			return &pSuper{c, a.at(1)}
		}
		return e.unknownNode(n)
	}
	fr := e.frame
	if fr.fn != nil && fr.fn.cls != nil {
		self := fr.self
		if self == nil {
			return e.unknownNode(n)
		}
		return &pSuper{fr.fn.cls, self}
	}
	return e.unknownNode(n)
}
