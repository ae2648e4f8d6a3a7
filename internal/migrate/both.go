package migrate

import (
	"bytes"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// place is a statement of a file.
type place struct {
	s    *source
	stmt python.Node
}

// binders are the statements of a group that give one of the two names a value.
func (n *renamer) binders(root, name string) []place {
	var out []place
	for _, s := range n.members(root) {
		uses := s.uses
		if name == newName {
			uses = s.news
		}
		for _, u := range uses {
			bound := false
			switch u.kind {
			case useName:
				bound = target(u.node) && statement(u.node).Kind() != python.KindDelete
			case useImport:
				bound = u.node.Field(python.FieldAsName).IsZero()
			case useDef:
				bound = true
			case useString:
				bound = u.node.Parent().Kind() == python.KindSubscript && target(u.node.Parent()) && n.isNamespace(s, u.node.Parent().Field(python.FieldObject))
			}
			if u.kind == useString || n.owned[u.scope] {
				if p := (place{s, statement(u.node)}); bound && !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
		}
	}
	return out
}

// statement is the statement that an expression belongs to.
func statement(n python.Node) python.Node {
	for !n.IsZero() && !n.Kind().IsStatement() {
		n = n.Parent()
	}
	return n
}

// assigned is the value of "name = value", the zero Node for anything else.
func assigned(stmt python.Node, name string) python.Node {
	if stmt.Kind() != python.KindAssign {
		return python.Node{}
	}
	targets := 0
	for t := range stmt.All(python.FieldTargets) {
		if targets++; targets > 1 || t.Kind() != python.KindName || t.Name() != name {
			return python.Node{}
		}
	}
	return stmt.Field(python.FieldValue)
}

// all says that every statement assigns a variable of a name.
func all(places []place, name, value string) bool {
	return len(places) > 0 && !slices.ContainsFunc(places, func(p place) bool {
		v := assigned(p.stmt, name)
		return v.Kind() != python.KindName || v.Name() != value
	})
}

// exclude refuses the groups that cannot be renamed for reasons that no edit
// has a part in.
func (n *renamer) exclude() {
	for _, s := range n.sources {
		if s.crowded && !s.settings {
			n.leaveGroup(s.name, finding.Error, spanOf(s.name, s.src, s.uses[0].start, s.uses[0].end), "it keeps MIDDLEWARE_CLASSES: there are too many places to look at")
		}
	}
	for _, root := range n.roots() {
		members := n.members(root)
		uses := 0
		for _, s := range members {
			uses += len(s.uses)
			if s.crowded {
				u := s.uses[0]
				n.leaveGroup(root, finding.Error, spanOf(s.name, s.src, u.start, u.end), "it keeps MIDDLEWARE_CLASSES: there are too many places to look at")
			}
			if s.shut && len(s.uses) > 0 {
				u := s.uses[0]
				n.leaveGroup(root, finding.Warning, spanOf(s.name, s.src, u.start, u.end), "the settings take MIDDLEWARE_CLASSES from a file that is no part of the project: they keep it")
			}
		}
		if uses == 0 {
			continue
		}
		plain := slices.ContainsFunc(n.binders(root, oldName), func(p place) bool {
			return p.stmt.Kind() != python.KindAugAssign && !readsName(p.stmt.Field(python.FieldValue), oldName)
		})
		for _, s := range members {
			i := slices.IndexFunc(s.uses, func(u use) bool { return u.kind == useName && n.owned[u.scope] })
			if !plain && s.outer && i >= 0 {
				u := s.uses[i]
				n.leaveGroup(root, finding.Warning, spanOf(s.name, s.src, u.start, u.end),
					"MIDDLEWARE_CLASSES comes from outside of the project by \"import *\": rename it once it is called MIDDLEWARE there")
			}
		}
	}
}

// readsName says that an expression uses a variable.
func readsName(x python.Node, name string) bool {
	if x.IsZero() {
		return false
	}
	for n := range x.Descendants() {
		if n.Kind() == python.KindName && n.Name() == name {
			return true
		}
	}
	return false
}

// both decides what becomes of settings that define both names.
func (n *renamer) both(root string, p *planned) {
	if n.refused[root] != nil {
		return
	}
	news, olds := n.binders(root, newName), n.binders(root, oldName)
	if len(news) == 0 || len(olds) == 0 {
		return
	}
	none := !slices.ContainsFunc(news, func(p place) bool {
		v := assigned(p.stmt, newName)
		return v.Kind() != python.KindName || v.Name() != "None"
	})
	alias := all(olds, oldName, newName)
	reverse := all(news, newName, oldName)
	equal := len(olds) == 1 && assigned(olds[0].stmt, oldName).Kind() != python.KindNone && n.sameLists(root)
	var drop []place
	var what string
	switch {
	case none:
		n.counts[root] = oldName
		drop, what = news, "MIDDLEWARE = None is dropped"
	case n.r.opts.KeepClassic && (alias || reverse || equal):
		n.settled[root] = true
		for _, s := range n.members(root) {
			for _, u := range s.uses {
				if !u.node.IsZero() {
					n.dual[statement(u.node)] = true
				}
			}
		}
		return
	case reverse:
		n.counts[root] = oldName
		drop, what = news, "MIDDLEWARE = MIDDLEWARE_CLASSES is dropped"
	case alias || equal:
		n.counts[root] = newName
		drop, what = olds, "MIDDLEWARE_CLASSES is dropped: it is the same list as MIDDLEWARE"
	default:
		n.leaveBoth(root, olds)
		return
	}
	for _, d := range drop {
		start, end, ok := wholeLines(d.stmt)
		if !ok {
			span := spanOf(d.s.name, d.s.src, d.stmt.Start(), d.stmt.End())
			if none {
				n.leaveGroup(root, finding.Error, span, "MIDDLEWARE = None keeps Django 2.0 and later from starting, and cannot be taken away by itself: drop it, and run migrate again")
			} else {
				n.leaveGroup(root, finding.Note, span, "both settings are there and yield one list; this one cannot be taken away by itself: drop it when Django 1.9 is no longer supported")
			}
			return
		}
		n.removed[d.stmt] = true
		p.edit(d.s, start, end, "", what)
	}
}

func (n *renamer) leaveBoth(root string, olds []place) {
	d := olds[0]
	span := spanOf(d.s.name, d.s.src, d.stmt.Start(), d.stmt.End())
	for at := d.stmt.Parent(); !at.IsZero(); at = at.Parent() {
		if at.Kind() == python.KindIf && strings.Contains(strings.ToUpper(at.Field(python.FieldTest).Text()), "VERSION") {
			n.leaveGroup(root, finding.Note, span, "both settings are there, by a test of the version: drop MIDDLEWARE_CLASSES when Django 1.9 is no longer supported")
			return
		}
	}
	n.leaveGroup(root, finding.Warning, span, "both settings are there and not surely the same list: MIDDLEWARE counts from Django 1.10 on; move over what it lacks and drop MIDDLEWARE_CLASSES")
}

// sameLists says that the settings modules of a group yield the same list under
// both names.
func (n *renamer) sameLists(root string) bool {
	found := false
	for _, m := range n.project.Settings {
		if n.byName[m.File] == nil || n.root(m.File) != root {
			continue
		}
		old, now := listsOf(m, oldName), listsOf(m, newName)
		if len(old) > 0 || len(now) > 0 {
			if found = slices.Equal(old, now); !found {
				return false
			}
		}
		if slices.ContainsFunc(m.Stacks, func(s stack.Stack) bool { return !s.Complete }) {
			return false
		}
	}
	return found
}

// wholeLines is the range of lines that a statement takes up for itself. A
// statement that is all of an "if" without "else" goes with the "if". ok is
// false where something else would be left without a body or stands beside it.
func wholeLines(stmt python.Node) (start, end int, ok bool) {
	parent := stmt.Parent()
	body := 0
	for range parent.All(python.FieldBody) {
		body++
	}
	switch parent.Kind() {
	case python.KindModule:
	case python.KindClassDef:
		if body < 2 {
			return 0, 0, false
		}
	case python.KindIf:
		if stmt.Role() != python.FieldBody || body > 1 {
			break
		}
		if parent.Is(python.FlagElif) || !parent.Field(python.FieldOrelse).IsZero() {
			return 0, 0, false
		}
		return wholeLines(parent)
	default:
		return 0, 0, false
	}
	if parent.Kind() == python.KindIf && stmt.Role() != python.FieldBody {
		return 0, 0, false
	}
	src := stmt.File().Src
	start = bytes.LastIndexByte(src[:stmt.Start()], '\n') + 1
	if len(bytes.TrimSpace(bytes.TrimPrefix(src[start:stmt.Start()], []byte("\ufeff")))) > 0 {
		return 0, 0, false
	}
	start = stmt.Start() - len(bytes.TrimPrefix(src[start:stmt.Start()], []byte("\ufeff")))
	end = len(src)
	if i := bytes.IndexByte(src[stmt.End():], '\n'); i >= 0 {
		end = stmt.End() + i + 1
	}
	if rest := bytes.TrimSpace(src[stmt.End():end]); len(rest) > 0 && rest[0] != '#' {
		return 0, 0, false
	}
	return start, end, true
}
