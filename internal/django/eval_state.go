package django

// state is the content of all cells on one path: bindings of names, lists,
// dicts. Contents are immutable, so a copy of the slice is a copy of the state.
type state struct {
	cells []any
	facts *fact
	// links ties objects that may be one and the same after two branches were
	// merged: a change of one makes the others unknown.
	links map[int][]link
}

// link leads to another object, tied on the conditions deps.
type link struct {
	to   int
	deps depset
}

// fact is a decision or an equality that holds on this path.
type fact struct {
	key   string
	val   bool
	eq    pv // with key "=sym": the value
	up    *fact
	depth int
}

type (
	pyBinding struct {
		v  pv
		at place
	}
	listCell struct{ items []pv }
	dictCell struct {
		keys, vals []pv
		open       *pUnknown // more keys may be there
	}
	// iterCell is an iterator that was not consumed yet; fill makes its items.
	iterCell struct {
		fill func() []pv
		done bool
	}
	// escaped is what code from outside may have kept.
	escaped struct{ vals []pv }
	// openCell says that a scope may hold names we do not know.
	openCell struct{ why *pUnknown }
)

// escapedCell is the cell that holds what escaped.
const escapedCell = 0

// scope is a table of names; their bindings lie in the state's cells.
type pyScope struct {
	names  map[string]int
	order  []string
	up     *pyScope // enclosing scope for look-ups
	mod    *pModule
	class  bool
	fn     bool
	global map[string]bool
	outer  map[string]bool // nonlocal
	openID int
}

func (e *evaluator) newScope(up *pyScope, mod *pModule) *pyScope {
	return &pyScope{names: map[string]int{}, up: up, mod: mod, openID: e.newCell(nil)}
}

func (e *evaluator) newCell(content any) int {
	id := e.nextCell
	e.nextCell++
	e.put(id, content)
	return id
}

func (e *evaluator) cell(id int) any {
	if id < len(e.st.cells) {
		return e.st.cells[id]
	}
	return nil
}

func (e *evaluator) put(id int, content any) {
	for len(e.st.cells) <= id {
		e.st.cells = append(e.st.cells, nil)
	}
	e.st.cells[id] = content
}

func (e *evaluator) clone() *state {
	e.step(1 + len(e.st.cells)/64)
	return &state{cells: append([]any(nil), e.st.cells...), facts: e.st.facts, links: e.st.links}
}

// get is the binding of a name in this very scope.
func (e *evaluator) get(s *pyScope, name string) *pyBinding {
	if id, ok := s.names[name]; ok {
		if b, ok := e.cell(id).(*pyBinding); ok {
			return b
		}
	}
	return nil
}

func (e *evaluator) set(s *pyScope, name string, v pv, at place) {
	id, ok := s.names[name]
	if !ok {
		id = e.nextCell
		e.nextCell++
		s.names[name] = id
		s.order = append(s.order, name)
	}
	e.put(id, &pyBinding{v, at})
}

func (e *evaluator) unset(s *pyScope, name string) {
	if id, ok := s.names[name]; ok {
		e.put(id, nil)
	}
}

// open says why a scope may hold unknown names, or nil.
func (e *evaluator) open(s *pyScope) *pUnknown {
	if o, ok := e.cell(s.openID).(*openCell); ok {
		return o.why
	}
	return nil
}

func (e *evaluator) items(r *pRef) []pv {
	switch c := e.cell(r.id).(type) {
	case *listCell:
		return c.items
	case *iterCell:
		if c.done {
			return nil
		}
	}
	return nil
}

func (e *evaluator) dict(r *pRef) *dictCell {
	if d, ok := e.cell(r.id).(*dictCell); ok {
		return d
	}
	return &dictCell{}
}

func (e *evaluator) newList(items []pv) *pRef {
	items = e.fit(items)
	return &pRef{id: e.newCell(&listCell{items}), kind: refList}
}

func (e *evaluator) newSet(items []pv) *pRef {
	return &pRef{id: e.newCell(&listCell{e.fit(items)}), kind: refSet}
}

func (e *evaluator) newDict(d *dictCell) *pRef {
	return &pRef{id: e.newCell(d), kind: refDict}
}

