package django

import "github.com/mwcheck/mwcheck/internal/python"

// sliceBounds evaluates the parts of a slice; ok is false where one of them
// does not lead to a known place.
func (e *evaluator) sliceBounds(items []pv, s python.Node) (lo, hi int, step int64, okLo, okHi bool) {
	lo, hi, step, okLo, okHi = 0, len(items), 1, true, true
	var lower, upper pv
	if p := s.Field(python.FieldLower); !p.IsZero() {
		lower = e.resolve(e.eval(p))
	}
	if p := s.Field(python.FieldUpper); !p.IsZero() {
		upper = e.resolve(e.eval(p))
	}
	if p := s.Field(python.FieldStep); !p.IsZero() {
		v := e.resolve(e.eval(p))
		if _, none := v.(pNone); !none {
			k, ok := intOf(v)
			if !ok || k == 0 {
				return 0, 0, 0, false, false
			}
			step = k
		}
	}
	first, _ := runs(items)
	if step != 1 {
		if first >= 0 {
			return 0, 0, step, false, false
		}
		return e.stepBounds(items, lower, upper, step)
	}
	if lower != nil && lower != pv(pNone{}) {
		lo, okLo = e.position(items, lower)
	}
	if upper != nil && upper != pv(pNone{}) {
		hi, okHi = e.position(items, upper)
	}
	return lo, hi, step, okLo, okHi
}

func (e *evaluator) stepBounds(items []pv, lower, upper pv, step int64) (lo, hi int, _ int64, okLo, okHi bool) {
	n := int64(len(items))
	bound := func(v pv, none int64) (int64, bool) {
		if v == nil || v == pv(pNone{}) {
			return none, true
		}
		k, ok := intOf(v)
		if !ok {
			return 0, false
		}
		if k < 0 {
			k += n
			if k < 0 {
				k = -1
				if step > 0 {
					k = 0
				}
			}
		} else if k >= n {
			k = n
			if step < 0 {
				k = n - 1
			}
		}
		return k, true
	}
	a, b := int64(0), n
	if step < 0 {
		a, b = n-1, -1
	}
	l, ok1 := bound(lower, a)
	h, ok2 := bound(upper, b)
	return int(l), int(h), step, ok1, ok2
}

// beforeUpper counts the elements in front of the first run that an upper bound
// leaves in, however long the runs are: all of them where it counts from the
// start, and lies behind them; where it counts from the end, those that stay if
// the runs are empty; none for a bound whose number is not written there.
func (e *evaluator) beforeUpper(items []pv, upper python.Node) int {
	first, _ := runs(items)
	if first < 0 {
		return 0
	}
	negative := upper.Kind() == python.KindUnaryOp && upper.Op() == "-"
	if negative {
		upper = upper.Field(python.FieldValue)
	}
	if upper.Kind() != python.KindNumber {
		return 0
	}
	k, ok := intOf(e.eval(upper))
	if !ok {
		return 0
	}
	if !negative {
		return int(min(k, int64(first)))
	}
	known := 0
	for _, it := range items {
		if !isRun(it) {
			known++
		}
	}
	return int(max(0, min(int64(first), int64(known)-k)))
}

// slice cuts a sequence.
func (e *evaluator) slice(items []pv, s, n python.Node) []pv {
	lo, hi, step, okLo, okHi := e.sliceBounds(items, s)
	e.step(1 + len(items)/16)
	if step != 1 {
		if !okLo || !okHi {
			return e.collapse(items, n, true, nil)
		}
		var out []pv
		for i := lo; (step > 0 && i < hi || step < 0 && i > hi) && i >= 0 && i < len(items); i += int(step) {
			out = append(out, items[i])
			if step > int64(len(items)) || -step > int64(len(items)) {
				break
			}
		}
		return out
	}
	switch {
	case okLo && okHi:
		if lo >= hi {
			return nil
		}
		return items[lo:hi:hi]
	case okLo:
		lo = min(lo, len(items))
		sure := max(lo, e.beforeUpper(items, s.Field(python.FieldUpper)))
		return append(items[lo:sure:sure], e.collapse(items[lo:], n, true, nil)...)
	case okHi:
		// The end is known, the start is not: only what follows the last run
		// before the end can be told.
		_, last := runs(items[:hi])
		out := e.collapse(items[:hi], n, true, nil)
		if last >= 0 {
			return out
		}
		return out
	}
	return e.collapse(items, n, true, nil)
}

func (e *evaluator) getSlice(obj pv, s, n python.Node) pv {
	switch o := obj.(type) {
	case *pTuple:
		return &pTuple{e.fit(e.slice(o.items, s, n))}
	case *pRef:
		if o.kind == refList {
			return e.newList(e.slice(e.items(o), s, n))
		}
	case *pStr:
		if len(o.s) > 1000 {
			return e.unknownNode(n)
		}
		chars, _ := e.spread(o)
		cut := e.slice(chars, s, n)
		out := ""
		for _, c := range cut {
			p, ok := c.(*pStr)
			if !ok {
				return e.unknownNode(n)
			}
			out += p.s
		}
		return &pStr{out, e.placeOf(n)}
	case *pUnknown:
		for _, fd := range []python.Field{python.FieldLower, python.FieldUpper, python.FieldStep} {
			if p := s.Field(fd); !p.IsZero() {
				e.eval(p)
			}
		}
		u := e.unknownNode(n)
		u.deps = o.deps
		return u
	}
	return e.unknownNode(n)
}

func (e *evaluator) setSlice(r *pRef, s python.Node, v pv, n python.Node) {
	items := e.items(r)
	repl := e.itemsOf(v, n)
	lo, hi, step, okLo, okHi := e.sliceBounds(items, s)
	if step != 1 {
		if first, _ := runs(repl); first >= 0 || !okLo || !okHi {
			e.setItems(r, e.collapse(items, n, true, nil))
			return
		}
		out := append([]pv(nil), items...)
		k := 0
		for i := lo; (step > 0 && i < hi || step < 0 && i > hi) && i >= 0 && i < len(items); i += int(step) {
			if k >= len(repl) {
				e.raise("ValueError", "wrong size of extended slice")
			}
			out[i] = repl[k]
			k++
			if step > int64(len(items)) || -step > int64(len(items)) {
				break
			}
		}
		if k != len(repl) {
			e.raise("ValueError", "wrong size of extended slice")
		}
		e.setItems(r, out)
		return
	}
	if !okLo || !okHi {
		e.setItems(r, e.collapse(items, n, true, nil))
		return
	}
	hi = max(lo, hi)
	out := append([]pv(nil), items[:lo]...)
	out = append(out, repl...)
	e.setItems(r, append(out, items[hi:]...))
}
