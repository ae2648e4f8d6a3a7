package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/mwcheck/mwcheck/web"
)

// Run builds the scenario's stack with the engine, serves one request through
// its http.Handler and tells what happened. If the run comes to a behaviour that
// Go's types rule out, the trace says so and means nothing else. What is not in
// the vocabulary (Scenario.Validate) is passed over or fails as an error of the
// layer; a panic of Build is handed on.
func (e Engine) Run(s *Scenario) Trace {
	rec := &recorder{}
	stack := s.stack(e, rec)
	if features := s.cannotBuild(e.Family); len(features) > 0 {
		return Trace{Events: []string{}, Unsupported: features}
	}
	built, err := e.Build(stack)
	trace := Trace{LoadLog: built.LoadLog}
	if err != nil {
		exc, from := describe(err)
		trace.Outcome = Outcome{Kind: OutcomeLoadError, Exc: exc, From: from}
	} else {
		trace.Outcome = serve(built.Handler, s, rec)
	}
	trace.Events = append([]string{}, rec.events...)
	if s.recordsLoad() {
		trace.Load = append([]string{}, rec.load...)
	}
	trace.Unsupported = rec.unsupported
	return trace
}

// attempt is Run; an engine that panics is a text.
func (e Engine) attempt(s *Scenario) (t Trace, text string) {
	defer func() {
		if v := recover(); v != nil {
			t, text = Trace{Events: []string{}}, fmt.Sprintf("the engine failed: %v", web.Recovered(v))
		}
	}()
	return e.Run(s), ""
}

// stack is what the engine is asked to build.
func (s *Scenario) stack(e Engine, rec *recorder) Stack {
	site := &site{scenario: s, rec: rec}
	other := &site2{site}
	stack := Stack{App: web.App{
		Router:      site,
		Propagate:   s.Propagate,
		OnException: func(r *web.Request, _ error) { rec.note(r, "signal.got_request_exception") },
		OnFinished:  func(*web.Request) { rec.finished++ },
	}}
	for i := range s.Layers {
		spec := &s.Layers[i]
		stack.Layers = append(stack.Layers, Layer{
			Name: spec.Name, Style: spec.Style,
			script: &script{spec: spec, rec: rec, other: other, falseIsNil: s.falseIsNil(e, i)},
		})
	}
	return stack
}

// recordsLoad says that the vectors hold the order of construction.
func (s *Scenario) recordsLoad() bool {
	if s.RecordLoad {
		return true
	}
	for i := range s.Layers {
		if s.Layers[i].Init != "" && s.Layers[i].Init != "ok" {
			return true
		}
	}
	return false
}

// serve sends one request through the handler, as a server would.
func serve(h http.Handler, s *Scenario, rec *recorder) (o Outcome) {
	w := &wire{header: http.Header{}}
	path := "/"
	if s.URL == "not_found" {
		path = "/nowhere/"
	}
	req := (&http.Request{
		Method: http.MethodGet, URL: &url.URL{Path: path}, Host: "testserver",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody,
	}).WithContext(context.Background())
	defer func() {
		if v := recover(); v != nil {
			err := web.Recovered(v)
			if errors.Is(err, errFalse) {
				o = falseOutcome()
				return
			}
			exc, from := describe(err)
			o = Outcome{Kind: OutcomeRaised, Exc: exc, From: from, Finished: rec.finished, Started: w.status}
		}
	}()
	h.ServeHTTP(w, req)
	return w.outcome(rec.finished)
}

// site is the scenario's URLconf.
type site struct {
	scenario *Scenario
	rec      *recorder
}

// Resolve knows one URL.
func (s *site) Resolve(r *web.Request) (web.Match, error) {
	if r.URL.Path != "/" {
		return web.Match{}, web.ErrNotFound
	}
	return s.match(), nil
}

// ErrorPage gives the handlers of the scenario.
func (s *site) ErrorPage(status int) web.ErrorView {
	return s.page("handler"+strconv.Itoa(status), status, s.scenario.ErrorHandlers)
}

func (s *site) page(event string, status int, how string) web.ErrorView {
	return func(r *web.Request, cause error) (*web.Response, error) {
		s.rec.note(r, event+errorFields(cause))
		switch {
		case how == "django":
			return web.DefaultPage(status), nil
		case how == "raise", how == "raise4xx" && status < http.StatusInternalServerError:
			return nil, raise("value_error", event)
		case how == "template":
			return s.rec.respondTemplate(status, event, ""), nil
		}
		return respond(status, event), nil
	}
}

// site2 is the second URLconf: the same URLs, handlers of its own.
type site2 struct{ *site }

// ErrorPage gives handlers that say which URLconf they are of.
func (s *site2) ErrorPage(status int) web.ErrorView {
	return s.page("urlconf2.handler"+strconv.Itoa(status), status, "custom")
}
