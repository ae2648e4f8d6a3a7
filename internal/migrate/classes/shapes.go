package classes

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// becomeCall names a hook __call__.
func (p *nativePlan) becomeCall(h *hook) {
	start, end := h.fn.NameRange()
	p.edits = append(p.edits, p.source.replace(start, end, "__call__"))
}

// nextCall is the source of the call of get_response.
func nextCall(h *hook) string { return h.names[0] + ".get_response(" + h.names[1] + ")" }

// surely says that a return statement of process_request returns a response of
// Django's own, which is true: a call that makes one, or a name that holds what
// such calls made.
func (p *nativePlan) surely(ret python.Node) bool {
	v := ret.Field(python.FieldValue)
	f := p.facts.Hook("process_request")
	for _, a := range f.Returns {
		if a.Span.File != p.source.m.File || a.Span.Start != ret.Start() || a.Certain != layers.Yes || a.Kind == "" {
			continue
		}
		switch v.Kind() {
		case python.KindCall:
			return p.fromDjango(v)
		case python.KindName:
			return len(a.Made) > 0 && !slices.ContainsFunc(a.Made, func(made stack.Span) bool { return !p.madeByDjango(made) })
		}
	}
	return false
}

// fromDjango says that a call is of something in Django.
func (p *nativePlan) fromDjango(call python.Node) bool {
	return strings.HasPrefix(p.w.namesOf(p.class.Module).Path(call.Field(python.FieldFunc)), "django.")
}

// madeByDjango says that the call at a place of process_request is of something
// in Django.
func (p *nativePlan) madeByDjango(made stack.Span) bool {
	if made.File != p.source.m.File {
		return false
	}
	for d := range p.request.fn.Descendants() {
		if d.Kind() == python.KindCall && d.Start() == made.Start && d.End() == made.End {
			return p.fromDjango(d)
		}
	}
	return false
}

// requestOnly writes a __call__ from a process_request: what it returns is
// answered if it is true, else get_response is asked.
func (p *nativePlan) requestOnly() string {
	h, s := p.request, p.source
	if name := h.rebinds(2); name != "" {
		return "process_request gives " + name + " another value"
	}
	for _, ret := range h.returns {
		switch v := ret.Field(python.FieldValue); {
		case p.surely(ret):
		case guardedIn(h.fn, ret):
			return "process_request returns from a try or with"
		case returnsNone(ret):
			p.edits = append(p.edits, s.replace(ret.Start(), ret.End(), "return "+nextCall(h)))
		default:
			if low(v) {
				p.edits = append(p.edits, s.replace(v.Start(), v.End(), "("+v.Text()+")"))
			}
			p.edits = append(p.edits, s.insert(ret.End(), " or "+nextCall(h)))
		}
	}
	p.becomeCall(h)
	if ends(h.stmts) {
		return ""
	}
	p.atEnd(h, "return "+nextCall(h))
	return ""
}

// atEnd makes a statement the last of a hook, in the place of a lone pass.
func (p *nativePlan) atEnd(h *hook, lines ...string) {
	s := p.source
	if last := h.last(); len(h.code()) == 1 && last.Kind() == python.KindPass {
		p.edits = append(p.edits, s.replace(last.Start(), last.End(), strings.Join(lines, s.nl+h.indent)))
		return
	}
	for i := range lines {
		lines[i] = h.indent + lines[i]
	}
	at := s.behind(h.last(), h.indent)
	p.edits = append(p.edits, s.insert(at, s.fresh(at, lines...)))
}

// responseOnly writes a __call__ from a process_response: get_response comes
// first, the rest stays as it is.
func (p *nativePlan) responseOnly() string {
	h, s := p.response, p.source
	cut := string(s.src[h.params[1].End():h.params[2].End()])
	if strings.ContainsAny(cut, "#\r\n\\") {
		return "the arguments of process_response stand on several lines"
	}
	p.becomeCall(h)
	p.edits = append(p.edits, s.replace(h.params[1].End(), h.params[2].End(), ""))
	e, reason := addFirst(s, h.fn, h.names[2]+" = "+nextCall(h))
	p.edits = append(p.edits, e)
	return reason
}
