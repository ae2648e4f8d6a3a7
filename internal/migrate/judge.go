package migrate

import (
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

// looksFirst says that a place is reached only where the old name is there, or
// in an older release: under hasattr, a look at the version, or in a try.
func looksFirst(at python.Node) bool {
	for up := at.Parent(); !up.IsZero(); up = up.Parent() {
		switch up.Kind() {
		case python.KindIf, python.KindIfExp:
			text := up.Field(python.FieldTest).Text()
			if strings.Contains(text, oldName) || strings.Contains(text, "VERSION") {
				return true
			}
		case python.KindTry:
			return true
		}
	}
	return false
}

// leaveDefault is about Django's own default, which was a list of two layers and
// is empty under the new name (django/conf/global_settings.py, 1.11 and 2.0).
func (n *renamer) leaveDefault(p *planned, s *source, u use) {
	if looksFirst(u.node) {
		p.leave(s, u, finding.Note, "Django's own default list went with Django 2.0; the code here looks whether it is there")
		return
	}
	p.leave(s, u, finding.Error, "Django's own default list went with Django 2.0, the new one is empty: write its two layers out, CommonMiddleware and CsrfViewMiddleware")
}
