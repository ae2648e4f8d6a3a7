package lint

import (
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// mixinInit reports subclasses of MiddlewareMixin whose __init__ keeps
// get_response from it.
var mixinInit = Rule{
	ID: "MW203", Name: "mixin-init", Since: "0.1.0", Severity: finding.Error,
	Title: "A mixin class does not hand get_response on",
	Doc: `A subclass of MiddlewareMixin has an __init__ that takes get_response but neither
stores it nor gives it to super().__init__. Classes with a __call__ of their own
are left out.

## Why

MiddlewareMixin.__call__ (django/utils/deprecation.py, 1.10 and later) calls
self.get_response, which its __init__ stores. Without super().__init__ every
request that reaches the layer is an AttributeError and a page with status 500.
super().__init__() without the argument stores None up to Django 3.2, with the
same result, and is a TypeError from 4.0 on: the server does not start.`,
	Models: []stack.Model{stack.Modern},
	Fixes: Fixes{Safe: true, Unsafe: true, Text: `__init__ calls that of the base with get_response, or its call gets the argument. A
class that is not understood whole is left alone. It is unsafe where the project
builds the class without get_response, as tests do.`},
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `from django.utils.deprecation import MiddlewareMixin


class Timing(MiddlewareMixin):
    def __init__(self, get_response):
        self.limit = 10

    def process_request(self, request):
        request.limit = self.limit
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `from django.utils.deprecation import MiddlewareMixin


class Timing(MiddlewareMixin):
    def __init__(self, get_response):
        super().__init__(get_response)
        self.limit = 10

    def process_request(self, request):
        request.limit = self.limit
`},
	Run: runMixinInit,
}

func runMixinInit(p *Pass) {
	for _, l := range p.sourced() {
		f := l.Facts
		in := &f.Init
		takes := in.Takes == layers.TakesRequired || in.Takes == layers.TakesOptional || in.Takes == layers.TakesAny
		if !l.whole() || f.Style != layers.Mixin || !takes || in.StoresIt != layers.No || len(in.Wraps) > 0 || f.Hook("__call__") != nil {
			continue
		}
		out := Problem{
			Severity: finding.Error, Label: "get_response is lost here",
			What:   "__init__ of " + quoted(in.Owner) + " does not call super().__init__",
			Why:    "self.get_response is missing and every request fails",
			Action: "call super().__init__(get_response)", Repairs: p.repairClass(l),
		}
		span := in.Span
		switch {
		case in.Super == layers.Yes && in.SuperPasses == layers.No:
			span = in.SuperSpan
			out.What = "__init__ of " + quoted(in.Owner) + " calls super().__init__ without get_response"
			out.Why = "the server does not start from Django 4.0 on, and before that every request fails"
			out.Action = "give it get_response"
		case in.Super != layers.No:
			continue
		}
		p.reportOn(l, in.Owner, span, out)
	}
}
