package modern

import (
	"github.com/mwcheck/mwcheck/internal/core"
	"github.com/mwcheck/mwcheck/web"
)

// innermost is what the innermost layer calls: the view and all around it.
func (h *Handler) innermost() Next {
	return func(r *web.Request) *web.Response {
		var in core.Inner
		h.core.Enter(r, &in)
		if in.Straight() {
			return in.Res
		}
		return h.complete(r, &in)
	}
}

// complete does what is left in the innermost part, its film included.
func (h *Handler) complete(r *web.Request, in *core.Inner) *web.Response {
	res, _, err := h.core.Complete(r, in)
	if err != nil {
		return h.answer(r, err)
	}
	return res
}

// film is convert_exception_to_response in django/core/handlers/exception.py:
// around a layer, it turns errors and panics into responses.
//
// A recovering frame a layer is what that costs. It is one closure with one
// deferred function, which the compiler calls directly; all that is rare lies
// behind it.
func (h *Handler) film(name string, layer Layer) Next {
	switch l := layer.(type) {
	case *funcLayer:
		handle, next := l.handle, l.next
		return func(r *web.Request) (res *web.Response) {
			returned := false
			defer func() {
				if !returned {
					res = h.caught(r, recover())
				}
			}()
			res, err := handle(r, next)
			returned = true
			if res == nil || err != nil {
				return h.fault(r, name, err)
			}
			return res
		}
	case LayerFunc:
		return func(r *web.Request) (res *web.Response) {
			returned := false
			defer func() {
				if !returned {
					res = h.caught(r, recover())
				}
			}()
			res, err := l(r)
			returned = true
			if res == nil || err != nil {
				return h.fault(r, name, err)
			}
			return res
		}
	}
	return func(r *web.Request) (res *web.Response) {
		returned := false
		defer func() {
			if !returned {
				res = h.caught(r, recover())
			}
		}()
		res, err := layer.Handle(r)
		returned = true
		if res == nil || err != nil {
			return h.fault(r, name, err)
		}
		return res
	}
}

// unfilmed is a group, which has no film: what it gives as an error leaves.
func unfilmed(group Group) Next {
	return func(r *web.Request) *web.Response {
		res, err := group.Handle(r)
		if err != nil {
			panic(&web.Raised{Err: err})
		}
		return res
	}
}

// caught is the way out of a film that recovered. Without a value the layer
// has ended its goroutine, and nothing is answered.
func (h *Handler) caught(r *web.Request, v any) *web.Response {
	if v == nil {
		return nil
	}
	return h.answer(r, web.Recovered(v))
}

// fault is the way out of a film for an error, or for nothing at all.
func (h *Handler) fault(r *web.Request, name string, err error) *web.Response {
	if err == nil {
		if h.core.Profile.NilPassesOutward {
			return nil
		}
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
