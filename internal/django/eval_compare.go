package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// contains says whether x is among the items: 1, 0, -1 unknown.
func (e *evaluator) contains(items []pv, x pv) int {
	out := 0
	for _, it := range items {
		e.step(1)
		if isRun(it) {
			out = -1
			continue
		}
		switch e.equal(it, x) {
		case 1:
			return 1
		case -1:
			out = -1
		}
	}
	return out
}

func (e *evaluator) compareChain(n python.Node) pv {
	left := e.eval(n.Field(python.FieldLeft))
	var ops []string
	for o := range n.All(python.FieldOps) {
		ops = append(ops, o.Op())
	}
	i := 0
	var out pv = pBool(true)
	for c := range n.All(python.FieldComparators) {
		if i >= len(ops) {
			break
		}
		right := e.eval(c)
		r := e.compare(ops[i], left, right, n)
		i++
		switch e.truth(r) {
		case 0:
			return pBool(false)
		case -1:
			if isUnknown(out) {
				// Two unknown parts: the whole has no simple form.
				u := e.unknownNode(n)
				u.deps = depsOf(out).union(depsOf(r))
				out = u
			} else {
				out = r
			}
		}
		left = right
	}
	return out
}

// compare is one comparison.
func (e *evaluator) compare(op string, a, b pv, n python.Node) pv {
	a, b = e.resolve(a), e.resolve(b)
	tri := -1
	switch op {
	case "==", "!=":
		tri = e.equal(a, b)
	case "is", "is not":
		tri = e.same(a, b)
	case "in", "not in":
		tri = e.in(a, b)
	default:
		tri = e.less(op, a, b)
	}
	not := op == "!=" || op == "is not" || op == "not in"
	if tri >= 0 {
		return pBool((tri == 1) != not)
	}
	u := e.unknownNode(n)
	u.deps = depsOf(a).union(depsOf(b)).union(e.depsOfItems(b))
	sa, sb := e.symOf(a), e.symOf(b)
	if sa == "" || sb == "" {
		return u
	}
	base := strings.TrimPrefix(op, "not ")
	switch op {
	case "!=", "==":
		base = "=="
	case "is not":
		base = "is"
	}
	u.sym = capSym("(" + sa + " " + base + " " + sb + ")")
	if not {
		u.sym = capSym("not(" + u.sym + ")")
	}
	if base == "==" || base == "is" {
		if ua, ok := a.(*pUnknown); ok && !isUnknown(b) {
			u.eqSym, u.eqVal, u.eqNot = ua.sym, b, not
		} else if ub, ok := b.(*pUnknown); ok && !isUnknown(a) {
			u.eqSym, u.eqVal, u.eqNot = ub.sym, a, not
		}
		if r := e.resolve(u); r != pv(u) {
			return r
		}
	}
	if f := e.findFact("t " + strings.TrimSuffix(strings.TrimPrefix(u.sym, "not("), ")")); not && f != nil {
		return pBool(!f.val)
	}
	return u
}

func (e *evaluator) depsOfItems(v pv) depset {
	items, ok := e.sequence(v)
	if !ok {
		return nil
	}
	var d depset
	for _, it := range items {
		d = d.union(depsOf(it))
	}
	return d
}

func (e *evaluator) same(a, b pv) int {
	ra, oka := a.(*pRef)
	rb, okb := b.(*pRef)
	if oka && okb {
		if ra.id == rb.id {
			return 1
		}
		for _, id := range e.st.links[ra.id] {
			if id.to == rb.id {
				return -1
			}
		}
		return 0
	}
	switch b.(type) {
	case pNone, pBool:
		if !isUnknown(a) && a.pyType() != b.pyType() {
			return 0
		}
		return e.equal(a, b)
	}
	switch a.(type) {
	case pNone, pBool:
		return e.same(b, a)
	}
	return -1
}

// in is the in operator.
func (e *evaluator) in(x, container pv) int {
	switch c := container.(type) {
	case *pStr:
		if s, ok := x.(*pStr); ok {
			return toTri(strings.Contains(c.s, s.s))
		}
	case *pTuple:
		return e.contains(c.items, x)
	case *pNames:
		if s, ok := x.(*pStr); ok {
			return e.hasName(c.scope, s.s)
		}
	case *pRef:
		switch c.kind {
		case refDict:
			d := e.dict(c)
			key, ok := keyOf(x)
			if !ok {
				return -1
			}
			if v, found := d.find(key); found {
				if maybeUnbound(v) {
					return -1
				}
				return 1
			}
			if d.open != nil {
				return -1
			}
			return 0
		case refInstance:
			return -1
		case refIter:
			return e.contains(e.consume(c), x)
		}
		return e.contains(e.items(c), x)
	}
	return -1
}

func (e *evaluator) hasName(s *pyScope, name string) int {
	b := e.get(s, name)
	if b == nil {
		if e.open(s) != nil {
			return -1
		}
		return 0
	}
	if maybeUnbound(b.v) {
		return -1
	}
	return 1
}

// less is one of the order comparisons.
func (e *evaluator) less(op string, a, b pv) int {
	c := 0
	if x, ok := intOf(a); ok {
		y, ok := intOf(b)
		if !ok {
			return -1
		}
		switch {
		case x < y:
			c = -1
		case x > y:
			c = 1
		}
	} else if x, ok := a.(*pStr); ok {
		y, ok := b.(*pStr)
		if !ok {
			return -1
		}
		c = strings.Compare(x.s, y.s)
	} else if x, ok := a.(*pTuple); ok {
		y, ok := b.(*pTuple)
		if !ok {
			return -1
		}
		r, ok := e.compareItems(x.items, y.items)
		if !ok {
			return -1
		}
		c = r
	} else {
		return -1
	}
	switch op {
	case "<":
		return toTri(c < 0)
	case "<=":
		return toTri(c <= 0)
	case ">":
		return toTri(c > 0)
	case ">=":
		return toTri(c >= 0)
	}
	return -1
}

func (e *evaluator) compareItems(a, b []pv) (int, bool) {
	for i := range min(len(a), len(b)) {
		e.step(1)
		if isRun(a[i]) || isRun(b[i]) {
			return 0, false
		}
		switch e.equal(a[i], b[i]) {
		case -1:
			return 0, false
		case 0:
			switch e.less("<", a[i], b[i]) {
			case 1:
				return -1, true
			case 0:
				return 1, true
			}
			return 0, false
		}
	}
	for _, l := range [][]pv{a, b} {
		for _, it := range l {
			if isRun(it) {
				return 0, false
			}
		}
	}
	return len(a) - len(b), true
}
