package migrate

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

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
