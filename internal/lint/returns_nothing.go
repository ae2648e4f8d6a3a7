package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// returnsNothing reports hooks that end without the response that is due.
var returnsNothing = Rule{
	ID: "MW205", Name: "returns-nothing", Since: "0.1.0", Severity: finding.Error,
	Title: "A hook ends without returning the response",
	Doc: `Some path through __call__, process_response or process_template_response returns
None, or comes to the end of the function.

## Why

In the modern model the None is handed to the next layer out as if it were a
response, which fails with an AttributeError; if no layer touches it, the error
leaves the handler without an error page (Django: django/core/handlers/base.py). In
MIDDLEWARE_CLASSES it is a ValueError and a page with status 500 (1.11 and
earlier). None from process_template_response is a ValueError in both.`,
	Fixes: Fixes{Safe: true, Unsafe: true, Text: `The function returns the response that it was given, or that get_response gave it,
on the paths that return nothing, if there is no doubt which one that is. It is
unsafe where other paths return something else.`},
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.timing"}, Code: `def timing(get_response):
    def middleware(request):
        response = get_response(request)
        if response.status_code == 200:
            response["X-Timing"] = "1"
            return response

    return middleware
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.timing"}, Code: `def timing(get_response):
    def middleware(request):
        response = get_response(request)
        if response.status_code == 200:
            response["X-Timing"] = "1"
        return response

    return middleware
`},
	Run: runReturnsNothing,
}

func runReturnsNothing(p *Pass) {
	for _, l := range p.sourced() {
		for _, h := range p.running(l) {
			if h.ReturnsNothing != layers.Yes || len(h.Nothing) == 0 {
				continue
			}
			out := Problem{
				Severity: finding.Error, What: hookOf(l, h) + " may return nothing",
				Why: "the next layer out gets None for a response and fails", Action: "return the response on every path",
				Label: "returns nothing", Repairs: p.repairReturns(h),
			}
			if p.Stack.Model == stack.Classic || h.Name == "process_template_response" {
				out.Why = "Django raises ValueError and answers with status 500"
			}
			span := h.Nothing[0].Span
			if span == h.Span {
				out.Label = "its end is reached without a return"
			}
			if n := len(h.Nothing); n > 1 {
				out.What += fmt.Sprintf(" in %d places", n)
			}
			for k, s := range h.Nothing[1:] {
				if k < 2 {
					out.Related = append(out.Related, finding.Related{Span: s.Span, Message: "and here"})
				}
			}
			p.reportOn(l, h.Owner, span, out)
		}
	}
}
