package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// ThingKind says what a path names that is neither a class nor a function.
type ThingKind string

// The kinds.
const (
	Instance ThingKind = "instance" // auth = AuthMiddleware()
	Constant ThingKind = "constant" // a text, a number, a list
	PyModule ThingKind = "module"
)

// Thing is what a path leads to where that is no class and no function.
type Thing struct {
	Kind ThingKind
	Span stack.Span // the value; zero for a module
	Text string     // its source, shortened
	// Class is what is known of the class of an Instance.
	Class *Layer
}

// thing reads what a path leads to that is no layer.
func (r *Reader) thing(l *Layer, t target) {
	if t.kind == targetModule && t.mod.Src != nil {
		l.Thing = &Thing{Kind: PyModule, Text: t.mod.Name}
		return
	}
	if t.kind != targetValue || t.mod == nil {
		return
	}
	out := &Thing{Span: r.span(t.mod, t.node), Text: short(t.node.Text())}
	switch t.node.Kind() {
	case python.KindString, python.KindNumber, python.KindList, python.KindTuple, python.KindDict, python.KindSet:
		out.Kind = Constant
	case python.KindCall:
		ts := r.resolveExpr(t.mod, t.node.Field(python.FieldFunc), 0)
		if len(ts) != 1 || ts[0].kind != targetClass {
			return
		}
		c := r.class(ts[0].mod, ts[0].node)
		if _, members, _ := c.lookup("__new__", 0); len(members) > 0 || len(c.unclear) > 0 {
			return
		}
		out.Kind = Instance
		out.Class = &Layer{Path: c.path, Target: c.path, Origin: FromTree, Style: StyleUnknown}
		r.readClass(out.Class, c)
		out.Class.finish()
	default:
		return
	}
	l.Thing = out
}
