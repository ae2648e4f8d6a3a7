package mixin

import (
	"errors"
	"fmt"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Causes of errors of a downgraded layer; those of a request come wrapped in a
// web.LayerError that names it.
var (
	// ErrAsyncOnly is a factory that can only build an asynchronous layer.
	ErrAsyncOnly = errors.New("runs on the asynchronous side only, which a classic stack has not")
	// ErrGroup is a factory made by Island or Group.
	ErrGroup = errors.New("is a group of classic layers: put them into the stack themselves")
	// ErrNextNever is a layer that neither answered nor called next.
	ErrNextNever = errors.New("returned no response and did not call next")
	// ErrNextTwice is a layer that called next again. A classic stack goes
	// further in once.
	ErrNextTwice = errors.New("called next a second time, which a classic stack cannot do")
	// ErrNextLate is a layer that called next when it had answered already.
	ErrNextLate = errors.New("called next after it had answered")
	// ErrNextForeign is a layer that called next with a request that is neither
	// the one it was given nor a copy of it.
	ErrNextForeign = errors.New("called next with a request that is not the one it was given")
	// ErrUnwound is what next panics with, in a *web.Raised, when the request is
	// over and process_response was never reached: the classic model skips it
	// after an error further in. The layer's deferred functions run; what it
	// returns is dropped. It is an exit (web.ErrExit), which layers let pass.
	ErrUnwound = fmt.Errorf("the request ended without process_response: %w", web.ErrExit)
)

// Downgrade makes a layer of the modern model a layer of a classic stack, by
// suspending it where it calls next: what comes before is its process_request,
// what comes after is its process_response. The hooks both models share stay
// as they are.
//
// A layer that answers without calling next short-circuits as a
// process_request does: every process_response of the stack runs then, but for
// its own second half, which was never reached. A layer that was not entered
// lets responses pass.
//
// Each request costs the layer a goroutine, as layers may call next from
// another one; the request is handed over between them. The layer works on a
// fork of the request, and each side follows the other when it goes on.
//
// Where the layer comes from Upgrade, the classic layer itself is taken.
func Downgrade(f modern.Factory) classic.Factory {
	built := new(source)
	return classic.Factory{Name: f.Name, New: func() (any, error) {
		switch {
		case f.NewHooks != nil:
			layer, err := f.NewHooks()
			if err == nil && layer == nil {
				err = modern.ErrNilLayer
			}
			return layer, err
		case f.NewGroup != nil:
			return nil, ErrGroup
		case f.New != nil && !f.NotSync:
			return newDowngraded(f, built)
		case f.NewAsync != nil && !f.NotAsync:
			return nil, ErrAsyncOnly
		}
		return nil, modern.ErrNoMode
	}}
}

// downgraded is a built layer.
type downgraded struct {
	name  string
	layer modern.Layer
	hooks web.HookSet
	// visit finds the request's visit in the forks that the layer, or what is
	// further in, makes of it.
	visit web.Attr[*visit]
}

func newDowngraded(f modern.Factory, built *source) (any, error) {
	d := &downgraded{name: f.Name, visit: web.NewHiddenAttr[*visit]("downgraded " + f.Name)}
	layer, err := f.New(d.next)
	if err != nil {
		return nil, err
	}
	if layer == nil {
		return nil, modern.ErrNilLayer
	}
	if err := web.CheckSharedHooks(layer); err != nil {
		return nil, err
	}
	if err := built.claim(layer); err != nil {
		return nil, err
	}
	d.layer = layer
	d.hooks = web.HooksOf(layer)
	d.hooks.Request, d.hooks.Response = d, d
	return d, nil
}

// HookSet gives the two halves of the layer and the hooks of its own.
func (d *downgraded) HookSet() web.HookSet { return d.hooks }

// ProcessRequest starts the layer and waits until it calls next or ends.
func (d *downgraded) ProcessRequest(r *web.Request) (*web.Response, error) {
	v := &visit{
		d: d, own: r.Fork(),
		events: make(chan bool, 2),
		back:   make(chan *web.Response, 1),
	}
	d.visit.Set(r, v)
	d.visit.Set(v.own, v)
	r.OnClose(v.close)
	go v.run()
	if v.ended = <-v.events; !v.ended {
		r.Follow(v.inner)
		return nil, nil
	}
	v.settled = true
	r.Follow(v.own)
	if v.res == nil && v.err == nil {
		return nil, d.fault(ErrNextNever)
	}
	return v.res, v.err
}

// ProcessResponse lets the layer go on with the response.
func (d *downgraded) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	v, entered := d.visit.Get(r)
	if !entered || v.settled {
		return res, nil
	}
	v.settled = true
	if len(v.events) == 0 {
		v.inner.Follow(r)
	}
	// Otherwise the layer has answered without waiting for next, as
	// http.TimeoutHandler does. Who called next still gets what it waits for.
	v.back <- res
	v.ended = <-v.events
	r.Follow(v.own)
	if err := v.misused(); err != nil {
		return nil, err
	}
	return v.res, v.err
}

// next is what the layer was built with.
func (d *downgraded) next(r *web.Request) *web.Response {
	v, ok := d.visit.Get(r)
	if !ok {
		panic(&web.Raised{Err: d.fault(ErrNextForeign)})
	}
	return v.next(r)
}

func (d *downgraded) fault(err error) error { return &web.LayerError{Layer: d.name, Err: err} }
