package classes

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// initShape is how an __init__ takes its arguments.
type initShape struct {
	fn     python.Node
	self   string
	next   string // what get_response is called, "" where it is not taken by name
	vararg string
	kwarg  string
	param  int // where the parameter get_response goes, -1 where it is there
}

// pass is the source of the arguments that hand get_response on.
func (i *initShape) pass() string {
	if i.next != "" {
		return i.next
	}
	var args []string
	if i.vararg != "" {
		args = append(args, "*"+i.vararg)
	}
	if i.kwarg != "" {
		args = append(args, "**"+i.kwarg)
	}
	return strings.Join(args, ", ")
}

// planInit lets the class's own __init__ take get_response and hand it on.
func (w *rewriter) planInit(p *plan) string {
	own := p.class.Own("__init__")
	if len(own) == 0 {
		return ""
	}
	shape, reason := readInit(p, own)
	if reason != "" {
		return reason
	}
	call, reason := w.superCall(p, shape)
	if reason != "" {
		return reason
	}
	if shape.param < 0 && call == nil {
		return ""
	}
	s := p.source
	if call != nil && w.guarded() {
		for _, b := range p.class.Order {
			if b.Class != nil && standsIn(w.source(b.Class.Module)) {
				return "its stand-in for MiddlewareMixin takes no get_response"
			}
		}
	}
	if shape.param >= 0 {
		text := ", get_response"
		if w.optional() {
			text += "=None"
		}
		p.edits = append(p.edits, s.insert(shape.param, text))
		p.act("let __init__ take get_response", s.nameSpan(shape.fn))
	}
	if call != nil {
		p.edits = append(p.edits, call.edit)
		p.act(call.what, s.nameSpan(shape.fn))
	}
	return ""
}

// standsIn says that a file takes object for MiddlewareMixin where Django has none.
func standsIn(s *source) bool {
	for _, st := range collect(s.m.Src.Root(), python.FieldBody) {
		if name := boundMixin(st); name != "" && emptyStandIn(st, name) {
			return true
		}
	}
	return false
}

// optional says that layers are also built without get_response: under
// MIDDLEWARE_CLASSES, and in tests up to Django 3.2
// (MiddlewareMixin.__init__ of 4.0 refuses None).
func (w *rewriter) optional() bool {
	to := w.opts.To
	return w.opts.KeepOld || !to.IsZero() && !to.AtLeast(stack.Version{Major: 4})
}

// readInit reads the parameters of an __init__; the reason says what of it is
// not understood.
func readInit(p *plan, own []python.Node) (*initShape, string) {
	fn := own[0]
	switch {
	case len(own) > 1:
		return nil, "it has several __init__"
	case fn.Kind() != python.KindFunctionDef || fn.Is(python.FlagAsync):
		return nil, "its __init__ is no plain method"
	case fn.Parent() != p.class.Node:
		return nil, "its __init__ is defined under a condition"
	case !fn.Field(python.FieldDecorators).IsZero():
		return nil, "its __init__ has a decorator"
	}
	shape := &initShape{fn: fn, param: -1}
	var names []python.Node
	star := false
	for e := range fn.Field(python.FieldParams).All(python.FieldElts) {
		switch {
		case e.Is(python.FlagSlash) && e.Name() == "":
		case e.Is(python.FlagDoubleStar):
			shape.kwarg = e.Name()
		case e.Is(python.FlagStar):
			star = true
			shape.vararg = e.Name()
		case star:
			if e.Name() == "get_response" {
				return nil, "its __init__ takes get_response by keyword only"
			}
			if e.Field(python.FieldValue).IsZero() {
				return nil, "its __init__ needs the argument " + e.Name()
			}
		case e.Name() == "":
			return nil, "its __init__ takes a tuple apart"
		default:
			names = append(names, e)
		}
	}
	if len(names) == 0 {
		return nil, "its __init__ takes no self"
	}
	shape.self = names[0].Name()
	for _, e := range names[min(2, len(names)):] {
		if e.Field(python.FieldValue).IsZero() {
			return nil, "its __init__ needs the argument " + e.Name()
		}
	}
	switch {
	case len(names) > 1:
		shape.next = names[1].Name()
		if shape.next != "get_response" && !takesNext(shape) {
			return nil, "the first argument of its __init__ is " + shape.next + ", where Django gives get_response"
		}
	case shape.vararg == "":
		if mentions(fn, "get_response") {
			return nil, "its __init__ uses another get_response"
		}
		shape.next, shape.param = "get_response", names[0].End()
	}
	return shape, rebound(shape)
}

// takesNext says that an __init__ uses its first argument as get_response,
// whatever it is called: it stores it as such or hands it to a base.
func takesNext(shape *initShape) bool {
	stmts, _ := body(shape.fn)
	found := false
	for _, st := range stmts {
		found = found || storesNext(st, shape)
		within(st, func(n python.Node) { found = found || isSuperInit(n, shape.self) && handsOn(n, shape) })
	}
	return found
}

// mentions says that a function uses a name.
func mentions(fn python.Node, name string) bool {
	for d := range fn.Descendants() {
		if (d.Kind() == python.KindName || d.Kind() == python.KindAlias || d.Kind() == python.KindFunctionDef) && d.Name() == name {
			return true
		}
	}
	return false
}

// rebound says that the names that are handed on are given other values.
func rebound(shape *initShape) string {
	kept := map[string]bool{shape.self: true, shape.next: true, shape.vararg: true, shape.kwarg: true}
	delete(kept, "")
	stmts, _ := body(shape.fn)
	for _, st := range stmts {
		for name := range stored(st) {
			if kept[name] {
				return "its __init__ gives " + name + " another value"
			}
		}
	}
	return ""
}
