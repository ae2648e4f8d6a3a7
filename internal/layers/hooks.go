package layers

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// hookOrder is the order in which hooks are listed and read.
var hookOrder = [...]string{
	"process_request", "process_view", "process_template_response", "process_response", "process_exception",
	"__call__", "__acall__",
}

func isHook(name string) bool {
	for _, h := range hookOrder {
		if h == name {
			return true
		}
	}
	return false
}

// hookArgs is how many arguments Django gives a hook (django/core/handlers/
// base.py), the layer itself not counted.
func hookArgs(name string) int {
	switch name {
	case "process_request", "__call__", "__acall__":
		return 1
	case "process_view":
		return 4
	}
	return 2
}

// readClass reads a class of the tree into a layer.
func (r *Reader) readClass(l *Layer, c *class) {
	l.Span = r.span(c.mod, c.node)
	if l.Target == "" || l.Target == l.Path {
		l.Target = c.path
	}
	r.listBases(l, c)
	l.Init = r.readInit(c)
	w := r.newWalker(l, c)
	w.readInitBody()
	for _, name := range hookOrder {
		if h, members, owner := r.findHook(c, name); h != nil {
			l.Hooks = append(l.Hooks, *h)
			w.readHook(&l.Hooks[len(l.Hooks)-1], owner, members)
		}
	}
	for name, by := range w.called {
		if h := l.Hook(name); h != nil {
			h.CalledBy = by
		}
	}
	l.Style = r.style(l, c)
	l.Async = r.readAsync(l, c)
	if len(c.unclear) > 0 {
		l.Init.Takes = TakesUnknown
		l.Async = Async{Span: l.Async.Span, Hooks: l.Async.Hooks}
	}
	r.addCatalogBases(l, c)
}

func (r *Reader) newWalker(l *Layer, c *class) *walker {
	w := &walker{r: r, layer: l, cls: c, next: "get_response", wraps: map[string]bool{}, seen: map[recordKey]int{}, called: map[string]string{}, implies: map[origin]map[string]bool{}}
	if l.Init.Stores != "" {
		w.next = l.Init.Stores
	}
	for _, name := range l.Init.Wraps {
		if name != l.Init.Stores {
			w.wraps[name] = true
			if name == w.next {
				w.next = "" // what looks like get_response is something made from it
			}
		}
	}
	return w
}

// listBases names the bases and says which of them are not known.
func (r *Reader) listBases(l *Layer, c *class) {
	for _, b := range c.mro {
		if b.cls != nil {
			for _, u := range b.cls.unclear {
				l.unclear(u.Span, u.Text)
			}
			r.damage(l, b.cls.mod, b.cls.node)
		}
	}
	for _, b := range c.mro[1:] {
		base := Base{Path: b.name(), Origin: FromTree}
		switch {
		case b.cls != nil:
		case b.path == objectPath:
			continue
		case b.path == mixinPath, b.kind == targetExternal && r.known(b):
			base.Origin = FromCatalog
		case b.kind == targetExternal:
			base.Origin = FromOutside
			l.unclear(l.Span, "its base is outside of the project and not known: "+b.path)
		default:
			base.Origin = FromUnclear
			l.unclear(l.Span, "its base cannot be told: "+b.path)
		}
		l.Bases = append(l.Bases, base)
	}
}

// damage records what of a definition could not be read.
func (r *Reader) damage(l *Layer, m *module, n python.Node) {
	for _, e := range m.Src.Errors {
		if e.Start >= n.Start() && e.Start < n.End() {
			l.unclear(spanOf(m, e.Start, e.End), "could not be read: "+e.Message)
		}
	}
}

// findHook finds a hook along the bases. members are its definitions, empty for
// one that a base outside of the tree has.
func (r *Reader) findHook(c *class, name string) (*Hook, []classMember, *class) {
	for _, b := range c.mro {
		switch {
		case b.cls != nil:
			members := b.cls.own(name)
			if len(members) == 0 {
				continue
			}
			h := &Hook{Name: name, Owner: b.cls.path, Inherited: b.cls != c, Fits: Unknown, Conditional: true}
			h.Span = r.span(b.cls.mod, members[0].node)
			if members[0].node.Kind() != python.KindFunctionDef {
				h.Span = r.span(b.cls.mod, members[0].stmt)
			}
			for _, m := range members {
				h.Conditional = h.Conditional && m.conditional
			}
			return h, members, b.cls
		case b.path == mixinPath:
			if name == "__call__" || name == "__acall__" {
				return nil, nil, nil
			}
		case b.path == objectPath:
		default:
			if h, ok := r.catalogHook(b.path, name); ok {
				return h, nil, nil
			}
			if !r.known(b) {
				return nil, nil, nil
			}
		}
	}
	return nil, nil, nil
}

