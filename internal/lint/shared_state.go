package lint

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// sharedState reports what belongs to one request and is kept on the layer.
var sharedState = Rule{
	ID: "MW209", Name: "shared-state", Since: "0.1.0", Severity: finding.Warning,
	Title: "A layer keeps a request's value where all requests share it",
	Doc: `A hook sets an attribute of self, of the class or a global variable to the
request, the response, a part of them, something made from them, or the time.
What is conditional and only made from the request is left out, and so is what
the code tests before it sets it, as for a value that is made once, and what
stands under a lock. Changes of a dictionary or list are left out, too, and
classes that could not be read entirely. Counting (self.n += 1) is a note.

## Why

Django builds a layer once, when the server starts (docs/topics/http/middleware.txt,
"__init__(get_response)"; django/core/handlers/base.py, load_middleware), and
every thread calls that one instance. While one request is on its way another
sets the attribute anew, and the first goes on with the other's value: one user's
data in the page of another. Counters lose updates, and each process has its own.
What belongs to a request belongs on the request.`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `import time

from django.utils.deprecation import MiddlewareMixin


class Timing(MiddlewareMixin):
    def process_request(self, request):
        self.start = time.monotonic()

    def process_response(self, request, response):
        response["X-Time"] = str(time.monotonic() - self.start)
        return response
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: `import time

from django.utils.deprecation import MiddlewareMixin


class Timing(MiddlewareMixin):
    def process_request(self, request):
        request.start = time.monotonic()

    def process_response(self, request, response):
        response["X-Time"] = str(time.monotonic() - request.start)
        return response
`},
	Run: runSharedState,
}

func runSharedState(p *Pass) {
	for _, l := range p.sourced() {
		if !l.whole() { // a base may be a thread-local
			continue
		}
		for _, h := range p.running(l) {
			said := map[string]bool{}
			for k := range l.Facts.State {
				s := &l.Facts.State[k]
				if s.Hook != h.Name || s.Guarded || said[s.Target] || strings.Count(s.Target, ".") > 1 {
					continue
				}
				target := strings.Replace(s.Target, "global ", "the global variable ", 1)
				out := Problem{
					Severity: finding.Warning, What: hookOf(l, h) + " keeps what belongs to one request in " + target,
					Why: "all threads share it and another request may set it at any time", Action: "keep it on the request",
					Label: "shared by all requests",
				}
				switch {
				case s.How == "count":
					out.Severity = finding.Note
					out.What = hookOf(l, h) + " counts in " + target
					out.Why = "threads lose updates and each process has its own count"
					out.Action = "hold a lock, or count elsewhere"
				case s.How != "set", s.From == layers.Foreign, s.From == layers.Computed && !s.Always:
					continue
				}
				said[s.Target] = true
				p.reportOn(l, h.Owner, s.Span, out)
			}
		}
	}
}
