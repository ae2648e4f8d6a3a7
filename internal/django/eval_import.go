package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// pLazy is a name imported from a module that was not executed yet, because
// nothing in it can touch the stacks.
type pLazy struct {
	module string
	name   string
	at     place
}

func (*pLazy) pyType() string { return "?" }

const (
	inTree whereabouts = iota
	absent
	outside
)

func (e *evaluator) importStmt(n python.Node) {
	for alias := range n.All(python.FieldNames) {
		dotted := alias.Name()
		name, where := e.locate(dotted, false)
		at := e.placeOf(alias)
		as := alias.Field(python.FieldAsName)
		var mod pv
		switch where {
		case inTree:
			if e.mayTouch(name) {
				if m := e.importModule(name); m != nil {
					mod = m
				}
			} else {
				mod = &pLazy{module: name, at: at}
			}
		case absent:
			e.missing(name, n)
		case outside:
			e.importOutside(dotted, n)
			u := e.external(dotted, at)
			u.module = true
			mod = u
		}
		if mod == nil {
			mod = e.newUnknown(dotted, at)
		}
		if !as.IsZero() {
			e.bind(as.Name(), mod, at)
			continue
		}
		top, _, dots := strings.Cut(dotted, ".")
		if !dots {
			e.bind(top, mod, at)
			continue
		}
		if where == inTree {
			if m := e.importModule(strings.TrimSuffix(name, strings.TrimPrefix(dotted, top))); m != nil {
				e.force(mod)
				e.bind(top, m, at)
				continue
			}
		}
		if where == absent {
			e.bind(top, e.newUnknown(top, at), at)
			continue
		}
		e.bind(top, e.external(top, at), at)
	}
}

// external is something from outside, by its dotted path.
func (e *evaluator) external(dotted string, at place) *pUnknown {
	return &pUnknown{sym: dotted, ext: dotted, text: dotted, at: at}
}

// importOutside is the point where an import of something outside may fail.
func (e *evaluator) importOutside(name string, n python.Node) {
	top, _, _ := strings.Cut(name, ".")
	if stdlib(top) || top == "django" && name == "django" {
		return
	}
	at := e.placeOf(n)
	e.mayRaise("ModuleNotFoundError", "import "+name, "import "+name, at)
}

// missing is an import of a module that is not in the tree though its package
// is.
func (e *evaluator) missing(name string, n python.Node) {
	at := e.placeOf(n)
	if e.caught("ModuleNotFoundError") {
		e.noteOnce("module "+name+" is not in the tree; it is taken to be absent", at)
		e.raise("ModuleNotFoundError", name)
	}
	e.noteOnce("module "+name+" is not in the tree; what it defines is not known", at)
}

func (e *evaluator) importFrom(n python.Node) {
	name, ok := e.resolveModule(n.Level(), n.Field(python.FieldModule).Name())
	if n.Level() == 0 && name == "__future__" {
		return
	}
	where := absent
	if ok {
		name, where = e.locate(name, n.Level() > 0)
	} else {
		name = e.textAt(e.placeOf(n))
	}
	var names []python.Node
	for a := range n.All(python.FieldNames) {
		names = append(names, a)
	}
	star := len(names) == 1 && (names[0].Is(python.FlagStar) || names[0].Name() == "*")
	switch where {
	case inTree:
		if star {
			e.starImport(name, n)
			return
		}
		for _, a := range names {
			e.importName(name, a)
		}
		return
	case absent:
		e.missing(name, n)
	case outside:
		if star && e.caught("ModuleNotFoundError") && localName(name) {
			e.missing(name, n)
		}
		e.importOutside(name, n)
	}
	if star {
		e.starOutside(name, where, n)
		return
	}
	for _, a := range names {
		at := e.placeOf(a)
		var v pv
		if where == outside {
			v = e.external(name+"."+a.Name(), at)
		} else {
			v = e.newUnknown(a.Name(), at)
		}
		e.bind(aliasName(a), v, at)
	}
}

// localName says that a module's name is that of a file each site keeps for
// itself, so that its absence from the tree means nothing.
func localName(name string) bool {
	last := strings.ToLower(lastPart(name))
	for _, w := range []string{"local", "secret", "private", "override", "custom", "site_settings", "settings_", "_settings"} {
		if strings.Contains(last, w) {
			return true
		}
	}
	return !strings.Contains(name, ".") && (last == "settings" || last == "config" || last == "dev" || last == "production")
}

func aliasName(a python.Node) string {
	if as := a.Field(python.FieldAsName); !as.IsZero() {
		return as.Name()
	}
	return a.Name()
}

