// Package conformance holds a chain of another package against the suite for
// engines, and the middleware of other packages against the suite for layers.
package conformance

import (
	"context"
	"errors"
	"net/http"

	"github.com/urfave/negroni"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Negroni is a negroni chain as an engine: each layer of a scenario is a
// negroni.Handler around the next one, an error is a panic, and a recovery at
// the outside makes the page for it. That is how such chains are put together;
// what negroni has no place for (process_view, process_template_response,
// process_exception, a film between layers) is left out.
func Negroni(s conformance.Stack) (conformance.Built, error) {
	var log []string
	chain := negroni.New(recovery{s.App})
	for _, l := range s.Layers {
		h, err := handler(l)
		if errors.Is(err, web.ErrNotUsed) {
			log = append(log, "not_used:"+l.Name)
			continue
		}
		if err != nil {
			return conformance.Built{LoadLog: log}, err
		}
		chain.Use(h)
	}
	app := s.App
	chain.UseHandlerFunc(func(w http.ResponseWriter, req *http.Request) { view(&app, w, req) })
	return conformance.Built{Handler: chain, LoadLog: log}, nil
}

// current is the request of the stack.
func current(w http.ResponseWriter, req *http.Request) *web.Request {
	if r, ok := web.FromContext(req.Context()); ok {
		return r
	}
	return web.Incoming(w, req)
}

// view answers innermost.
func view(app *web.App, w http.ResponseWriter, req *http.Request) {
	r := current(w, req)
	if err := app.Resolve(r); err != nil {
		panic(err)
	}
	if r.Match.View == nil {
		panic("the chain has no asynchronous views")
	}
	res, err := r.Match.View(r)
	if err == nil && res == nil {
		err = &web.LayerError{Layer: r.Match.Name, Hook: "view", Err: web.ErrNilResponse}
	}
	if err == nil && res.Unrendered() {
		err = res.Render(r)
	}
	if err != nil {
		panic(err)
	}
	send(w, r, res)
}

func send(w http.ResponseWriter, r *web.Request, res *web.Response) {
	defer res.Close()
	if err := web.Send(w, r, res); err != nil {
		panic(err)
	}
}

// recovery is the outermost handler.
type recovery struct{ app web.App }

// ServeHTTP answers what panics further in.
func (h recovery) ServeHTTP(w http.ResponseWriter, req *http.Request, next http.HandlerFunc) {
	r := web.Incoming(w, req)
	res, err := web.HandlerView(next)(r)
	if err != nil {
		if web.KindOf(err).Leaves() {
			panic(err)
		}
		h.app.OnException(r, err)
		res, err = h.app.ErrorPage(r, http.StatusInternalServerError)(r, err)
		if err != nil {
			panic(err)
		}
	}
	send(w, r, res)
	h.app.OnFinished(r)
}

// handler makes a negroni.Handler of a layer.
func handler(l conformance.Layer) (negroni.Handler, error) {
	f := l.Modern()
	if f.NewHooks != nil {
		made, err := f.NewHooks()
		if err != nil {
			return nil, err
		}
		return hooks{web.HooksOf(made)}, nil
	}
	if f.New == nil {
		return nil, modern.ErrNoMode
	}
	key := new(int)
	layer, err := f.New(func(r *web.Request) *web.Response {
		return inner(r, r.Context().Value(key).(http.HandlerFunc))
	})
	if err == nil && layer == nil {
		err = modern.ErrNilLayer
	}
	return body{layer, key}, err
}

// inner is what the next handler writes.
func inner(r *web.Request, next http.HandlerFunc) *web.Response {
	res, err := web.HandlerView(next)(r)
	if err != nil {
		panic(err)
	}
	return res
}

type hooks struct{ web.HookSet }

// ServeHTTP runs process_request and process_response around the next handler.
func (h hooks) ServeHTTP(w http.ResponseWriter, req *http.Request, next http.HandlerFunc) {
	r := current(w, req)
	var res *web.Response
	var err error
	if h.Request != nil {
		res, err = h.Request.ProcessRequest(r)
	}
	if err == nil && res == nil {
		res = inner(r, next)
	}
	if err == nil && h.Response != nil {
		res, err = h.Response.ProcessResponse(r, res)
	}
	answer(w, r, res, err)
}

type body struct {
	layer modern.Layer
	key   *int
}

// ServeHTTP runs a layer that calls the next handler itself.
func (h body) ServeHTTP(w http.ResponseWriter, req *http.Request, next http.HandlerFunc) {
	r := current(w, req)
	r.SetHTTP(r.WithContext(context.WithValue(r.Context(), h.key, next)))
	res, err := h.layer.Handle(r)
	answer(w, r, res, err)
}

func answer(w http.ResponseWriter, r *web.Request, res *web.Response, err error) {
	if err == nil && res == nil {
		err = web.ErrNilResponse
	}
	if err != nil {
		panic(err)
	}
	send(w, r, res)
}
