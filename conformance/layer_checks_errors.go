package conformance

import (
	"errors"
	"net/http"

	"github.com/mwcheck/mwcheck/web"
)

func errorChecks() []LayerCheck {
	return []LayerCheck{
		{"errors-stay-errors", SeverityError, "an error from further in does not become a success", "johnny-cache#33; Django 5.2 django/core/handlers/exception.py response_for_exception", checkErrorsStay},
		{"abort-passes", SeverityError, "http.ErrAbortHandler and exits pass a layer; it does not answer them", "net/http, ErrAbortHandler; Django 5.2 convert_exception_to_response catches Exception, not BaseException", checkAbort},
		{"cleanup-after-error", SeverityError, "what a layer holds is given back when what is further in fails", "ambient-toolbox#103", func(b *bench) {
			checkCleanup(b, get("an error of the view", reply{err: errors.New("the view failed")}))
		}},
		{"cleanup-after-abort", SeverityError, "what a layer holds is given back when what is further in panics; that takes a defer", "ambient-toolbox#103", func(b *bench) {
			if b.hookLayer() {
				b.why = "hooks are not asked when the request is aborted; OnClose of the request is there for that"
				return
			}
			checkCleanup(b, get("an aborted request", reply{abort: true}), inModern, inAsync, inHTTP)
		}},
		{"cleanup-after-disconnect", SeverityError, "what a layer holds is given back when the client goes away in the middle of a stream", "Django 5.2 django/http/response.py close", func(b *bench) {
			d := get("a client that goes away", reply{status: http.StatusOK, chunks: []string{"a", "b", "c", "d"}})
			d.goneAfter = 1
			checkCleanup(b, d)
		}},
	}
}

func checkErrorsStay(b *bench) {
	drives := []drive{
		get("an error of the view", reply{err: errors.New("the view failed")}),
		get("a panic of the view", reply{panics: true}),
		get("an error page", reply{status: http.StatusInternalServerError, body: "broken"}),
	}
	for _, d := range drives {
		b.each(func(g *rig) {
			s := g.serve(d)
			if s.err != nil || s.nothing != "" || s.hung || s.out == nil {
				b.reached = b.reached || s.err != nil
				return
			}
			b.reached = true
			if s.answered && g.in != inHTTP {
				return
			}
			if s.calls > 0 || g.in == inClassic {
				if status := s.out.status; status < 400 {
					b.problem(s, "became status %d", status)
				}
			}
		})
	}
}

func checkAbort(b *bench) {
	b.each(func(g *rig) {
		s := g.serve(get("an aborted request", reply{abort: true}))
		switch {
		case s.hung:
			b.problem(s, "did not end within %v", b.opts.timeout())
		case s.calls == 0:
			b.why = "the layer answered itself"
		case s.viewCtx == nil:
			b.why = "the layer failed before the view"
		default:
			b.reached = true
			if !errors.Is(s.left, http.ErrAbortHandler) {
				b.problem(s, "the panic did not leave the layer")
			}
		}
	}, inModern, inAsync, inHTTP)
}

// checkCleanup serves a request that ends badly, then one that must still be
// served, and asks what is held.
func checkCleanup(b *bench, bad drive, kinds ...string) {
	b.each(func(g *rig) {
		held := 0
		if b.opts.Held != nil {
			held = b.opts.Held()
		}
		s := g.serve(bad)
		if s.hung {
			b.problem(s, "did not end within %v", b.opts.timeout())
			return
		}
		b.reached = true
		if b.opts.Held != nil {
			if now := b.opts.Held(); now != held {
				b.problem(s, "the layer holds %d, it held %d before the request", now, held)
				return
			}
		}
		after := g.serve(get("the request after "+bad.name, page("hello")))
		if after.hung {
			b.problem(after, "is stuck")
		}
	}, kinds...)
}

// needsAttr says that the layer failed after it had looked for an attribute
// that nobody wrote.
func (s *seen) needsAttr() bool { return s.err != nil && s.missing() != "" }

// missing is the last attribute that was read and not there.
func (s *seen) missing() string {
	for i := len(s.attrs) - 1; i >= 0; i-- {
		if e := s.attrs[i]; e.Op == web.AttrRead {
			if e.Found {
				return ""
			}
			return e.Name
		}
	}
	return ""
}
