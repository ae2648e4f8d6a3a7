package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// removedAttribute reports layers that read attributes of the request which
// Django has removed.
var removedAttribute = Rule{
	ID: "MW123", Name: "removed-attribute", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer reads an attribute of the request that Django has removed",
	Doc: `The code of a layer of the project reads request.raw_post_data (removed in Django
1.6), request.REQUEST (1.9), request.xreadlines (3.0) or request.is_ajax (4.0), and
does not cope with its absence (hasattr, a default, try).

It is an error where the place is reached by every request, a warning where it
depends on something. It is a note where the Django version may be an older one, or
where code that was not read may set the attribute. Nothing is said where a layer of
the list sets it.

## Why

The attribute was deprecated two releases before and is gone (Django:
docs/internals/deprecation.txt; django/http/request.py). The read is an
AttributeError and the request ends with status 500.`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Partial"}, Code: `class Partial:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.partial = request.is_ajax()
        return self.get_response(request)
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Partial"}, Code: `class Partial:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.partial = request.headers.get("x-requested-with") == "XMLHttpRequest"
        return self.get_response(request)
`},
	Run: runRemovedAttribute,
}

// formerAttribute is an attribute that Django's request had once.
type formerAttribute struct {
	removed stack.Version
	instead string
}

// formerAttributes are those that layers.Layer.Former speaks of.
func formerAttributes(name string) (a formerAttribute, ok bool) {
	switch name {
	case "raw_post_data":
		return formerAttribute{stack.Version{Major: 1, Minor: 6}, "read request.body"}, true
	case "REQUEST":
		return formerAttribute{stack.Version{Major: 1, Minor: 9}, "read request.GET or request.POST"}, true
	case "xreadlines":
		return formerAttribute{stack.Version{Major: 3}, "iterate over the request"}, true
	case "is_ajax":
		return formerAttribute{stack.Version{Major: 4}, `compare request.headers.get("x-requested-with"), or call request.accepts`}, true
	}
	return a, false
}

func runRemovedAttribute(p *Pass) {
	for i := range p.Layers {
		l := p.own(i)
		if l == nil {
			continue
		}
		said := map[string]bool{}
		for k := range l.Former {
			r := &l.Former[k]
			if r.Op != "" || said[r.Attr] || r.Guarded != layers.No || r.Phase == layers.LazyPhase || !p.surelyRuns(l, r.Hook) {
				continue
			}
			if problem, found := p.removedFrom(i, l, r); found {
				said[r.Attr] = true
				p.Report(problem)
			}
		}
	}
}

func (p *Pass) removedFrom(i int, l *layers.Layer, r *layers.Access) (out Problem, found bool) {
	a, ok := formerAttributes(r.Attr)
	coverage := p.covers(catalog.Range{From: catalog.Version{Version: a.removed}})
	if !ok || coverage == catalog.None || p.config.Providers[r.Attr] != "" {
		return out, false
	}
	perhaps := coverage == catalog.Some || !p.Stack.Complete || before(l, r)
	for j := range p.Layers {
		f := p.Layers[j].Facts
		if f == nil {
			perhaps = true
			continue
		}
		for _, w := range f.Former {
			if w.Op == "set" && w.Attr == r.Attr {
				return out, false
			}
		}
		if j != i {
			_, unsure := setsBefore(f, r.Attr)
			perhaps = perhaps || unsure && f.Origin != layers.FromTree
		}
	}
	e := p.Layers[i].Entry
	out = Problem{
		Severity: finding.Error, Span: r.Span, Label: "removed in Django " + a.removed.String(), Subject: []string{e.Path}, Listed: e.Span,
		What:   fmt.Sprintf("%s reads request.%s, which Django %s has removed", p.name(e.Path), r.Attr, a.removed),
		Why:    "the read raises AttributeError",
		Action: a.instead,
	}
	switch {
	case perhaps:
		out.Severity = finding.Note
		if coverage == catalog.Some {
			out.Why = "from that release on the read raises AttributeError"
		} else {
			out.Why += ", unless code that was not read sets it"
		}
	case !r.Always || r.Setting != "":
		out.Severity = finding.Warning
	}
	for _, call := range r.Calls {
		out.Related = append(out.Related, finding.Related{Span: call, Message: "leads there"})
	}
	return out, true
}
