package migrate

import (
	"bytes"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

func (n *renamer) judgeKeyword(p *planned, s *source, u use) {
	call := u.node.Parent()
	if !n.takesSettings(s, call) {
		p.leave(s, u, finding.Warning, "it is not known that %q takes settings", shorten(call.Field(python.FieldFunc).Text()))
		return
	}
	for a := range call.All(python.FieldArgs) {
		if a.Kind() == python.KindKeyword && a.Name() == newName {
			p.leave(s, u, finding.Note, "the call gives both settings already")
			return
		}
	}
	n.write(p, s, u, u.node.Field(python.FieldValue))
}

// longest is the length of the longest value that is written twice.
const longest = 60

// write renames a setting that is given in code, or gives both.
func (n *renamer) write(p *planned, s *source, u use, value python.Node) {
	switch {
	case n.kept(s) != nil:
	case !n.r.opts.KeepClassic:
		p.rename(s, u)
	case strings.ContainsAny(value.Text(), "\r\n") || len(value.Text()) > longest:
		p.leave(s, u, finding.Warning, "Django 1.10 and later read MIDDLEWARE: give both here")
	default:
		start, end := u.start, u.end // of the name, with its quotes
		if u.kind == useString {
			start, end = u.node.Start(), u.node.End()
		}
		name := s.text(start, u.start) + newName + s.text(u.end, end)
		p.edit(s, start, start, name+s.text(end, value.End())+s.closing(value)+", ", "MIDDLEWARE is given beside MIDDLEWARE_CLASSES")
	}
}

// closing is what closes the parentheses around an expression.
func (s *source) closing(value python.Node) string {
	if !value.Is(python.FlagParenthesized) {
		return ""
	}
	rest := s.src.Src[value.End():value.Parent().End()]
	return string(bytes.TrimSpace(rest))
}
func (s *source) text(start, end int) string { return string(s.src.Src[start:end]) }

// settingCalls are the functions and context managers that take settings as
// keywords (django/test/utils.py, any release).
var settingCalls = map[string]bool{"override_settings": true, "modify_settings": true}

// takesSettings says that the keywords of a call are settings.
func (n *renamer) takesSettings(s *source, call python.Node) bool {
	if call.Kind() != python.KindCall {
		return false
	}
	f := call.Field(python.FieldFunc)
	last := f.Name()
	if settingCalls[last] {
		return true
	}
	object := f.Field(python.FieldObject)
	switch {
	case f.Kind() == python.KindAttribute && last == "configure":
		return s.isSettings(object)
	case f.Kind() == python.KindAttribute && last == "update":
		return n.isNamespace(s, object) // globals().update(…)
	case f.Kind() == python.KindAttribute && last == "settings":
		return chain(object) == "self" || chain(object) == "cls"
	case f.Kind() == python.KindName && last == "dict":
		return n.feeds(s, call)
	}
	return false
}

// feeds says that a dict becomes settings: it is unpacked into a call that takes
// them, by itself or under a name, or becomes the names of a settings module.
func (n *renamer) feeds(s *source, dict python.Node) bool {
	parent := dict.Parent()
	switch parent.Kind() {
	case python.KindKeyword:
		return parent.Is(python.FlagDoubleStar) && n.takesSettings(s, parent.Parent())
	case python.KindCall:
		if dict.Role() != python.FieldArgs {
			return false
		}
		f := parent.Field(python.FieldFunc)
		return f.Name() == "update" && n.isNamespace(s, f.Field(python.FieldObject))
	case python.KindAssign, python.KindAnnAssign:
		for _, role := range []python.Field{python.FieldTargets, python.FieldTarget} {
			for t := range parent.All(role) {
				if t.Kind() == python.KindName && n.unpacked(s, t.Name()) {
					return true
				}
			}
		}
	}
	return false
}

// unpacked says that a name is unpacked somewhere in the file into a call that
// takes settings.
func (n *renamer) unpacked(s *source, name string) bool {
	answer, known := s.unpacks[name]
	if !known {
		answer = n.findUnpacked(s, name)
		s.unpacks[name] = answer
	}
	return answer
}

func (n *renamer) findUnpacked(s *source, name string) bool {
	for k := range s.src.Root().Descendants() {
		if k.Kind() != python.KindKeyword || !k.Is(python.FlagDoubleStar) || chain(k.Field(python.FieldValue)) != name {
			continue
		}
		// A call of dict would ask back.
		if f := k.Parent().Field(python.FieldFunc); f.Name() != "dict" && n.takesSettings(s, k.Parent()) {
			return true
		}
	}
	return false
}

// isNamespace says that an expression is the dict of a settings module's names.
func (n *renamer) isNamespace(s *source, object python.Node) bool {
	if object.Kind() != python.KindCall || !n.owned[s.src.Root()] {
		return false
	}
	for range object.All(python.FieldArgs) {
		return false
	}
	switch chain(object.Field(python.FieldFunc)) {
	case "globals", "locals", "vars":
		return true
	}
	return false
}
