package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
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
	w := &walker{r: r, layer: l, cls: c, next: "get_response", wraps: map[string]bool{}, seen: map[recordKey]int{}, called: map[string]string{},
		implies: map[origin]map[string]bool{}, mentions: map[python.Node]*mentioned{}}
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
		if n := w.relay(fn.node); h.Name == "__call__" && !n.IsZero() {
			w.layer.relay = w.r.span(fn.mod, n)
		}
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
