package django

import (
	"strconv"

	"github.com/mwcheck/mwcheck/internal/python"
)

// eval is the value of an expression.
func (e *evaluator) eval(n python.Node) pv {
	e.step(1)
	e.enter()
	defer e.leave()
	switch n.Kind() {
	case python.KindName:
		return e.name(n)
	case python.KindString:
		return e.stringLit(n)
	case python.KindNumber:
		return e.number(n)
	case python.KindFString, python.KindTString:
		return e.fstring(n)
	case python.KindAttribute:
		return e.getAttr(e.eval(n.Field(python.FieldObject)), n.Name(), n)
	case python.KindSubscript:
		return e.getItem(e.eval(n.Field(python.FieldObject)), n.Field(python.FieldIndex), n)
	case python.KindCall:
		return e.callExpr(n)
	case python.KindUnaryOp:
		return e.unary(n)
	case python.KindBinOp:
		return e.binOp(n)
	case python.KindBoolOp:
		return e.boolOp(n)
	case python.KindCompare:
		return e.compareChain(n)
	case python.KindIfExp:
		return e.ifExp(n)
	case python.KindLambda:
		return e.function(n, "")
	case python.KindNamedExpr:
		v := e.eval(n.Field(python.FieldValue))
		e.assign(n.Field(python.FieldTarget), v)
		return v
	case python.KindTuple:
		return &pTuple{e.fit(e.elements(n))}
	case python.KindList:
		return e.newList(e.elements(n))
	case python.KindSet:
		return e.newSet(e.distinct(e.elements(n)))
	case python.KindDict:
		return e.dictDisplay(n)
	case python.KindListComp:
		return e.newList(e.comprehend(n))
	case python.KindSetComp:
		return e.newSet(e.distinct(e.comprehend(n)))
	case python.KindGeneratorExp:
		return e.generator(n)
	case python.KindDictComp:
		return e.dictComp(n)
	case python.KindYield, python.KindYieldFrom:
		return e.yielded(n)
	}
	// Await, Repr, Ellipsis, BadExpr and what a broken tree may hold.
	for c := range n.Children() {
		if c.Kind().IsExpression() {
			e.havoc(e.eval(c))
		}
	}
	return e.unknownNode(n)
}

func (e *evaluator) name(n python.Node) pv {
	name := n.Name()
	switch name {
	case "True":
		return pBool(true)
	case "False":
		return pBool(false)
	case "None":
		return pNone{}
	}
	if v, ok := e.lookup(name); ok {
		return v
	}
	if isBuiltin(name) {
		return &pBuiltin{name: name}
	}
	if isException(name) {
		return &pUnknown{sym: "builtin " + name, ext: name, text: name, at: e.placeOf(n)}
	}
	if name != "" && e.caught("NameError") && !isOtherBuiltin(name) {
		e.raise("NameError", name)
	}
	u := e.unknownNode(n)
	u.sym = "name " + name
	return u
}

// lookup finds a name as Python does: local, enclosing, module.
func (e *evaluator) lookup(name string) (pv, bool) {
	s := e.frame.scope
	if s.global[name] {
		s = s.mod.scope
	}
	first := true
	for ; s != nil; s = s.up {
		if s.class && !first {
			continue
		}
		first = false
		if b := e.get(s, name); b != nil {
			return e.bound(b.v, name), true
		}
		if why := e.open(s); why != nil && !isBuiltin(name) && !isException(name) {
			u := *why
			u.sym = "open " + s.mod.name + "." + name + " " + why.sym
			u.text = name
			return &u, true
		}
	}
	return nil, false
}

// bound is the value of a binding when it is read: a name that one path leaves
// unbound is taken to be bound there, unless an except NameError asks.
func (e *evaluator) bound(v pv, name string) pv {
	v = e.force(v)
	u, ok := v.(*pUnknown)
	if !ok {
		return v
	}
	if u.unbound && e.caught("NameError") {
		e.mayRaise("NameError", "bound "+u.sym, name, e.here())
	}
	return e.resolve(u)
}

func (e *evaluator) unary(n python.Node) pv {
	if n.Op() == "not" {
		v := e.eval(n.Field(python.FieldValue))
		return e.negate(v, n)
	}
	v := e.resolve(e.eval(n.Field(python.FieldValue)))
	switch i := v.(type) {
	case pInt:
		switch n.Op() {
		case "-":
			return -i
		case "+":
			return i
		case "~":
			return ^i
		}
	case pBool:
		if n.Op() == "-" {
			return pInt(-toTri(bool(i)))
		}
	}
	u := e.unknownNode(n)
	u.deps = depsOf(v)
	if s := e.symOf(v); s != "" {
		u.sym = capSym(n.Op() + "(" + s + ")")
	}
	return u
}

// capSym bounds the length of names of values.
func capSym(s string) string {
	if len(s) <= 240 {
		return s
	}
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return s[:200] + "#" + strconv.FormatUint(h, 36)
}
