package modern

import (
	"errors"
	"net/http"
	"reflect"
	"runtime"
	"strings"

	"github.com/mwcheck/mwcheck/web"
)

// FromHTTP makes a layer of net/http middleware. It is named after the
// function; set Name for another one.
//
// The middleware sees the request and a ResponseWriter, and may change headers,
// answer itself, wrap the writer, flush, and send informational responses. It
// cannot hijack the connection, and trailers are not passed on. See web.Around
// for how it is run and what that means for streams.
func FromHTTP(mw func(http.Handler) http.Handler) Factory {
	return Factory{Name: functionName(mw), New: func(next Next) (Layer, error) {
		if mw == nil {
			return nil, errors.New("the middleware is nil")
		}
		handle, err := web.Around(mw, next)
		if err != nil {
			return nil, err
		}
		return LayerFunc(handle), nil
	}}
}

// functionName is the name of a function without its import path.
func functionName(f any) string {
	v := reflect.ValueOf(f)
	if v.IsNil() {
		return "nil"
	}
	name := runtime.FuncForPC(v.Pointer()).Name()
	name = name[strings.LastIndexByte(name, '/')+1:]
	return strings.TrimSuffix(name, "-fm")
}

// Wrap puts the stack around an http.Handler, which then answers in place of
// the App's router: the method value is net/http middleware, a
// func(http.Handler) http.Handler. See web.HandlerView for how the handler is
// run. Its status 404 is a response like any other, not an error.
func (h *Handler) Wrap(next http.Handler) http.Handler {
	match := web.Match{View: web.HandlerView(next)}
	router := web.RouterFunc(func(*web.Request) (web.Match, error) { return match, nil })
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r := web.Incoming(w, req)
		r.Router = router
		h.serve(w, r)
	})
}