// readHook reads the bodies of a hook of a class.
func (w *walker) readHook(h *Hook, owner *class, members []classMember) {
	if len(members) == 0 {
		return
	}
	var rets []ret
	read := true
	for _, m := range members {
		fn, known := w.hookFunction(h, owner, m)
		if fn == nil {
			read = false
			continue
		}
		if !known {
			read = false
		}
		rets = append(rets, w.readFunction(h, fn)...)
	}
	h.Read = read && !w.full
	w.conclude(h, rets)
}

// hookFunction is the function behind a hook's definition; known is false where
// a decorator may change it.
func (w *walker) hookFunction(h *Hook, owner *class, m classMember) (fn *function, known bool) {
	node, mod := m.node, owner.mod
	if node.Kind() == python.KindLambda {
		h.Fits = fits(node, hookArgs(h.Name), true)
		return &function{mod: mod, node: node, name: h.Name, owner: owner, bound: true}, true
	}
	if node.Kind() != python.KindFunctionDef {
		ts := w.r.resolveExpr(mod, node, 0)
		if node.Kind() == python.KindName { // a name of the class body first
			if ms := owner.own(node.Name()); len(ms) == 1 && ms[0].node.Kind() == python.KindFunctionDef {
				ts = []target{{kind: targetFunction, mod: mod, node: ms[0].node}}
			}
		}
		if len(ts) != 1 || ts[0].kind != targetFunction {
			return nil, false
		}
		mod, node = ts[0].mod, ts[0].node
	}
	static, known := methodKind(node)
	h.Async = h.Async || node.Is(python.FlagAsync)
	h.Static = static
	for d := range node.All(python.FieldDecorators) {
		if _, fine := methodKindOf(d); !fine {
			h.Decorators = append(h.Decorators, short(d.Field(python.FieldValue).Text()))
		}
	}
	if static == "property" {
		return nil, false
	}
	fn = &function{mod: mod, node: node, name: h.Name, owner: owner, static: static, bound: static != "staticmethod"}
	h.Fits = Unknown
	if known {
		h.Fits = fits(node, hookArgs(h.Name), fn.bound)
	}
	return fn, known
}

// fits says whether a function can be called with n positional arguments.
func fits(fn python.Node, n int, bound bool) Tri {
	if bound {
		n++
	}
	p := readParams(fn)
	if len(p.kwneeded) > 0 || len(p.required) > n {
		return No
	}
	return triOf(len(p.names) >= n || p.vararg != "")
}

// readFunction runs a hook's function with the arguments that Django gives it.
func (w *walker) readFunction(h *Hook, fn *function) []ret {
	st := newState()
	for k, v := range fn.env {
		st.env[k] = v
	}
	a := args{}
	add := func(v value) {
		a.vals = append(a.vals, v)
		a.names = append(a.names, "")
		a.nodes = append(a.nodes, python.Node{})
	}
	add(value{bits: isRequest})
	switch h.Name {
	case "process_view":
		add(value{bits: isOther | isOpaque})
		add(value{bits: isOther | isFalsy})
		add(value{bits: isOther | isFalsy})
	case "process_template_response", "process_response":
		add(value{bits: isResponse})
		st.phase = after
	case "process_exception":
		add(value{bits: isError})
		st.phase = after
	}
	w.bind(fn, a, st)
	f := &frame{mod: fn.mod, fn: fn, hook: h.Name}
	w.steps, w.full, w.tries, w.deep = 0, false, nil, 0
	w.run(f, st)
	return f.rets
}

// conclude turns what a hook returns into facts.
func (w *walker) conclude(h *Hook, rets []ret) {
	h.Answers, h.Replaces, h.ReturnsNothing, h.Always = No, No, No, Unknown
	due := h.Name == "process_response" || h.Name == "process_template_response" || h.Name == "__call__" || h.Name == "__acall__"
	all := len(rets) > 0
	for _, x := range rets {
		answer, replace, nothing := w.judge(h, x)
		all = all && answer == Yes && !x.v.has(isNone|isNext)
		if answer != No {
			h.Answers = worse(h.Answers, answer)
			h.add(Answer{Span: w.retSpan(h, x), Certain: answer, Made: w.madeSpans(x), Kind: x.v.kind})
		}
		h.Replaces = worse(h.Replaces, replace)
		if due {
			h.ReturnsNothing = worse(h.ReturnsNothing, nothing)
			if nothing == Yes {
				h.Nothing = append(h.Nothing, Site{Hook: h.Name, Span: w.retSpan(h, x), Text: w.retText(x)})
			}
		}
	}
	h.Always = triOf(all)
	if !h.Read {
		for _, t := range []*Tri{&h.Answers, &h.Replaces, &h.ReturnsNothing} {
			if *t == No {
				*t = Unknown
			}
		}
		h.Always = Unknown
	}
}

