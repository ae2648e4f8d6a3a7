package django

// merge makes the current state stand for itself or for other: what differs
// becomes unknown, hanging on the conditions deps.
func (e *evaluator) merge(other *state, deps depset) {
	cur := e.st
	e.step(1 + (len(cur.cells)+len(other.cells))/32)
	n := max(len(cur.cells), len(other.cells))
	out := &state{cells: make([]any, n), facts: commonFacts(cur.facts, other.facts), links: mergeLinks(cur.links, other.links)}
	m := merger{e: e, a: cur, b: other, out: out, deps: deps}
	for id := range n {
		var a, b any
		if id < len(cur.cells) {
			a = cur.cells[id]
		}
		if id < len(other.cells) {
			b = other.cells[id]
		}
		if a == b {
			out.cells[id] = a
			continue
		}
		out.cells[id] = m.cell(a, b)
	}
	e.st = out
	for _, l := range m.links {
		e.link(l[0], l[1], deps)
	}
}

func mergeLinks(a, b map[int][]link) map[int][]link {
	if len(b) == 0 {
		return a
	}
	if len(a) == 0 {
		return b
	}
	out := make(map[int][]link, len(a)+len(b))
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		have := out[k]
		have = have[:len(have):len(have)]
	next:
		for _, id := range v {
			for _, h := range have {
				if h.to == id.to {
					continue next
				}
			}
			have = append(have, id)
		}
		out[k] = have
	}
	return out
}

type merger struct {
	e         *evaluator
	a, b, out *state
	deps      depset
	links     [][2]int
	made      map[[2]int]*pRef
}

func (m *merger) cell(a, b any) any {
	switch a := a.(type) {
	case nil:
		switch b := b.(type) {
		case *pyBinding:
			return m.half(b)
		default:
			return b // an object that only one path has
		}
	case *pyBinding:
		bb, ok := b.(*pyBinding)
		if !ok {
			return m.half(a)
		}
		v := m.value(a.v, bb.v, a.at)
		if v == a.v {
			return a
		}
		if v == bb.v {
			return bb
		}
		at := a.at
		if at.f == nil || bb.at.f == at.f && bb.at.start > at.start {
			at = bb.at
		}
		return &pyBinding{v, at}
	case *listCell:
		bb, ok := b.(*listCell)
		if !ok {
			return a
		}
		items, same := m.items(a.items, bb.items)
		if same {
			return a
		}
		return &listCell{items}
	case *dictCell:
		bb, ok := b.(*dictCell)
		if !ok {
			return a
		}
		return m.dicts(a, bb)
	case *iterCell:
		bb, ok := b.(*iterCell)
		if !ok {
			return a
		}
		if bb.done == a.done {
			return a
		}
		why := m.e.unknownRun("an iterator that may be used up", m.e.here())
		return &iterCell{fill: func() []pv { return []pv{why} }}
	case *escaped:
		bb, ok := b.(*escaped)
		if !ok {
			return a
		}
		vals := a.vals
		for _, v := range bb.vals {
			if !holds(vals, v) {
				vals = append(vals[:len(vals):len(vals)], v)
			}
		}
		if len(vals) == len(a.vals) {
			return a
		}
		return &escaped{vals}
	case *openCell:
		return a
	}
	return a
}

// value is one value that stands for a or b.
func (m *merger) value(a, b pv, at place) pv {
	if a == b {
		return a
	}
	switch x := a.(type) {
	case *pStr:
		if y, ok := b.(*pStr); ok && x.s == y.s {
			return a
		}
	case *pTuple:
		if y, ok := b.(*pTuple); ok {
			items, same := m.items(x.items, y.items)
			if same {
				return a
			}
			return &pTuple{items}
		}
	case *pPath:
		if y, ok := b.(*pPath); ok && *x == *y {
			return a
		}
	case *pModule:
		if y, ok := b.(*pModule); ok && x.scope == y.scope {
			return a
		}
	case *pLazy:
		if y, ok := b.(*pLazy); ok && x.module == y.module && x.name == y.name {
			return a
		}
	case *pNames:
		if y, ok := b.(*pNames); ok && x.scope == y.scope {
			return a
		}
	case *pBuiltin:
		if y, ok := b.(*pBuiltin); ok && x.name == y.name && x.self == nil && y.self == nil {
			return a
		}
	case *pRef:
		y, ok := b.(*pRef)
		if ok && x.id == y.id {
			return a
		}
		if ok && x.kind == y.kind && (x.kind == refList || x.kind == refSet) {
			return m.lists(x, y)
		}
	case *pUnknown:
		if y, ok := b.(*pUnknown); ok && x.sym != "" && x.sym == y.sym && x.unbound == y.unbound {
			return a
		}
		if subsumes(x, b) {
			return m.aliased(m.depending(x), b)
		}
	}
	if y, ok := b.(*pUnknown); ok && subsumes(y, a) {
		return m.aliased(m.depending(y), a)
	}
	text := m.e.textAt(at)
	for _, v := range []pv{a, b} {
		if w, ok := v.(*pUnknown); ok && w.text != "" && !w.unbound {
			text, at = w.text, w.at
		}
	}
	u := m.e.newUnknown(text, at)
	u.deps = m.deps.union(depsOf(a)).union(depsOf(b))
	u.oneOf = options(a, b)
	u.unbound = maybeUnbound(a) || maybeUnbound(b)
	return m.aliased(m.aliased(u, a), b)
}

