package classes

import (
	"bytes"
	"fmt"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
)

// nativePlan is a class that is written anew with a __call__ of its own. What it
// does is what MiddlewareMixin.__call__ does with its hooks
// (django/utils/deprecation.py, 1.10 and later):
//
//	response = self.process_request(request)
//	response = response or self.get_response(request)
//	return self.process_response(request, response)
type nativePlan struct {
	*plan
	w        *rewriter
	request  *hook // process_request, nil for none
	response *hook // process_response, nil for none
	indent   string
	unit     string       // one level of indentation
	gone     map[int]bool // the starts of lines that are taken away
}

// native writes a classic class with a __call__ of its own where that is
// provably the same; otherwise it says why not and the class gets the mixin.
func (w *rewriter) native(c *layers.Class) bool {
	p := &nativePlan{plan: &plan{class: c, facts: w.reader.Layer(c.Path), source: w.source(c.Module)}, w: w, gone: map[int]bool{}}
	l := p.facts
	if l.Style != layers.Classic || len(l.Unclear) > 0 || w.taken[c] {
		return false
	}
	reason := p.refuse()
	if reason == "" {
		reason = p.rewrite()
	}
	if reason != "" {
		w.refuse(Refusal{Class: c.Path, Reason: reason, Span: p.source.nameSpan(c.Node), Native: true})
		return false
	}
	w.taken[c] = true
	w.plans[c] = p.plan
	w.edit(p.edits...)
	w.result.Done = append(w.result.Done, p.done...)
	return true
}

// refuse looks for what makes a __call__ differ from the mixin, or cannot be
// seen through.
func (p *nativePlan) refuse() string {
	c, w := p.class, p.w
	switch {
	case w.opts.KeepOld:
		return "MIDDLEWARE_CLASSES is kept, which never uses __call__"
	case len(w.project.Modules) == 0:
		return "it is not known who uses it"
	case c.Node.Parent().Kind() != python.KindModule:
		return "it is not defined at the level of its module"
	case !c.Node.Field(python.FieldDecorators).IsZero():
		return "it has a decorator"
	}
	if reason := damaged(p.source, c.Node); reason != "" {
		return reason
	}
	for _, b := range collect(c.Node, python.FieldBases) {
		if b.Kind() == python.KindKeyword || len(c.Bases) != 1 || c.Bases[0].Path != "builtins.object" {
			return "it has bases"
		}
	}
	if reason := p.clash(); reason != "" {
		return reason
	}
	if reason := p.readHooks(); reason != "" {
		return reason
	}
	return p.usedElsewhere()
}

// readHooks finds process_request and process_response.
func (p *nativePlan) readHooks() string {
	for _, h := range []struct {
		name   string
		params int
		to     **hook
	}{{"process_request", 2, &p.request}, {"process_response", 3, &p.response}} {
		own := p.class.Own(h.name)
		if len(own) == 0 {
			continue
		}
		got, reason := readHook(p.source, p.class, own, h.params)
		if reason != "" {
			return reason
		}
		*h.to = got
	}
	hooks := p.defs()
	if len(hooks) == 0 {
		return "it has no method"
	}
	stmts, _ := body(hooks[0])
	indent, own := p.source.indent(hooks[0])
	inner, below := "", false
	if len(stmts) > 0 {
		inner, below = p.source.indent(stmts[0])
	}
	if !own || !below || len(inner) <= len(indent) || inner[:len(indent)] != indent {
		return "its first method stands on one line"
	}
	p.indent, p.unit = indent, inner[len(indent):]
	return ""
}

// defs are the methods of the class body itself.
func (p *nativePlan) defs() []python.Node {
	var out []python.Node
	for st := range p.class.Node.All(python.FieldBody) {
		if st.Kind() == python.KindFunctionDef {
			out = append(out, st)
		}
	}
	return out
}

