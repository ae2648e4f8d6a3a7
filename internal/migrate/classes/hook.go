package classes

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
)

// hook is a process_request or process_response that was read for a __call__.
type hook struct {
	fn      python.Node
	params  []python.Node
	names   []string // of the parameters: self, request, response
	stmts   []python.Node
	doc     bool
	indent  string // of its body
	returns []python.Node
}

// readHook reads a hook that may become a __call__, or says why it may not.
func readHook(s *source, c *layers.Class, own []python.Node, params int) (*hook, string) {
	fn := own[0]
	name := fn.Name()
	switch {
	case len(own) > 1:
		return nil, "it has several definitions of a hook"
	case fn.Kind() != python.KindFunctionDef || fn.Is(python.FlagAsync):
		return nil, "a hook is no plain method"
	case fn.Parent() != c.Node:
		return nil, name + " is defined under a condition"
	case !fn.Field(python.FieldDecorators).IsZero():
		return nil, name + " has a decorator"
	case !fn.Field(python.FieldReturns).IsZero():
		return nil, name + " has a return annotation"
	}
	h := &hook{fn: fn}
	for e := range fn.Field(python.FieldParams).All(python.FieldElts) {
		if e.Is(python.FlagStar) || e.Is(python.FlagDoubleStar) || e.Is(python.FlagSlash) || e.Name() == "" || !e.Field(python.FieldValue).IsZero() {
			return nil, name + " does not take exactly Django's arguments"
		}
		h.params = append(h.params, e)
		h.names = append(h.names, e.Name())
	}
	if len(h.params) != params {
		return nil, name + " does not take exactly Django's arguments"
	}
	h.stmts, h.doc = body(fn)
	if len(h.stmts) == 0 {
		return nil, name + " has no body"
	}
	indent, alone := s.indent(h.stmts[0])
	if _, below := s.indent(fn); !alone || !below {
		return nil, name + " stands on one line"
	}
	h.indent = indent
	last := h.stmts[len(h.stmts)-1]
	if !s.alone(last.End()) {
		return nil, name + " ends in a semicolon"
	}
	return h, h.opaque()
}

// opaque finds what cannot be moved into another function, or looks at the
// function it stands in.
func (h *hook) opaque() string {
	name := h.fn.Name()
	for _, st := range h.stmts {
		reason := ""
		within(st, func(n python.Node) {
			switch n.Kind() {
			case python.KindYield, python.KindYieldFrom, python.KindAwait:
				reason = name + " is a generator"
			case python.KindReturn:
				h.returns = append(h.returns, n)
			}
		})
		for n := range st.Descendants() {
			switch n.Kind() {
			case python.KindName:
				switch n.Name() {
				case "super", "locals", "vars", "dir", "eval", "exec", "execfile", "__class__", "nonlocal":
					reason = name + " uses " + n.Name()
				}
			case python.KindExec:
				reason = name + " uses exec"
			case python.KindAlias:
				if n.Is(python.FlagStar) || n.Name() == "*" {
					reason = name + " imports everything"
				}
			case python.KindBad, python.KindBadExpr:
				reason = name + " could not be read"
			case python.KindAttribute:
				if strings.HasPrefix(n.Name(), "_getframe") || n.Name() == "currentframe" || n.Name() == "stack" {
					reason = name + " looks at the frames of the call"
				}
			}
		}
		if reason != "" {
			return reason
		}
	}
	return ""
}

// code are the statements behind the docstring.
func (h *hook) code() []python.Node {
	if h.doc {
		return h.stmts[1:]
	}
	return h.stmts
}

func (h *hook) last() python.Node { return h.stmts[len(h.stmts)-1] }

// rebinds is a parameter that the body gives another value, "" for none.
func (h *hook) rebinds(params int) string {
	names := union(h.stmts, stored)
	for _, n := range h.names[:params] {
		if names[n] {
			return n
		}
	}
	return ""
}

// ends says that no path leaves the end of the statements.
func ends(stmts []python.Node) bool {
	if len(stmts) == 0 {
		return false
	}
	switch last := stmts[len(stmts)-1]; last.Kind() {
	case python.KindReturn, python.KindRaise:
		return true
	case python.KindIf:
		orelse := collect(last, python.FieldOrelse)
		return len(orelse) > 0 && ends(collect(last, python.FieldBody)) && ends(orelse)
	}
	return false
}

// returnsNone says that a return statement returns None.
func returnsNone(ret python.Node) bool {
	v := ret.Field(python.FieldValue)
	return v.IsZero() || v.Kind() == python.KindName && v.Name() == "None"
}

// guardedIn says that something is done when a statement of the function is left:
// it stands in a try or with.
func guardedIn(fn, n python.Node) bool {
	for p := n.Parent(); p != fn && !p.IsZero(); p = p.Parent() {
		switch p.Kind() {
		case python.KindTry, python.KindWith, python.KindExceptHandler:
			return true
		}
	}
	return false
}

// low says that an expression binds less than "or".
func low(v python.Node) bool {
	if v.Is(python.FlagParenthesized) {
		return false
	}
	switch v.Kind() {
	case python.KindIfExp, python.KindLambda, python.KindNamedExpr, python.KindTuple:
		return true
	}
	return false
}
