package layers

import "github.com/mwcheck/mwcheck/internal/python"

// Class is one class statement of the tree, for those who edit it. The same
// statement is always the same *Class of a Reader.
type Class struct {
	Path   string // dotted path, through enclosing classes and functions
	Module Module
	Node   python.Node // the ClassDef
	Bases  []ClassBase // as they are written, keywords left out
	Order  []ClassBase // the order of method resolution, the class itself first; object is left out
	c      *class
}

// ClassBase is one base of a class.
type ClassBase struct {
	Node   python.Node // the expression in Bases; zero in Order
	Path   string      // dotted path, source text where it cannot be told
	Origin Origin      // FromTree, FromCatalog, FromOutside or FromUnclear; object is FromOutside
	Class  *Class      // where Origin is FromTree
}

// Defines says whether the class's own body binds a name, in any branch.
func (c *Class) Defines(name string) bool { return len(c.c.members[name]) > 0 }

// Own are the statements of the class's own body that bind a name, several where
// branches differ.
func (c *Class) Own(name string) []python.Node {
	var out []python.Node
	for _, m := range c.c.own(name) {
		out = append(out, m.stmt)
	}
	return out
}

// Class finds the class statement that a dotted path leads to; false where it
// leads to something else or to one of several.
func (r *Reader) Class(path string) (*Class, bool) {
	ts := r.resolvePath(path, 0)
	if len(ts) != 1 || ts[0].kind != targetClass {
		return nil, false
	}
	return r.export(r.class(ts[0].mod, ts[0].node)), true
}

func (r *Reader) export(c *class) *Class {
	if out, ok := r.exported[c]; ok {
		return out
	}
	out := &Class{Path: c.path, Module: c.mod.Module, Node: c.node, c: c}
	r.exported[c] = out
	i := 0
	for b := range c.node.All(python.FieldBases) {
		if b.Kind() != python.KindKeyword && i < len(c.bases) {
			base := r.exportBase(c.bases[i])
			base.Node = b
			out.Bases = append(out.Bases, base)
			i++
		}
	}
	for _, b := range c.mro {
		if b.path != objectPath {
			out.Order = append(out.Order, r.exportBase(b))
		}
	}
	return out
}

func (r *Reader) exportBase(b classBase) ClassBase {
	out := ClassBase{Path: b.name(), Origin: FromUnclear}
	switch {
	case b.cls != nil:
		out.Origin, out.Class = FromTree, r.export(b.cls)
	case b.path != objectPath && r.known(b):
		out.Origin = FromCatalog
	case b.kind == targetExternal:
		out.Origin = FromOutside
	}
	return out
}

// Names resolves names as one module sees them.
type Names struct {
	r *Reader
	m *module
}

// Names reads the names of a module, which need not be the one that its dotted
// name leads to.
func (r *Reader) Names(m Module) Names {
	if known := r.module(m.Name); known != nil && known.File == m.File {
		return Names{r, known}
	}
	return Names{r, newModule(m)}
}

// Path is the dotted path that a name or dotted expression leads to at the
// module's level, "" where it cannot be told.
func (n Names) Path(expr python.Node) string {
	ts := n.r.resolveExpr(n.m, expr, 0)
	if len(ts) != 1 {
		return ""
	}
	switch ts[0].kind {
	case targetClass, targetFunction, targetModule, targetExternal:
		return ts[0].path
	}
	return ""
}

// Target is the dotted path of the definition that another dotted path leads
// to, "" where it cannot be told.
func (r *Reader) Target(path string) string {
	ts := r.resolvePath(path, 0)
	if len(ts) != 1 || ts[0].kind != targetClass && ts[0].kind != targetFunction && ts[0].kind != targetExternal {
		return ""
	}
	return ts[0].path
}

// Classes are the class statements of the module, nested ones too.
func (n Names) Classes() []*Class {
	var out []*Class
	if n.m.Src == nil {
		return nil
	}
	for d := range n.m.Src.Root().Descendants() {
		if d.Kind() == python.KindClassDef {
			out = append(out, n.r.export(n.r.class(n.m, d)))
		}
	}
	return out
}
