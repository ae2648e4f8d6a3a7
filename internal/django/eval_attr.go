package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// getAttr is obj.name.
func (e *evaluator) getAttr(obj pv, name string, n python.Node) pv {
	obj = e.resolve(obj)
	if u, ok := obj.(*pUnknown); ok {
		return e.unknownAttr(u, name, n)
	}
	v, found := e.findAttr(obj, name, n)
	if found {
		return v
	}
	if !e.lacks(obj, name) {
		if _, none := obj.(pNone); none && !strings.HasPrefix(name, "__") {
			e.mayFail("AttributeError", n)
		}
		return e.unknownNode(n)
	}
	e.raise("AttributeError", name)
	return nil
}

// lacks says that an object without the attribute that we know of really lacks
// it. What every class and object has by itself, as __mro__ and __doc__, is not
// kept.
func (e *evaluator) lacks(obj pv, name string) bool {
	if strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") || name == "mro" {
		return false
	}
	return e.surelyLacks(obj)
}

// surelyLacks says that an object without the attribute really lacks it, so
// that Python would raise.
func (e *evaluator) surelyLacks(obj pv) bool {
	switch o := obj.(type) {
	case *pModule:
		return e.open(o.scope) == nil && e.get(o.scope, "__getattr__") == nil
	case *pClass:
		return !o.open
	case *pRef:
		if o.kind == refInstance {
			return !o.cls.open && e.open(o.attr) == nil && e.classAttr(o.cls, "__getattr__") == nil && e.classAttr(o.cls, "__getattribute__") == nil
		}
	}
	return false
}

func (e *evaluator) unknownAttr(u *pUnknown, name string, n python.Node) pv {
	if e.caughtByName("AttributeError") {
		e.mayFail("AttributeError", n)
	}
	out := e.unknownNode(n)
	out.deps, out.root = u.deps, u.from()
	if u.sym != "" {
		out.sym = capSym(u.sym + "." + name)
	}
	if u.ext != "" {
		out.ext = u.ext + "." + name
		out.sym = out.ext
	}
	return out
}

// findAttr looks an attribute up; false where there is none that we know of.
func (e *evaluator) findAttr(obj pv, name string, n python.Node) (pv, bool) {
	switch o := obj.(type) {
	case *pModule:
		return e.moduleAttr(o, name)
	case *pClass:
		return e.classAttrBound(o, name, n)
	case *pSuper:
		return e.superAttr(o, name, n)
	case *pRef:
		if o.kind == refInstance {
			return e.instanceAttr(o, name, n)
		}
		return &pBuiltin{name: name, self: o}, true
	case *pNames:
		return &pBuiltin{name: name, self: o}, true
	case *pStr, *pTuple, *pFile:
		return &pBuiltin{name: name, self: o}, true
	case *pPath:
		return e.pathAttr(o, name), true
	case *pFunc:
		if name == "__name__" {
			return &pStr{o.name, e.here()}, true
		}
	case *pBuiltin:
		if o.self == nil && (o.name == "dict" && name == "fromkeys" || o.name == "str" && name == "join") {
			return &pBuiltin{name: o.name + "." + name}, true
		}
	}
	return nil, false
}

func (e *evaluator) moduleAttr(m *pModule, name string) (pv, bool) {
	if name == "__dict__" {
		return &pNames{m.scope}, true
	}
	if b := e.get(m.scope, name); b != nil {
		return e.bound(b.v, name), true
	}
	if strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") && name != "__getattr__" && name != "__all__" {
		return &pUnknown{sym: m.name + "." + name, text: name, at: e.here()}, true
	}
	if why := e.open(m.scope); why != nil {
		u := *why
		u.sym = "open " + m.name + "." + name + " " + why.sym
		u.text = m.name + "." + name
		return &u, true
	}
	return nil, false
}

// classAttr finds an attribute in a class's order of bases, unbound.
func (e *evaluator) classAttr(c *pClass, name string) pv {
	for _, k := range c.mro {
		if b := e.get(k.scope, name); b != nil {
			return e.bound(b.v, name)
		}
	}
	return nil
}

func (e *evaluator) classAttrBound(c *pClass, name string, n python.Node) (pv, bool) {
	switch name {
	case "__name__":
		return &pStr{c.name, e.here()}, true
	case "__dict__":
		return &pNames{c.scope}, true
	}
	v := e.classAttr(c, name)
	switch f := v.(type) {
	case nil:
		return nil, false
	case *pStatic:
		return f.fn, true
	case *pClassFn:
		if fn, ok := f.fn.(*pFunc); ok {
			return &pMethod{c, fn}, true
		}
		return e.unknownNode(n), true
	}
	return v, true
}

func (e *evaluator) instanceAttr(o *pRef, name string, n python.Node) (pv, bool) {
	switch name {
	case "__dict__":
		return &pNames{o.attr}, true
	case "__class__":
		return o.cls, true
	}
	v := e.classAttr(o.cls, name)
	if p, ok := v.(*pProperty); ok {
		return e.call(p.get, &callArgs{pos: []pv{o}}, n), true
	}
	if b := e.get(o.attr, name); b != nil {
		return e.bound(b.v, name), true
	}
	if v == nil {
		return nil, false
	}
	return e.bindMethod(v, o, o.cls, n), true
}

