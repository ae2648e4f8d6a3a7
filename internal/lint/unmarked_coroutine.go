package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// unmarkedCoroutine reports asynchronous classes that do not look like coroutine
// functions to the layer outside of them.
var unmarkedCoroutine = Rule{
	ID: "MW403", Name: "unmarked-coroutine", Since: "0.1.0", Severity: finding.Error,
	Title: "An asynchronous layer is not marked as a coroutine function",
	Doc: `Reported are

* a class with an asynchronous __call__ that can do async mode only and neither
  calls markcoroutinefunction(self) nor sets _is_coroutine;
* a class or factory that can do both modes and whose synchronous __call__ returns
  a coroutine in async mode, that of an own coroutine function or that of
  get_response, without such a mark.

Where the next layer outside of it in the list can do both modes, as every
MiddlewareMixin can, the first is an error. The second is a warning there, as long
as all layers further in can do async mode: it fails under ASGI. Elsewhere both
are notes: nothing fails until somebody puts such a layer there, but Django does
not turn an error of the coroutine into a response either.

Factories whose inner function is a coroutine function need no mark. A coroutine
function that is the wrong one for its flags is the matter of MW402.

## Why

A layer that can do both modes is given get_response as it is and asks
iscoroutinefunction(get_response) which mode it is in
(django/utils/deprecation.py, MiddlewareMixin; docs/topics/http/middleware.txt,
"Asynchronous support"). An instance with an asynchronous __call__ is no coroutine
function unless it is marked (Django: django/core/handlers/exception.py,
convert_exception_to_response, wraps it as a synchronous one). The layer outside
runs in sync mode, takes the coroutine for the response, and every request fails.`,
	Models: []stack.Model{stack.Modern},
	Bad:    Example{Django: "4.2", Layers: []string{"django.middleware.security.SecurityMiddleware", "shop.middleware.Timing"}, Code: unmarkedHead + unmarkedTail},
	Good: Example{
		Django: "4.2", Layers: []string{"django.middleware.security.SecurityMiddleware", "shop.middleware.Timing"},
		Code: "from asgiref.sync import markcoroutinefunction\n\n\n" + unmarkedHead + "        markcoroutinefunction(self)\n" + unmarkedTail,
	},
	Run: runUnmarkedCoroutine,
}

const (
	unmarkedHead = `class Timing:
    sync_capable = False
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
`
	unmarkedTail = `
    async def __call__(self, request):
        return await self.get_response(request)
`
)

func runUnmarkedCoroutine(p *Pass) {
	coverage := p.covers(asyncSince())
	if coverage == catalog.None {
		return
	}
	for i := range p.Layers {
		l := p.own(i)
		if l == nil || l.Whole != layers.Yes {
			continue
		}
		if l.Factory != nil || l.Style != layers.Modern {
			p.unmarkedHybrid(i, l, coverage)
			continue
		}
		a, h := &l.Async, l.Hook("__call__")
		if h == nil || !h.Async || h.Conditional || len(h.Decorators) > 0 || a.Marks != layers.No ||
			a.SyncCapable != layers.No || a.AsyncCapable != layers.Yes || passed(l) {
			p.unmarkedHybrid(i, l, coverage)
			continue
		}
		e := p.Layers[i].Entry
		out := Problem{
			Severity: finding.Note, Span: h.Span, Label: "not marked", Subject: []string{e.Path}, Listed: e.Span,
			What:   p.name(e.Path) + " is asynchronous and not marked as a coroutine function",
			Why:    "a layer outside of it that can do both modes would take its coroutine for the response",
			Action: "call markcoroutinefunction(self) in __init__",
		}
		if i > 0 && coverage == catalog.All {
			if outer := p.Layers[i-1]; hybrid(outer.Facts) {
				out.Severity = finding.Error
				out.Why = fmt.Sprintf("%s takes its coroutine for the response and every request fails", p.at(i-1))
				out.Subject = append(out.Subject, outer.Entry.Path)
				out.Related = append(out.Related, finding.Related{Span: outer.Entry.Span, Message: "asks what get_response is"})
			}
		}
		p.Report(out)
	}
}

// hybrid says that a layer surely runs in the mode of what is further in and asks
// which that is: a mixin with its own __call__.
func hybrid(l *layers.Layer) bool {
	return l != nil && l.Style == layers.Mixin && l.Hook("__call__") == nil && len(l.Init.NotUsed) == 0 &&
		(l.Origin == layers.FromCatalog || l.Whole == layers.Yes) && l.Async.SyncCapable == layers.Yes && l.Async.AsyncCapable == layers.Yes
}

// passed says that self is given to code that was not read while the layer is
// built, which may mark it.
func passed(l *layers.Layer) bool { return l.Init.GivesSelf }

// unmarkedHybrid looks at a layer that can do both modes and is no coroutine
// function.
func (p *Pass) unmarkedHybrid(i int, l *layers.Layer, coverage catalog.Coverage) {
	at := relayed(l)
	if at.IsZero() {
		return
	}
	e := p.Layers[i].Entry
	out := Problem{
		Severity: finding.Note, Span: at, Label: "a coroutine in async mode", Subject: []string{e.Path}, Listed: e.Span,
		What:   p.name(e.Path) + " returns a coroutine in async mode and is not marked as a coroutine function",
		Why:    "a layer outside of it that can do both modes would take its coroutine for the response",
		Action: "call markcoroutinefunction(self) in __init__ where get_response is a coroutine function",
	}
	if l.Factory != nil {
		out.Action = "return a coroutine function where get_response is one"
	}
	for j := i + 1; j < len(p.Layers); j++ {
		facts := p.Layers[j].Facts
		switch {
		case facts == nil || facts.Async.AsyncCapable == layers.Unknown:
			coverage = catalog.Some // it may be that this layer never runs in async mode
		case facts.Async.AsyncCapable == layers.No:
			return // Django calls this layer in sync mode
		}
	}
	if i > 0 && coverage == catalog.All && p.Stack.Complete {
		if outer := p.Layers[i-1]; hybrid(outer.Facts) {
			out.Severity = finding.Warning
			out.Why = fmt.Sprintf("under ASGI %s takes its coroutine for the response and every request fails", p.at(i-1))
			out.Subject = append(out.Subject, outer.Entry.Path)
			out.Related = append(out.Related, finding.Related{Span: outer.Entry.Span, Message: "asks what get_response is"})
		}
	}
	p.Report(out)
}

// relayed is where a layer that can do both modes and is not marked surely
// returns a coroutine in async mode.
func relayed(l *layers.Layer) stack.Span {
	a, h := &l.Async, l.Hook("__call__")
	if l.Style != layers.Modern && (l.Style != layers.Function || l.Factory == nil || l.Factory.Class != "" || l.Factory.Opaque) {
		return stack.Span{}
	}
	if h == nil || h.Async || h.Conditional || !h.Read || len(h.Decorators) > 0 || a.Native != layers.No || a.Marks != layers.No ||
		a.SyncCapable != layers.Yes || a.AsyncCapable != layers.Yes || passed(l) || len(l.Init.NotUsed) > 0 {
		return stack.Span{}
	}
	if !a.Relay.IsZero() && a.Asks == layers.Yes {
		return a.Relay
	}
	if a.Asks != layers.No || looks(l) || touches(l) || a.Awaits != layers.No {
		return stack.Span{}
	}
	for _, n := range l.Next {
		if n.Hook == "__call__" && n.Returned && !n.Wrapped {
			return n.Span
		}
	}
	return stack.Span{}
}
