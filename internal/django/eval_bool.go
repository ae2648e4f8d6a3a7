package django

import "github.com/mwcheck/mwcheck/internal/python"

func (e *evaluator) negate(v pv, n python.Node) pv {
	v = e.resolve(v)
	if t := e.truth(v); t >= 0 {
		return pBool(t == 0)
	}
	u := e.unknownNode(n)
	u.deps = depsOf(v)
	if old, ok := v.(*pUnknown); ok {
		if old.eqSym != "" {
			u.eqSym, u.eqVal, u.eqNot = old.eqSym, old.eqVal, !old.eqNot
		}
		if old.sym != "" {
			u.sym = capSym("not(" + old.sym + ")")
		}
		if f := e.findFact("t " + old.sym); f != nil {
			return pBool(!f.val)
		}
	}
	return u
}

func (e *evaluator) ifExp(n python.Node) pv {
	v := e.test(n.Field(python.FieldTest))
	yes := func() pv { return e.eval(n.Field(python.FieldBody)) }
	no := func() pv { return e.eval(n.Field(python.FieldOrelse)) }
	switch v.tri {
	case 1:
		return yes()
	case 0:
		return no()
	}
	return e.either(v, yes, no)
}

// boolOp is the value of and / or. An unknown left side whose right side has no
// effect gives a value of its own; otherwise both ways are followed.
func (e *evaluator) boolOp(n python.Node) pv {
	var ops []python.Node
	for op := range n.All(python.FieldElts) {
		ops = append(ops, op)
	}
	return e.boolOps(n, ops)
}

func (e *evaluator) boolOps(n python.Node, ops []python.Node) pv {
	if len(ops) == 0 {
		return e.unknownNode(n)
	}
	left := e.resolve(e.eval(ops[0]))
	if len(ops) == 1 {
		return left
	}
	e.enter()
	defer e.leave()
	and := n.Op() == "and"
	if t := e.truth(left); t >= 0 {
		if (t == 1) == and {
			return e.boolOps(n, ops[1:])
		}
		return left
	}
	if e.listLike(ops[1:]) || !e.pureExpr(ops[1:]) {
		v := e.decideRecorded(left, ops[0])
		keep := func() pv { return left }
		rest := func() pv { return e.boolOps(n, ops[1:]) }
		yes, no := rest, keep
		if !and {
			yes, no = keep, rest
		}
		switch v.tri {
		case 1:
			return yes()
		case 0:
			return no()
		}
		return e.either(v, yes, no)
	}
	right := e.boolOps(n, ops[1:])
	u := e.unknownNode(n)
	u.deps = depsOf(left).union(depsOf(right))
	if a, b := e.symOf(left), e.symOf(right); a != "" && b != "" {
		u.sym = capSym("(" + a + " " + n.Op() + " " + b + ")")
	}
	return u
}

// decideRecorded decides like test, for a value that was evaluated already.
func (e *evaluator) decideRecorded(v pv, n python.Node) verdict {
	before := len(e.taken)
	out := e.decide(v, n)
	if len(e.taken) > before && out.tri >= 0 {
		at := e.placeOf(n)
		e.tests = append(e.tests, testRecord{e.atoms[before].key, e.textAt(at), at, out.tri == 1})
	}
	return out
}

// listLike says that one of the expressions is a display or a name, so that the
// value, not only its truth, may matter.
func (e *evaluator) listLike(ops []python.Node) bool {
	for _, op := range ops {
		for d := range op.Descendants() {
			switch d.Kind() {
			case python.KindList, python.KindTuple, python.KindListComp:
				return true
			case python.KindName:
				if v, ok := e.lookup(d.Name()); ok {
					switch v.pyType() {
					case "list", "tuple":
						return true
					}
				}
			}
		}
	}
	return false
}

// pureExpr says that evaluating has no effect on what we track.
func (e *evaluator) pureExpr(ops []python.Node) bool {
	for _, op := range ops {
		for d := range op.Descendants() {
			switch d.Kind() {
			case python.KindNamedExpr, python.KindYield, python.KindAwait:
				return false
			case python.KindCall:
				f := d.Field(python.FieldFunc)
				switch f.Name() {
				case "append", "extend", "insert", "remove", "pop", "update", "setdefault", "clear", "sort", "reverse", "add", "setattr", "exec":
					return false
				}
				if v, ok := e.lookup(f.Name()); ok && f.Kind() == python.KindName && v.pyType() == "function" {
					return false
				}
			}
		}
	}
	return true
}
