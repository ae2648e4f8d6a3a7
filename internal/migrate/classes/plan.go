package classes

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// plan is what is to be done with one class.
type plan struct {
	class   *layers.Class
	facts   *layers.Layer
	source  *source
	refused *Refusal
	needs   []*plan // of bases whose edits this one depends on
	mixin   bool    // MiddlewareMixin becomes a base of this very class
	base    func(name string) finding.Edit
	edits   []finding.Edit
	done    []Action
}

func (p *plan) changed() bool {
	if p.refused != nil {
		return false
	}
	return p.mixin || len(p.edits) > 0 || slices.ContainsFunc(p.needs, (*plan).changed)
}

func (p *plan) act(what string, span stack.Span) {
	p.done = append(p.done, Action{Class: p.class.Path, What: what, Span: span})
}

// plan decides on a class once.
func (w *rewriter) plan(c *layers.Class) *plan {
	if p, ok := w.plans[c]; ok {
		return p
	}
	p := &plan{class: c, facts: w.reader.Layer(c.Path), source: w.source(c.Module)}
	w.plans[c] = p
	w.order = append(w.order, p)
	if reason := w.decide(p); reason != "" {
		p.refused = &Refusal{Class: c.Path, Reason: reason, Span: p.source.nameSpan(c.Node)}
		p.edits, p.done, p.mixin = nil, nil, false
	}
	return p
}

// decide fills a plan; it answers why it cannot.
func (w *rewriter) decide(p *plan) string {
	c, l := p.class, p.facts
	if l.Origin != layers.FromTree || l.Span.File != c.Module.File || l.Span != p.source.nameSpan(c.Node) {
		return "it is not the class that its dotted path leads to"
	}
	if len(l.Unclear) > 0 {
		return l.Unclear[0].Text
	}
	if reason := damaged(p.source, c.Node); reason != "" {
		return reason
	}
	switch {
	case l.Style == layers.Mixin:
		return w.decideMixin(p)
	case l.Style == layers.Classic, l.Style == layers.StyleUnknown && len(l.Hooks) == 0:
		return w.decideClassic(p)
	case l.Style == layers.Modern && l.Init.Takes == layers.TakesNone:
		return "it has a __call__, but it cannot be built with get_response"
	case l.Style == layers.StyleUnknown:
		return "it cannot be told how it is built"
	}
	return ""
}

// damaged says why a file that is not sound Python cannot be edited here: there
// is an error in the class, or above it where the import goes.
func damaged(s *source, class python.Node) string {
	for _, e := range s.m.Src.Errors {
		if e.Start < class.End() {
			return "its file has a syntax error above its end: " + e.Message
		}
	}
	return ""
}

// decideMixin repairs a class that has MiddlewareMixin already.
func (w *rewriter) decideMixin(p *plan) string {
	for _, b := range p.class.Bases {
		if b.Class == nil {
			continue
		}
		if base := w.plan(b.Class); base.facts.Style == layers.Mixin {
			if base.refused != nil {
				return "its base " + b.Path + " is refused: " + base.refused.Reason
			}
			p.needs = append(p.needs, base)
		}
	}
	if own := p.facts.Hook("__call__"); own != nil && (p.facts.Init.Takes != layers.TakesNone || p.facts.Init.Inherited) {
		return ""
	}
	return w.planInit(p)
}

// decideClassic makes a class a mixin.
func (w *rewriter) decideClassic(p *plan) string {
	if reason := p.clash(); reason != "" {
		return reason
	}
	inherited := false
	for _, b := range p.class.Bases {
		switch {
		case b.Class != nil && w.isLayerLike(b.Class):
			base := w.plan(b.Class)
			if base.refused != nil {
				return "its base " + b.Path + " is refused: " + base.refused.Reason
			}
			p.needs = append(p.needs, base)
			inherited = true
		case b.Class != nil:
			if reason := helperClash(b.Class); reason != "" {
				return reason
			}
		case b.Origin == layers.FromCatalog:
			return "its base " + b.Path + " is a classic class in the Django version to migrate to"
		}
		if k := b.Node.Kind(); k != python.KindName && k != python.KindAttribute { // six.with_metaclass(Meta, object) drops bases beside it
			return "its base is computed: " + b.Node.Text()
		}
		if b.Node.Is(python.FlagParenthesized) {
			return "its base stands in parentheses of its own"
		}
	}
	if !inherited {
		if reason := p.planBase(); reason != "" {
			return reason
		}
	}
	return w.planInit(p)
}