// items merges two sequences: what they begin and end with alike stays, the
// middle becomes a run of unknown elements.
func (m *merger) items(a, b []pv) (out []pv, same bool) {
	m.e.step(1 + (len(a)+len(b))/8)
	p := 0
	for p < len(a) && p < len(b) && sameItem(a[p], b[p]) {
		p++
	}
	if p == len(a) && p == len(b) {
		return a, true
	}
	s := 0
	for s < len(a)-p && s < len(b)-p && sameItem(a[len(a)-1-s], b[len(b)-1-s]) {
		s++
	}
	midA, midB := a[p:len(a)-s], b[p:len(b)-s]
	if len(midB) == 0 && len(midA) == 1 && isRun(midA[0]) {
		run := midA[0].(*pUnknown) // it stands for nothing too
		if with := m.depending(run); with != run {
			out = append([]pv(nil), a...)
			out[p] = with
			return out, false
		}
		return a, true
	}
	deps := m.deps
	var at place
	text := ""
	for _, mid := range [][]pv{midA, midB} {
		for _, it := range mid {
			deps = deps.union(depsOf(it))
			if text == "" {
				at, text = m.e.originOf(it)
			}
		}
	}
	if text == "" {
		at = m.e.here()
		text = m.e.textAt(at)
	}
	run := m.e.newUnknown(text, at)
	run.run = true
	run.deps = deps
	out = append(out, a[:p]...)
	out = append(out, run)
	out = append(out, a[len(a)-s:]...)
	out = joinRuns(out)
	if len(out) == len(a) {
		same = true
		for i := range out {
			if !sameItem(out[i], a[i]) && !(isRun(out[i]) && isRun(a[i]) && len(out[i].(*pUnknown).deps) == len(a[i].(*pUnknown).deps)) {
				same = false
			}
		}
		if same {
			return a, true
		}
	}
	return out, false
}

func sameItem(a, b pv) bool {
	if a == b {
		return true
	}
	if x, ok := a.(*pUnknown); ok {
		y, ok := b.(*pUnknown)
		return ok && x.sym != "" && x.sym == y.sym && x.run == y.run
	}
	ka, oka := keyOf(a)
	kb, okb := keyOf(b)
	if oka && okb {
		return ka == kb
	}
	ra, oka := a.(*pRef)
	rb, okb := b.(*pRef)
	return oka && okb && ra.id == rb.id
}

// lists makes a new object for two lists of which one is meant, and links it to
// both.
func (m *merger) lists(x, y *pRef) pv {
	if r, ok := m.made[[2]int{x.id, y.id}]; ok {
		return r
	}
	at := func(st *state, id int) []pv {
		if id < len(st.cells) {
			if c, ok := st.cells[id].(*listCell); ok {
				return c.items
			}
		}
		return nil
	}
	items, _ := m.items(at(m.a, x.id), at(m.b, y.id))
	id := m.e.nextCell
	m.e.nextCell++
	for len(m.out.cells) <= id {
		m.out.cells = append(m.out.cells, nil)
	}
	m.out.cells[id] = &listCell{items}
	r := &pRef{id: id, kind: x.kind}
	if m.made == nil {
		m.made = map[[2]int]*pRef{}
	}
	m.made[[2]int{x.id, y.id}] = r
	m.links = append(m.links, [2]int{id, x.id}, [2]int{id, y.id})
	return r
}
