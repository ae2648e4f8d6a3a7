package lint

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// oldClass reports layers in MIDDLEWARE that Django cannot build with
// get_response, or cannot call.
var oldClass = Rule{
	ID: "MW201", Name: "old-class", Since: "0.1.0", Severity: finding.Error,
	Title: "MIDDLEWARE lists a layer that cannot be built or called",
	Doc: `The class or function takes no get_response, or asks for further arguments, or the
class has process_* hooks but neither MiddlewareMixin nor a __call__ of its own.
Classes with a base, decorator or metaclass that cannot be read are left out.

## Why

Django calls every entry of MIDDLEWARE with get_response and then calls the
result with the request (django/core/handlers/base.py, load_middleware, 1.10 and
later). A class written for MIDDLEWARE_CLASSES has neither: "Timing() takes no
arguments", from older Pythons "object() takes no parameters", and the server does
not start. MiddlewareMixin (django/utils/deprecation.py) gives it both.`,
	Models: []stack.Model{stack.Modern},
	Fixes: Fixes{Safe: true, Unsafe: true, Text: `The class gets the base MiddlewareMixin, with its import, and an __init__ that takes
get_response and hands it on, as "mwcheck migrate" does it. A class that is not
understood whole is left alone. It is unsafe where the project builds the class
without get_response, as tests do: these places fail then, and are not edited.`},
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `class Timing:
    def process_request(self, request):
        request.started = True
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `from django.utils.deprecation import MiddlewareMixin


class Timing(MiddlewareMixin):
    def process_request(self, request):
        request.started = True
`},
	Run: runOldClass,
}

func runOldClass(p *Pass) {
	for _, l := range p.sourced() {
		if !l.whole() {
			continue
		}
		f := l.Facts
		out := Problem{
			Severity: finding.Error, Why: "Django raises TypeError and the server does not start",
			Action: "let it take get_response", Label: "cannot be built with get_response", Repairs: p.repairClass(l),
		}
		span, owner := f.Span, f.Target
		if f.Init.Span.Line > 0 && f.Init.Owner != "" {
			span, owner = f.Init.Span, f.Init.Owner
		}
		switch {
		case f.Init.Takes == layers.TakesNone:
			out.What = quoted(f.Target) + " takes no get_response"
			if f.Style == layers.Classic {
				out.Action, out.Advice = "derive the class from MiddlewareMixin", "run mwcheck migrate"
				if f.Init.Owner != "" {
					out.Action += " and let __init__ take get_response"
				}
			}
		case len(f.Init.Extra) > 0:
			out.What = quoted(f.Target) + " asks for " + strings.Join(f.Init.Extra, ", ") + " besides get_response"
			out.Action = "give them defaults or read them from the settings"
		case f.Style == layers.Classic && f.Init.Takes != layers.TakesUnknown && f.Hook("__call__") == nil:
			out.What = quoted(f.Target) + " has process_* hooks but no __call__"
			out.Why = "Django cannot call it and every request fails"
			out.Action = "derive the class from MiddlewareMixin"
			out.Label = "not callable"
			out.Advice = "run mwcheck migrate"
			span, owner = f.Span, f.Target
		default:
			continue
		}
		p.reportOn(l, owner, span, out)
	}
}
