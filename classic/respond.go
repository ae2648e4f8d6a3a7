package classic

import (
	"net/http"

	"github.com/mwcheck/mwcheck/internal/core"
	"github.com/mwcheck/mwcheck/web"
)

// Respond runs the stack. Who calls it sends and closes the response and then
// calls r.RunClosers. The error is one that leaves the handler: an exit, a
// propagated error, or the failure of the page for status 500. It mirrors
// get_response of django/core/handlers/base.py (1.8 to 1.11).
func (h *Handler) Respond(r *web.Request) (*web.Response, error) {
	var p passage
	h.straight(r, &p, nil)
	if p.stage == stageDone && p.res != nil && !p.res.Unrendered() {
		return p.res, nil
	}
	return h.detour(r, &p)
}

// send is Respond for a stack that serves, with the response sent in the same
// frame. The error is one that leaves the handler.
func (h *Handler) send(w http.ResponseWriter, r *web.Request) error {
	var p passage
	if h.straight(r, &p, w); p.stage == stageSent {
		return core.SendError(p.err)
	}
	res, err := h.detour(r, &p)
	if err != nil {
		return err
	}
	return h.core.Finish(w, r, res, false)
}

// Around gives the stack as one layer around next, which then answers in place
// of the App's router and view. The hooks that run inside the innermost layer
// are not run for what next answers: that is for whoever runs next, who finds
// them in Layers. What next panics with leaves as an error that nobody in the
// stack has seen. A nil response, from next, is handed on where no hook stands
// in the way.
func (h *Handler) Around(next func(*web.Request) *web.Response) func(*web.Request) (*web.Response, error) {
	around := *h
	around.next = next
	return func(r *web.Request) (*web.Response, error) {
		var p passage
		around.straight(r, &p, nil)
		if p.stage == stageDone && (p.res == nil || !p.res.Unrendered()) {
			return p.res, nil
		}
		return around.detour(r, &p)
	}
}

// passage is how far a request has come.
type passage struct {
	stage stage
	res   *web.Response
	err   error
	in    core.Inner
}

// stage is where a request is. Where straight leaves it before stageDone,
// detour has to go on.
type stage uint8

const (
	stageRequest stage = iota // in the request hooks
	stageInner                // in what lies inside the innermost layer
	stageNext                 // in what Around was given
	stageResponse
	stageDone
	stageSending // the response is on its way to the client
	stageSent
)

// straight is the whole way of a request with which nothing goes wrong, in one
// recovering frame. It stops at an error or a panic, which it notes, and at a
// response with a template. With w it also sends what comes out, unless that
// has to be rendered first, and closes it.
func (h *Handler) straight(r *web.Request, p *passage, w http.ResponseWriter) {
	busy := true
	defer func() {
		if !busy {
			return
		}
		if p.stage == stageSending {
			// What sending throws is the server's: it goes on from here.
			h.core.Close(r, p.res)
			return
		}
		if v := recover(); v != nil {
			p.caught(v)
		}
	}()
	var res *web.Response
	for _, hook := range h.request {
		var err error
		if res, err = hook.ProcessRequest(r); res != nil || err != nil {
			if p.res, p.err = res, err; err != nil || res.Template() != nil {
				busy = false
				return
			}
			break
		}
	}
	switch {
	case res != nil:
	case h.next != nil:
		p.stage = stageNext
		res = h.next(r)
	default:
		p.stage = stageInner
		if h.core.EnterBare(r, &p.in); !p.in.Straight() {
			busy = false
			return
		}
		res = p.in.Res
	}
	p.stage = stageResponse
	for i, hook := range h.response {
		var err error
		res, err = hook.ProcessResponse(r, res)
		if res == nil || err != nil {
			p.err = h.responseError(i, err)
			busy = false
			return
		}
	}
	p.res = res
	if w == nil || res == nil || res.Unrendered() {
		p.stage = stageDone
		busy = false
		return
	}
	p.stage = stageSending
	p.err = web.Send(w, r, res)
	busy = false
	p.stage = stageSent
	h.core.Close(r, res)
}

// caught notes a panic.
func (p *passage) caught(v any) {
	if p.stage == stageInner {
		p.in.Caught(v)
		return
	}
	p.res, p.err = nil, web.Recovered(v)
}

// responseError is the error of a response hook that gave one, or nothing.
func (h *Handler) responseError(i int, err error) error {
	if err == nil {
		err = &web.LayerError{Layer: h.names[i], Hook: "process_response", Err: web.ErrNilResponse}
	}
	return err
}

// detour goes on where straight stopped.
func (h *Handler) detour(r *web.Request, p *passage) (res *web.Response, err error) {
	templated := false
	switch p.stage {
	case stageRequest:
		res, templated, err = h.afterRequestHooks(r, p.res, p.err)
	case stageInner:
		res, templated, err = h.core.Complete(r, &p.in)
	case stageResponse:
		return h.failed(r, p.err, r.Rendered())
	case stageNext:
		return nil, p.err
	default:
		return h.core.Late(r, p.res, r.Rendered())
	}
	if err != nil {
		templated = false
		if res, err = h.core.Answer(r, err, true); err != nil {
			return nil, err
		}
	}
	res, err = h.back(r, res)
	if err != nil {
		return h.failed(r, err, templated)
	}
	return h.core.Late(r, res, templated)
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

// afterRequestHooks deals with an error or a template of a request hook.
func (h *Handler) afterRequestHooks(r *web.Request, res *web.Response, err error) (_ *web.Response, templated bool, _ error) {
	switch {
	case err == nil && h.core.Profile.RequestTemplatesUseHooks:
		return h.core.Templated(r, res)
	case err == nil:
		return res, false, nil
	case h.core.Profile.RequestErrorsSkipExceptionHooks:
		return nil, false, err
	}
	res, err = h.core.Excuse(r, err)
	return res, false, err
}

// back runs the response hooks on the response of a detour.
func (h *Handler) back(r *web.Request, res *web.Response) (_ *web.Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = web.Recovered(v)
		}
	}()
	for i, hook := range h.response {
		res, err = hook.ProcessResponse(r, res)
		if res == nil || err != nil {
			return nil, h.responseError(i, err)
		}
	}
	return res, nil
}
