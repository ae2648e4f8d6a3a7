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
// around a layer, it turns errors and panics into responses. A recovering
// frame a layer is what that costs; keep it one closure with one deferred
// function, which the compiler opens up.
func (h *Handler) film(name string, layer Layer) Next {
	strict := !h.core.Profile.NilPassesOutward
	if handle, ok := layer.(LayerFunc); ok {
		return func(r *web.Request) (res *web.Response) {
			returned := false
			defer func() {
				if !returned {
					if v := recover(); v != nil {
						res = h.answer(r, web.Recovered(v))
					}
				}
			}()
			res, err := handle(r)
			returned = true
			if err != nil || (res == nil && strict) {
				return h.fault(r, name, err)
			}
			return res
		}
	}
	return func(r *web.Request) (res *web.Response) {
		returned := false
		defer func() {
			if !returned {
				if v := recover(); v != nil {
					res = h.answer(r, web.Recovered(v))
				}
			}
		}()
		res, err := layer.Handle(r)
		returned = true
		if err != nil || (res == nil && strict) {
			return h.fault(r, name, err)
		}
		return res
	}
}

// fault is the slow way out of a film: an error, or nothing at all.
func (h *Handler) fault(r *web.Request, name string, err error) *web.Response {
	if err == nil {
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
