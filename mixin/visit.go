package mixin

import (
	"errors"
	"sync"

	"github.com/mwcheck/mwcheck/web"
)

// visit is one request in a downgraded layer. The goroutine of the engine and
// that of the layer take turns: one is always waiting for the other, except
// where a layer answers while what is further in still runs.
type visit struct {
	d   *downgraded
	own *web.Request // the fork the layer works on

	// events tells the engine that next was called (false) and that the layer
	// has ended (true); each comes at most once, so that nobody waits to send.
	events chan bool
	// back takes the response from further in to next; closed without one, it
	// unwinds the layer.
	back chan *web.Response

	mu     sync.Mutex
	inner  *web.Request // what next was called with
	over   bool         // the layer has ended
	misuse error

	// The layer's answer; the event of its end is sent after it.
	res *web.Response
	err error

	// Of the engine's side.
	ended   bool
	settled bool // answered by the layer, or given up
}

// run is the layer's goroutine.
func (v *visit) run() {
	returned := false
	defer func() {
		if !returned {
			if cause := recover(); cause != nil {
				v.res, v.err = nil, web.Recovered(cause)
			} else {
				v.res, v.err = nil, v.d.fault(errGoexit)
			}
		}
		v.mu.Lock()
		v.over = true
		v.mu.Unlock()
		v.events <- true
	}()
	v.res, v.err = v.d.layer.Handle(v.own)
	returned = true
}

// errGoexit is a layer that called runtime.Goexit.
var errGoexit = errors.New("ended its goroutine without an answer")

// next suspends the layer.
func (v *visit) next(r *web.Request) *web.Response {
	if err := v.call(r); err != nil {
		panic(&web.Raised{Err: err})
	}
	v.events <- false
	res, ok := <-v.back
	if !ok {
		panic(&web.Raised{Err: ErrUnwound})
	}
	return res
}

// call notes a call of next, or says what is wrong with it.
func (v *visit) call(r *web.Request) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.inner != nil:
		v.misuse = v.d.fault(ErrNextTwice)
		return v.misuse
	case v.over:
		return v.d.fault(ErrNextLate)
	}
	v.inner = r
	return nil
}

func (v *visit) misused() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.misuse
}

// close runs when the request is over.
func (v *visit) close() {
	if !v.settled {
		v.settled = true
		close(v.back)
	}
	if !v.ended {
		v.ended = <-v.events
		if v.res != nil {
			v.res.Close()
		}
	}
	v.own.RunClosers()
}
