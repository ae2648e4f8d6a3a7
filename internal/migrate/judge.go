package migrate

import (
	"bytes"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// judge decides on one place that speaks of the setting.
func (n *renamer) judge(p *planned, s *source, u use) {
	if u.node.IsZero() {
		if u.kind == useComment {
			p.leave(s, u, finding.Note, "a comment")
		} else {
			p.leave(s, u, finding.Note, "part of a longer string or name")
		}
		return
	}
	for at := u.node; !at.IsZero(); at = at.Parent() {
		if n.removed[at] {
			return // it goes with its statement
		}
	}
	switch u.kind {
	case useName, useDef:
		n.judgeName(p, s, u)
	case useImport:
		n.judgeImport(p, s, u)
	case useAttr:
		n.judgeAttr(p, s, u)
	case useKeyword:
		n.judgeKeyword(p, s, u)
	case useString:
		n.judgeString(p, s, u)
	}
}

func (n *renamer) judgeName(p *planned, s *source, u use) {
	switch {
	case n.owned[u.scope]:
		n.ifFree(p, s, u)
	case u.scope.Kind() == python.KindModule && s.assigns():
		p.leave(s, u, finding.Note, "a variable that no settings module takes")
	case u.scope.Kind() == python.KindModule:
		p.leave(s, u, finding.Warning, "it is not known where this name comes from")
	case u.scope.Kind() == python.KindClassDef:
		p.leave(s, u, finding.Note, "an attribute of a class that is no settings class")
	}
	// A local variable of a function has nothing to do with the setting.
}

// assigns says that some code of a file gives the module a variable of the old
// name.
func (s *source) assigns() bool {
	return slices.ContainsFunc(s.uses, func(u use) bool {
		return u.kind == useName && u.scope.Kind() == python.KindModule && target(u.node)
	})
}

// ifFree renames a place unless the files that belong to it keep the old name.
func (n *renamer) ifFree(p *planned, s *source, u use) {
	if n.kept(s) == nil && !n.dual[statement(u.node)] {
		p.rename(s, u)
	}
}

func (n *renamer) judgeImport(p *planned, s *source, u use) {
	module, _ := s.moduleOf(u.node.Parent())
	as := u.node.Field(python.FieldAsName)
	switch {
	case n.from(s, u.node) != nil:
		n.ifFree(p, s, u)
	case module == globalSettings:
		n.leaveDefault(p, s, u)
	case !as.IsZero():
		// What it is called here is a name of its own.
	case n.owned[u.scope] && n.kept(s) == nil:
		// The other side may keep the old name: that way it works both times.
		p.edit(s, u.start, u.end, oldName+" as "+newName, "imported as MIDDLEWARE")
		p.leave(s, u, finding.Note, "%q is not part of the project and is taken to go on calling it MIDDLEWARE_CLASSES", module)
	case !n.owned[u.scope]:
		p.leave(s, u, finding.Note, "imported from %q, which is not part of the project", module)
	}
}

const globalSettings = "django.conf.global_settings"

// leaveDefault is about Django's own default, which was a list of two layers and
// is empty under the new name (django/conf/global_settings.py, 1.11 and 2.0).
func (n *renamer) leaveDefault(p *planned, s *source, u use) {
	p.leave(s, u, finding.Error, "Django's own default list went with Django 2.0, the new one is empty: write its two layers out, CommonMiddleware and CsrfViewMiddleware")
}

func (n *renamer) judgeAttr(p *planned, s *source, u use) {
	object := u.node.Field(python.FieldObject)
	switch {
	case s.isSettings(object):
		n.judgeRead(p, s, u)
		return
	case n.ofClass(s, object):
		n.ifFree(p, s, u)
		return
	}
	if f := s.moduleFile(object); f != "" {
		t := n.byName[f]
		switch {
		case t == nil || !n.owned[t.src.Root()]:
			p.leave(s, u, finding.Note, "%q has no such setting", chain(object))
		case n.kept(t) == nil && n.kept(s) == nil:
			p.rename(s, u)
		}
		return
	}
	switch outside := s.outside(object); {
	case outside == globalSettings:
		n.leaveDefault(p, s, u)
	case outside != "":
		p.leave(s, u, finding.Note, "%q is not part of the project and is taken to go on calling it MIDDLEWARE_CLASSES", outside)
	case chain(object) == "self" || chain(object) == "cls":
		p.leave(s, u, finding.Note, "an attribute of a class that is no settings class")
	default:
		p.leave(s, u, finding.Warning, "it is not known what %q is", shorten(object.Text()))
	}
}

// shorten is source text on one line, cut where it is long.
func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return text
}

