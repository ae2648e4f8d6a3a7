package conformance

import (
	"errors"
	"net/http"

	"github.com/mwcheck/mwcheck/web"
)

const (
	citeMiddleware = "Django docs, topics/http/middleware, \"Writing your own middleware\""
	citeFilm       = "Django 5.2 django/core/handlers/exception.py convert_exception_to_response"
	citeMixin      = "Django 5.2 django/utils/deprecation.py MiddlewareMixin.__call__"
	citeLoad       = "Django 5.2 django/core/handlers/base.py load_middleware"
)

// zoo are ordinary requests and answers.
func zoo() []drive {
	return []drive{
		get("a page", page("hello")),
		get("an empty answer", reply{status: http.StatusOK}),
		get("no content", reply{status: http.StatusNoContent}),
		get("not modified", reply{status: http.StatusNotModified, header: http.Header{"Etag": {`"x"`}}}),
		get("a redirect", reply{status: http.StatusFound, header: http.Header{"Location": {"/there"}}}),
		get("a page not found", reply{status: http.StatusNotFound, body: "no"}),
		get("an error of the view", reply{status: http.StatusOK, err: errors.New("the view failed")}),
		get("a page with a type", reply{status: http.StatusOK, body: "<p>hello</p>", header: http.Header{"Content-Type": {"text/html"}, "Content-Length": {"12"}}}),
		{name: "a HEAD request", method: http.MethodHead, reply: reply{status: http.StatusOK, header: http.Header{"Content-Length": {"5"}}}},
		{name: "a form", method: http.MethodPost, body: "a=1&b=2", header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, reply: page("done")},
	}
}

func callChecks() []LayerCheck {
	return []LayerCheck{
		{"builds", SeverityError, "a layer can be built in the stacks it belongs into", citeLoad, checkBuilds},
		{"builds-without-serving", SeverityError, "a factory builds; it does not call what is further in", citeMiddleware, checkEarly},
		{"set-up-once", SeverityWarning, "the work of the factory is done once, not per request", citeMiddleware, checkSetUp},
		{"survives-plain", SeverityError, "a layer does not fail where what is further in does not", citeFilm, func(b *bench) { checkSurvives(b, zoo()) }},
		{"survives-stream", SeverityError, "a layer does not fail on a stream, which has no body to look at", "Django docs, topics/http/middleware, \"Dealing with streaming responses\"", func(b *bench) {
			checkSurvives(b, []drive{get("a stream", reply{status: http.StatusOK, chunks: []string{"a", "b"}})})
		}},
		{"next-once", SeverityError, "a layer calls what is further in at most once a request", "Django 5.2 django/core/handlers/base.py: the view runs as often as an outer layer calls get_response", checkOnce},
		{"answers-or-calls", SeverityError, "a layer that does not call what is further in answers itself", citeMiddleware, func(b *bench) { checkNothing(b, true) }},
		{"nil-answer", SeverityError, "a layer returns the answer from further in, or one of its own, but never nothing", "Django 5.2 django/core/handlers/base.py check_response, django/utils/deprecation.py", func(b *bench) { checkNothing(b, false) }},
	}
}

func checkBuilds(b *bench) {
	b.reached = true
	for _, in := range b.stacks {
		layer, err := b.make()
		if err == nil {
			_, err = newRig(in, layer, b.opts)
		}
		if err != nil {
			b.result.add(Problem{In: in, Side: SideLayer, Text: err.Error()})
		}
	}
}

func checkEarly(b *bench) {
	b.each(func(g *rig) {
		b.reached = true
		if g.early > 0 {
			b.result.add(Problem{In: g.in, Side: SideLayer, Text: "called what is further in while it was built"})
		}
	}, inModern, inAsync, inHTTP)
}

func checkSetUp(b *bench) {
	if b.opts.SetUp == nil {
		b.why = "needs LayerOptions.SetUp"
		return
	}
	b.each(func(g *rig) {
		before := b.opts.SetUp()
		for range 3 {
			g.serve(get("a page", page("hello")))
		}
		b.reached = true
		if after := b.opts.SetUp(); after != before {
			b.result.add(Problem{In: g.in, Side: SideLayer, Text: "the work was done again with requests"})
		}
	})
}

func checkSurvives(b *bench, drives []drive) {
	for _, d := range drives {
		b.each(func(g *rig) {
			s := g.serve(d)
			b.reached = true
			switch {
			case s.hung:
				b.problem(s, "did not answer within %v", b.opts.timeout())
			case s.err != nil && !s.needsAttr() && !errors.Is(s.err, http.ErrAbortHandler):
				if b.opts.Inner == nil || !isInner(s.err) {
					b.problem(s, "failed: %v", s.err)
				}
			}
		})
	}
}

// isInner says that an error passed the film on its way here: it is one of
// what is further in.
func isInner(err error) bool {
	var raised *web.Raised
	return errors.As(err, &raised) || web.KindOf(err).Leaves()
}

func checkOnce(b *bench) {
	for _, d := range zoo()[:7] {
		b.each(func(g *rig) {
			s := g.serve(d)
			b.reached = true
			if s.calls > 1 {
				b.problem(s, "called what is further in %d times", s.calls)
			}
		}, inModern, inAsync, inHTTP)
	}
}

// checkNothing sorts layers that return nothing by whether they called next.
func checkNothing(b *bench, uncalled bool) {
	drives := append(zoo(), get("a template", reply{status: http.StatusOK, body: "t", template: true}))
	for _, d := range drives {
		b.each(func(g *rig) {
			if d.reply.template && g.in == inHTTP {
				return
			}
			s := g.serve(d)
			if s.err != nil || s.hung {
				b.why = "the layer failed"
				return
			}
			b.reached = true
			if s.nothing != "" && (s.calls == 0 && s.inner == nil && g.in != inClassic) == uncalled {
				b.problem(s, "%s", s.nothing)
			}
		})
	}
}
