package lint

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// leakingLocal reports thread-locals that outlive the request they are set for.
var leakingLocal = Rule{
	ID: "MW210", Name: "leaking-local", Since: "0.1.0", Severity: finding.Warning,
	Title: "A thread-local is set and never reset",
	Doc: `A layer sets an attribute of a threading.local() or asgiref Local, a context
variable, the translation or the time zone, and no hook of it resets or deletes
it. It is a warning where some requests pass without setting it, and a note where
each request sets it anew, or settings alone decide whether it does. Modules that
speak of request_started or request_finished, or have a module signals, receivers,
handlers, apps or models beside them that does, are left alone, and so is the
translation where LocaleMiddleware is in the list.

## Why

A thread serves one request after the other, and what is kept for the thread is
still there when the next request comes: one that does not set the value sees that
of the request before, often another user's. Django's own example resets it
(docs/topics/i18n/timezones.txt, "Selecting the current time zone":
timezone.deactivate() where no zone is chosen).`,
	Bad:  Example{Django: "4.2", Layers: []string{"shop.middleware.TimezoneMiddleware"}, Code: zoneCode + "        return self.get_response(request)\n"},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.TimezoneMiddleware"}, Code: zoneCode + "        else:\n            timezone.deactivate()\n        return self.get_response(request)\n"},
	Run:  runLeakingLocal,
}

const zoneCode = `from django.utils import timezone


class TimezoneMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        name = request.COOKIES.get("zone")
        if name:
            timezone.activate(name)
`

func runLeakingLocal(p *Pass) {
	for _, l := range p.sourced() {
		sure := map[string]bool{}
		for _, x := range l.Facts.Locals {
			sure[x.Name] = sure[x.Name] || x.Sure && (x.Phase == layers.RequestPhase || x.Phase == layers.EitherPhase)
		}
		said := map[string]bool{}
		for _, h := range p.running(l) {
			for k := range l.Facts.Locals {
				x := &l.Facts.Locals[k]
				if x.Hook != h.Name || x.Reset != layers.No || x.Phase == layers.LazyPhase || said[x.Name] || p.resetByDjango(x.Name) {
					continue
				}
				said[x.Name] = true
				out := Problem{
					Severity: finding.Warning, What: hookOf(l, h) + " sets " + x.Name + " for some requests and never resets it",
					Why: "the next request in the thread finds the value of this one", Action: "reset it when the response goes out",
					Label: "still set for the next request",
				}
				if sure[x.Name] {
					out.Severity = finding.Note
					out.What = hookOf(l, h) + " sets " + x.Name + " and never resets it"
					out.Why = "the value stays in the thread until its next request"
				}
				p.reportOn(l, h.Owner, x.Span, out)
			}
		}
	}
}

// resetByDjango says that something else sets the thread-local for each request:
// the handler the URLconf and the script prefix (django/core/handlers/base.py,
// get_response; wsgi.py), LocaleMiddleware the translation.
func (p *Pass) resetByDjango(name string) bool {
	if name == "django.utils.translation" {
		return len(p.Players("django.middleware.locale.LocaleMiddleware")) > 0
	}
	return strings.HasSuffix(name, ".set_urlconf") || strings.HasSuffix(name, ".set_script_prefix")
}
