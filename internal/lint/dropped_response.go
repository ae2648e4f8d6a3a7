package lint

import (
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// droppedResponse reports calls of get_response whose response is not used.
var droppedResponse = Rule{
	ID: "MW206", Name: "dropped-response", Since: "0.1.0", Severity: finding.Warning,
	Title: "get_response is called and its response is dropped",
	Doc: `__call__, or the function that a factory returns, calls get_response as a statement
of its own, or only to close what it answers. A hook that also ends without any response is the matter of MW205.

## Why

get_response runs all layers further in and the view (Django:
django/core/handlers/base.py, load_middleware, 1.10 and later). Its response
carries what they set: status, cookies, headers. Whoever answers with something
else throws that away; whoever calls it a second time runs the view twice.`,
	Models: []stack.Model{stack.Modern},
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.timing"}, Code: `def timing(get_response):
    def middleware(request):
        get_response(request)
        return get_response(request)

    return middleware
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.timing"}, Code: `def timing(get_response):
    def middleware(request):
        return get_response(request)

    return middleware
`},
	Run: runDroppedResponse,
}

func runDroppedResponse(p *Pass) {
	for _, l := range p.sourced() {
		for _, h := range p.running(l) {
			if h.ReturnsNothing == layers.Yes {
				continue
			}
			for _, n := range l.Facts.Next {
				if n.Hook != h.Name || !n.Dropped || n.Wrapped || n.Loop {
					continue
				}
				p.reportOn(l, h.Owner, n.Span, Problem{
					Severity: finding.Warning, What: hookOf(l, h) + " drops the response of get_response",
					Why: "the layers further in and the view have run for nothing", Action: "return that response",
					Label: "not used",
				})
			}
		}
	}
}
