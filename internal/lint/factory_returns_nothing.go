package lint

import (
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// factoryReturnsNothing reports factories that may return None.
var factoryReturnsNothing = Rule{
	ID: "MW208", Name: "factory-returns-nothing", Since: "0.1.0", Severity: finding.Error,
	Title: "A factory returns None in the place of a layer",
	Doc: `A path through a factory function returns None or comes to its end. It is an error
where no path returns anything, and a warning where some do.

## Why

Django's load_middleware (django/core/handlers/base.py, 1.10 and later) raises
ImproperlyConfigured, "Middleware factory … returned None", and the server does
not start. A factory that is not wanted raises MiddlewareNotUsed
(docs/topics/http/middleware.txt, "Marking middleware as unused").`,
	Models: []stack.Model{stack.Modern},
	Fixes: Fixes{Safe: true, Text: `The factory returns the function that it defines, if it defines one and has no other
return.`},
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.timing"}, Code: `def timing(get_response):
    def middleware(request):
        return get_response(request)
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.timing"}, Code: `def timing(get_response):
    def middleware(request):
        return get_response(request)

    return middleware
`},
	Run: runFactoryReturnsNothing,
}

func runFactoryReturnsNothing(p *Pass) {
	for _, l := range p.sourced() {
		f := l.Facts.Factory
		if f == nil || l.Facts.Style != layers.Function || f.ReturnsNothing != layers.Yes || len(f.Nothing) == 0 ||
			l.Facts.Init.Takes == layers.TakesNone { // MW201
			continue
		}
		out := Problem{
			Severity: finding.Error, What: quoted(l.Facts.Target) + " returns nothing",
			Why: "Django raises ImproperlyConfigured and the server does not start", Action: "return the layer", Label: "returns nothing",
			Repairs: p.repairFactory(l),
		}
		if len(f.Inner) > 0 || f.Class != "" || f.Opaque || len(f.Classes) > 0 || l.Facts.Whole != layers.Yes {
			out.Severity = finding.Warning
			out.What = quoted(l.Facts.Target) + " may return nothing"
			out.Action = "raise MiddlewareNotUsed where the layer is not wanted"
		}
		span := f.Nothing[0].Span
		if span == l.Facts.Span {
			out.Label = "its end is reached without a return"
		}
		for k, s := range f.Nothing[1:] {
			if k < 2 {
				out.Related = append(out.Related, finding.Related{Span: s.Span, Message: "and here"})
			}
		}
		p.reportOn(l, l.Facts.Target, span, out)
	}
}
