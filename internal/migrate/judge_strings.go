package migrate

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// judgeString decides on the name as a string.
func (n *renamer) judgeString(p *planned, s *source, u use) {
	node := u.node
	parent := node.Parent()
	switch parent.Kind() {
	case python.KindCall:
		n.judgeArgument(p, s, u, parent)
		return
	case python.KindSubscript:
		object := parent.Field(python.FieldObject)
		switch {
		case n.isNamespace(s, object):
			n.ifFree(p, s, u)
			return
		case object.Kind() == python.KindName && n.unpacked(s, object.Name()):
			n.ifFree(p, s, u)
			return
		case object.Kind() == python.KindCall && isBuiltin(object, "vars") && n.ofModule(p, s, u, object.Field(python.FieldArgs)):
			return
		case object.Kind() == python.KindAttribute && object.Name() == "__dict__" && n.ofModule(p, s, u, object.Field(python.FieldObject)):
			return
		}
	case python.KindCompare:
		for c := range parent.All(python.FieldComparators) {
			if n.isNamespace(s, c) {
				n.ifFree(p, s, u)
				return
			}
			if c.Kind() == python.KindCall && isBuiltin(c, "dir", "vars") && n.ofModule(p, s, u, c.Field(python.FieldArgs)) {
				return
			}
		}
	case python.KindList, python.KindTuple:
		if of := parent.Parent(); n.owned[s.src.Root()] && chain(firstTarget(of)) == "__all__" {
			n.ifFree(p, s, u)
			return
		}
	case python.KindDictItem:
		if node.Role() == python.FieldKey && n.feeds(s, parent.Parent()) {
			for item := range parent.Parent().All(python.FieldItems) {
				if v, ok := item.Field(python.FieldKey).StringValue(); ok && v == newName {
					p.leave(s, u, finding.Note, "the dict gives both settings already")
					return
				}
			}
			n.write(p, s, u, parent.Field(python.FieldValue))
			return
		}
	}
	p.leave(s, u, finding.Note, "a string whose use is not known")
}

func firstTarget(stmt python.Node) python.Node {
	if t := stmt.Field(python.FieldTargets); !t.IsZero() {
		return t
	}
	return stmt.Field(python.FieldTarget)
}

// isBuiltin says that a call is of one of some builtin functions.
func isBuiltin(call python.Node, names ...string) bool {
	return slices.Contains(names, chain(call.Field(python.FieldFunc)))
}

// ofModule decides on the name where it is looked up in the settings object or in
// a settings module; false if the object is neither.
func (n *renamer) ofModule(p *planned, s *source, u use, object python.Node) bool {
	if s.isSettings(object) {
		n.judgeRead(p, s, u)
		return true
	}
	t := n.byName[s.moduleFile(object)]
	if t == nil || !n.owned[t.src.Root()] {
		return false
	}
	if n.kept(t) == nil && n.kept(s) == nil {
		p.rename(s, u)
	}
	return true
}

// judgeArgument decides on the name as an argument, as in getattr(settings, …).
func (n *renamer) judgeArgument(p *planned, s *source, u use, call python.Node) {
	var args []python.Node
	for a := range call.All(python.FieldArgs) {
		args = append(args, a)
	}
	f := call.Field(python.FieldFunc)
	if len(args) > 1 && args[1] == u.node {
		if n.r.opts.KeepClassic && s.isSettings(args[0]) && (strings.HasPrefix(f.Name(), "set") || strings.HasPrefix(f.Name(), "del")) {
			p.leave(s, u, finding.Warning, "Django 1.10 and later read MIDDLEWARE: set both here")
			return
		}
		if n.ofModule(p, s, u, args[0]) {
			return
		}
		if n.ofClass(s, args[0]) {
			n.ifFree(p, s, u)
			return
		}
	}
	if len(args) > 0 && args[0] == u.node && f.Kind() == python.KindAttribute {
		switch {
		case f.Name() == "is_overridden" && s.isSettings(f.Field(python.FieldObject)):
			n.judgeRead(p, s, u)
			return
		case n.isNamespace(s, f.Field(python.FieldObject)):
			n.ifFree(p, s, u)
			return
		}
	}
	p.leave(s, u, finding.Note, "a string whose use is not known")
}
