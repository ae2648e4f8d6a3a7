package classes

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// initCall is the edit that makes an __init__ hand get_response on.
type initCall struct {
	edit finding.Edit
	what string
}

// superCall finds what is missing for an __init__ to hand get_response on; nil
// where it does.
func (w *rewriter) superCall(p *plan, shape *initShape) (*initCall, string) {
	stmts, _ := body(shape.fn)
	var calls []python.Node
	for _, st := range stmts {
		within(st, func(n python.Node) {
			if isSuperInit(n, shape.self) {
				calls = append(calls, n)
			}
		})
	}
	for _, c := range calls {
		if handsOn(c, shape) {
			return nil, ""
		}
	}
	switch len(calls) {
	case 0:
		return w.addSuperCall(p, shape, stmts)
	case 1:
		return w.repairSuperCall(p, shape, stmts, calls[0])
	}
	return nil, "its __init__ calls several __init__ of bases"
}

// isSuperInit says that a node is super().__init__(…) or Base.__init__(self, …).
func isSuperInit(n python.Node, self string) bool {
	f := n.Field(python.FieldFunc)
	if n.Kind() != python.KindCall || f.Kind() != python.KindAttribute || f.Name() != "__init__" {
		return false
	}
	return isSuper(f) || firstArg(n).Kind() == python.KindName && firstArg(n).Name() == self
}

// isSuper says that an attribute is one of super().
func isSuper(f python.Node) bool {
	o := f.Field(python.FieldObject)
	return o.Kind() == python.KindCall && o.Field(python.FieldFunc).Name() == "super"
}

func firstArg(call python.Node) python.Node { return call.Field(python.FieldArgs) }

// handsOn says that a call passes get_response: by its name, or as *args.
func handsOn(call python.Node, shape *initShape) bool {
	for a := range call.All(python.FieldArgs) {
		v := a.Field(python.FieldValue)
		switch a.Kind() {
		case python.KindName:
			if shape.next != "" && a.Name() == shape.next {
				return true
			}
		case python.KindStarred:
			if shape.next == "" && v.Name() == shape.vararg {
				return true
			}
		case python.KindKeyword:
			if shape.next != "" && v.Kind() == python.KindName && v.Name() == shape.next {
				return true
			}
		}
	}
	return false
}

// repairSuperCall gives an existing call the argument.
func (w *rewriter) repairSuperCall(p *plan, shape *initShape, stmts []python.Node, call python.Node) (*initCall, string) {
	const what = "hand get_response to the __init__ of the base"
	s := p.source
	st := call.Parent()
	if st.Kind() != python.KindExprStmt || st.Parent() != shape.fn {
		return nil, "its __init__ calls the one of its base under a condition"
	}
	if returnsBefore(stmts, st) {
		return nil, "its __init__ may return before it calls the one of its base"
	}
	f := call.Field(python.FieldFunc)
	args := collect(call, python.FieldArgs)
	if isSuper(f) {
		if len(args) > 0 {
			return nil, "its __init__ hands other arguments to its base"
		}
		if a := firstArg(f.Field(python.FieldObject)); !a.IsZero() && strings.Join(strings.Fields(a.Text()), "") != className(p.class.Node) {
			return nil, "its __init__ calls super() of another class"
		}
		paren, ok := opening(s.src, f.End())
		if !ok {
			return nil, "its __init__ calls the one of its base in a way that is not read"
		}
		return &initCall{s.insert(paren+1, shape.pass()), what}, ""
	}
	if len(args) > 1 {
		return nil, "its __init__ hands other arguments to its base"
	}
	path := w.namesOf(p.class.Module).Path(f.Field(python.FieldObject))
	if path == "builtins.object" {
		return &initCall{s.replace(call.Start(), call.End(), w.superText(p, shape)), "call __init__ of the base by super() with get_response"}, ""
	}
	for _, b := range p.class.Bases {
		if b.Path == path && path != "" {
			return &initCall{s.insert(args[0].End(), ", "+shape.pass()), what}, ""
		}
	}
	return nil, "its __init__ calls the one of a class that is no direct base"
}

// addSuperCall puts the call in: in the place of a statement that only stores
// get_response or of a lone pass, else as the first statement.
func (w *rewriter) addSuperCall(p *plan, shape *initShape, stmts []python.Node) (*initCall, string) {
	const what = "call __init__ of the base with get_response"
	s, text := p.source, w.superText(p, shape)
	for _, st := range stmts {
		if storesNext(st, shape) && !returnsBefore(stmts, st) {
			return &initCall{s.replace(st.Start(), st.End(), text), what}, ""
		}
	}
	e, reason := addFirst(s, shape.fn, text)
	return &initCall{e, what}, reason
}

// storesNext says that a statement is self.get_response = get_response.
func storesNext(st python.Node, shape *initShape) bool {
	targets := collect(st, python.FieldTargets)
	v := st.Field(python.FieldValue)
	return st.Kind() == python.KindAssign && len(targets) == 1 && targets[0].Kind() == python.KindAttribute &&
		targets[0].Name() == "get_response" && targets[0].Field(python.FieldObject).Name() == shape.self &&
		v.Kind() == python.KindName && v.Name() == shape.next && !v.Is(python.FlagParenthesized)
}

// returnsBefore says that a return stands in front of a statement of the body.
func returnsBefore(stmts []python.Node, st python.Node) bool {
	found := false
	for _, x := range stmts {
		if x == st {
			return found
		}
		within(x, func(n python.Node) { found = found || n.Kind() == python.KindReturn })
	}
	return found
}

// superText is the call of the base's __init__, in the syntax of the file.
func (w *rewriter) superText(p *plan, shape *initShape) string {
	if w.isPython3(p) {
		return "super().__init__(" + shape.pass() + ")"
	}
	return "super(" + className(p.class.Node) + ", " + shape.self + ").__init__(" + shape.pass() + ")"
}

// className is how a class is named in its own methods: through the classes
// around it.
func className(n python.Node) string {
	name := n.Name()
	for p := n.Parent(); p.Kind() == python.KindClassDef; p = p.Parent() {
		name = p.Name() + "." + name
	}
	return name
}

// isPython3 says that a file is surely not read by Python 2: it holds what only
// Python 3 has.
func (w *rewriter) isPython3(p *plan) bool {
	f := p.class.Module.Src
	if f.Legacy() {
		return false
	}
	return w.opts.Python3 || onlyPython3(f)
}

func onlyPython3(f *python.File) bool {
	for n := range f.Root().Descendants() {
		switch n.Kind() {
		case python.KindFString, python.KindTString, python.KindNonlocal, python.KindAnnAssign, python.KindAwait, python.KindYieldFrom,
			python.KindNamedExpr, python.KindMatch, python.KindTypeAlias:
			return true
		case python.KindFunctionDef:
			if n.Is(python.FlagAsync) || !n.Field(python.FieldReturns).IsZero() {
				return true
			}
		case python.KindParam:
			if !n.Field(python.FieldAnnotation).IsZero() {
				return true
			}
		case python.KindCall:
			if f := n.Field(python.FieldFunc); f.Kind() == python.KindName && f.Name() == "super" && firstArg(n).IsZero() {
				return true
			}
		case python.KindKeyword:
			if n.Parent().Kind() == python.KindClassDef {
				return true
			}
		case python.KindRaise:
			if !n.Field(python.FieldCause).IsZero() {
				return true
			}
		}
	}
	return false
}
