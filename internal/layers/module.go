package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// bindKind says what binds a name at module level.
type bindKind uint8

const (
	bindClass bindKind = iota
	bindFunction
	bindValue  // name = value
	bindModule // import module
	bindFrom   // from module import name
	bindOther  // a loop variable, a with target, del …
)

// binding is one statement that binds a name at module level.
type binding struct {
	kind   bindKind
	node   python.Node // the statement, or the Alias of an import
	value  python.Node // for bindValue
	module string      // for imports: the absolute dotted module
	name   string      // for bindFrom: the name in that module
	// conditional says that it stands in a branch; fallback that this is the
	// except branch of a try, or an else branch beside a better one.
	conditional bool
	fallback    bool
}

// attrSet is "name.attr = value" at module level.
type attrSet struct {
	attr        string
	value       python.Node
	node        python.Node
	conditional bool
}

// module is what the reader keeps of a module: its names.
type module struct {
	Module
	binds   map[string][]binding
	stars   []string // modules that are star-imported
	attrs   map[string][]attrSet
	dynamic bool // it has a __getattr__ or writes into globals()
	old     Tri  // its imports look beside it first, as in Python 2
}

// module finds a module of the tree; nil where there is none.
func (r *Reader) module(dotted string) *module {
	if m, ok := r.modules[dotted]; ok {
		return m
	}
	var m *module
	if found, ok := r.loader.Module(dotted); ok {
		m = newModule(found)
	}
	r.modules[dotted] = m
	return m
}

func newModule(found Module) *module {
	m := &module{Module: found, binds: map[string][]binding{}, attrs: map[string][]attrSet{}}
	if found.Src != nil {
		m.body(found.Src.Root(), python.FieldBody, false, false)
	}
	return m
}

// body collects the bindings of the statements that hang below n in a role, in
// branches too.
func (m *module) body(n python.Node, fd python.Field, conditional, fallback bool) {
	for c := range n.All(fd) {
		switch c.Kind() {
		case python.KindIf:
			if isTypeChecking(c.Field(python.FieldTest)) {
				m.body(c, python.FieldOrelse, conditional, fallback)
				continue
			}
			m.body(c, python.FieldBody, true, fallback)
			m.body(c, python.FieldOrelse, true, fallback)
		case python.KindTry:
			m.body(c, python.FieldBody, true, fallback)
			m.body(c, python.FieldOrelse, true, fallback)
			for h := range c.All(python.FieldHandlers) {
				m.body(h, python.FieldBody, true, true)
			}
			m.body(c, python.FieldFinal, conditional, fallback)
		case python.KindFor, python.KindWhile:
			m.target(c.Field(python.FieldTarget), python.Node{}, c, true, fallback)
			m.body(c, python.FieldBody, true, fallback)
			m.body(c, python.FieldOrelse, true, fallback)
		case python.KindWith:
			m.body(c, python.FieldBody, conditional, fallback)
		case python.KindMatch:
			for k := range c.All(python.FieldCases) {
				m.body(k, python.FieldBody, true, fallback)
			}
		default:
			m.statement(c, conditional, fallback)
		}
	}
}

func isTypeChecking(test python.Node) bool {
	return (test.Kind() == python.KindName || test.Kind() == python.KindAttribute) && test.Name() == "TYPE_CHECKING"
}

func (m *module) add(name string, b binding) {
	if name != "" {
		m.binds[name] = append(m.binds[name], b)
	}
}

