package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
)

// mixinPath is Django's MiddlewareMixin (django/utils/deprecation.py, 1.10 and
// later).
const mixinPath = "django.utils.deprecation.MiddlewareMixin"

const objectPath = "builtins.object"

type classKey struct {
	mod  *module
	node python.Node
}

// class is a class statement of the tree.
type class struct {
	mod     *module
	node    python.Node
	path    string
	members map[string][]classMember
	bases   []classBase
	mro     []classBase // the class itself first
	// unclear says why the class may be something else than it looks.
	unclear []Site
	ready   bool
}

// classMember is something a class body binds.
type classMember struct {
	node        python.Node // FunctionDef, or the value of an assignment
	stmt        python.Node
	conditional bool
}

// classBase is one class in a line of bases: one of the tree, or a path outside.
type classBase struct {
	cls  *class
	path string // for classes outside; for an unknown base its source text
	kind targetKind
}

func (b classBase) name() string {
	if b.cls != nil {
		return b.cls.path
	}
	return b.path
}

// maxBases bounds a line of bases.
const maxBases = 64

// class reads a class statement; path is known from the module it lies in.
func (r *Reader) class(m *module, node python.Node) *class {
	key := classKey{m, node}
	if c, ok := r.classes[key]; ok {
		return c
	}
	c := &class{mod: m, node: node, path: qualified(m, node), members: map[string][]classMember{}}
	r.classes[key] = c
	c.collect(node, python.FieldBody, false)
	for _, s := range m.attrs[node.Name()] {
		if node.Parent().Kind() == python.KindModule && !s.value.IsZero() {
			c.members[s.attr] = append(c.members[s.attr], classMember{s.value, s.node, s.conditional})
		}
	}
	r.readBases(c)
	c.mro = r.linear(c)
	c.ready = true
	return c
}

// qualified is a definition's dotted path, through enclosing classes and
// functions.
func qualified(m *module, n python.Node) string {
	name := n.Name()
	for p := n.Parent(); !p.IsZero(); p = p.Parent() {
		if k := p.Kind(); k == python.KindClassDef || k == python.KindFunctionDef {
			name = p.Name() + "." + name
		}
	}
	return m.Name + "." + name
}

func (c *class) collect(n python.Node, fd python.Field, conditional bool) {
	for s := range n.All(fd) {
		switch s.Kind() {
		case python.KindFunctionDef, python.KindClassDef:
			c.members[s.Name()] = append(c.members[s.Name()], classMember{s, s, conditional})
		case python.KindAssign:
			for t := range s.All(python.FieldTargets) {
				if t.Kind() == python.KindName {
					c.members[t.Name()] = append(c.members[t.Name()], classMember{s.Field(python.FieldValue), s, conditional})
				}
			}
		case python.KindAnnAssign:
			if v, t := s.Field(python.FieldValue), s.Field(python.FieldTarget); !v.IsZero() && t.Kind() == python.KindName {
				c.members[t.Name()] = append(c.members[t.Name()], classMember{v, s, conditional})
			}
		case python.KindIf, python.KindFor, python.KindWhile:
			c.collect(s, python.FieldBody, true)
			c.collect(s, python.FieldOrelse, true)
		case python.KindWith:
			c.collect(s, python.FieldBody, conditional)
		case python.KindTry:
			c.collect(s, python.FieldBody, true)
			for h := range s.All(python.FieldHandlers) {
				c.collect(h, python.FieldBody, true)
			}
			c.collect(s, python.FieldOrelse, true)
			c.collect(s, python.FieldFinal, conditional)
		}
	}
}

// own is what the class body itself binds a name to; several where branches
// differ.
func (c *class) own(name string) []classMember {
	all := c.members[name]
	for i := len(all) - 1; i > 0; i-- {
		if !all[i].conditional {
			return all[i:]
		}
	}
	return all
}

func (r *Reader) readBases(c *class) {
	for b := range c.node.All(python.FieldBases) {
		switch b.Kind() {
		case python.KindKeyword:
			if b.Name() == "metaclass" && !knownMetaclass(b.Field(python.FieldValue).Text()) {
				c.unclear = append(c.unclear, Site{Text: "its metaclass may build anything", Span: r.span(c.mod, b)})
			}
			continue
		case python.KindStarred:
			c.bases = append(c.bases, classBase{path: short(b.Text())})
			continue
		}
		if len(c.bases) < maxBases {
			c.bases = append(c.bases, r.base(c, b))
		}
	}
	for d := range c.node.All(python.FieldDecorators) {
		v := d.Field(python.FieldValue)
		if !r.knownClassDecorator(c.mod, v) {
			c.unclear = append(c.unclear, Site{Text: "its decorator may build anything: " + short(v.Text()), Span: r.span(c.mod, v)})
		}
	}
	if _, ok := c.members["__metaclass__"]; ok {
		c.unclear = append(c.unclear, Site{Text: "its metaclass may build anything", Span: r.span(c.mod, c.node)})
	}
}

func knownMetaclass(text string) bool {
	switch text {
	case "ABCMeta", "abc.ABCMeta", "type":
		return true
	}
	return false
}

// knownClassDecorator knows decorators that leave a class what it is.
func (r *Reader) knownClassDecorator(m *module, v python.Node) bool {
	if _, _, ok := modesOf(v); ok {
		return true
	}
	if v.Kind() == python.KindCall {
		v = v.Field(python.FieldFunc)
	}
	switch v.Name() {
	case "total_ordering", "python_2_unicode_compatible", "final", "override", "runtime_checkable", "unique",
		"deconstructible", "implements_to_string":
		return true
	}
	return false
}