// usedElsewhere finds places that name the class or call its hooks: they might
// want the hooks that a __call__ replaces.
func (p *nativePlan) usedElsewhere() string {
	c := p.class
	for _, u := range p.w.usesOf(func(x *layers.Class) bool { return x == c }) {
		if u.src == p.source && u.node.Start() >= c.Node.Start() && u.node.End() <= c.Node.End() && inSuper(u.node) {
			continue
		}
		at := u.src.span(u.node.Start(), u.node.End())
		return fmt.Sprintf("it is used at %s:%d", at.File, at.Line)
	}
	for _, m := range p.w.project.Modules {
		if m.Src == nil {
			continue
		}
		if i := bytes.Index(m.Src.Src, []byte(c.Path+".")); i >= 0 {
			at := p.w.source(m).span(i, i)
			return fmt.Sprintf("it is named at %s:%d", at.File, at.Line)
		}
	}
	for d := range c.Node.Descendants() {
		name := ""
		switch d.Kind() {
		case python.KindAttribute:
			name = d.Name()
		case python.KindName:
			if d.Parent().Kind() != python.KindFunctionDef {
				name = d.Name()
			}
		case python.KindString:
			name, _ = d.StringValue()
		}
		if name == "process_request" || name == "process_response" || name == "__dict__" {
			return "it uses " + name + " itself"
		}
	}
	return ""
}

// inSuper says that a name is the first argument of super().
func inSuper(n python.Node) bool {
	call := n.Parent()
	return call.Kind() == python.KindCall && n.Role() == python.FieldArgs && call.Field(python.FieldFunc).Name() == "super"
}

// rewrite writes the edits.
func (p *nativePlan) rewrite() string {
	var reason string
	switch {
	case p.request != nil && p.response != nil:
		reason = p.both()
	case p.request != nil:
		reason = p.requestOnly()
	case p.response != nil:
		reason = p.responseOnly()
	}
	if reason == "" {
		reason = p.init()
	}
	if reason != "" {
		return reason
	}
	p.act("write a __call__ in the place of its hooks", p.source.nameSpan(p.class.Node))
	return ""
}

// init stores get_response, and where no hook becomes the __call__ adds one.
func (p *nativePlan) init() string {
	s, in := p.source, p.indent
	first := p.defs()[0]
	if p.request != nil && p.response != nil && first == p.response.fn && len(p.defs()) > 1 { // it is taken away
		first = p.defs()[1]
	}
	call := []string{in + "def __call__(self, request):", in + p.unit + "return self.get_response(request)", ""}
	if p.request != nil || p.response != nil {
		call = nil
	}
	at := s.above(s.lineStart(top(first).Start()), s.nextLine(p.class.Node.Start()))
	own := p.class.Own("__init__")
	if len(own) == 0 {
		lines := []string{in + "def __init__(self, get_response):", in + p.unit + "self.get_response = get_response", ""}
		p.edits = append(p.edits, s.insert(at, s.fresh(at, append(lines, call...)...)))
		return ""
	}
	shape, reason := readInit(p.plan, own)
	switch {
	case reason != "":
		return reason
	case shape.next == "":
		return "its __init__ takes any arguments"
	}
	reason = p.storeNext(shape)
	if call != nil {
		hook := p.class.Own(p.facts.Hooks[0].Name)[0]
		at = s.above(s.lineStart(top(hook).Start()), s.nextLine(p.class.Node.Start()))
		if _, own := s.indent(top(hook)); !own || hook.Parent() != p.class.Node {
			return "its first hook does not begin a line"
		}
		p.edits = append(p.edits, s.insert(at, s.fresh(at, call...)))
	}
	return reason
}

// storeNext lets the class's own __init__ take and store get_response.
func (p *nativePlan) storeNext(shape *initShape) string {
	s := p.source
	stmts, _ := body(shape.fn)
	stored, handed := false, false
	for _, st := range stmts {
		stored = stored || storesNext(st, shape)
		within(st, func(n python.Node) { handed = handed || isSuperInit(n, shape.self) && handsOn(n, shape) })
	}
	if handed {
		return "its __init__ hands get_response to object"
	}
	if shape.param >= 0 {
		p.edits = append(p.edits, s.insert(shape.param, ", get_response"))
	}
	if stored {
		return ""
	}
	e, reason := addFirst(s, shape.fn, shape.self+".get_response = "+shape.next)
	p.edits = append(p.edits, e)
	return reason
}

// top is a definition or its first decorator.
func top(def python.Node) python.Node {
	for d := range def.All(python.FieldDecorators) {
		return d
	}
	return def
}