// starOutside is a star import of which we do not know what it brings.
func (e *evaluator) starOutside(name string, where whereabouts, n python.Node) {
	top, _, _ := strings.Cut(name, ".")
	if where == outside && stdlib(top) {
		if top == "logging" { // logging.DEBUG is a public name
			e.bind("DEBUG", e.unknownNode(n), e.placeOf(n))
		}
		return
	}
	e.openScope(e.frame.scope, e.unknownNode(n), false)
	e.noteOnce("names imported from "+name+" are not known", e.placeOf(n))
}

// importName is "from module import a".
func (e *evaluator) importName(module string, a python.Node) {
	at := e.placeOf(a)
	if !e.mayTouch(module) {
		e.bind(aliasName(a), &pLazy{module, a.Name(), at}, at)
		return
	}
	e.bind(aliasName(a), e.importedValue(module, a.Name(), at), at)
}

func (e *evaluator) importedValue(module, name string, at place) pv {
	m := e.importModule(module)
	if m == nil {
		return e.newUnknown(name, at)
	}
	if v, ok := e.moduleAttr(m, name); ok && e.open(m.scope) == nil {
		return v
	}
	sub := module + "." + name
	if _, ok := e.loader.Module(sub); ok {
		if !e.mayTouch(sub) {
			return &pLazy{module: sub, at: at}
		}
		if s := e.importModule(sub); s != nil {
			return s
		}
		return e.newUnknown(name, at)
	}
	if v, ok := e.moduleAttr(m, name); ok {
		return v
	}
	if m.src == nil { // a package without __init__.py: the submodule is absent
		e.noteOnce("module "+sub+" is not in the tree; it is taken to be absent", at)
	}
	if e.caught("ImportError") && e.surelyLacks(m) {
		e.raise("ImportError", name)
	}
	e.noteOnce("cannot find "+name+" in "+module, at)
	return e.newUnknown(name, at)
}

// force executes the module behind a lazy import. A name that is imported from
// itself, by way of other modules too, has no value.
func (e *evaluator) force(v pv) pv {
	l, ok := v.(*pLazy)
	if !ok {
		return v
	}
	key := l.module + "\x00" + l.name
	if e.forcing[key] {
		return e.newUnknown(lastPart(l.module+"."+l.name), l.at)
	}
	if e.forcing == nil {
		e.forcing = map[string]bool{}
	}
	e.forcing[key] = true
	defer delete(e.forcing, key)
	var out pv
	f := e.flowOf(func() flow {
		if l.name == "" {
			if m := e.importModule(l.module); m != nil {
				out = m
			}
		} else {
			out = e.importedValue(l.module, l.name, l.at)
		}
		return flow{}
	})
	if f.kind == flowRaise || out == nil {
		return &pUnknown{sym: "lazy " + l.module + "." + l.name, text: lastPart(l.module + "." + l.name), at: l.at}
	}
	if _, again := out.(*pLazy); again {
		return e.force(out)
	}
	return out
}

// starImport copies the public names of a module of the tree.
func (e *evaluator) starImport(name string, n python.Node) {
	m := e.importModule(name)
	to := e.frame.scope
	if m == nil {
		e.openScope(to, e.unknownNode(n), false)
		return
	}
	if m.scope == to {
		return
	}
	if why := e.open(m.scope); why != nil {
		u := *why
		e.openScope(to, &u, false)
	}
	names, exact := e.publicNames(m)
	if !exact {
		e.openScope(to, e.unknownNode(n), false)
	}
	for _, name := range names {
		b := e.get(m.scope, name)
		if b == nil {
			continue
		}
		if u, ok := b.v.(*pUnknown); ok && u.unbound {
			if old := e.get(to, name); old != nil {
				both := *u
				both.unbound = maybeUnbound(old.v)
				both.oneOf = options(b.v, old.v)
				both.deps = u.deps.union(depsOf(old.v))
				e.set(to, name, &both, b.at)
				continue
			}
		}
		e.set(to, name, b.v, b.at)
	}
}

// publicNames are the names a star import brings, by __all__ if there is one.
func (e *evaluator) publicNames(m *pModule) (names []string, exact bool) {
	if b := e.get(m.scope, "__all__"); b != nil {
		items, ok := e.sequence(e.resolve(b.v))
		if ok {
			exact = true
			for _, it := range items {
				s, isStr := it.(*pStr)
				if !isStr {
					exact = false
					continue
				}
				names = append(names, s.s)
			}
			return names, exact
		}
	}
	exact = e.get(m.scope, "__all__") == nil
	for _, name := range m.scope.order {
		e.step(1)
		if !strings.HasPrefix(name, "_") {
			names = append(names, name)
		}
	}
	return names, exact
}