// bindMethod is what reading a class attribute through an object gives.
func (e *evaluator) bindMethod(v pv, self pv, cls *pClass, n python.Node) pv {
	switch f := v.(type) {
	case *pFunc:
		return &pMethod{self, f}
	case *pStatic:
		return f.fn
	case *pClassFn:
		if fn, ok := f.fn.(*pFunc); ok {
			return &pMethod{cls, fn}
		}
		return e.unknownNode(n)
	case *pProperty:
		return e.call(f.get, &callArgs{pos: []pv{self}}, n)
	}
	return v
}

func (e *evaluator) superAttr(s *pSuper, name string, n python.Node) (pv, bool) {
	cls, _ := s.self.(*pClass)
	if r, ok := s.self.(*pRef); ok {
		cls = r.cls
	}
	if cls == nil {
		return e.unknownNode(n), true
	}
	behind := false
	for _, k := range cls.mro {
		if behind {
			if b := e.get(k.scope, name); b != nil {
				if _, isClass := s.self.(*pClass); isClass {
					if cf, ok := b.v.(*pClassFn); ok {
						if fn, ok := cf.fn.(*pFunc); ok {
							return &pMethod{cls, fn}, true
						}
					}
					return e.bound(b.v, name), true
				}
				return e.bindMethod(e.bound(b.v, name), s.self, cls, n), true
			}
		}
		behind = behind || k == s.cls
	}
	return e.unknownNode(n), true
}

func (e *evaluator) setAttr(obj pv, name string, v pv, at place) {
	switch o := e.resolve(obj).(type) {
	case *pModule:
		e.set(o.scope, name, v, at)
	case *pClass:
		e.set(o.scope, name, v, at)
	case *pRef:
		if o.kind == refInstance {
			e.set(o.attr, name, v, at)
			if m := e.setter(o.cls, name); m != nil {
				// Code of the tree runs in place of the assignment.
				e.havoc(v)
				e.havoc(o)
				e.havoc(m)
			}
			return
		}
		e.havoc(v)
	case *pUnknown:
		// Something from outside has it now and may change it.
		if !strings.HasPrefix(o.ext, "django.conf") {
			e.havoc(v)
		}
	default:
		e.havoc(v)
	}
}

// setter is what an assignment to an attribute of an instance may run: a
// __setattr__, a property or another descriptor. nil: nothing.
func (e *evaluator) setter(c *pClass, name string) pv {
	if m := e.classAttr(c, "__setattr__"); m != nil {
		return m
	}
	switch v := e.classAttr(c, name).(type) {
	case *pProperty, *pUnknown:
		return v
	case *pRef:
		if v.kind == refInstance && e.classAttr(v.cls, "__set__") != nil {
			return v
		}
	}
	return nil
}

// setName is an assignment through globals() or vars().
func (e *evaluator) setName(s *pyScope, name string, v pv, at place) { e.set(s, name, v, at) }

func (e *evaluator) delAttr(obj pv, name string, n python.Node) {
	var s *pyScope
	switch o := e.resolve(obj).(type) {
	case *pModule:
		s = o.scope
	case *pClass:
		s = o.scope
	case *pRef:
		if o.kind == refInstance {
			s = o.attr
		}
	}
	if s == nil {
		return
	}
	if e.get(s, name) == nil && e.open(s) == nil {
		e.raise("AttributeError", name)
	}
	e.unset(s, name)
}

// method calls a method of a builtin type.
func (e *evaluator) method(b *pBuiltin, a *callArgs, n python.Node) pv {
	switch self := b.self.(type) {
	case *pRef:
		switch self.kind {
		case refList:
			return e.listMethod(self, b.name, a, n)
		case refSet:
			return e.setMethod(self, b.name, a, n)
		case refDict:
			return e.dictMethod(self, b.name, a, n)
		case refIter:
			if b.name == "next" || b.name == "__next__" {
				return e.builtin("next", &callArgs{pos: []pv{self}}, n)
			}
			e.consume(self)
		}
	case *pTuple:
		switch b.name {
		case "index":
			return e.indexOf(self.items, a, -1, n)
		case "count":
			return e.count(self.items, a.at(0), n)
		case "__add__":
			if a.at(0) != nil {
				return e.binary("+", self, a.at(0), n)
			}
		}
	case *pStr:
		return e.strMethod(self, b.name, a, n)
	case *pPath:
		return e.pathMethod(self, b.name, a, n)
	case *pNames:
		return e.namesMethod(self, b.name, a, n)
	case *pFile:
		switch b.name {
		case "read", "read_text", "readlines", "__enter__":
			if b.name == "readlines" {
				return e.unknownNode(n)
			}
			return &pFile{self.path, self.read || b.name != "__enter__"}
		case "encode", "decode", "replace", "strip":
			return e.unknownNode(n)
		}
		return pNone{}
	}
	return e.unknownNode(n)
}
