package classes

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// stored are the names that a statement, or what is nested in it, binds or
// deletes anywhere; names of nested functions count too, which is more than is
// needed and never less.
func stored(n python.Node) map[string]bool {
	out := map[string]bool{}
	for d := range n.Descendants() {
		switch d.Kind() {
		case python.KindName:
			if bindsName(d) {
				out[d.Name()] = true
			}
		case python.KindFunctionDef, python.KindClassDef, python.KindParam, python.KindExceptHandler, python.KindPatternCapture,
			python.KindPatternAs, python.KindPatternStar, python.KindTypeAlias:
			if d.Name() != "" {
				out[d.Name()] = true
			}
		case python.KindAlias:
			name := d.Name()
			if as := d.Field(python.FieldAsName); !as.IsZero() {
				name = as.Name()
			}
			top, _, _ := strings.Cut(name, ".")
			out[top] = true
		}
	}
	return out
}

// bindsName says that a Name is a target: of an assignment, a loop, a with, an
// except, a del, a comprehension, or that it is declared global or nonlocal.
func bindsName(n python.Node) bool {
	for c := n; ; c = c.Parent() {
		p := c.Parent()
		switch p.Kind() {
		case python.KindTuple, python.KindList, python.KindStarred:
			continue
		case python.KindGlobal, python.KindNonlocal:
			return true
		}
		switch c.Role() {
		case python.FieldTarget, python.FieldTargets:
			return true
		}
		return false
	}
}

// used are all names that occur in a statement, read or bound.
func used(n python.Node) map[string]bool {
	out := stored(n)
	for d := range n.Descendants() {
		if d.Kind() == python.KindName {
			out[d.Name()] = true
		}
	}
	return out
}

func union(stmts []python.Node, of func(python.Node) map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, st := range stmts {
		for name := range of(st) {
			out[name] = true
		}
	}
	return out
}
