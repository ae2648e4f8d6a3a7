package classic

import (
	"github.com/mwcheck/mwcheck/web"
)

// Respond runs the stack. Who calls it sends and closes the response. The
// error is one that leaves the handler: an exit, a propagated error, or the
// failure of the page for status 500. It mirrors get_response of
// django/core/handlers/base.py (1.8 to 1.11).
func (h *Handler) Respond(r *web.Request) (*web.Response, error) {
	res, templated, err := h.front(r)
	if err != nil {
		templated = false
		if res, err = h.core.Answer(r, err, true); err != nil {
			return nil, err
		}
	}
	var b back
	if h.back(r, res, &b); b.err != nil {
		return h.failed(r, b.err, templated)
	}
	if b.res == nil || b.res.Unrendered() {
		return h.core.Late(r, b.res, templated)
	}
	return b.res, nil
}

// failed makes the page for an error of a response hook: always that of
// status 500, and no hook sees it.
func (h *Handler) failed(r *web.Request, err error, templated bool) (*web.Response, error) {
	res, err := h.core.AnswerServerError(r, err)
	if err != nil {
		return nil, err
	}
	return h.core.Late(r, res, templated)
}

// front runs everything before the response hooks.
func (h *Handler) front(r *web.Request) (res *web.Response, templated bool, err error) {
	if len(h.request) > 0 {
		res, err = h.requestHooks(r)
		if err != nil {
			if h.core.Profile.RequestErrorsSkipExceptionHooks {
				return nil, false, err
			}
			res, err = h.core.Excuse(r, err)
			return res, false, err
		}
		if res != nil {
			if res.Template() != nil && h.core.Profile.RequestTemplatesUseHooks {
				return h.core.Templated(r, res)
			}
			return res, false, nil
		}
	}
	return h.core.Serve(r)
}

func (h *Handler) requestHooks(r *web.Request) (res *web.Response, err error) {
	busy := true
	defer func() {
		if busy {
			if v := recover(); v != nil {
				res, err = nil, web.Recovered(v)
			}
		}
	}()
	for _, hook := range h.request {
		res, err = hook.ProcessRequest(r)
		if res != nil || err != nil {
			break
		}
	}
	busy = false
	return res, err
}

// back is what came of the response hooks.
type back struct {
	res *web.Response
	err error
}

func (h *Handler) back(r *web.Request, res *web.Response, b *back) {
	busy := true
	defer func() {
		if busy {
			if v := recover(); v != nil {
				b.res, b.err = nil, web.Recovered(v)
			}
		}
	}()
	for i, hook := range h.response {
		var err error
		res, err = hook.ProcessResponse(r, res)
		if err != nil {
			b.err = err
			break
		}
		if res == nil {
			b.err = &web.LayerError{Layer: h.names[i], Hook: "process_response", Err: web.ErrNilResponse}
			break
		}
	}
	b.res = res
	busy = false
}
