package django

import (
	"math"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// binOp evaluates a chain of binary operators; the left spine is walked without
// recursion, so that a sum of thousands of terms is no danger.
func (e *evaluator) binOp(n python.Node) pv {
	var spine []python.Node
	left := n
	for left.Kind() == python.KindBinOp {
		spine = append(spine, left)
		left = left.Field(python.FieldLeft)
	}
	v := e.eval(left)
	for i := len(spine) - 1; i >= 0; i-- {
		e.step(1)
		v = e.binary(spine[i].Op(), v, e.eval(spine[i].Field(python.FieldRight)), spine[i])
	}
	return v
}

// binary is a op b; n is the expression, for the origin of the result.
func (e *evaluator) binary(op string, a, b pv, n python.Node) pv {
	a, b = e.resolve(a), e.resolve(b)
	if r, ok := a.(*pRef); ok && r.kind == refInstance {
		return e.unknownNode(n)
	}
	switch op {
	case "+":
		if v := e.add(a, b, n); v != nil {
			return v
		}
	case "*":
		if v := e.multiply(a, b, n); v != nil {
			return v
		}
	case "%":
		if s, ok := a.(*pStr); ok {
			if out, ok := e.percent(s.s, b); ok {
				return &pStr{out, e.placeOf(n)}
			}
		}
	case "/":
		if y, ok := intOf(b); ok && y == 0 {
			e.mayFail("ZeroDivisionError", n)
		}
		if p, ok := a.(*pPath); ok && !p.str {
			if s, ok := e.pathText(b); ok {
				return &pPath{p: joinPath(p.p, s)}
			}
		}
	case "|", "&", "-", "^":
		if v := e.setOp(op, a, b, n); v != nil {
			return v
		}
	}
	if x, ok := intOf(a); ok {
		if y, ok := intOf(b); ok {
			if r, ok := e.arith(op, x, y); ok {
				return pInt(r)
			}
		}
	}
	if i, ok := a.(*pIndex); ok {
		if y, ok := intOf(b); ok && (op == "+" || op == "-") && y > -1000 && y < 1000 {
			if op == "-" {
				y = -y
			}
			return &pIndex{i.key, i.offset + y, i.list}
		}
	}
	u := e.unknownNode(n)
	u.deps = depsOf(a).union(depsOf(b))
	if sa, sb := e.symOf(a), e.symOf(b); sa != "" && sb != "" {
		u.sym = capSym("(" + sa + op + sb + ")")
	}
	return u
}

func intOf(v pv) (int64, bool) {
	switch v := v.(type) {
	case pInt:
		return int64(v), true
	case pBool:
		return int64(toTri(bool(v))), true
	}
	return 0, false
}

func (e *evaluator) arith(op string, x, y int64) (int64, bool) {
	const lim = math.MaxInt32
	if x > lim || x < -lim || y > lim || y < -lim {
		return 0, false
	}
	switch op {
	case "+":
		return x + y, true
	case "-":
		return x - y, true
	case "*":
		return x * y, true
	case "//", "%":
		if y == 0 {
			e.raise("ZeroDivisionError", "division by zero")
		}
		q := x / y
		if x%y != 0 && (x < 0) != (y < 0) {
			q--
		}
		if op == "//" {
			return q, true
		}
		return x - q*y, true
	case "|":
		return x | y, true
	case "&":
		return x & y, true
	case "^":
		return x ^ y, true
	}
	return 0, false
}

func (e *evaluator) add(a, b pv, n python.Node) pv {
	la, lb := e.seqKind(a), e.seqKind(b)
	ua, ub := isUnknown(a), isUnknown(b)
	switch {
	case la == "list" && (lb == "list" || lb == "iterator" || ub), (la == "iterator" || ua) && lb == "list":
		return e.newList(append(append([]pv(nil), e.itemsOf(a, n)...), e.itemsOf(b, n)...))
	case la == "tuple" && (lb == "tuple" || ub), ua && lb == "tuple":
		return &pTuple{e.fit(append(append([]pv(nil), e.itemsOf(a, n)...), e.itemsOf(b, n)...))}
	case la != "" && lb != "" && la != "iterator" && lb != "iterator":
		e.raise("TypeError", "cannot add "+la+" and "+lb)
	case (la == "list" || la == "tuple") && plainType(b.pyType()):
		e.raise("TypeError", "cannot add "+la+" and "+b.pyType())
	}
	switch x := a.(type) {
	case *pStr:
		switch y := b.(type) {
		case *pStr:
			if len(x.s)+len(y.s) > 1<<16 {
				return nil
			}
			e.step((len(x.s) + len(y.s)) / 64)
			return &pStr{x.s + y.s, e.placeOf(n)}
		case pInt, pBool, pNone, *pRef, *pTuple:
			if r, ok := b.(*pRef); !ok || r.kind != refInstance {
				e.raise("TypeError", "cannot add str and "+b.pyType())
			}
		}
	case *pPath:
		if y, ok := b.(*pStr); ok && x.str {
			return &pPath{p: cleanPath(x.p + y.s), str: true}
		}
	}
	return nil
}

// seqKind is "list", "tuple", "iterator" or "".
func (e *evaluator) seqKind(v pv) string {
	switch v := v.(type) {
	case *pTuple:
		return "tuple"
	case *pRef:
		if v.kind == refList || v.kind == refIter {
			return v.pyType()
		}
	}
	return ""
}

func (e *evaluator) multiply(a, b pv, n python.Node) pv {
	if k := e.seqKind(a); k == "" || k == "iterator" {
		if _, ok := a.(*pStr); !ok {
			a, b = b, a
		}
	}
	switch x := a.(type) {
	case *pStr:
		if c, ok := intOf(b); ok {
			if c <= 0 {
				return &pStr{"", e.placeOf(n)}
			}
			if c*int64(len(x.s)) <= 1<<16 {
				return &pStr{strings.Repeat(x.s, int(c)), e.placeOf(n)}
			}
		}
	case *pTuple:
		return &pTuple{e.fit(e.repeat(x.items, b, n))}
	case *pRef:
		if x.kind == refList {
			return e.newList(e.repeat(e.items(x), b, n))
		}
	}
	return nil
}

// repeat is items * count.
func (e *evaluator) repeat(items []pv, count pv, n python.Node) []pv {
	c, ok := intOf(e.resolve(count))
	if !ok {
		u := e.unknownNode(n)
		u.run = true
		u.deps = depsOf(count)
		return []pv{u}
	}
	if c <= 0 || len(items) == 0 {
		return nil
	}
	if c > int64(e.limits.Length) || c*int64(len(items)) > int64(e.limits.Length)+1 {
		e.noteOnce("a list is longer than the limit; the rest of it is not known", e.here())
		u := e.unknownNode(n)
		u.run = true
		return []pv{u}
	}
	out := make([]pv, 0, int(c)*len(items))
	for range c {
		e.step(len(items))
		out = append(out, items...)
	}
	return out
}

func (e *evaluator) setOp(op string, a, b pv, n python.Node) pv {
	ra, ok := a.(*pRef)
	if !ok {
		return nil
	}
	if ra.kind == refDict && op == "|" {
		out := e.newDict(e.dict(ra))
		e.dictUpdate(out, b, n)
		return out
	}
	rb, ok := b.(*pRef)
	if !ok || ra.kind != refSet || rb.kind != refSet {
		return nil
	}
	x, y := e.items(ra), e.items(rb)
	var out []pv
	switch op {
	case "|":
		return e.newSet(e.distinct(append(append([]pv(nil), x...), y...)))
	case "^":
		return nil
	}
	for _, it := range x {
		switch in := e.contains(y, it); {
		case in < 0:
			u := e.unknownNode(n)
			u.run = true
			u.deps = depsOf(it)
			out = append(out, u)
		case (in == 1) == (op == "&"):
			out = append(out, it)
		}
	}
	return e.newSet(out)
}

// distinct drops elements known to be equal to an earlier one.
func (e *evaluator) distinct(items []pv) []pv {
	seen := map[string]bool{}
	var out []pv
	for _, it := range items {
		if k, ok := keyOf(it); ok {
			if seen[k] {
				continue
			}
			seen[k] = true
		}
		out = append(out, it)
	}
	return out
}
