package modern

import (
	"github.com/mwcheck/mwcheck/web"
)

// innermost is what the innermost layer calls: the view and all around it.
func (h *Handler) innermost() Next {
	return func(r *web.Request) *web.Response {
		res, _, err := h.core.Serve(r)
		if err != nil {
			return h.answer(r, err)
		}
		return res
	}
}

// film is convert_exception_to_response in django/core/handlers/exception.py:
// around a layer, it turns errors and panics into responses.
//
// A recovering frame a layer is what that costs. It is one closure with one
// deferred function, which the compiler calls directly; all that is rare lies
// behind it. What a layer returned is also what says whether it returned.
func (h *Handler) film(name string, layer Layer) Next {
	switch l := layer.(type) {
	case *funcLayer:
		handle, next := l.handle, l.next
		return func(r *web.Request) (res *web.Response) {
			var err error
			defer func() {
				if res == nil || err != nil {
					res = h.fault(r, name, err, recover())
				}
			}()
			res, err = handle(r, next)
			return res
		}
	case LayerFunc:
		return func(r *web.Request) (res *web.Response) {
			var err error
			defer func() {
				if res == nil || err != nil {
					res = h.fault(r, name, err, recover())
				}
			}()
			res, err = l(r)
			return res
		}
	}
	return func(r *web.Request) (res *web.Response) {
		var err error
		defer func() {
			if res == nil || err != nil {
				res = h.fault(r, name, err, recover())
			}
		}()
		res, err = layer.Handle(r)
		return res
	}
}

// fault is the slow way out of a film: an error, a panic, or nothing at all.
func (h *Handler) fault(r *web.Request, name string, err error, panicked any) *web.Response {
	switch {
	case panicked != nil:
		err = web.Recovered(panicked)
	case err == nil && h.core.Profile.NilPassesOutward:
		return nil
	case err == nil:
		err = &web.LayerError{Layer: name, Err: web.ErrNilResponse}
	}
	return h.answer(r, err)
}

// answer makes the page for an error, or lets it pass the film as a panic.
func (h *Handler) answer(r *web.Request, err error) *web.Response {
	res, err := h.core.Answer(r, err, true)
	if err != nil {
		panic(&web.Raised{Err: err})
	}
	return res
}
