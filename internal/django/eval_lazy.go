package django

import "github.com/mwcheck/mwcheck/internal/python"

// lazy are the builtins that yield their elements when used.
func (e *evaluator) lazy(name string, a *callArgs, n python.Node) pv {
	at := e.here()
	return e.newIter(func() []pv {
		was := e.cur
		e.cur = at
		defer func() { e.cur = was }()
		switch name {
		case "filter":
			return e.filter(a, n)
		case "map":
			return e.mapped(a, n)
		case "zip":
			return e.zip(a, n)
		}
		return e.enumerate(a, n)
	})
}

func (e *evaluator) filter(a *callArgs, n python.Node) []pv {
	if a.at(1) == nil {
		return e.runOf(n)
	}
	var out []pv
	for _, it := range e.itemsOf(a.at(1), n) {
		if isRun(it) {
			out = append(out, it)
			continue
		}
		v := it
		if _, none := a.at(0).(pNone); !none {
			v = e.call(a.at(0), &callArgs{pos: []pv{it}}, n)
		}
		d := e.decideRecorded(v, n)
		switch d.tri {
		case 1:
			out = append(out, it)
		case -1:
			u := e.unknownNode(n)
			u.run = true
			u.deps = d.deps
			if at, text := e.originOf(it); text != "" {
				u.at, u.text = at, text
			}
			out = append(out, u)
		}
	}
	return out
}

func (e *evaluator) runOf(n python.Node) []pv {
	u := e.unknownNode(n)
	u.run = true
	return []pv{u}
}

func (e *evaluator) mapped(a *callArgs, n python.Node) []pv {
	if len(a.pos) != 2 || a.open {
		for _, v := range a.all() {
			e.havoc(v)
		}
		return e.runOf(n)
	}
	var out []pv
	for _, it := range e.itemsOf(a.at(1), n) {
		if isRun(it) {
			out = append(out, it)
			continue
		}
		out = append(out, e.call(a.at(0), &callArgs{pos: []pv{it}}, n))
	}
	return out
}

func (e *evaluator) zip(a *callArgs, n python.Node) []pv {
	var cols [][]pv
	length := -1
	for _, v := range a.pos {
		items := e.itemsOf(v, n)
		if first, _ := runs(items); first >= 0 {
			return e.runOf(n)
		}
		if length < 0 || len(items) < length {
			length = len(items)
		}
		cols = append(cols, items)
	}
	if a.open {
		return e.runOf(n)
	}
	var out []pv
	for i := range max(0, length) {
		e.step(len(cols))
		row := make([]pv, len(cols))
		for j, c := range cols {
			row[j] = c[i]
		}
		out = append(out, &pTuple{row})
	}
	return out
}

func (e *evaluator) enumerate(a *callArgs, n python.Node) []pv {
	start, ok := int64(0), true
	if s := a.get(1, "start"); s != nil {
		start, ok = intOf(s)
	}
	if a.at(0) == nil {
		return e.runOf(n)
	}
	var out []pv
	for i, it := range e.itemsOf(a.at(0), n) {
		if isRun(it) {
			ok = false
			out = append(out, it)
			continue
		}
		var k pv = pInt(start + int64(i))
		if !ok {
			k = e.unknownNode(n)
		}
		out = append(out, &pTuple{[]pv{k, it}})
	}
	return out
}

func (e *evaluator) rangeOf(a *callArgs) pv {
	var nums []int64
	for _, v := range a.pos {
		k, ok := intOf(e.resolve(v))
		if !ok {
			return nil
		}
		nums = append(nums, k)
	}
	lo, hi, step := int64(0), int64(0), int64(1)
	switch len(nums) {
	case 1:
		hi = nums[0]
	case 2:
		lo, hi = nums[0], nums[1]
	case 3:
		lo, hi, step = nums[0], nums[1], nums[2]
	default:
		return nil
	}
	if step == 0 {
		return nil
	}
	var items []pv
	for i := lo; step > 0 && i < hi || step < 0 && i > hi; i += step {
		if len(items) > e.limits.Length {
			break // fit says the rest
		}
		items = append(items, pInt(i))
	}
	return e.newList(items)
}
