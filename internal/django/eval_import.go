package django

import (
	"bytes"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// maxModules bounds the modules of one run.
const maxModules = 400

// pLazy is a name imported from a module that was not executed yet, because
// nothing in it can touch the stacks.
type pLazy struct {
	module string
	name   string
	at     place
}

func (*pLazy) pyType() string { return "?" }

// importModule executes a module of the tree once and gives its object; nil
// where it is not in the tree or too much was imported.
func (e *evaluator) importModule(name string) *pModule {
	if l := e.modules[name]; l != nil && e.cell(l.cell) != nil {
		return l.mod
	}
	m, ok := e.loader.Module(name)
	if !ok {
		return nil
	}
	var parent *pModule
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		parent = e.importModule(name[:i])
	}
	l := e.modules[name]
	if l == nil {
		if len(e.modules) >= maxModules || e.depth >= e.limits.Depth {
			e.noteOnce("imports go too deep or too far; what "+name+" defines is not known", e.here())
			return nil
		}
		mod := &pModule{name: name, file: m.File, src: m.Src, pkg: m.Package, parent: parent}
		mod.scope = &pyScope{names: map[string]int{}, mod: mod, openID: e.newCell(nil)}
		l = &loadedModule{mod: mod, cell: e.newCell(nil)}
		e.modules[name] = l
	}
	if e.cell(l.cell) != nil { // the parent imported it
		return l.mod
	}
	e.put(l.cell, l)
	e.readFile(m.File, m.Src)
	e.set(l.mod.scope, "__name__", &pStr{s: name, at: place{m.Src, m.File, 0, 0}}, place{})
	e.set(l.mod.scope, "__file__", &pPath{m.File, true}, place{})
	if m.Src != nil {
		e.execModule(l.mod, l.mod.scope, m.Src)
	}
	if parent != nil {
		e.set(parent.scope, lastPart(name), l.mod, e.here())
	}
	return l.mod
}

// readFile notes a file as read, and what is wrong with it.
func (e *evaluator) readFile(file string, src *python.File) {
	if e.seen[file] || src == nil {
		return
	}
	e.seen[file] = true
	e.files = append(e.files, file)
	for i, err := range src.Errors {
		if i >= 20 {
			break
		}
		e.noteOnce(err.Message, place{src, file, err.Start, err.End})
	}
}

// execModule executes a file's statements in a scope.
func (e *evaluator) execModule(mod *pModule, s *pyScope, src *python.File) {
	was, cur, over := e.frame, e.cur, e.override
	e.depth++
	code := *mod
	code.src, code.scope = src, mod.scope
	e.frame = &frame{mod: &code, scope: s}
	e.override = nil
	f := e.blockTemplated(src)
	e.frame, e.cur, e.override = was, cur, over
	e.depth--
	if f.kind == flowRaise {
		panic(f.exc)
	}
}

// resolveModule makes a from-import's module absolute; ok is false where it
// leads above the tree.
func (e *evaluator) resolveModule(level int, name string) (string, bool) {
	if level == 0 {
		return name, true
	}
	base := e.frame.scope.mod.name
	drop := level
	if e.frame.scope.mod.pkg {
		drop--
	}
	for range drop {
		i := strings.LastIndexByte(base, '.')
		if i < 0 {
			if base == "" {
				return "", false
			}
			base = ""
			continue
		}
		base = base[:i]
	}
	if name == "" {
		return base, base != ""
	}
	if base == "" {
		return name, true
	}
	return base + "." + name, true
}

// whereabouts says where a module is.
type whereabouts uint8

const (
	inTree whereabouts = iota
	absent
	outside
)

func (e *evaluator) locate(name string, relative bool) (string, whereabouts) {
	top, _, _ := strings.Cut(name, ".")
	if top == "django" && name != "django.conf.global_settings" && !strings.HasPrefix(e.module, "django.") {
		return name, outside
	}
	if _, ok := e.loader.Module(name); ok {
		return name, inTree
	}
	if relative {
		return name, absent
	}
	if e.loader.HasTop(name) {
		return name, absent
	}
	if stdlib(top) {
		return name, outside
	}
	// Python 2 looks beside the importing module first.
	pkg := e.frame.scope.mod.name
	if !e.frame.scope.mod.pkg {
		i := strings.LastIndexByte(pkg, '.')
		if i < 0 {
			return name, outside
		}
		pkg = pkg[:i]
	}
	if _, ok := e.loader.Module(pkg + "." + name); ok {
		return pkg + "." + name, inTree
	}
	return name, outside
}

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
	e.mayRaise("ImportError", "import "+name, "import "+name, at)
}

// missing is an import of a module that is not in the tree though its package
// is.
func (e *evaluator) missing(name string, n python.Node) {
	at := e.placeOf(n)
	if e.caught("ImportError") {
		e.noteOnce("module "+name+" is not in the tree; it is taken to be absent", at)
		e.raise("ImportError", name)
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
		if star && e.caught("ImportError") && localName(name) {
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

// mayTouch says that executing a module may matter before a name of it is used.
func (e *evaluator) mayTouch(name string) bool {
	if l := e.modules[name]; l != nil && e.cell(l.cell) != nil {
		return true
	}
	m, ok := e.loader.Module(name)
	if !ok || m.Src == nil {
		return true
	}
	if bytes.Contains(m.Src.Src, []byte("MIDDLEWARE")) {
		return true
	}
	pkg := func(s string) string {
		if i := strings.LastIndexByte(s, '.'); i >= 0 {
			return s[:i]
		}
		return ""
	}
	own := pkg(e.module)
	return pkg(name) == own || own != "" && strings.HasPrefix(name, own+".")
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

// force executes the module behind a lazy import.
func (e *evaluator) force(v pv) pv {
	l, ok := v.(*pLazy)
	if !ok {
		return v
	}
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
