package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// modeMismatch reports layers whose sync_capable and async_capable do not fit
// what a call of them is.
var modeMismatch = Rule{
	ID: "MW402", Name: "mode-mismatch", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer's sync_capable and async_capable do not fit its code",
	Doc: `Reported are layers of the project, classes with their own ` + "`__call__`" + ` and factory
functions, that

* say that they can do neither mode: an error, Django does not start;
* are coroutine functions without saying ` + "`async_capable = True`" + `: an error;
* say that they can do both and are coroutine functions only, without a look at
  what get_response is: a warning, as it fails where what is further in is
  synchronous;
* say that they can do async mode, are synchronous only and never look at what
  get_response is: a warning, as in async mode get_response gives them a coroutine;
* look at it, and have no asynchronous code all the same: a warning likewise.

A subclass of MiddlewareMixin can do both modes by inheritance. If it has a __call__
of its own that does not call the mixin's, it is reported in the same way; where it
is synchronous it is a note, unless the settings name an ASGI_APPLICATION.

Where it is not known whether the Django version has asynchronous layers (3.1 and
later), the finding is a note. A layer that could not be read entirely is left alone.

## Why

load_middleware (django/core/handlers/base.py, 3.1 and later) goes by the flags
alone: a layer without them is called as a synchronous function, and a layer with
both is given get_response as it is and has to answer in kind
(docs/topics/http/middleware.txt, "Asynchronous support"). A coroutine that nobody
awaits is taken for the response by the next layer, which fails on it.`,
	Models: []stack.Model{stack.Modern},
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.TimingMiddleware"}, Code: `import time


class TimingMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    async def __call__(self, request):
        start = time.monotonic()
        response = await self.get_response(request)
        response["X-Time"] = str(time.monotonic() - start)
        return response
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.TimingMiddleware"}, Code: `import time

from asgiref.sync import markcoroutinefunction


class TimingMiddleware:
    sync_capable = False
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request):
        start = time.monotonic()
        response = await self.get_response(request)
        response["X-Time"] = str(time.monotonic() - start)
        return response
`},
	Run: runModeMismatch,
}

func runModeMismatch(p *Pass) {
	coverage := p.covers(asyncSince())
	if coverage == catalog.None {
		return
	}
	for i := range p.Layers {
		l := p.own(i)
		if l == nil {
			continue
		}
		problem, found := modeProblem(l)
		if !found {
			continue
		}
		e := p.Layers[i].Entry
		problem.What = fmt.Sprintf("%s %s", p.name(e.Path), problem.What)
		problem.Subject, problem.Listed = []string{e.Path}, e.Span
		if l.Style == layers.Mixin && l.Async.Span.IsZero() {
			// The author has not said so, MiddlewareMixin does.
			problem.What = strings.Replace(problem.What, "says that it can do both modes and is", "can do both modes, as every MiddlewareMixin, and its __call__ is", 1)
			problem.What = strings.Replace(problem.What, "says that it can do async mode", "can do async mode, as every MiddlewareMixin,", 1)
			problem.Action = strings.Replace(problem.Action, "remove async_capable", "set async_capable = False", 1)
			if problem.Severity == finding.Warning && l.Async.Native == layers.No && p.setting("ASGI_APPLICATION").State != Known {
				problem.Severity = finding.Note
			}
		}
		if coverage == catalog.Some {
			problem.Severity = finding.Note
			problem.What = "on Django 3.1 and later, " + problem.What
		}
		p.Report(problem)
	}
}

func modeProblem(l *layers.Layer) (problem Problem, found bool) {
	a := &l.Async
	problem = Problem{Severity: finding.Error, Span: a.Span, Label: "does not fit"}
	if a.SyncCapable == layers.No && a.AsyncCapable == layers.No {
		problem.What, problem.Why = "says that it can do neither sync nor async mode", "Django raises RuntimeError when it starts"
		problem.Action = "set async_capable = True, or leave sync_capable alone"
		if problem.Span.IsZero() {
			problem.Span = l.Span
		}
		return problem, true
	}
	inherits := l.Style == layers.Mixin && l.Hook("__call__") != nil && !l.CallsMixin()
	if l.Whole != layers.Yes || l.Style != layers.Modern && l.Style != layers.Function && !inherits {
		return problem, false
	}
	if h := l.Hook("__call__"); h != nil && (h.Conditional || len(h.Decorators) > 0 || !h.Read) {
		return problem, false
	}
	problem.Span = l.Span
	if h := l.Hook("__call__"); h != nil {
		problem.Span = h.Span
	}
	switch {
	case a.Native == layers.Yes && a.AsyncCapable == layers.No && always(l):
		problem.What, problem.Why = "is a coroutine function and does not say that it can do async mode", "Django calls it as a synchronous one and takes its coroutine for the response"
		problem.Action, problem.Label = "set async_capable = True and sync_capable = False", "never awaited"
		return problem, true
	case a.Native == layers.Yes && a.SyncCapable == layers.Yes && a.Asks == layers.No && !looks(l) && always(l):
		problem.Severity = finding.Warning
		problem.What, problem.Why = "says that it can do both modes and is a coroutine function only", "it fails where what is further in is synchronous, as under WSGI"
		problem.Action = "set sync_capable = False, or look at get_response with iscoroutinefunction"
		return problem, true
	case a.Native == layers.No && a.AsyncCapable == layers.Yes && a.Asks == layers.No && !looks(l) && touches(l):
		problem.Severity = finding.Warning
		problem.What, problem.Why = "says that it can do async mode and never looks at what get_response is", "in async mode get_response gives it a coroutine in the place of a response"
		problem.Action = "remove async_capable, or look at get_response with iscoroutinefunction"
		return problem, true
	case a.Native == layers.No && a.AsyncCapable == layers.Yes && a.Asks == layers.Yes && a.Awaits == layers.No && !looks(l) &&
		touches(l) && len(l.Unread) == 0 && len(l.Init.NotUsed) == 0 && len(l.Init.Raises) == 0:
		problem.Severity = finding.Warning
		problem.What, problem.Why = "says that it can do async mode and has no asynchronous code", "in async mode get_response gives it a coroutine in the place of a response"
		problem.Action = "remove async_capable, or answer with a coroutine function where get_response is one"
		return problem, true
	}
	return problem, false
}

// looks says that the layer tests what get_response gave it, in a way that is
// not a question for get_response's kind.
func looks(l *layers.Layer) bool {
	return slices.ContainsFunc(l.Unread, func(s layers.Site) bool {
		return strings.Contains(s.Text, "isawaitable") || strings.Contains(s.Text, "iscoroutine")
	})
}

// always says that what is called is a coroutine function in any case: a class's
// own async __call__, or the one inner function of a factory that does not choose.
func always(l *layers.Layer) bool {
	return l.Factory == nil || len(l.Factory.Inner) == 1 && !l.Factory.Opaque && l.Async.Asks == layers.No
}

// touches says that the layer surely does something to the response it gets.
func touches(l *layers.Layer) bool {
	if l.Factory != nil && l.Factory.Opaque {
		return false
	}
	own := func(phase layers.Phase) bool { return phase == layers.ResponsePhase }
	for _, h := range l.Headers {
		if own(h.Phase) && !h.Own {
			return true
		}
	}
	for _, c := range l.Content {
		if own(c.Phase) && !c.Own {
			return true
		}
	}
	return slices.ContainsFunc(l.Cookies, func(s layers.Site) bool { return own(s.Phase) })
}
