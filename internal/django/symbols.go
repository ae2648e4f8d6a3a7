package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// binding is one statement that gives a name at module level.
type binding struct {
	node        python.Node // ClassDef, FunctionDef, the assigned value, or Alias
	from        python.Node // the ImportFrom or Import of an Alias
	conditional bool        // it stands in a branch, loop or try
	opaque      bool        // the value is not written as one expression: loops, with, unpacking
}

// scope is what a module's own statements bind.
type scope struct {
	names   map[string][]binding
	stars   []python.Node // star imports
	dynamic bool          // names may come about in ways that are not modelled
}

// readScope collects the names of a module. Functions are looked into only for
// what makes a module dynamic: "global", and code that writes into it.
func readScope(src *python.File) *scope {
	s := &scope{names: map[string][]binding{}}
	s.body(src.Root(), false)
	s.dynamic = s.dynamic || len(src.Errors) > 0
	for n := range src.Root().Descendants() {
		switch n.Kind() {
		case python.KindGlobal, python.KindExec:
			s.dynamic = true
		case python.KindCall:
			switch f := n.Field(python.FieldFunc); f.Name() {
			case "globals", "locals", "vars", "exec", "execfile", "eval":
				s.dynamic = s.dynamic || f.Kind() == python.KindName
			case "setattr":
				s.dynamic = true
			}
		case python.KindAttribute:
			if n.Name() == "modules" && n.Field(python.FieldObject).Name() == "sys" {
				s.dynamic = true
			}
		case python.KindName:
			if name := n.Name(); name == "__path__" || name == "__getattr__" {
				s.dynamic = true
			}
		}
	}
	return s
}

func (s *scope) body(n python.Node, conditional bool) {
	for c := range n.Children() {
		switch c.Kind() {
		case python.KindIf, python.KindFor, python.KindWhile, python.KindWith, python.KindTry,
			python.KindExceptHandler, python.KindMatch, python.KindMatchCase:
			s.opaque(c.Field(python.FieldTarget))
			for item := range c.All(python.FieldItems) {
				s.opaque(item.Field(python.FieldTarget))
			}
			s.body(c, true)
		default:
			s.statement(c, conditional)
		}
	}
}

func (s *scope) statement(c python.Node, conditional bool) {
	switch c.Kind() {
	case python.KindClassDef, python.KindFunctionDef:
		if c.Name() == "__getattr__" {
			s.dynamic = true
		}
		s.bind(c.Name(), binding{node: c, conditional: conditional})
	case python.KindAssign:
		for target := range c.All(python.FieldTargets) {
			if target.Kind() == python.KindName {
				s.bind(target.Name(), binding{node: c.Field(python.FieldValue), conditional: conditional})
				continue
			}
			s.opaque(target)
		}
	case python.KindAnnAssign:
		if v := c.Field(python.FieldValue); !v.IsZero() && c.Field(python.FieldTarget).Kind() == python.KindName {
			s.bind(c.Field(python.FieldTarget).Name(), binding{node: v, conditional: conditional})
		}
	case python.KindAugAssign:
		s.opaque(c.Field(python.FieldTarget))
	case python.KindImport:
		for a := range c.All(python.FieldNames) {
			name := topOf(a.Name())
			if as := a.Field(python.FieldAsName); !as.IsZero() {
				name = as.Name()
			}
			s.bind(name, binding{node: a, from: c, conditional: conditional})
		}
	case python.KindImportFrom:
		for a := range c.All(python.FieldNames) {
			switch as := a.Field(python.FieldAsName); {
			case a.Name() == "*":
				s.stars = append(s.stars, c)
			case !as.IsZero():
				s.bind(as.Name(), binding{node: a, from: c, conditional: conditional})
			default:
				s.bind(a.Name(), binding{node: a, from: c, conditional: conditional})
			}
		}
	case python.KindBad:
		s.dynamic = true
	}
}

func (s *scope) bind(name string, b binding) { s.names[name] = append(s.names[name], b) }

// opaque binds the names of a target to values that are not known.
func (s *scope) opaque(target python.Node) {
	for n := range target.Descendants() {
		if n.Kind() == python.KindName && n.Role() != python.FieldObject && n.Role() != python.FieldIndex {
			s.bind(n.Name(), binding{opaque: true})
		}
	}
}

// importedModule is the absolute dotted name of the module in an ImportFrom, as
// Python resolves it in a module; "" where a relative import leads nowhere.
func importedModule(mod Module, from python.Node) string {
	name := from.Field(python.FieldModule).Name()
	level := from.Level()
	if level == 0 {
		return name
	}
	base := mod.Name
	if !mod.Package {
		level++
	}
	for range level - 1 {
		i := strings.LastIndexByte(base, '.')
		if i < 0 {
			return ""
		}
		base = base[:i]
	}
	if name == "" {
		return base
	}
	return base + "." + name
}