func (e *evaluator) newIter(fill func() []pv) *pRef {
	return &pRef{id: e.newCell(&iterCell{fill: fill}), kind: refIter}
}

// setItems replaces a list's content in place.
func (e *evaluator) setItems(r *pRef, items []pv) {
	e.put(r.id, &listCell{e.fit(items)})
	e.touched(r.id)
}

func (e *evaluator) setDict(r *pRef, d *dictCell) {
	e.step(1 + len(d.keys)/16)
	e.put(r.id, d)
	e.touched(r.id)
}

// touched makes all objects unknown that may be the one that was changed.
func (e *evaluator) touched(id int) {
	if len(e.st.links[id]) == 0 {
		return
	}
	seen := map[int]bool{id: true}
	queue := []link{{to: id}}
	for len(queue) > 0 {
		from := queue[0]
		queue = queue[1:]
		for _, l := range e.st.links[from.to] {
			if !seen[l.to] {
				seen[l.to] = true
				e.step(2)
				l.deps = l.deps.union(from.deps)
				e.blur(l.to, l.deps)
				queue = append(queue, l)
			}
		}
	}
}

func (e *evaluator) blur(id int, deps depset) {
	switch c := e.cell(id).(type) {
	case *listCell:
		u := e.unknownRun(e.textAt(e.here()), e.here())
		u.deps = deps
		for _, it := range c.items {
			u.deps = u.deps.union(depsOf(it))
		}
		e.put(id, &listCell{[]pv{u}})
	case *dictCell:
		u := e.unknownAt(e.textAt(e.here()))
		u.deps = deps
		e.put(id, &dictCell{open: u})
	}
}

func (e *evaluator) link(a, b int, deps depset) {
	for _, l := range e.st.links[a] {
		if l.to == b && len(l.deps.union(deps)) == len(l.deps) {
			return
		}
	}
	m := make(map[int][]link, len(e.st.links)+2)
	for k, v := range e.st.links {
		m[k] = v
	}
	m[a] = append(m[a][:len(m[a]):len(m[a])], link{b, deps})
	m[b] = append(m[b][:len(m[b]):len(m[b])], link{a, deps})
	e.st.links = m
	e.step(1 + len(m))
}

// fit bounds a list: past the limit, the rest is one unknown run. Adjacent runs
// become one.
func (e *evaluator) fit(items []pv) []pv {
	e.step(1 + len(items)/16)
	for i := 1; i < len(items); i++ {
		if isRun(items[i]) && isRun(items[i-1]) {
			items = joinRuns(items)
			break
		}
	}
	if len(items) <= e.limits.Length {
		return items
	}
	e.noteOnce("a list is longer than the limit; the rest of it is not known", e.here())
	out := append([]pv(nil), items[:e.limits.Length]...)
	return append(out, e.unknownRun("more elements than the limit", e.here()))
}

func joinRuns(items []pv) []pv {
	out := make([]pv, 0, len(items))
	for _, it := range items {
		if n := len(out); isRun(it) && n > 0 && isRun(out[n-1]) {
			a, b := out[n-1].(*pUnknown), it.(*pUnknown)
			deps := a.deps.union(b.deps)
			if len(deps) == len(a.deps) {
				continue // keep the first: it names the place
			}
			c := *a
			c.deps = deps
			out[n-1] = &c
			continue
		}
		out = append(out, it)
	}
	return out
}

func (e *evaluator) addFact(key string, val bool, eq pv) {
	d := 0
	if e.st.facts != nil {
		d = e.st.facts.depth + 1
	}
	e.st.facts = &fact{key, val, eq, e.st.facts, d}
}

func (e *evaluator) findFact(key string) *fact {
	n := 0
	for f := e.st.facts; f != nil; f = f.up {
		if f.key == key {
			e.step(n / 16)
			return f
		}
		n++
	}
	e.step(n / 16)
	return nil
}

// commonFacts are the facts that hold on both paths: those from before they parted.
func commonFacts(a, b *fact) *fact {
	for a != b {
		switch {
		case a == nil || b == nil:
			return nil
		case a.depth >= b.depth && a.depth != b.depth:
			a = a.up
		case b.depth > a.depth:
			b = b.up
		default:
			a, b = a.up, b.up
		}
	}
	return a
}