// ofClass says that an expression is a settings class, or an object of it.
func (n *renamer) ofClass(s *source, object python.Node) bool {
	name := chain(object)
	if object.Kind() == python.KindCall && chain(object.Field(python.FieldFunc)) == "super" {
		name = "super"
	}
	switch name {
	case "self", "cls", "super":
		for at := object.Parent(); !at.IsZero(); at = at.Parent() {
			if at.Kind() == python.KindClassDef {
				return n.owned[at]
			}
		}
		return false
	case "":
		return false
	}
	for c := range n.owned {
		if c.Kind() != python.KindClassDef {
			continue
		}
		if c.File() == s.src && c.Name() == name {
			return true
		}
		for _, o := range s.objects[name] {
			if o.kind == objMember && o.name == c.Name() && n.byName[o.file] != nil && n.byName[o.file].src == c.File() {
				return true
			}
		}
	}
	return false
}

// judgeRead decides on what goes through Django's settings object.
func (n *renamer) judgeRead(p *planned, s *source, u use) {
	switch {
	case n.kept(s) != nil:
	case n.anyKept():
		p.leave(s, u, finding.Warning, "some settings of the project keep MIDDLEWARE_CLASSES: which of them is read here is not known")
	case s.speaksOfBoth():
		p.leave(s, u, finding.Note, "the file looks at both settings already")
	case n.r.opts.KeepClassic && target(u.node):
		p.leave(s, u, finding.Warning, "Django 1.10 and later read MIDDLEWARE: set both here")
	default:
		p.rename(s, u)
	}
}

// speaksOfBoth says that code outside of the settings looks at the new setting
// as well, as code that supports both kinds of releases does.
func (s *source) speaksOfBoth() bool {
	for _, u := range s.news {
		switch u.kind {
		case useAttr:
			if s.isSettings(u.node.Field(python.FieldObject)) {
				return true
			}
		case useString:
			return true
		}
	}
	return false
}

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
	n.write(p, s, u, u.node.Field(python.FieldValue), "=")
}

// write renames a setting that is given in code, or gives both.
func (n *renamer) write(p *planned, s *source, u use, value python.Node, sign string) {
	switch {
	case n.kept(s) != nil:
	case !n.r.opts.KeepClassic:
		p.rename(s, u)
	case strings.ContainsAny(value.Text(), "\r\n") || len(value.Text()) > 60:
		p.leave(s, u, finding.Warning, "Django 1.10 and later read MIDDLEWARE: give both here")
	default:
		start := u.start
		quote := ""
		if u.kind == useString {
			start = u.node.Start()
			quote = s.text(u.node.Start(), u.start)
			quote += newName + s.text(u.end, u.node.End())
		} else {
			quote = newName
		}
		between := s.text(u.end, value.Start())
		if u.kind == useString {
			between = s.text(u.node.End(), value.Start())
		}
		p.edit(s, start, start, quote+between+s.text(value.Start(), value.End())+s.closing(value)+", ", "MIDDLEWARE is given beside MIDDLEWARE_CLASSES")
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
			n.write(p, s, u, parent.Field(python.FieldValue), ":")
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
