package lint

import (
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// hookArguments are what Django calls hooks with.
var hookArguments = map[string]string{
	"process_request":           "request",
	"process_view":              "request, view_func, view_args, view_kwargs",
	"process_template_response": "request, response",
	"process_response":          "request, response",
	"process_exception":         "request, exception",
	"__call__":                  "request",
}

// hookSignature reports hooks that cannot be called as Django calls them.
var hookSignature = Rule{
	ID: "MW207", Name: "hook-signature", Since: "0.1.0", Severity: finding.Error,
	Title: "A hook does not take the arguments that Django gives it",
	Doc: `A hook that runs takes too few or too many positional arguments, or asks for
keyword arguments. Hooks under decorators that are not known are left out.

## Why

Django gives all arguments by position (django/core/handlers/base.py, and
MiddlewareMixin in django/utils/deprecation.py): process_request(request),
process_view(request, view_func, view_args, view_kwargs),
process_template_response(request, response), process_response(request,
response), process_exception(request, exception), __call__(request). Anything
else is a TypeError each time that the hook is called.`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `from django.utils.deprecation import MiddlewareMixin


class Timing(MiddlewareMixin):
    def process_view(self, request, view_func):
        request.view_name = view_func.__name__
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `from django.utils.deprecation import MiddlewareMixin


class Timing(MiddlewareMixin):
    def process_view(self, request, view_func, view_args, view_kwargs):
        request.view_name = view_func.__name__
`},
	Run: runHookSignature,
}

func runHookSignature(p *Pass) {
	for _, l := range p.sourced() {
		for _, h := range p.running(l) {
			want, ok := hookArguments[h.Name]
			if !ok || h.Fits != layers.No {
				continue
			}
			p.reportOn(l, h.Owner, h.Span, Problem{
				Severity: finding.Error, What: hookOf(l, h) + " cannot be called with (" + want + ")",
				Why: "Django raises TypeError each time it calls the hook", Action: "let it take " + want,
				Label: "wrong arguments",
			})
		}
	}
}