func (m *module) statement(c python.Node, conditional, fallback bool) {
	b := binding{node: c, conditional: conditional, fallback: fallback}
	switch c.Kind() {
	case python.KindClassDef:
		b.kind = bindClass
		m.add(c.Name(), b)
	case python.KindFunctionDef:
		b.kind = bindFunction
		m.add(c.Name(), b)
		if c.Name() == "__getattr__" {
			m.dynamic = true
		}
	case python.KindAssign:
		value := c.Field(python.FieldValue)
		for t := range c.All(python.FieldTargets) {
			m.target(t, value, c, conditional, fallback)
		}
	case python.KindAnnAssign:
		if value := c.Field(python.FieldValue); !value.IsZero() {
			m.target(c.Field(python.FieldTarget), value, c, conditional, fallback)
		}
	case python.KindImport:
		for a := range c.All(python.FieldNames) {
			b := b
			b.node, b.kind = a, bindModule
			name := a.Name()
			if as := a.Field(python.FieldAsName); !as.IsZero() {
				b.module = name
				m.add(as.Name(), b)
				continue
			}
			top, _, _ := strings.Cut(name, ".")
			b.module = top
			m.add(top, b)
		}
	case python.KindImportFrom:
		m.importFrom(c, b)
	}
}

func (m *module) importFrom(c python.Node, b binding) {
	from, ok := m.absolute(c.Field(python.FieldModule).Name(), c.Level())
	if !ok {
		return
	}
	for a := range c.All(python.FieldNames) {
		if a.Is(python.FlagStar) || a.Name() == "*" {
			m.stars = append(m.stars, from)
			continue
		}
		b := b
		b.node, b.kind, b.module, b.name = a, bindFrom, from, a.Name()
		name := a.Name()
		if as := a.Field(python.FieldAsName); !as.IsZero() {
			name = as.Name()
		}
		m.add(name, b)
	}
}

// absolute turns the module of an import into a dotted name of its own.
func (m *module) absolute(name string, level int) (string, bool) {
	if level == 0 {
		return name, name != ""
	}
	base := m.Name
	if !m.Package {
		level++
	}
	for ; level > 1; level-- {
		i := strings.LastIndexByte(base, '.')
		if i < 0 {
			if level > 2 || base == "" {
				return "", false
			}
			base = ""
			continue
		}
		base = base[:i]
	}
	switch {
	case base == "":
		return name, name != ""
	case name == "":
		return base, true
	}
	return base + "." + name, true
}

// target binds what an assignment's target names.
func (m *module) target(t, value, stmt python.Node, conditional, fallback bool) {
	switch t.Kind() {
	case python.KindName:
		b := binding{kind: bindValue, node: stmt, value: value, conditional: conditional, fallback: fallback}
		if value.IsZero() {
			b.kind = bindOther
		}
		m.add(t.Name(), b)
	case python.KindTuple, python.KindList:
		var values []python.Node
		if k := value.Kind(); k == python.KindTuple || k == python.KindList {
			for v := range value.All(python.FieldElts) {
				values = append(values, v)
			}
		}
		i := 0
		for e := range t.All(python.FieldElts) {
			var v python.Node
			if i < len(values) {
				v = values[i]
			}
			i++
			m.target(e, v, stmt, conditional, fallback)
		}
	case python.KindAttribute:
		if o := t.Field(python.FieldObject); o.Kind() == python.KindName {
			m.attrs[o.Name()] = append(m.attrs[o.Name()], attrSet{t.Name(), value, stmt, conditional})
		}
	case python.KindSubscript:
		if o := t.Field(python.FieldObject); o.Kind() == python.KindCall && o.Field(python.FieldFunc).Name() == "globals" {
			m.dynamic = true
		}
	}
}

// bindings are those that may hold when the module is loaded, the likeliest
// first: a later one hides the earlier unless it is conditional, and what an
// except branch binds comes after the try's.
func (m *module) bindings(name string) []binding {
	all := m.binds[name]
	for i := len(all) - 1; i > 0; i-- {
		if !all[i].conditional {
			all = all[i:]
			break
		}
	}
	out := make([]binding, 0, len(all))
	for _, b := range all {
		if !b.fallback {
			out = append(out, b)
		}
	}
	for _, b := range all {
		if b.fallback {
			out = append(out, b)
		}
	}
	return out
}
