package lint

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// earlyBody reports layers that read the request's body before the view can.
var earlyBody = Rule{
	ID: "MW505", Name: "early-body", Since: "0.1.0", Severity: finding.Warning,
	Title: "A layer reads the request's body before the view",
	Doc: `A hook reads request.POST, FILES or body while the request comes in, or in
process_view. It is a note; where the hook reads from the request as from a file
(request.read() and the like) it is a warning. In process_view nothing is said of
POST and FILES where CsrfViewMiddleware stands further out, which has read them
already, and nothing of CsrfViewMiddleware itself and of classes derived from it.

## Why

"Accessing request.POST inside middleware before the view runs or in
process_view() will prevent any view running after the middleware from being able
to modify the upload handlers for the request, and should normally be avoided"
(Django: docs/topics/http/middleware.txt, process_view, which excepts
CsrfViewMiddleware). It also reads an upload to its end before a view may refuse
it. What request.read() has taken is gone: request.POST is empty in the view, and
request.body raises RawPostDataException (django/http/request.py).`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Audit"}, Code: `from django.utils.deprecation import MiddlewareMixin


class Audit(MiddlewareMixin):
    def process_request(self, request):
        request.audit = request.read()
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Audit"}, Code: `from django.utils.deprecation import MiddlewareMixin


class Audit(MiddlewareMixin):
    def process_response(self, request, response):
        response["X-Audit"] = str(len(request.POST))
        return response
`},
	Run: runEarlyBody,
}

func runEarlyBody(p *Pass) {
	for i := range p.Layers {
		l := &p.Layers[i]
		if p.own(i) == nil || l.Facts.Span.Line < 1 || isCsrf(l.Facts) {
			continue
		}
		for _, h := range p.running(l) {
			var use *layers.BodyUse
			for k := range l.Facts.Bodies {
				b := &l.Facts.Bodies[k]
				if b.What != "REQUEST" && b.What != "raw_post_data" && b.Hook == h.Name && (b.Phase == layers.RequestPhase || b.Phase == layers.ViewPhase) && !p.readByCsrf(i, b) {
					if use == nil || takes(b) && !takes(use) {
						use = b
					}
				}
			}
			if use == nil {
				continue
			}
			out := Problem{
				Severity: finding.Note, What: hookOf(l, h) + " reads request." + use.What + " before the view",
				Why: "the view can no longer choose how uploads are handled", Action: "read it in the view, or when the response goes out",
				Label: "reads the body",
			}
			if takes(use) {
				out.Severity = finding.Warning
				out.What = hookOf(l, h) + " reads the request like a file"
				out.Why = "the view finds request.POST empty and no request.body"
				out.Action = "read request.body"
			}
			p.reportOn(l, h.Owner, use.Span, out)
		}
	}
}

// isCsrf says that the layer is Django's CsrfViewMiddleware or derived from it.
func isCsrf(l *layers.Layer) bool {
	const path = "django.middleware.csrf.CsrfViewMiddleware"
	return l.Target == path || slices.ContainsFunc(l.Bases, func(b layers.Base) bool { return b.Path == path })
}

// takes says that what is read is gone.
func takes(b *layers.BodyUse) bool {
	switch b.What {
	case "read", "readline", "readlines", "__iter__":
		return true
	}
	return false
}

// readByCsrf says that CsrfViewMiddleware has read the form before.
func (p *Pass) readByCsrf(i int, b *layers.BodyUse) bool {
	if b.Phase != layers.ViewPhase || b.What != "POST" && b.What != "FILES" {
		return false
	}
	for _, j := range p.Players("django.middleware.csrf.CsrfViewMiddleware") {
		if j < i {
			return true
		}
	}
	return false
}
