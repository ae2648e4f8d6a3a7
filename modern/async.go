package modern

import (
	"errors"
	"iter"

	"github.com/mwcheck/mwcheck/internal/core"
	"github.com/mwcheck/mwcheck/web"
)

var errNilFuture = errors.New("an asynchronous layer returned a nil future")

// Pending is the answer of what lies further in of an asynchronous layer.
type Pending struct {
	future *web.Future
	h      *Handler
	r      *web.Request
	name   string
	film   bool
	inner  *Pending // of a layer that does nothing but have a film
}

// Await waits for the answer; like Next, it never gives an error. What passes
// the film is a panic with *web.Raised here. Await may be called once.
func (p Pending) Await() *web.Response {
	res, err := p.settled()
	if !p.film {
		if err != nil {
			panic(&web.Raised{Err: err})
		}
		return res
	}
	if err == nil && (res != nil || p.h.core.Profile.NilPassesOutward) {
		return res
	}
	if err == nil {
		err = &web.LayerError{Layer: p.name, Err: web.ErrNilResponse}
	}
	// Error pages are made on the synchronous side (convert_exception_to_response
	// in django/core/handlers/exception.py, 3.1 and later).
	res, err = core.Hand(p.r, func() (*web.Response, error) { return p.h.core.Answer(p.r, err, true) })
	if err != nil {
		panic(&web.Raised{Err: err})
	}
	return res
}

func (p Pending) settled() (res *web.Response, err error) {
	if p.inner == nil {
		return p.future.Await()
	}
	defer func() {
		if v := recover(); v != nil {
			res, err = nil, web.Recovered(v)
		}
	}()
	return p.inner.Await(), nil
}

// emptyFilm is the film around a layer that has neither hook: there is nothing
// to hand over, so it needs no task.
func (h *Handler) emptyFilm(name string, next AsyncNext) AsyncNext {
	return func(r *web.Request) Pending {
		inner := next(r)
		return Pending{h: h, r: r, name: name, film: true, inner: &inner}
	}
}

// asyncFilm is the film around an asynchronous layer. The layer is started at
// once; what fails is answered by whoever awaits.
func (h *Handler) asyncFilm(name string, handle func(*web.Request) *web.Future) AsyncNext {
	return func(r *web.Request) (p Pending) {
		p = Pending{h: h, r: r, name: name, film: true}
		defer func() {
			if v := recover(); v != nil {
				p.future = web.Resolved(nil, web.Recovered(v))
			}
		}()
		if p.future = handle(r); p.future == nil {
			p.future = web.Resolved(nil, errNilFuture)
		}
		return p
	}
}

// innermostAsync is what the innermost layer of an asynchronous handler calls.
func (h *Handler) innermostAsync() AsyncNext {
	return h.asyncFilm("view", func(r *web.Request) *web.Future {
		return web.Go(func() (*web.Response, error) { return h.core.ServeAsync(r) })
	})
}

// upgradeAsync is MiddlewareMixin.__acall__ of django/utils/deprecation.py
// (3.1 and later): the hooks run on the synchronous side.
func upgradeAsync(hooks web.HookSet, next AsyncNext) func(*web.Request) *web.Future {
	return func(r *web.Request) *web.Future {
		return web.Go(func() (res *web.Response, err error) {
			if hooks.Request != nil {
				res, err = core.Hand(r, func() (*web.Response, error) { return hooks.Request.ProcessRequest(r) })
				if err != nil {
					return nil, err
				}
			}
			if res == nil {
				res = next(r).Await()
			}
			if hooks.Response != nil {
				res, err = core.Hand(r, func() (*web.Response, error) { return hooks.Response.ProcessResponse(r, res) })
			}
			return res, err
		})
	}
}

// handOver puts synchronous code below an asynchronous layer (sync_to_async):
// it runs on a goroutine of its own.
func handOver(next Next) AsyncNext {
	return func(r *web.Request) Pending {
		return Pending{future: web.Go(func() (*web.Response, error) {
			prev := r.EnterMode(web.Sync)
			defer r.EnterMode(prev)
			return next(r), nil
		})}
	}
}

// wait puts asynchronous code below a synchronous layer (async_to_sync).
func wait(next AsyncNext) Next {
	return func(r *web.Request) *web.Response {
		prev := r.EnterMode(web.Async)
		defer r.EnterMode(prev)
		return next(r).Await()
	}
}

// onTask makes a stream be consumed on the asynchronous side.
func onTask(r *web.Request) func(iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	return func(stream iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			prev := r.EnterMode(web.Async)
			defer r.EnterMode(prev)
			stream(yield)
		}
	}
}
