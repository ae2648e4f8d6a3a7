package django

import "strings"

// mayBeEqual answers whether two values are equal: 1 yes, 0 no, -1 unknown.
func (e *evaluator) equal(a, b pv) int {
	a, b = e.resolve(a), e.resolve(b)
	if ua, ok := a.(*pUnknown); ok {
		if ub, ok := b.(*pUnknown); ok && ua.sym != "" && ua.sym == ub.sym {
			return 1
		}
		if len(ua.oneOf) > 0 && !ua.unbound {
			return e.equalAny(ua.oneOf, b)
		}
		return -1
	}
	if ub, ok := b.(*pUnknown); ok {
		if len(ub.oneOf) > 0 && !ub.unbound {
			return e.equalAny(ub.oneOf, a)
		}
		return -1
	}
	ka, oka := keyOf(a)
	kb, okb := keyOf(b)
	if oka && okb {
		if ka == kb {
			return 1
		}
		if pathLike(a) != pathLike(b) {
			return -1
		}
		return 0
	}
	sa, oka := e.sequence(a)
	sb, okb := e.sequence(b)
	if oka && okb && a.pyType() == b.pyType() && a.pyType() != "set" {
		return e.equalItems(sa, sb)
	}
	ta, tb := a.pyType(), b.pyType()
	if ra, ok := a.(*pRef); ok {
		if rb, ok := b.(*pRef); ok && ra.id == rb.id {
			return 1
		}
	}
	if plainType(ta) && plainType(tb) && ta != tb {
		return 0
	}
	return -1
}

func pathLike(v pv) bool { _, ok := v.(*pPath); return ok }

// plainType are the types that are never equal to one another, numbers aside.
func plainType(t string) bool {
	switch t {
	case "NoneType", "str", "list", "tuple", "dict":
		return true
	case "bool", "int":
		return true
	}
	return false
}

func (e *evaluator) equalAny(options []pv, b pv) int {
	out := -2
	for _, o := range options {
		r := e.equal(o, b)
		if r < 0 || out >= 0 && r != out {
			return -1
		}
		out = r
	}
	return out
}

func (e *evaluator) equalItems(a, b []pv) int {
	for _, l := range [][]pv{a, b} {
		for _, it := range l {
			if isRun(it) {
				return -1
			}
		}
	}
	if len(a) != len(b) {
		return 0
	}
	out := 1
	for i := range a {
		e.step(1)
		switch e.equal(a[i], b[i]) {
		case 0:
			return 0
		case -1:
			out = -1
		}
	}
	return out
}

// truth is the truth of a value: 1, 0, or -1 where it is unknown.
func (e *evaluator) truth(v pv) int {
	switch v := v.(type) {
	case pNone:
		return 0
	case pBool:
		return toTri(bool(v))
	case pInt:
		return toTri(v != 0)
	case *pStr:
		return toTri(v.s != "")
	case *pTuple:
		return truthOfItems(v.items)
	case *pRef:
		switch v.kind {
		case refList, refSet:
			return truthOfItems(e.items(v))
		case refDict:
			d := e.dict(v)
			if len(d.keys) > 0 {
				return 1
			}
			if d.open != nil {
				return -1
			}
			return 0
		case refIter:
			return 1
		}
		return -1
	case *pIndex:
		return -1
	case *pUnknown:
		if v.module {
			return 1
		}
		if r := e.resolve(v); r != pv(v) {
			return e.truth(r)
		}
		if len(v.oneOf) > 0 && !v.unbound {
			out := -2
			for _, o := range v.oneOf {
				t := e.truth(o)
				if t < 0 || out >= 0 && t != out {
					return -1
				}
				out = t
			}
			return out
		}
		return -1
	}
	return 1
}

func truthOfItems(items []pv) int {
	for _, it := range items {
		if !isRun(it) {
			return 1
		}
	}
	if len(items) > 0 {
		return -1
	}
	return 0
}

func toTri(b bool) int {
	if b {
		return 1
	}
	return 0
}

// symOf names a value so that equal names mean equal values; "" where it
// cannot be named.
func (e *evaluator) symOf(v pv) string {
	switch v := v.(type) {
	case *pUnknown:
		return v.sym
	case *pRef:
		if v.kind == refList || v.kind == refSet {
			return e.symOfItems("[", e.items(v))
		}
		return ""
	case *pTuple:
		return e.symOfItems("(", v.items)
	case *pModule:
		return "module " + v.name
	case *pPath:
		return "path " + v.p
	}
	k, _ := keyOf(v)
	return k
}

func (e *evaluator) symOfItems(open string, items []pv) string {
	if len(items) > 8 {
		return ""
	}
	parts := make([]string, len(items))
	for i, it := range items {
		if parts[i] = e.symOf(it); parts[i] == "" {
			return ""
		}
	}
	return open + strings.Join(parts, ",")
}
