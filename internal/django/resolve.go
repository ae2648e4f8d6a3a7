package django

import (
	"fmt"
	"strings"
	"sync"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// ResolutionKind says what a dotted path leads to.
type ResolutionKind int

const (
	// Unresolved: it cannot be said without running code.
	Unresolved ResolutionKind = iota
	// InProject: it is defined in the tree.
	InProject
	// Outside: its top package is not in the tree.
	Outside
	// Missing: its top package is in the tree and surely does not have it.
	Missing
)

func (k ResolutionKind) String() string {
	switch k {
	case InProject:
		return "in project"
	case Outside:
		return "outside"
	case Missing:
		return "missing"
	}
	return "unknown"
}

// Resolution is what a dotted path of a stack leads to.
type Resolution struct {
	Kind ResolutionKind
	// What is "class", "function", "module" or "value" where Kind is InProject.
	What string
	// Path is the path where it is defined, behind re-exports and aliases; for
	// Outside the first path that is not in the tree.
	Path string
	// Span is the name in the definition.
	Span stack.Span
	// Reason says why it is missing or unknown, as
	// `module "shop.middleware" has no "Foo"`.
	Reason string
}

// symbolKind is the kind of what a name stands for.
type symbolKind int

const (
	symbolUnknown symbolKind = iota
	symbolMissing
	symbolClass
	symbolFunction
	symbolModule
	symbolValue
	symbolOutside
)

// symbol is what a name in a module stands for, behind imports and aliases.
type symbol struct {
	kind   symbolKind
	path   string
	mod    Module
	node   python.Node
	reason string
}

// resolver follows names through the modules of a project as one settings
// module sees them.
type resolver struct {
	l      *loader
	mu     sync.Mutex
	scopes map[*python.File]*scope
}

func (r *resolver) scope(mod Module) *scope {
	if mod.Src == nil {
		return &scope{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.scopes[mod.Src]
	if s == nil {
		s = readScope(mod.Src)
		r.scopes[mod.Src] = s
	}
	return s
}

// maxHops bounds the imports and aliases followed for one name.
const maxHops = 50

// walkState guards one resolution against cycles.
type walkState struct {
	hops int
	seen map[string]bool
}

func (w *walkState) enter(key string) bool {
	if w.seen[key] || w.hops >= maxHops {
		return false
	}
	w.hops++
	w.seen[key] = true
	return true
}

func newWalk() *walkState { return &walkState{seen: map[string]bool{}} }

// Resolve follows a dotted path as Django's import_string does: the part before
// the last dot must be a module, the rest a name in it (django/utils/
// module_loading.py, any release).
func (m *SettingsModule) Resolve(dotted string) Resolution {
	i := strings.LastIndexByte(dotted, '.')
	if i <= 0 || !isDotted(dotted) {
		return Resolution{Kind: Missing, Path: dotted, Reason: fmt.Sprintf("%q is not a dotted path", dotted)}
	}
	r := m.resolver()
	s := r.absolute(dotted[:i], dotted[i+1:], newWalk())
	out := Resolution{Path: s.path, Reason: s.reason}
	switch s.kind {
	case symbolMissing:
		out.Kind = Missing
	case symbolOutside:
		out.Kind = Outside
	case symbolClass, symbolFunction, symbolModule, symbolValue:
		out.Kind = InProject
		out.What = [...]string{symbolClass: "class", symbolFunction: "function", symbolModule: "module", symbolValue: "value"}[s.kind]
		if !s.node.IsZero() {
			out.Span = nodeSpan(s.mod.File, s.node)
			if start, end := s.node.NameRange(); end > start {
				out.Span = rangeSpan(s.mod.File, s.mod.Src, start, end)
			}
		} else {
			out.Span = stack.Span{File: s.mod.File}
		}
	}
	if out.Path == "" {
		out.Path = dotted
	}
	return out
}

func (m *SettingsModule) resolver() *resolver {
	m.once.Do(func() { m.names = &resolver{l: m.loader, scopes: map[*python.File]*scope{}} })
	return m.names
}

// absolute resolves a name of a module given by its dotted name.
func (r *resolver) absolute(module, name string, w *walkState) symbol {
	if !w.enter(module + ":" + name) {
		return symbol{kind: symbolUnknown, reason: "import cycle"}
	}
	mod, ok := r.l.Module(module)
	if !ok {
		return r.absent(module, name)
	}
	s := r.member(mod, name, w)
	if s.kind != symbolMissing {
		return s
	}
	if mod.Package {
		if sub, ok := r.l.Module(module + "." + name); ok {
			return symbol{kind: symbolModule, path: module + "." + name, mod: sub}
		}
	}
	return s
}

// absent says what is known of a module that the tree does not have.
func (r *resolver) absent(module, name string) symbol {
	full := module + "." + name
	if !r.l.HasTop(module) {
		at, _ := r.l.locate(topOf(module))
		switch at.kind {
		case moduleAbsent:
			return symbol{kind: symbolOutside, path: full}
		case modulePackage, modulePlain, moduleCompiled:
			return symbol{kind: symbolUnknown, path: full, reason: fmt.Sprintf("module %q is compiled", module)}
		}
		return symbol{kind: symbolUnknown, path: full, reason: fmt.Sprintf("package %q may have more parts outside of the tree", topOf(module))}
	}
	// The innermost package that is there decides whether it may make up
	// modules by itself.
	parent := module
	for {
		i := strings.LastIndexByte(parent, '.')
		if i < 0 {
			return symbol{kind: symbolUnknown, path: full, reason: fmt.Sprintf("cannot read module %q", module)}
		}
		parent = parent[:i]
		mod, ok := r.l.Module(parent)
		if !ok {
			continue
		}
		if mod.Src == nil || r.scope(mod).dynamic {
			return symbol{kind: symbolUnknown, path: full, reason: fmt.Sprintf("package %q is dynamic", parent)}
		}
		return symbol{kind: symbolMissing, path: full, reason: fmt.Sprintf("package %q has no module %q", parent, strings.TrimPrefix(module, parent+"."))}
	}
}

// member resolves a name in a module. Where several statements bind it, all of
// them must lead to one thing, else it is unknown; the last of several
// unconditional ones counts.
func (r *resolver) member(mod Module, name string, w *walkState) symbol {
	if mod.Src == nil {
		return symbol{kind: symbolMissing, path: mod.Name + "." + name, reason: fmt.Sprintf("namespace package %q has no %q", mod.Name, name)}
	}
	sc := r.scope(mod)
	bindings := sc.names[name]
	for i := len(bindings) - 1; i >= 0; i-- {
		if !bindings[i].conditional && !bindings[i].opaque {
			bindings = bindings[i:]
			break
		}
	}
	var found symbol
	for i, b := range bindings {
		s := r.binding(mod, name, b, w)
		switch {
		case i == 0:
			found = s
		case s.kind != found.kind || s.path != found.path:
			return r.undecided(mod, name, found, s)
		}
	}
	if len(bindings) > 0 {
		return found
	}
	return r.starred(mod, name, sc, w)
}

// undecided joins two possible meanings of one name: a class in either case is
// there, but which one is not known.
func (r *resolver) undecided(mod Module, name string, a, b symbol) symbol {
	return symbol{kind: symbolValue, path: mod.Name + "." + name, mod: mod, node: firstNode(a, b), reason: fmt.Sprintf("%q is bound in several branches", name)}
}

func firstNode(symbols ...symbol) python.Node {
	for _, s := range symbols {
		if !s.node.IsZero() {
			return s.node
		}
	}
	return python.Node{}
}

func (r *resolver) binding(mod Module, name string, b binding, w *walkState) symbol {
	here := symbol{path: mod.Name + "." + name, mod: mod, node: b.node}
	if b.opaque {
		here.kind = symbolValue
		return here
	}
	switch b.node.Kind() {
	case python.KindClassDef:
		here.kind = symbolClass
		return here
	case python.KindFunctionDef:
		here.kind = symbolFunction
		return here
	case python.KindAlias:
		return r.alias(mod, b, w)
	}
	if s := r.expression(mod, b.node, w); s.kind != symbolUnknown {
		return s
	}
	here.kind = symbolValue
	return here
}

func (r *resolver) alias(mod Module, b binding, w *walkState) symbol {
	if b.from.Kind() == python.KindImport {
		dotted := b.node.Name()
		if b.node.Field(python.FieldAsName).IsZero() {
			dotted = topOf(dotted)
		}
		return r.module(dotted)
	}
	from := importedModule(mod, b.from)
	if from == "" {
		return symbol{kind: symbolUnknown, reason: "relative import beyond the top package"}
	}
	return r.absolute(from, b.node.Name(), w)
}

func (r *resolver) module(dotted string) symbol {
	if mod, ok := r.l.Module(dotted); ok {
		return symbol{kind: symbolModule, path: dotted, mod: mod}
	}
	if !r.l.HasTop(dotted) {
		return symbol{kind: symbolOutside, path: dotted}
	}
	return symbol{kind: symbolUnknown, path: dotted}
}

// expression resolves names and attributes of modules; anything else is unknown.
func (r *resolver) expression(mod Module, n python.Node, w *walkState) symbol {
	switch n.Kind() {
	case python.KindName:
		if !w.enter("name:" + mod.Name + ":" + n.Name()) {
			return symbol{}
		}
		s := r.member(mod, n.Name(), w)
		if s.kind == symbolMissing {
			return symbol{} // a builtin, or an error at run time
		}
		return s
	case python.KindAttribute:
		s := r.expression(mod, n.Field(python.FieldObject), w)
		switch s.kind {
		case symbolModule:
			return r.absolute(s.path, n.Name(), w)
		case symbolOutside:
			return symbol{kind: symbolOutside, path: s.path + "." + n.Name()}
		}
	}
	return symbol{}
}

// starred looks for a name that only star imports can have brought.
func (r *resolver) starred(mod Module, name string, sc *scope, w *walkState) symbol {
	dynamic := sc.dynamic
	// The last import wins.
	for i := len(sc.stars) - 1; i >= 0; i-- {
		from := importedModule(mod, sc.stars[i])
		other, ok := r.l.Module(from)
		if !ok || other.Src == nil {
			dynamic = true
			continue
		}
		if strings.HasPrefix(name, "_") || !w.enter("star:"+from+":"+name) {
			continue
		}
		switch s := r.member(other, name, w); s.kind {
		case symbolMissing:
		case symbolUnknown:
			dynamic = true
		default:
			return s
		}
	}
	s := symbol{kind: symbolMissing, path: mod.Name + "." + name, reason: fmt.Sprintf("module %q has no %q", mod.Name, name)}
	if dynamic {
		s.kind = symbolUnknown
		s.reason = fmt.Sprintf("module %q may define %q in a way that cannot be read", mod.Name, name)
	}
	return s
}