// add adds an answer; a return statement that is reached in several ways counts
// once.
func (h *Hook) add(a Answer) {
	for i := range h.Returns {
		have := &h.Returns[i]
		if have.Span != a.Span {
			continue
		}
		have.Certain = worse(have.Certain, a.Certain)
		if have.Kind != a.Kind {
			have.Kind = ""
		}
		for _, m := range a.Made {
			if !slices.Contains(have.Made, m) {
				have.Made = append(have.Made, m)
			}
		}
		return
	}
	h.Returns = append(h.Returns, a)
}

// worse joins facts of several paths: yes wins, then unknown.
func worse(a, b Tri) Tri {
	switch {
	case a == Yes || b == Yes:
		return Yes
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return No
}

// judge says what one return means for a hook.
func (w *walker) judge(h *Hook, x ret) (answer, replace, nothing Tri) {
	v := x.v
	made := No // a response that is made here, or may be one
	switch {
	case v.has(isFresh):
		made = Yes
	case v.has(isOpaque) && v.has(isNext):
		made = Unknown // what is wrapped around get_response may answer by itself
	case v.has(isOpaque) && !v.has(isNone):
		made = Yes // it is not None, whatever it is
	case v.has(isOpaque):
		made = Unknown
	case v.has(isOther) && !v.has(isNone):
		made = Unknown // something that is no response: broken, if it runs
	}
	nothing = No
	switch {
	case v.has(isOpaque):
		if v.has(isNone) {
			nothing = Unknown
		}
	case v.has(isNone):
		nothing = Yes
	}
	if v.has(isNone) && v.has(isOpaque) && v.has(isReply) {
		nothing = Unknown
	}
	switch h.Name {
	case "__call__", "__acall__":
		if x.phase == after {
			return No, made, nothing
		}
		if v.has(isNext) && made == Unknown && !v.has(isFresh) && x.phase&before == 0 {
			return No, made, nothing
		}
		return made, No, nothing
	case "process_response", "process_template_response":
		return No, made, nothing
	}
	if v.has(isNext | isResponse) {
		made = Yes
	}
	return made, No, nothing
}

func (w *walker) retSpan(h *Hook, x ret) stack.Span {
	if x.stmt.IsZero() {
		return h.Span
	}
	return w.spanIn(x)
}

func (w *walker) retText(x ret) string {
	if x.stmt.IsZero() {
		return "the end of the function"
	}
	return short(x.stmt.Text())
}

// spanIn is the place of a return in its own module.
func (w *walker) spanIn(x ret) stack.Span { return w.r.span(x.mod, x.stmt) }

func (w *walker) madeSpans(x ret) []stack.Span {
	var out []stack.Span
	for _, m := range x.v.made {
		out = append(out, w.r.span(m.mod, m.node))
	}
	return out
}

// style says how a class is written.
func (r *Reader) style(l *Layer, c *class) Style {
	if len(c.unclear) > 0 {
		return StyleUnknown
	}
	mixed, call := c.isMixin(), false
	for _, b := range c.mro[1:] {
		if b.cls != nil && len(b.cls.unclear) > 0 {
			return StyleUnknown
		}
		if b.cls == nil && b.path != mixinPath && b.path != objectPath {
			style, _, ok := r.catalogStyle(b.path)
			if !ok {
				if l.Hook("__call__") != nil && !l.Hook("__call__").Inherited && takesNext(l.Init.Takes) {
					return Modern
				}
				return StyleUnknown
			}
			mixed = mixed || style == Mixin
			call = call || style == Modern
		}
	}
	own := l.Hook("__call__") != nil || call
	process := false
	for _, h := range l.Hooks {
		process = process || h.Name != "__call__" && h.Name != "__acall__"
	}
	switch {
	case mixed:
		return Mixin
	case own && (takesNext(l.Init.Takes) || !process):
		return Modern
	case process:
		return Classic
	}
	return StyleUnknown
}

func takesNext(t Takes) bool { return t == TakesRequired || t == TakesOptional || t == TakesAny }
