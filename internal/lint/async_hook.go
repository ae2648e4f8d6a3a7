package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// asyncHook reports coroutine functions in the place of hooks that
// MiddlewareMixin calls without awaiting.
var asyncHook = Rule{
	ID: "MW401", Name: "async-hook", Since: "0.1.0", Severity: finding.Error,
	Title: "A mixin's process_request or process_response is a coroutine function",
	Doc: `MiddlewareMixin calls process_request and process_response and takes what they
return for a response. A coroutine function returns a coroutine, which nobody
awaits. Reported are hooks that the mixin calls; a class with its own
` + "`__acall__`" + `, or one that awaits the hook itself, is left alone. process_view,
process_template_response and process_exception may be coroutine functions: Django
adapts them (3.1 and later).

## Why

In django/utils/deprecation.py (MiddlewareMixin.__call__) the coroutine of
process_request is true, so it becomes the response, and the next layer out fails
on it; that of process_response becomes the response in any case. Under ASGI
` + "`__acall__`" + ` hands the hook to sync_to_async, which is for synchronous functions
only. Every request ends in an error. The mixin runs synchronous hooks under ASGI,
too; to await something, write the layer as a class with its own ` + "`__call__`" + `
(docs/topics/http/middleware.txt, "Asynchronous support").`,
	Models: []stack.Model{stack.Modern},
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.TenantMiddleware"}, Code: `from django.utils.deprecation import MiddlewareMixin

from shop.models import Tenant


class TenantMiddleware(MiddlewareMixin):
    async def process_request(self, request):
        request.tenant = await Tenant.objects.aget(host=request.get_host())
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.TenantMiddleware"}, Code: `from asgiref.sync import markcoroutinefunction

from shop.models import Tenant


class TenantMiddleware:
    sync_capable = False
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request):
        request.tenant = await Tenant.objects.aget(host=request.get_host())
        return await self.get_response(request)
`},
	Run: runAsyncHook,
}

func runAsyncHook(p *Pass) {
	for i := range p.Layers {
		l := p.own(i)
		if l == nil || l.Style != layers.Mixin || l.Hook("__acall__") != nil {
			continue
		}
		for _, name := range []string{"process_request", "process_response"} {
			h := l.Hook(name)
			if h == nil || !h.Async || h.Conditional || h.CalledBy != "" || len(h.Decorators) > 0 || l.Runs(name, p.Stack.Model) != layers.Yes {
				continue
			}
			p.Report(Problem{
				Severity: finding.Error, Span: h.Span, Subject: []string{p.Layers[i].Entry.Path}, Listed: p.Layers[i].Entry.Span,
				What:   fmt.Sprintf("%q of the mixin %s is a coroutine function", name, p.name(p.Layers[i].Entry.Path)),
				Why:    "MiddlewareMixin does not await it, and its coroutine is taken for the response",
				Action: "make it a plain def, or give the class an async __call__ of its own",
				Label:  "never awaited",
			})
		}
	}
}

// own is what was read of the source of an entry; nil where its class is not
// in the project.
func (p *Pass) own(i int) *layers.Layer {
	if l := p.Layers[i].Facts; l != nil && l.Origin == layers.FromTree {
		return l
	}
	return nil
}

// asyncSince covers the releases in which layers may be asynchronous
// (docs/releases/3.1.txt).
func asyncSince() catalog.Range {
	return catalog.Range{From: catalog.Version{Version: stack.Version{Major: 3, Minor: 1}}}
}
