package modern

import (
	"net/http"

	"github.com/mwcheck/mwcheck/internal/core"
	"github.com/mwcheck/mwcheck/web"
)

// hookRun serves neighbouring hook layers in one frame: a flat loop over their
// request hooks, what is further in, a flat loop over their response hooks.
// The films between them are positions in the loops: what fails at one layer
// is answered there and goes on as a response at the next one out.
type hookRun struct {
	h        *Handler
	next     Next // nil if the view and all around it is what is further in
	strict   bool
	names    []string           // of the layers, outermost first
	request  []web.RequestHook  // outermost first
	response []web.ResponseHook // innermost first
	// The layer of each hook, and for each layer the first response hook that
	// is its own or further out, and the first further out.
	requestLayer, responseLayer []int
	own, after                  []int
}

// hookRun builds the run of layers, which come innermost first. Without next
// the innermost part is run in the frame of the run.
func (h *Handler) hookRun(layers []Member, next Next) *hookRun {
	run := &hookRun{h: h, next: next, strict: !h.core.Profile.NilPassesOutward}
	n := len(layers)
	run.own, run.after = make([]int, n), make([]int, n)
	for i, l := range layers {
		at := n - 1 - i
		run.own[at] = len(run.response)
		if l.Hooks.Response != nil {
			run.response = append(run.response, l.Hooks.Response)
			run.responseLayer = append(run.responseLayer, at)
		}
		run.after[at] = len(run.response)
	}
	for i := n - 1; i >= 0; i-- {
		run.names = append(run.names, layers[i].Name)
		if l := layers[i]; l.Hooks.Request != nil {
			run.request = append(run.request, l.Hooks.Request)
			run.requestLayer = append(run.requestLayer, n-1-i)
		}
	}
	return run
}

// serve is the run as what is further in for another layer.
func (run *hookRun) serve(r *web.Request) *web.Response {
	var s runState
	if run.straight(r, &s, nil); s.phase == through {
		return s.res
	}
	return run.detour(r, &s)
}

// send is the run as the outermost part of a stack that serves: the response
// is sent in the frame of the run, too. The error is one that leaves the
// handler.
func (run *hookRun) send(w http.ResponseWriter, r *web.Request) error {
	var s runState
	if run.straight(r, &s, w); s.phase == sent {
		return core.SendError(s.err)
	}
	res := s.res
	if s.phase != through || res == nil || res.Unrendered() {
		var err error
		if res, err = run.respondDetour(r, &s); err != nil {
			return err
		}
	}
	return run.h.core.Finish(w, r, res, false)
}

// respond is the run as the outermost part of a stack: Handler.Respond without
// a frame of its own where nothing fails.
func (run *hookRun) respond(r *web.Request) (*web.Response, error) {
	var s runState
	if run.straight(r, &s, nil); s.phase == through && s.res != nil && !s.res.Unrendered() {
		return s.res, nil
	}
	return run.respondDetour(r, &s)
}

// respondDetour is respond where something failed or is left to render.
func (run *hookRun) respondDetour(r *web.Request, s *runState) (res *web.Response, err error) {
	returned := false
	defer func() {
		// Here is caught what passed the outermost film.
		if !returned {
			if v := recover(); v != nil {
				res, err = nil, web.Recovered(v)
			}
		}
	}()
	res = run.detour(r, s)
	returned = true
	if res == nil || res.Unrendered() {
		return run.h.core.Late(r, res, r.Rendered())
	}
	return res, nil
}

// runPhase is where in a run code is running, or has failed.
type runPhase uint8

const (
	goingIn  runPhase = iota // at request hook at
	inside                   // in the innermost part, which has left its state in in
	further                  // in what is further in
	goingOut                 // at response hook at
	through
	sending // the response is on its way to the client
	sent
)

// runState is where a request is in a run.
type runState struct {
	res   *web.Response
	err   error
	at    int
	phase runPhase
	busy  bool
	in    core.Inner
}

// caught notes a panic.
func (s *runState) caught(v any) {
	if s.phase == inside {
		s.in.Caught(v)
		return
	}
	s.res, s.err = nil, web.Recovered(v)
}

