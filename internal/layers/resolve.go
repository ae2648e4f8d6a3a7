package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// targetKind says what a name leads to.
type targetKind uint8

const (
	targetUnknown  targetKind = iota
	targetClass               // a class statement of the tree
	targetFunction            // a def statement of the tree
	targetValue               // an expression that is neither
	targetModule              // a module of the tree
	targetExternal            // something outside of the tree, by its dotted path
	targetMissing             // its package is in the tree, it is not
)

// target is what a name leads to.
type target struct {
	kind targetKind
	mod  *module
	node python.Node
	path string
}

// maxHops bounds the chain of imports and assignments behind a name.
const maxHops = 24

// resolve follows a name of a module through imports and assignments. There is
// always at least one target; several where branches bind it differently.
func (r *Reader) resolve(m *module, name string, hops int) []target {
	if m == nil || hops > maxHops {
		return []target{{}}
	}
	key := nameKey{m, name}
	if ts, ok := r.names[key]; ok {
		return ts // of a name that is being resolved: unknown, so cycles end
	}
	r.names[key] = []target{{}}
	ts := r.resolveNew(m, name, hops)
	r.names[key] = ts
	return ts
}

type nameKey struct {
	mod  *module
	name string
}

func (r *Reader) resolveNew(m *module, name string, hops int) []target {
	bindings := m.bindings(name)
	if len(bindings) == 0 {
		return r.unbound(m, name, hops)
	}
	var out []target
	for _, b := range bindings {
		for _, t := range r.follow(m, name, b, hops+1) {
			if !hasTarget(out, t) && len(out) < 8 {
				out = append(out, t)
			}
		}
	}
	return out
}

func hasTarget(list []target, t target) bool {
	for _, x := range list {
		if x.kind == t.kind && x.mod == t.mod && x.node == t.node && x.path == t.path {
			return true
		}
	}
	return false
}

// unbound looks for a name that the module does not bind itself: in the modules
// it star-imports, and among its submodules.
func (r *Reader) unbound(m *module, name string, hops int) []target {
	outside := ""
	for i := len(m.stars) - 1; i >= 0; i-- {
		from := m.stars[i]
		sm := r.module(from)
		if sm == nil {
			outside = from
			continue
		}
		if sm == m {
			continue
		}
		if ts := r.resolve(sm, name, hops+1); ts[0].kind != targetMissing && ts[0].kind != targetUnknown {
			return ts
		}
	}
	if m.Package {
		if sub := r.module(m.Name + "." + name); sub != nil {
			return []target{{kind: targetModule, mod: sub, path: sub.Name}}
		}
	}
	switch {
	case outside != "" && len(m.stars) == 1:
		return []target{{kind: targetExternal, path: outside + "." + name}}
	case outside != "" || m.dynamic:
		return []target{{path: m.Name + "." + name}}
	}
	return []target{{kind: targetMissing, path: m.Name + "." + name}}
}

// beside is the module that an import without dots means. Python 2 looks beside
// the importing module first, unless absolute_import is on; this is done for
// what the tree does not have at its top, in files that are surely Python 2.
func (r *Reader) beside(m *module, name string) string {
	if m.Src == nil || name == "" || r.loader.HasTop(name) {
		return name
	}
	if m.old == Unknown {
		m.old = triOf(isPython2(m))
	}
	if m.old == No {
		return name
	}
	pkg := m.Name
	if !m.Package {
		pkg = pkg[:max(strings.LastIndexByte(pkg, '.'), 0)]
	}
	if pkg == "" {
		return name
	}
	top, _, _ := strings.Cut(name, ".")
	if r.module(pkg+"."+top) != nil {
		return pkg + "." + name
	}
	return name
}

// isPython2 says that a file holds syntax that only Python 2 reads and that its
// imports are not absolute.
func isPython2(m *module) bool {
	old := false
	for n := range m.Src.Root().Descendants() {
		switch n.Kind() {
		case python.KindPrint, python.KindExec, python.KindRepr:
			old = true
		case python.KindExceptHandler, python.KindRaise:
			old = old || n.Is(python.FlagLegacy)
		case python.KindOperator:
			old = old || n.Text() == "<>"
		case python.KindImportFrom:
			if n.Field(python.FieldModule).Name() == "__future__" && strings.Contains(n.Text(), "absolute_import") {
				return false
			}
		}
	}
	return old
}

func (r *Reader) follow(m *module, name string, b binding, hops int) []target {
	switch b.kind {
	case bindClass:
		return []target{{targetClass, m, b.node, m.Name + "." + name}}
	case bindFunction:
		return []target{{targetFunction, m, b.node, m.Name + "." + name}}
	case bindModule:
		return r.resolvePath(r.beside(m, b.module), hops)
	case bindFrom:
		return r.resolvePath(r.beside(m, b.module)+"."+b.name, hops)
	case bindValue:
		ts := r.resolveExpr(m, b.value, hops)
		for i := range ts {
			if ts[i].kind == targetUnknown {
				ts[i] = target{targetValue, m, b.value, m.Name + "." + name}
			}
		}
		return ts
	}
	return []target{{mod: m, node: b.node, path: m.Name + "." + name}}
}

