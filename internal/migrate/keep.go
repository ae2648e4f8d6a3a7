package migrate

import (
	"bytes"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// keep gives the settings of a file the old name as well, behind the last
// statement that changes the list:
//
//	MIDDLEWARE_CLASSES = MIDDLEWARE
//
// Each module that changes the list says so for itself, so that it holds for
// modules that take the list over and extend it, whether "+=" changes the list in
// place or, with a tuple, makes a new one. Django 1.10 and 1.11 read MIDDLEWARE
// where both are there (django/core/handlers/base.py), 1.9 and older know only the
// other one.
func (n *renamer) keep(p *planned, s *source) {
	last := map[python.Node]python.Node{} // scope -> its last statement that changes the list
	var scopes []python.Node
	for _, u := range s.uses {
		if u.node.IsZero() || !n.changes(s, u) {
			continue
		}
		scope := u.scope
		if u.kind == useString {
			scope = s.src.Root()
		}
		if !n.owned[scope] || scope.Kind() == python.KindFunctionDef {
			continue
		}
		stmt := statement(u.node)
		for stmt.Parent() != scope && !stmt.Parent().IsZero() {
			stmt = stmt.Parent()
		}
		if last[scope].IsZero() {
			scopes = append(scopes, scope)
		}
		if last[scope].IsZero() || stmt.Start() >= last[scope].Start() {
			last[scope] = stmt
		}
	}
	for _, scope := range scopes {
		stmt := last[scope]
		at, text, ok := s.below(stmt, oldName+" = "+newName+"  # Django 1.9 and older")
		if !ok {
			n.leaveGroup(s.name, finding.Warning, spanOf(s.name, s.src, stmt.Start(), stmt.End()), "there is no line to put MIDDLEWARE_CLASSES = MIDDLEWARE on")
			continue
		}
		p.edit(s, at, at, text, "MIDDLEWARE_CLASSES stays as a second name of MIDDLEWARE")
	}
}

// changes says whether a place gives the list a value or changes it in place.
func (n *renamer) changes(s *source, u use) bool {
	switch u.kind {
	case useImport:
		return u.node.Field(python.FieldAsName).IsZero()
	case useDef:
		return false // a property is computed anew each time
	case useString:
		return u.node.Parent().Kind() == python.KindSubscript && n.isNamespace(s, u.node.Parent().Field(python.FieldObject)) && target(u.node.Parent())
	case useName:
		if target(u.node) {
			return true
		}
		switch parent := u.node.Parent(); parent.Kind() {
		case python.KindAttribute: // MIDDLEWARE_CLASSES.insert(…)
			return parent.Role() == python.FieldFunc
		case python.KindSubscript: // MIDDLEWARE_CLASSES[0:0] = …
			return target(parent)
		}
	}
	return false
}

// below is an insertion of a line below a statement, with its indentation and the
// file's line ends; ok is false where the statement shares its line.
func (s *source) below(stmt python.Node, line string) (at int, text string, ok bool) {
	src := s.src.Src
	start := bytes.LastIndexByte(src[:stmt.Start()], '\n') + 1
	indent := bytes.TrimPrefix(src[start:stmt.Start()], []byte("\ufeff"))
	if len(bytes.TrimSpace(indent)) > 0 {
		return 0, "", false
	}
	newline := newlineOf(src)
	i := bytes.IndexByte(src[stmt.End():], '\n')
	if i < 0 {
		return len(src), newline + string(indent) + line, true
	}
	return stmt.End() + i + 1, string(indent) + line + newline, true
}