// base finds a base class. Where branches bind its name differently a known
// class wins over object or an empty stand-in for it: that is how projects write
// "MiddlewareMixin where Django has it".
func (r *Reader) base(c *class, expr python.Node) classBase {
	if expr.Kind() == python.KindCall { // six.with_metaclass(Meta, Base)
		if f := expr.Field(python.FieldFunc); f.Name() == "with_metaclass" {
			i := 0
			for a := range expr.All(python.FieldArgs) {
				if i++; i == 2 {
					return r.base(c, a)
				}
			}
		}
		return classBase{path: short(expr.Text())}
	}
	var found []classBase
	for _, t := range r.resolveExpr(c.mod, expr, 0) {
		switch t.kind {
		case targetClass:
			if t.node == c.node {
				continue
			}
			found = append(found, classBase{cls: r.class(t.mod, t.node), kind: targetClass})
		case targetExternal:
			found = append(found, classBase{path: t.path, kind: targetExternal})
		default:
			found = append(found, classBase{path: short(expr.Text())})
		}
	}
	if len(found) == 0 {
		return classBase{path: short(expr.Text())}
	}
	if len(found) > 1 {
		for _, f := range found {
			if f.path == mixinPath {
				return f
			}
		}
		var real []classBase
		for _, f := range found {
			if !f.standIn() {
				real = append(real, f)
			}
		}
		if len(real) != 1 {
			return classBase{path: short(expr.Text())}
		}
		return real[0]
	}
	return found[0]
}

// standIn says that a class is there only so that there is a base.
func (b classBase) standIn() bool {
	if b.path == objectPath {
		return true
	}
	return b.cls != nil && len(b.cls.members) == 0
}

// linear is the method resolution order (C3, as CPython's Lib/functools.py
// writes it down); where there is none, depth first.
func (r *Reader) linear(c *class) []classBase {
	self := classBase{cls: c, kind: targetClass}
	var seqs [][]classBase
	for _, b := range c.bases {
		switch {
		case b.cls == nil:
			seqs = append(seqs, []classBase{b})
		case !b.cls.ready: // a class that is its own base
			seqs = append(seqs, []classBase{{path: b.cls.path}})
		default:
			seqs = append(seqs, b.cls.mro)
		}
	}
	direct := make([]classBase, 0, len(c.bases))
	for _, s := range seqs {
		direct = append(direct, s[0])
	}
	seqs = append(seqs, direct)
	out := []classBase{self}
	for {
		seqs = nonEmpty(seqs)
		if len(seqs) == 0 || len(out) > maxBases {
			return out
		}
		next, ok := headOf(seqs)
		if !ok {
			next = seqs[0][0] // no order exists: Python would refuse the class
		}
		if next.path != objectPath || len(seqs) == 1 {
			out = append(out, next)
		}
		for i, s := range seqs {
			seqs[i] = without(s, next)
		}
	}
}

func nonEmpty(seqs [][]classBase) [][]classBase {
	var out [][]classBase
	for _, s := range seqs {
		if len(s) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// headOf finds the first head that is in no other tail. object, which every
// class has and only some write, comes last.
func headOf(seqs [][]classBase) (classBase, bool) {
	for _, s := range seqs {
		head := s[0]
		if head.path == objectPath && len(seqs) > 1 {
			continue
		}
		free := true
		for _, t := range seqs {
			for _, x := range t[1:] {
				free = free && x.name() != head.name()
			}
		}
		if free {
			return head, true
		}
	}
	for _, s := range seqs {
		if s[0].path == objectPath {
			return s[0], true
		}
	}
	return classBase{}, false
}

func without(s []classBase, b classBase) []classBase {
	var out []classBase
	for _, x := range s {
		if x.name() != b.name() {
			out = append(out, x)
		}
	}
	return out
}

// lookup finds a name along the method resolution order, from a place in it.
func (c *class) lookup(name string, from int) (owner classBase, members []classMember, at int) {
	for i := from; i < len(c.mro); i++ {
		b := c.mro[i]
		if b.cls == nil {
			if b.path == objectPath {
				continue
			}
			return b, nil, i // it may have it
		}
		if ms := b.cls.own(name); len(ms) > 0 {
			return b, ms, i
		}
	}
	return classBase{}, nil, -1
}

// index is the place of a class in the order, -1 where it is not.
func (c *class) index(owner *class) int {
	for i, b := range c.mro {
		if b.cls == owner {
			return i
		}
	}
	return -1
}

// isMixin says whether MiddlewareMixin is among the bases.
func (c *class) isMixin() bool {
	for _, b := range c.mro {
		if b.path == mixinPath || b.cls != nil && b.cls.path == mixinPath {
			return true
		}
	}
	return false
}

// unknownBase is the first base that is neither in the tree nor known
// otherwise.
func (r *Reader) unknownBase(c *class) (classBase, bool) {
	for _, b := range c.mro {
		if b.cls == nil && !r.known(b) {
			return b, true
		}
	}
	return classBase{}, false
}

func (r *Reader) known(b classBase) bool {
	return b.path == objectPath || b.path == mixinPath ||
		b.kind == targetExternal && r.opts.Catalog != nil && r.opts.Catalog.Known(b.path)
}
