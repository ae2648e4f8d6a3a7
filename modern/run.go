package modern

import (
	"github.com/mwcheck/mwcheck/web"
)

// hookRun serves neighbouring hook layers in one frame: a flat loop over their
// request hooks, what is further in, a flat loop over their response hooks.
// The films between them are positions in the loops: what fails at one layer
// is answered there and goes on as a response at the next one out.
type hookRun struct {
	h        *Handler
	next     Next
	strict   bool
	names    []string // of the layers, outermost first
	request  []requestHook
	response []responseHook // innermost first
	// after[i] is the first response hook outside layer i, own[i] the first
	// of layer i or outside it.
	after, own []int
}

type requestHook struct {
	hook  web.RequestHook
	layer int
}

type responseHook struct {
	hook  web.ResponseHook
	layer int
}

// hookRun builds the run of layers, which come innermost first.
func (h *Handler) hookRun(layers []hookLayer, next Next) Next {
	run := &hookRun{h: h, next: next, strict: !h.core.Profile.NilPassesOutward}
	n := len(layers)
	run.own, run.after = make([]int, n), make([]int, n)
	for i, l := range layers {
		at := n - 1 - i
		run.own[at] = len(run.response)
		if l.hooks.Response != nil {
			run.response = append(run.response, responseHook{l.hooks.Response, at})
		}
		run.after[at] = len(run.response)
	}
	for i := n - 1; i >= 0; i-- {
		run.names = append(run.names, layers[i].name)
		if l := layers[i]; l.hooks.Request != nil {
			run.request = append(run.request, requestHook{l.hooks.Request, n - 1 - i})
		}
	}
	return run.serve
}

// runState is where a request is in a run.
type runState struct {
	res   *web.Response
	err   error
	layer int // whose code is running, or has failed
	at    int // the next response hook
	busy  bool
}

func (run *hookRun) serve(r *web.Request) *web.Response {
	var s runState
	run.request1(r, &s)
	for s.err != nil {
		run.answer(r, &s)
		run.responses(r, &s)
	}
	return s.res
}

// request1 goes in and, if nothing fails, out again.
func (run *hookRun) request1(r *web.Request, s *runState) {
	s.busy = true
	defer func() {
		if s.busy {
			if v := recover(); v != nil {
				s.res, s.err = nil, web.Recovered(v)
			}
		}
	}()
	for i := range run.request {
		s.layer = run.request[i].layer
		res, err := run.request[i].hook.ProcessRequest(r)
		if err != nil {
			s.err, s.busy = err, false
			return
		}
		if res != nil {
			s.res, s.at = res, run.own[s.layer]
			run.out(r, s)
			return
		}
	}
	s.layer = len(run.names) - 1
	s.res = run.next(r)
	run.out(r, s)
}

// responses goes on outwards after a failure was answered.
func (run *hookRun) responses(r *web.Request, s *runState) {
	s.busy = true
	defer func() {
		if s.busy {
			if v := recover(); v != nil {
				s.res, s.err = nil, web.Recovered(v)
			}
		}
	}()
	run.out(r, s)
}

// out is the loop over the response hooks from s.at on.
func (run *hookRun) out(r *web.Request, s *runState) {
	res := s.res
	for i := s.at; i < len(run.response); i++ {
		s.layer = run.response[i].layer
		var err error
		res, err = run.response[i].hook.ProcessResponse(r, res)
		if err != nil || (res == nil && run.strict) {
			if err == nil {
				err = &web.LayerError{Layer: run.names[s.layer], Hook: "process_response", Err: web.ErrNilResponse}
			}
			s.res, s.err, s.busy = nil, err, false
			return
		}
	}
	s.res, s.busy = res, false
}

// answer is the film of the layer that failed and, where the error passes it,
// of each one further out in turn.
func (run *hookRun) answer(r *web.Request, s *runState) {
	err := s.err
	for layer := s.layer; layer >= 0; layer-- {
		res, left := run.h.core.Answer(r, err, true)
		if left == nil {
			s.res, s.err, s.at = res, nil, run.after[layer]
			return
		}
		err = left
	}
	panic(&web.Raised{Err: err})
}
