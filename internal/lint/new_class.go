package lint

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// newClass reports layers in MIDDLEWARE_CLASSES that cannot be built without
// get_response.
var newClass = Rule{
	ID: "MW202", Name: "new-class", Since: "0.1.0", Severity: finding.Error,
	Title: "MIDDLEWARE_CLASSES lists a layer that asks for get_response",
	Doc: `The class, or the factory function, has a parameter without a default. What is
built by a decorator or metaclass that cannot be read is left out.

## Why

Django calls every entry of MIDDLEWARE_CLASSES without arguments
(django/core/handlers/base.py, load_middleware, 1.11 and earlier): "missing 1
required positional argument: 'get_response'". From 1.10 on the server does not
start; before, every request fails. MiddlewareMixin's get_response has a default
(django/utils/deprecation.py, 1.10 to 3.2), so that one class fits both settings.`,
	Models: []stack.Model{stack.Classic},
	Bad: Example{Django: "1.11", Model: stack.Classic, Layers: []string{"shop.middleware.Timing"}, Code: `class Timing(object):
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
`},
	Good: Example{Django: "1.11", Layers: []string{"shop.middleware.Timing"}, Code: `class Timing(object):
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
`},
	Run: runNewClass,
}

func runNewClass(p *Pass) {
	for _, l := range p.sourced() {
		f := l.Facts
		in := &f.Init
		if in.Span.Line < 1 || f.Factory != nil && f.Style != layers.Function {
			continue
		}
		out := Problem{
			Severity: finding.Error, Why: "Django builds it without arguments and raises TypeError",
			Action: "give get_response the default None, or list the layer in MIDDLEWARE", Label: "asked for here",
		}
		switch {
		case in.Takes == layers.TakesRequired && f.Factory != nil:
			out.What = quoted(f.Target) + " is a function that asks for get_response"
			out.Action = "list it in MIDDLEWARE"
		case in.Takes == layers.TakesRequired:
			out.What = quoted(f.Target) + " asks for get_response"
		case in.Takes != layers.TakesUnknown && len(in.Extra) > 0:
			out.What = quoted(f.Target) + " asks for " + strings.Join(in.Extra, ", ")
			out.Action = "give them defaults or read them from the settings"
		default:
			continue
		}
		if in.Takes == layers.TakesRequired && len(in.Extra) > 0 {
			out.What += " and " + strings.Join(in.Extra, ", ")
		}
		p.reportOn(l, in.Owner, in.Span, out)
	}
}
