package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// uncalledHook reports hooks that Django never calls in the stack's model.
var uncalledHook = Rule{
	ID: "MW204", Name: "uncalled-hook", Since: "0.1.0", Severity: finding.Warning,
	Title: "A hook is never called",
	Doc: `In MIDDLEWARE: process_request or process_response of a class that has a __call__
of its own, is no MiddlewareMixin and does not call the hook itself. In
MIDDLEWARE_CLASSES: the __call__ of a class that can be built without
get_response.

## Why

In the modern model Django itself calls __call__, process_view,
process_template_response and process_exception (django/core/handlers/base.py,
load_middleware, 1.10 and later); process_request and process_response are called
by MiddlewareMixin.__call__. In MIDDLEWARE_CLASSES only the process_* methods are
looked up (1.11 and earlier) and __call__ is ignored.`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `class Timing:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_response(self, request, response):
        response["X-Timing"] = "1"
        return response
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `class Timing:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["X-Timing"] = "1"
        return response
`},
	Run: runUncalledHook,
}

func runUncalledHook(p *Pass) {
	for _, l := range p.sourced() {
		f := l.Facts
		if !l.whole() || f.Style != layers.Modern {
			continue
		}
		for i := range f.Hooks {
			h := &f.Hooks[i]
			out := Problem{Severity: finding.Warning, Label: "never called"}
			switch h.Name {
			case "process_request", "process_response":
				if p.Stack.Model != stack.Modern || f.Runs(h.Name, stack.Modern) != layers.No {
					continue
				}
				out.What = fmt.Sprintf("%s is never called, the class has its own __call__", hookOf(l, h))
				out.Why = "only MiddlewareMixin calls it"
				out.Action = "call it in __call__ or remove __call__ and derive from MiddlewareMixin"
			case "__call__":
				if p.Stack.Model != stack.Classic || f.Init.Takes == layers.TakesRequired {
					continue
				}
				out.What = fmt.Sprintf("%s is never called in MIDDLEWARE_CLASSES", hookOf(l, h))
				out.Why = "Django calls only process_* methods there"
				out.Action = "write it as process_request and process_response"
			default:
				continue
			}
			p.reportOn(l, h.Owner, h.Span, out)
		}
	}
}
