package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// unsetInResponse reports response hooks that read an attribute of the request
// that a short-circuit leaves unset.
var unsetInResponse = Rule{
	ID: "MW122", Name: "unset-in-response", Since: "0.1.0", Severity: finding.Error,
	Title: "A response hook reads an attribute that is not set where another layer answers",
	Doc: `The code of a layer of the project reads an attribute of the request when the
response goes out, without coping with its absence, and there is a layer that may
answer, or raise Http404 and the like, before the layer that sets the attribute is
reached.

In MIDDLEWARE that is a layer between the two, where the one that sets it stands
further in; or the layer itself, if it is a mixin whose process_request answers. In
MIDDLEWARE_CLASSES it is any layer above the one that sets it, and a layer may
lack even what its own process_request sets.

Nothing is said where the code looks for another attribute first that only layers
further in set: where it is there, the request has come that far.

It is an error where each response comes to the place, a warning where that depends
on something, and a note where code that was not read may set the attribute, or
where a setting that is not known decides whether the other layer answers.

## Why

In the modern model a layer that answers hides the request from every layer further
in, and the response hooks of the layers further out run on its answer. In the
classic model every process_response runs, also of layers whose process_request
never ran (Django: docs/topics/http/middleware.txt, "Upgrading pre-Django
1.10-style middleware"; django/core/handlers/base.py, get_response, 1.11 and
earlier). The read is an AttributeError, and the redirect or page of the other layer
becomes a page with status 500.`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Audit", "shop.middleware.Gate", "django.contrib.sessions.middleware.SessionMiddleware"}, Code: auditCode + `        response["X-Session"] = str(request.session.session_key)
        return response
` + gateCode},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Audit", "shop.middleware.Gate", "django.contrib.sessions.middleware.SessionMiddleware"}, Code: auditCode + `        if hasattr(request, "session"):
            response["X-Session"] = str(request.session.session_key)
        return response
` + gateCode},
	Run: runUnsetInResponse,
}

const (
	auditCode = `from django.http import HttpResponse
from django.utils.deprecation import MiddlewareMixin


class Audit(MiddlewareMixin):
    def process_response(self, request, response):
`
	gateCode = `

class Gate(MiddlewareMixin):
    def process_request(self, request):
        if request.GET.get("closed"):
            return HttpResponse("closed")
`
)

func runUnsetInResponse(p *Pass) { p.eachUnguarded(layers.ResponsePhase, p.leftUnset) }

// leftUnset looks for a layer that may answer before the attribute is set that
// the layer at i reads.
func (p *Pass) leftUnset(i int, l *layers.Layer, r *layers.Access) (out Problem, found bool) {
	j, ok := p.firstSetter(r.Attr)
	if !ok || p.impliedSet(j, l, r) {
		return out, false
	}
	from := 0
	if p.Stack.Model == stack.Modern {
		if j <= i {
			return out, false
		}
		from = i + 1
		if r.Hook == "process_response" { // the mixin calls it on its own answer, too
			from = i
		}
	}
	perhaps := before(l, r) || !p.Stack.Complete
	for k := range j {
		f := p.Layers[k].Facts
		if k != i {
			_, unsure := setsBefore(f, r.Attr)
			perhaps = perhaps || unsure || p.Layers[k].Entry.Unknown
		}
		if k < from {
			continue
		}
		a := p.answersEarly(k)
		if k == i && (p.Stack.Model != stack.Classic && a.word != "answer" || r.Hook != "process_response") {
			continue // an error of its own process_request skips its process_response
		}
		if a.yes == layers.No || a.word == "" {
			continue
		}
		return p.unsetProblem(i, j, k, r, a, perhaps || a.yes == layers.Unknown), true
	}
	return out, false
}

// impliedSet says that the code has made sure of another attribute which no layer
// further out than j sets: where that one is there, the request has passed j.
func (p *Pass) impliedSet(j int, l *layers.Layer, r *layers.Access) bool {
	for _, attr := range l.Given(r.Span) {
		further := attr != r.Attr
		for k := range j {
			if p.Layers[k].Entry.Unknown {
				further = false
				break
			}
			if sets, unsure := setsBefore(p.Layers[k].Facts, attr); sets || unsure {
				further = false
				break
			}
		}
		if further {
			return true
		}
	}
	return false
}

// firstSetter is the only layer that sets an attribute while the request comes
// in, or the first of several; ok is false where one sets it in some other way.
func (p *Pass) firstSetter(attr string) (index int, ok bool) {
	index = -1
	for j := range p.Layers {
		f := p.Layers[j].Facts
		if f == nil {
			continue
		}
		for k := range f.Writes {
			w := &f.Writes[k]
			if w.Attr != attr || w.Op != "set" {
				continue
			}
			if w.Phase != layers.RequestPhase {
				return -1, false
			}
			if index < 0 {
				index = j
			}
		}
	}
	return index, index >= 0
}

func (p *Pass) unsetProblem(i, j, k int, r *layers.Access, a earlyAnswer, perhaps bool) Problem {
	e, setter, other := p.Layers[i].Entry, p.Layers[j].Entry, p.Layers[k].Entry
	out := Problem{
		Severity: finding.Error, Span: e.Span, Label: "needs request." + r.Attr, Subject: []string{e.Path, setter.Path, other.Path},
		Why:    "the read raises AttributeError and that answer becomes status 500",
		Action: fmt.Sprintf("read it by getattr with a default, or move it after %s", p.name(setter.Path)),
	}
	who := p.at(k) + " may " + a.word
	if k == i {
		who = "may " + a.word + " itself"
	}
	switch {
	case i == j:
		out.What = fmt.Sprintf("%s reads its own request.%s when the response goes out, and %s before it is set", p.at(i), r.Attr, who)
		out.Subject = []string{e.Path, other.Path}
	default:
		out.What = fmt.Sprintf("%s reads request.%s when the response goes out, and %s before %s sets it", p.at(i), r.Attr, who, p.at(j))
	}
	if p.Stack.Model == stack.Classic {
		out.Action = "read it by getattr with a default"
	}
	if !r.Always || r.Setting != "" {
		out.Severity = finding.Warning
	}
	if perhaps {
		out.Severity = finding.Note
		if a.yes == layers.Unknown {
			out.Why += ", if the settings let it answer"
		} else {
			out.Why += ", unless code that was not read sets the attribute"
		}
	}
	if k != i {
		out.Related = append(out.Related, finding.Related{Span: other.Span, Message: "may " + a.word + " before"})
	}
	if a.span.Span.Line > 0 {
		out.Related = append(out.Related, a.span)
	}
	if j != i {
		out.Related = append(out.Related, finding.Related{Span: setter.Span, Message: "sets request." + r.Attr})
	}
	for _, call := range r.Calls {
		out.Related = append(out.Related, finding.Related{Span: call, Message: "leads there"})
	}
	out.Related = append(out.Related, finding.Related{Span: r.Span, Message: "reads request." + r.Attr})
	return out
}
