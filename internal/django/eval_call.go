package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// callArgs are the evaluated arguments of a call.
type callArgs struct {
	pos  []pv
	kw   []kwArg
	open bool // *args or **kwargs that are not wholly known
	node []python.Node
}

type kwArg struct {
	name string
	v    pv
}

func (a *callArgs) at(i int) pv {
	if i < len(a.pos) {
		return a.pos[i]
	}
	return nil
}

func (a *callArgs) key(name string) pv {
	for _, k := range a.kw {
		if k.name == name {
			return k.v
		}
	}
	return nil
}

// get is the argument at a position or of a name, or nil.
func (a *callArgs) get(i int, name string) pv {
	if v := a.at(i); v != nil {
		return v
	}
	return a.key(name)
}

func (a *callArgs) all() []pv {
	out := append([]pv(nil), a.pos...)
	for _, k := range a.kw {
		out = append(out, k.v)
	}
	return out
}

func (e *evaluator) callExpr(n python.Node) pv {
	fn := n.Field(python.FieldFunc)
	var f pv
	if fn.Kind() == python.KindAttribute {
		obj := e.eval(fn.Field(python.FieldObject))
		if u, ok := obj.(*pUnknown); ok {
			if !readMethod(fn.Name()) {
				e.havocOptions(u)
			}
			if l := e.materializeFor(u, fn.Name()); l != nil {
				obj = l
				if name := fn.Field(python.FieldObject); name.Kind() == python.KindName && strings.HasPrefix(u.sym, "open ") {
					e.bind(name.Name(), l, e.placeOf(name))
				}
			}
		}
		f = e.getAttr(obj, fn.Name(), fn)
	} else {
		f = e.eval(fn)
	}
	args := e.args(n)
	e.cur = e.placeOf(n)
	return e.call(f, args, n)
}

func (e *evaluator) args(n python.Node) *callArgs {
	a := &callArgs{}
	for arg := range n.All(python.FieldArgs) {
		switch arg.Kind() {
		case python.KindStarred:
			for _, it := range e.itemsOf(e.eval(arg.Field(python.FieldValue)), arg) {
				if isRun(it) {
					a.open = true
					continue
				}
				a.pos = append(a.pos, it)
			}
		case python.KindKeyword:
			v := e.eval(arg.Field(python.FieldValue))
			if !arg.Is(python.FlagDoubleStar) {
				a.kw = append(a.kw, kwArg{arg.Name(), v})
				continue
			}
			e.spreadKeywords(a, v)
		default:
			a.pos = append(a.pos, e.eval(arg))
			a.node = append(a.node, arg)
		}
	}
	return a
}

func (e *evaluator) spreadKeywords(a *callArgs, v pv) {
	switch v := e.resolve(v).(type) {
	case *pRef:
		if v.kind == refDict {
			d := e.dict(v)
			a.open = a.open || d.open != nil
			for i, k := range d.keys {
				if s, ok := k.(*pStr); ok {
					a.kw = append(a.kw, kwArg{s.s, d.vals[i]})
					a.open = a.open || maybeUnbound(d.vals[i])
				}
			}
			return
		}
	case *pNames:
		for _, name := range v.scope.order {
			if b := e.get(v.scope, name); b != nil {
				a.kw = append(a.kw, kwArg{name, b.v})
			}
		}
	}
	a.open = true
}

// call calls anything.
func (e *evaluator) call(f pv, a *callArgs, n python.Node) pv {
	e.step(4)
	switch f := e.resolve(f).(type) {
	case *pFunc:
		return e.callFunc(f, nil, a, n)
	case *pMethod:
		return e.callFunc(f.fn, f.self, a, n)
	case *pStatic:
		return e.call(f.fn, a, n)
	case *pClass:
		return e.instantiate(f, a, n)
	case *pBuiltin:
		if f.self != nil {
			return e.method(f, a, n)
		}
		return e.builtin(f.name, a, n)
	case *pRef:
		if f.kind == refInstance {
			if m := e.classAttr(f.cls, "__call__"); m != nil {
				if fn, ok := m.(*pFunc); ok {
					return e.callFunc(fn, f, a, n)
				}
			}
			e.havoc(f)
		}
	case *pUnknown:
		return e.callUnknown(f, a, n)
	}
	for _, v := range a.all() {
		e.escape(v)
	}
	e.escapedAgain()
	return e.unknownNode(n)
}

// callUnknown calls something from outside: what it gets and can change is
// unknown after it.
func (e *evaluator) callUnknown(f *pUnknown, a *callArgs, n python.Node) pv {
	if v := e.extCall(f, a, n); v != nil {
		return v
	}
	if !readsOnly(f.from()) {
		for _, v := range a.all() {
			e.escape(v)
		}
		e.escapedAgain()
	} else {
		for _, v := range a.all() {
			switch v.(type) {
			case *pNames, *pModule, *pFunc, *pMethod:
				e.escape(v)
			}
		}
	}
	e.callFails(f.from(), n)
	u := e.unknownNode(n)
	u.deps, u.root = f.deps, f.from()
	if f.ext == "os.environ.get" || f.ext == "os.getenv" {
		u.def, _ = a.at(1).(*pStr)
	}
	for _, v := range a.all() {
		u.deps = u.deps.union(depsOf(v))
	}
	if s := e.callSym(f, a); s != "" {
		u.sym = s
	}
	return u
}

// callSym names the result of a call that gives the same for the same
// arguments, as reading the environment does.
func (e *evaluator) callSym(f *pUnknown, a *callArgs) string {
	if f.sym == "" || a.open || impure(lastPart(strings.TrimSuffix(f.sym, ")"))) {
		return ""
	}
	parts := make([]string, 0, len(a.pos)+len(a.kw))
	for _, v := range a.pos {
		parts = append(parts, e.symOf(v))
	}
	for _, k := range a.kw {
		if k.name == "cast" || k.name == "default" && e.symOf(k.v) == "" {
			continue
		}
		s := e.symOf(k.v)
		if s == "" {
			return ""
		}
		parts = append(parts, k.name+"="+s)
	}
	for _, p := range parts {
		if p == "" {
			return ""
		}
	}
	return capSym(f.sym + "(" + strings.Join(parts, ",") + ")")
}
