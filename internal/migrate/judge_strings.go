package migrate

import (
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
		}
	case python.KindCompare:
		for c := range parent.All(python.FieldComparators) {
			if n.isNamespace(s, c) {
				n.ifFree(p, s, u)
				return
			}
			if c.Kind() == python.KindCall && chain(c.Field(python.FieldFunc)) == "dir" {
				if a := c.Field(python.FieldArgs); s.isSettings(a) {
					n.judgeRead(p, s, u)
					return
				}
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

// judgeArgument decides on the name as an argument, as in getattr(settings, …).
func (n *renamer) judgeArgument(p *planned, s *source, u use, call python.Node) {
	var args []python.Node
	for a := range call.All(python.FieldArgs) {
		args = append(args, a)
	}
	f := call.Field(python.FieldFunc)
	if len(args) > 1 && args[1] == u.node {
		if s.isSettings(args[0]) {
			if n.r.opts.KeepClassic && (strings.HasPrefix(f.Name(), "set") || strings.HasPrefix(f.Name(), "del")) {
				p.leave(s, u, finding.Warning, "Django 1.10 and later read MIDDLEWARE: set both here")
				return
			}
			n.judgeRead(p, s, u)
			return
		}
		if t := n.byName[s.moduleFile(args[0])]; t != nil && n.owned[t.src.Root()] {
			if n.kept(t) == nil && n.kept(s) == nil {
				p.rename(s, u)
			}
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
