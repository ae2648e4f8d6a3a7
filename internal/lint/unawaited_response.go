package lint

import (
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// unawaitedResponse reports asynchronous layers that do not await get_response.
var unawaitedResponse = Rule{
	ID: "MW404", Name: "unawaited-response", Since: "0.1.0", Severity: finding.Error,
	Title: "An asynchronous layer does not await get_response",
	Doc: `A coroutine function of the layer calls get_response, awaits it nowhere, and returns
what it gets, or keeps it in a variable that is not awaited or handed to other code.
It is an error in a layer that can do async mode only, and a warning in the
asynchronous half of one that can do both: there it fails under ASGI.

## Why

A layer in async mode is given a get_response that is a coroutine function
(Django: django/core/handlers/base.py, load_middleware and adapt_method_mode, 3.1
and later; docs/topics/http/middleware.txt, "Asynchronous support"). Without
"await" the response is a coroutine object. To set a header on it is a TypeError;
where it is returned, the next layer out awaits the layer and gets the coroutine in
the place of a response.`,
	Models: []stack.Model{stack.Modern},
	Bad: Example{
		Django: "4.2", Layers: []string{"shop.middleware.Timing"},
		Code: unawaitedHead + "        response = self.get_response(request)\n" + unawaitedTail,
	},
	Good: Example{
		Django: "4.2", Layers: []string{"shop.middleware.Timing"},
		Code: unawaitedHead + "        response = await self.get_response(request)\n" + unawaitedTail,
	},
	Run: runUnawaitedResponse,
}

const (
	unawaitedHead = `from asgiref.sync import markcoroutinefunction


class Timing:
    sync_capable = False
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request):
`
	unawaitedTail = `        response["X-Shop"] = "1"
        return response
`
)

func runUnawaitedResponse(p *Pass) {
	coverage := p.covers(asyncSince())
	if coverage == catalog.None {
		return
	}
	for _, l := range p.sourced() {
		a := &l.Facts.Async
		if !l.whole() || l.Facts.Style == layers.Mixin || a.AsyncCapable != layers.Yes {
			continue
		}
		severity := finding.Error
		switch {
		case a.SyncCapable == layers.No && a.Native == layers.Yes:
		case a.SyncCapable == layers.Yes && a.Asks == layers.Yes:
			severity = finding.Warning
		default:
			continue
		}
		call := neverAwaited(l.Facts)
		if call == nil {
			continue
		}
		if coverage == catalog.Some {
			severity = finding.Note
		}
		problem := Problem{
			Severity: severity, Label: "not awaited",
			What:   p.name(l.Entry.Path) + " does not await get_response",
			Why:    "what it takes for the response is a coroutine and every request fails",
			Action: `write "await" before the call`,
		}
		if severity == finding.Warning {
			problem.Why = "under ASGI what it takes for the response is a coroutine and every request fails"
		}
		p.reportOn(l, l.Facts.Target, call.Span, problem)
	}
}

// neverAwaited is the first call of get_response in coroutine functions of a
// layer that await none.
func neverAwaited(l *layers.Layer) *layers.NextCall {
	var first *layers.NextCall
	for i := range l.Next {
		n := &l.Next[i]
		switch {
		case !n.Async:
		case !n.Unawaited || n.Wrapped:
			return nil
		case first == nil:
			first = n
		}
	}
	return first
}