// isLayerLike says that a class of the project is a layer or has hooks, its own
// or inherited: then it is the one that gets the mixin, not its subclasses.
func (w *rewriter) isLayerLike(c *layers.Class) bool {
	for _, b := range c.Order {
		if b.Class == nil {
			continue
		}
		if w.listed[b.Class] {
			return true
		}
		for _, name := range hookNames {
			if b.Class.Defines(name) {
				return true
			}
		}
	}
	return false
}

var hookNames = [...]string{"process_request", "process_view", "process_template_response", "process_response", "process_exception"}

// mixinNames are the names that MiddlewareMixin uses itself
// (django/utils/deprecation.py, 1.10 to 6.0).
var mixinNames = [...]string{
	"get_response", "__call__", "__acall__", "_async_check", "_get_response_none_deprecation", "async_mode", "_is_coroutine",
	"sync_capable", "async_capable",
}

// riskyNames change how a class is built or how its attributes are set.
var riskyNames = [...]string{"__new__", "__getattribute__", "__setattr__", "__metaclass__", "__init_subclass__"}

// clash finds names of the class that the mixin would shadow or that would
// shadow the mixin's.
func (p *plan) clash() string {
	for _, name := range mixinNames {
		if p.class.Defines(name) {
			return "it defines " + name + ", which MiddlewareMixin uses"
		}
	}
	for _, name := range riskyNames {
		if p.class.Defines(name) {
			return "it defines " + name
		}
	}
	for d := range p.class.Node.Descendants() {
		if d.Kind() != python.KindAttribute || d.Name() != "get_response" && d.Name() != "async_mode" || d.Field(python.FieldObject).Name() != "self" {
			continue
		}
		if k := d.Parent().Kind(); (d.Role() == python.FieldTargets || d.Role() == python.FieldTarget) && k != python.KindFor {
			if d.Name() == "get_response" && inInit(d) {
				continue
			}
			return "it sets self." + d.Name() + ", which MiddlewareMixin uses"
		}
	}
	return ""
}

// inInit says that a node stands in the __init__ of a class.
func inInit(n python.Node) bool {
	for ; !n.IsZero(); n = n.Parent() {
		if n.Kind() == python.KindFunctionDef {
			return n.Name() == "__init__"
		}
	}
	return false
}

// helperClash says why a base without hooks stands in the way. Such a base is
// shared with other classes and is not edited.
func helperClash(c *layers.Class) string {
	for _, b := range c.Order {
		if b.Class == nil {
			continue
		}
		for _, name := range append(append([]string{"__init__"}, mixinNames[:]...), riskyNames[:]...) {
			if b.Class.Defines(name) {
				return "its base " + b.Path + ", which is no layer, defines " + name
			}
		}
	}
	return ""
}

// planBase adds MiddlewareMixin to the list of bases: in the place of object,
// else behind the others, so that what they define still comes first.
func (p *plan) planBase() string {
	s, node := p.source, p.class.Node
	for _, b := range p.class.Bases {
		if b.Origin == layers.FromOutside && b.Node.Kind() == python.KindName && b.Path == "builtins.object" {
			start, end := b.Node.Start(), b.Node.End()
			p.addMixin(func(name string) finding.Edit { return s.replace(start, end, name) })
			return ""
		}
	}
	if n := len(p.class.Bases); n > 0 {
		last := p.class.Bases[n-1].Node
		p.addMixin(func(name string) finding.Edit { return s.insert(last.End(), ", "+name) })
		return ""
	}
	_, at := node.NameRange()
	if tp := node.Field(python.FieldTypeParams); !tp.IsZero() {
		at = tp.End()
	}
	if paren, ok := opening(s.src, at); ok {
		text := ""
		for range node.All(python.FieldBases) { // keywords
			text = ", "
			break
		}
		p.addMixin(func(name string) finding.Edit { return s.insert(paren+1, name+text) })
		return ""
	}
	p.addMixin(func(name string) finding.Edit { return s.insert(at, "("+name+")") })
	return ""
}

func (p *plan) addMixin(base func(name string) finding.Edit) {
	p.mixin, p.base = true, base
	p.act("add the base MiddlewareMixin", p.source.nameSpan(p.class.Node))
}

// opening finds the parenthesis that follows at an offset.
func opening(src []byte, at int) (int, bool) {
	for at < len(src) && (src[at] == ' ' || src[at] == '\t' || src[at] == '\\' || src[at] == '\r' || src[at] == '\n') {
		at++
	}
	return at, at < len(src) && src[at] == '('
}