// straight goes in and, if nothing fails, out again: the way of nearly every
// request, in one frame. With w it also sends what comes out, unless that has
// to be rendered first, and closes it.
func (run *hookRun) straight(r *web.Request, s *runState, w http.ResponseWriter) {
	s.busy = true
	defer func() {
		if !s.busy {
			return
		}
		if s.phase == sending {
			// What sending throws is the server's: it goes on from here.
			run.h.core.Close(r, s.res)
			return
		}
		if v := recover(); v != nil {
			s.caught(v)
		}
	}()
	for i, hook := range run.request {
		s.at = i
		res, err := hook.ProcessRequest(r)
		if res == nil && err == nil {
			continue
		}
		if err != nil {
			s.err, s.busy = err, false
			return
		}
		run.out(r, s, res, run.own[run.requestLayer[i]])
		return
	}
	var res *web.Response
	if run.next == nil {
		s.phase = inside
		if run.h.core.EnterBare(r, &s.in); !s.in.Straight() {
			s.busy = false
			return
		}
		res = s.in.Res
	} else {
		s.phase = further
		res = run.next(r)
	}
	s.phase = goingOut
	for i, hook := range run.response {
		s.at = i
		var err error
		res, err = hook.ProcessResponse(r, res)
		if err != nil || res == nil && run.strict {
			s.err, s.busy = err, false
			return
		}
	}
	s.res = res
	if w == nil || res == nil || res.Unrendered() {
		s.phase, s.busy = through, false
		return
	}
	s.phase = sending
	s.err = web.Send(w, r, res)
	s.phase, s.busy = sent, false
	run.h.core.Close(r, res)
}

// detour goes on where straight stopped, until a response is through.
func (run *hookRun) detour(r *web.Request, s *runState) *web.Response {
	if s.phase == inside && run.complete(r, s) {
		run.outwards(r, s)
	}
	for s.phase != through {
		run.answer(r, s)
		run.outwards(r, s)
	}
	return s.res
}

// complete does what is left in the innermost part. Where that fails it is
// false, and the error is one that the innermost layer of the run lets out.
func (run *hookRun) complete(r *web.Request, s *runState) (ok bool) {
	defer func() {
		if !ok {
			if v := recover(); v != nil {
				s.res, s.err = nil, web.Recovered(v)
			}
		}
	}()
	s.phase = further
	s.res = run.h.complete(r, &s.in)
	s.at = 0
	return true
}

// outwards goes on after what straight stopped at was answered.
func (run *hookRun) outwards(r *web.Request, s *runState) {
	s.busy = true
	defer func() {
		if s.busy {
			if v := recover(); v != nil {
				s.res, s.err = nil, web.Recovered(v)
			}
		}
	}()
	run.out(r, s, s.res, s.at)
}

// out is the loop over the response hooks from one on.
func (run *hookRun) out(r *web.Request, s *runState, res *web.Response, from int) {
	s.phase = goingOut
	hooks := run.response
	for i := from; i < len(hooks); i++ {
		s.at = i
		var err error
		res, err = hooks[i].ProcessResponse(r, res)
		if err != nil || res == nil && run.strict {
			s.res, s.err, s.busy = nil, err, false
			return
		}
	}
	s.res, s.phase, s.busy = res, through, false
}

// failed is the layer that failed, and how.
func (run *hookRun) failed(s *runState) (layer int, err error) {
	switch s.phase {
	case goingIn:
		return run.requestLayer[s.at], s.err
	case further:
		return len(run.names) - 1, s.err
	}
	layer = run.responseLayer[s.at]
	if s.err == nil {
		return layer, &web.LayerError{Layer: run.names[layer], Hook: "process_response", Err: web.ErrNilResponse}
	}
	return layer, s.err
}

// answer is the film of the layer that failed and, where the error passes it,
// of each one further out in turn.
func (run *hookRun) answer(r *web.Request, s *runState) {
	layer, err := run.failed(s)
	for ; layer >= 0; layer-- {
		res, left := run.h.core.Answer(r, err, true)
		if left == nil {
			s.res, s.err, s.at, s.phase = res, nil, run.after[layer], goingOut
			return
		}
		err = left
	}
	panic(&web.Raised{Err: err})
}
