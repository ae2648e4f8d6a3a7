package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// HandlerView makes a view of an http.Handler. What the handler writes is the
// response: its bytes or, from its first Flush or its first mebibyte on, a
// stream. The handler finds the request of the stack with FromContext.
//
// The handler runs on a goroutine of its own, as it has to stand still while
// the layers see its response and go on when the stream is consumed. It is
// never left running: the request is not over before the handler has returned.
func HandlerView(h http.Handler) View {
	return func(r *Request) (*Response, error) {
		return newExchange(r, nil).run(h)
	}
}

// FromContext gives the request of the stack to an http.Handler that is its
// view.
func FromContext(ctx context.Context) (*Request, bool) {
	r, ok := ctx.Value(requestKey{}).(*Request)
	return r, ok
}

type requestKey struct{}

// ErrContextLost is the error of net/http middleware that hands on a request
// whose context does not come from the one it got.
var ErrContextLost = errors.New("net/http middleware dropped the request's context")

// Around puts net/http middleware around next, as one layer. mw is called
// once; the handler it makes runs on a goroutine of its own, as that of
// HandlerView does. Where mw hands on the ResponseWriter it got, the response
// from further in stays what it is, its stream or template included; where it
// wraps the writer, the response is written through the wrapper.
//
// What is further in works on a copy of the request and its attributes are
// taken over when it has answered: middleware such as http.TimeoutHandler gives
// up on what is further in while it still runs.
func Around(mw func(http.Handler) http.Handler, next func(*Request) *Response) (View, error) {
	key := new(exchangeKey)
	h := mw(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		x, ok := req.Context().Value(key).(*exchange)
		if !ok {
			panic(ErrContextLost)
		}
		x.inner(w, req, next)
	}))
	if h == nil {
		return nil, errors.New("the middleware returned no handler")
	}
	return func(r *Request) (*Response, error) {
		return newExchange(r, key).run(h)
	}, nil
}

// exchangeKey finds the exchange of one layer; it must not be of size zero, as
// its address counts.
type exchangeKey struct{ _ byte }

// exchangeContext carries an exchange to the inner handler, or the request to
// the handler of a view.
type exchangeContext struct {
	context.Context
	x *exchange
}

func (c *exchangeContext) Value(key any) any {
	switch key := key.(type) {
	case *exchangeKey:
		if key == c.x.key {
			return c.x
		}
	case requestKey:
		if c.x.key == nil {
			return c.x.r
		}
	}
	return c.Context.Value(key)
}

// inner is what is further in, called by the middleware.
func (x *exchange) inner(w http.ResponseWriter, req *http.Request, next func(*Request) *Response) {
	child := x.child(w, req)
	if child == nil {
		return
	}
	res := furtherIn(next, child)
	if kept := x.childDone(child, res); !kept || res == nil {
		return
	}
	if w == http.ResponseWriter(x) && x.adopt(res, child) {
		return
	}
	x.write(w, child, res)
}

// furtherIn calls what is further in. net/http middleware asks with == for an
// abort, so one that a film let pass is http.ErrAbortHandler itself again.
func furtherIn(next func(*Request) *Response, r *Request) *Response {
	defer func() {
		if v := recover(); v != nil {
			if raised, ok := v.(*Raised); ok && errors.Is(raised.Err, http.ErrAbortHandler) {
				v = http.ErrAbortHandler
			}
			panic(v)
		}
	}()
	return next(r)
}

// write sends a response from further in through a writer of the middleware.
func (x *exchange) write(w http.ResponseWriter, child *Request, res *Response) {
	x.mu.Lock()
	x.used = append(x.used, res)
	x.mu.Unlock()
	if res.Unrendered() {
		if err := res.Render(child); err != nil {
			x.fail(err)
		}
	}
	if err := send(w, child, res, false); err != nil {
		var gone *WriteError
		if !errors.As(err, &gone) {
			x.fail(err)
		}
	}
}

// fail ends the handler with an error of the response it was writing, in the
// way of net/http.
func (x *exchange) fail(err error) {
	x.mu.Lock()
	if x.failure == nil {
		x.failure = fmt.Errorf("response from further in: %w", err)
	}
	x.mu.Unlock()
	panic(http.ErrAbortHandler)
}