// resolveExpr follows a name or a dotted expression.
func (r *Reader) resolveExpr(m *module, n python.Node, hops int) []target {
	switch n.Kind() {
	case python.KindName:
		name := n.Name()
		if isBuiltin(name) && len(m.binds[name]) == 0 {
			return []target{{kind: targetExternal, path: "builtins." + name}}
		}
		return r.resolve(m, name, hops+1)
	case python.KindAttribute:
		return r.resolveAttr(r.resolveExpr(m, n.Field(python.FieldObject), hops+1), n.Name(), hops)
	}
	return []target{{mod: m, node: n}}
}

func (r *Reader) resolveAttr(objects []target, name string, hops int) []target {
	var out []target
	for _, o := range objects {
		switch o.kind {
		case targetModule:
			out = append(out, r.resolve(o.mod, name, hops+1)...)
		case targetExternal:
			out = append(out, target{kind: targetExternal, path: o.path + "." + name})
		case targetClass:
			if inner := member(o.node, name); inner.Kind() == python.KindClassDef {
				out = append(out, target{targetClass, o.mod, inner, o.path + "." + name})
				continue
			}
			out = append(out, target{})
		case targetMissing:
			out = append(out, o)
		default:
			out = append(out, target{})
		}
		if len(out) > 8 {
			break
		}
	}
	if len(out) == 0 {
		out = []target{{}}
	}
	return out
}

// member finds a definition in a class body.
func member(class python.Node, name string) python.Node {
	var found python.Node
	for c := range class.All(python.FieldBody) {
		if k := c.Kind(); (k == python.KindClassDef || k == python.KindFunctionDef) && c.Name() == name {
			found = c
		}
	}
	return found
}

// resolvePath follows an absolute dotted path: the longest part of it that is a
// module, then names in it.
func (r *Reader) resolvePath(dotted string, hops int) []target {
	if hops > maxHops || dotted == "" {
		return []target{{path: dotted}}
	}
	// Two classes are known by their path alone, wherever they are.
	if dotted == mixinPath {
		return []target{{kind: targetExternal, path: mixinPath}}
	}
	if !r.loader.HasTop(dotted) && !r.readable(dotted) {
		return []target{{kind: targetExternal, path: dotted}}
	}
	for i := len(dotted); i > 0; i = strings.LastIndexByte(dotted[:i], '.') {
		m := r.module(dotted[:i])
		if m == nil {
			continue
		}
		if i == len(dotted) {
			return []target{{kind: targetModule, mod: m, path: dotted}}
		}
		parts := strings.Split(dotted[i+1:], ".")
		ts := r.resolve(m, parts[0], hops+1)
		for _, p := range parts[1:] {
			ts = r.resolveAttr(ts, p, hops)
		}
		return ts
	}
	return []target{{kind: targetMissing, path: dotted}}
}

// readable says that a module on the way of a dotted path is there, whatever the
// tree says of its top: below a directory without __init__.py a module that is
// missing may be somewhere else, but one that is there is the one that is meant.
// A module that was read before counts too, such as one of the settings.
func (r *Reader) readable(dotted string) bool {
	for i := 0; i < len(dotted); i++ {
		end := strings.IndexByte(dotted[i:], '.')
		if end < 0 {
			end = len(dotted) - i
		}
		i += end
		m := r.module(dotted[:i])
		if m == nil {
			break
		}
		if m.Src != nil {
			return true
		}
	}
	for i := len(dotted); i > 0; i = strings.LastIndexByte(dotted[:i], '.') {
		if m := r.modules[dotted[:i]]; m != nil && m.Src != nil {
			return true
		}
	}
	return false
}

// isBuiltin knows the built-in names that matter to a reader of middleware.
func isBuiltin(name string) bool {
	switch name {
	case "object", "type", "Exception", "BaseException", "AttributeError", "KeyError", "ValueError", "TypeError",
		"RuntimeError", "NotImplementedError", "AssertionError", "SystemExit", "KeyboardInterrupt", "IndexError",
		"LookupError", "OSError", "IOError", "ImportError", "StopIteration", "UnicodeDecodeError", "UnicodeError",
		"PermissionError", "TimeoutError", "ConnectionError", "ZeroDivisionError", "NameError", "GeneratorExit",
		"hasattr", "getattr", "setattr", "delattr", "isinstance", "issubclass", "callable", "len", "bool", "str", "int",
		"list", "dict", "set", "tuple", "any", "all", "iter", "next", "print", "super", "vars", "bytes", "unicode", "repr",
		"sorted", "min", "max", "sum", "zip", "map", "filter", "enumerate", "range", "id", "hash", "float", "property",
		"staticmethod", "classmethod", "globals", "locals", "reversed", "round", "abs", "frozenset", "dir", "open":
		return true
	}
	return false
}
