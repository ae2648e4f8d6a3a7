// Package modern is the engine of Django's second middleware model, MIDDLEWARE
// (since Django 1.10): factories that get what is further in and return a
// layer, nested like an onion.
//
// Between any two layers lies a thin film. It turns the error of a layer into
// the page of its kind, so that the next layer out sees a response and never
// an error: [Next] has no error result. What passes the film is a panic with
// *web.Raised: an exit, an error in propagate mode, and the failure of the page
// for status 500.
//
// A layer is synchronous, asynchronous or both; the engine plans which of them
// runs how, as Django does, and adapts where two neighbours differ. See [Plan].
package modern

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/mwcheck/mwcheck/internal/core"
	"github.com/mwcheck/mwcheck/web"
)

// Next is what lies further in: it answers, and never with an error.
type Next func(r *web.Request) *web.Response

// AsyncNext is what lies further in for an asynchronous layer. It does not
// block.
type AsyncNext func(r *web.Request) Pending

// Layer is a built synchronous layer. It may have the hooks of a modern layer
// as well: ViewHook, TemplateResponseHook, ExceptionHook and their
// asynchronous forms (RequestHook and ResponseHook mean nothing here).
type Layer interface {
	Handle(r *web.Request) (*web.Response, error)
}

// AsyncLayer is a built asynchronous layer. HandleAsync must not block.
type AsyncLayer interface {
	HandleAsync(r *web.Request) *web.Future
}

// LayerFunc makes a Layer of a function.
type LayerFunc func(r *web.Request) (*web.Response, error)

// Handle calls f.
func (f LayerFunc) Handle(r *web.Request) (*web.Response, error) { return f(r) }

// AsyncLayerFunc makes an AsyncLayer of a function.
type AsyncLayerFunc func(r *web.Request) *web.Future

// HandleAsync calls f.
func (f AsyncLayerFunc) HandleAsync(r *web.Request) *web.Future { return f(r) }

// Factory builds a layer. Which constructors it has says what it can do: New
// is Django's sync_capable, NewAsync its async_capable, both make a hybrid
// layer, which is built in the mode of what is further in.
type Factory struct {
	// Name is how plans and errors call the layer.
	Name string
	// New builds the synchronous layer. web.ErrNotUsed drops the layer.
	New func(next Next) (Layer, error)
	// NewAsync builds the asynchronous layer.
	NewAsync func(next AsyncNext) (AsyncLayer, error)
	// NewHooks, instead of the two above, makes a layer of the classic model
	// that is run as Django's MiddlewareMixin runs it: process_request, then
	// what is further in unless that answered, then process_response. It can do
	// both modes. Neighbours of this kind share one frame. mixin.Upgrade fills
	// it in.
	NewHooks func() (any, error)
	// NewGroup, instead of those above, makes a layer that stands for several
	// and does without a film: it makes its own error pages, an error it returns
	// leaves as it is, and what leaves further in does not concern it. It can do
	// the synchronous mode only. mixin.Island fills it in.
	NewGroup func(cfg Config, next Next) (Group, error)
	// Discard, if it is set, is called for a layer that was built into a stack
	// that could not be built in the end.
	Discard func()
	// NotSync and NotAsync take a capability back (sync_capable = False,
	// async_capable = False).
	NotSync, NotAsync bool
}

// ModernFactory tells the classic engine what it was given by mistake.
func (Factory) ModernFactory() {}

func (f Factory) canSync() bool {
	return (f.New != nil || f.NewHooks != nil || f.NewGroup != nil) && !f.NotSync
}

func (f Factory) canAsync() bool {
	return (f.NewAsync != nil || f.NewHooks != nil) && !f.NotAsync
}

// Func is a factory of a plain synchronous function, the commonest layer.
func Func(name string, handle func(r *web.Request, next Next) (*web.Response, error)) Factory {
	return Factory{Name: name, New: func(next Next) (Layer, error) {
		return &funcLayer{handle, next}, nil
	}}
}

// funcLayer is the layer of Func. The film around it calls its function
// itself, so that a layer costs two nested calls and not three: beyond some
// sixteen layers the processor mispredicts returns, and each frame counts.
type funcLayer struct {
	handle func(r *web.Request, next Next) (*web.Response, error)
	next   Next
}

func (l *funcLayer) Handle(r *web.Request) (*web.Response, error) { return l.handle(r, l.next) }

// Group is a layer that stands for several of the classic model.
type Group interface {
	Layer
	// Members are the layers in use, outermost first. The hooks that both models
	// share are run with those of the other layers of the stack.
	Members() []Member
	// NotUsed are the names of those that were dropped.
	NotUsed() []string
}

// Member is a layer of a Group.
type Member struct {
	Name  string
	Hooks web.HookSet
}

// SyncOnly is django.utils.decorators.sync_only_middleware.
func SyncOnly(f Factory) Factory {
	f.NotSync, f.NotAsync = false, true
	return f
}

// AsyncOnly is django.utils.decorators.async_only_middleware.
func AsyncOnly(f Factory) Factory {
	f.NotSync, f.NotAsync = true, false
	return f
}

// SyncAndAsync is django.utils.decorators.sync_and_async_middleware.
func SyncAndAsync(f Factory) Factory {
	f.NotSync, f.NotAsync = false, false
	return f
}

// Config says how a stack behaves. The zero value is the documented contract
// in a synchronous handler (WSGIHandler).
type Config struct {
	Profile web.Profile
	// App is what the stack is wrapped around. New copies it.
	App web.App
	// Async makes the handler an asynchronous one (ASGIHandler): the innermost
	// part and all that can be run on the asynchronous side.
	Async bool
}

// Causes of a BuildError.
var (
	// ErrNilLayer is a factory that returned nil (ImproperlyConfigured).
	ErrNilLayer = errors.New("the factory returned nil")
	// ErrNoMode is a factory that can do neither mode (RuntimeError).
	ErrNoMode = errors.New("the factory must be able to build a synchronous or an asynchronous layer")
	// ErrNotALayer is a classic layer without a hook.
	ErrNotALayer = errors.New("the layer has no hook")
)

// BuildError says which layer kept a stack from being built.
type BuildError struct {
	Layer string
	Index int  // from 0, outermost first
	Plan  Plan // as far as it had come
	Err   error
}

func (e *BuildError) Error() string {
	return fmt.Sprintf("layer %d, %q: %v", e.Index, e.Layer, e.Err)
}

// Unwrap gives the cause.
func (e *BuildError) Unwrap() error { return e.Err }

// Handler is a built stack. It is an http.Handler and safe for concurrent use.
type Handler struct {
	core  core.Core
	async bool
	sync  Next      // the whole chain of a synchronous handler
	run   *hookRun  // the outermost part of it, if that is a run
	task  AsyncNext // the whole chain of an asynchronous handler
	plan  Plan
}

// Plan tells how the stack was built.
func (h *Handler) Plan() Plan { return h.plan }

// Respond runs the stack and waits for the answer. Who calls it sends and
// closes the response and then calls r.RunClosers. The error is one that leaves
// the handler: an exit, a propagated error, or the failure of the page for
// status 500. It mirrors get_response and get_response_async of django/core/handlers/base.py.
func (h *Handler) Respond(r *web.Request) (*web.Response, error) {
	if h.run != nil {
		return h.run.respond(r)
	}
	return h.respond(r)
}

func (h *Handler) respond(r *web.Request) (res *web.Response, err error) {
	returned := false
	defer func() {
		// Here is caught what passed the outermost film.
		if !returned {
			if v := recover(); v != nil {
				res, err = nil, web.Recovered(v)
			}
		}
	}()
	if h.async {
		res = h.runTask(r)
	} else {
		res = h.sync(r)
	}
	returned = true
	if res == nil || res.Unrendered() {
		return h.core.Late(r, res, r.Rendered())
	}
	return res, nil
}

func (h *Handler) runTask(r *web.Request) *web.Response {
	prev := r.EnterMode(web.Async)
	defer r.EnterMode(prev)
	return h.task(r).Await()
}

// Start runs the stack without blocking its caller.
func (h *Handler) Start(r *web.Request) *web.Future {
	return web.Go(func() (*web.Response, error) { return h.Respond(r) })
}

// ServeHTTP answers a request of net/http. An error that leaves the stack is a
// panic with *web.Raised, or with http.ErrAbortHandler itself.
func (h *Handler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h.serve(w, web.Incoming(w, req))
}

func (h *Handler) serve(w http.ResponseWriter, r *web.Request) {
	r.Observe(h.core.App.OnAttr)
	var err error
	switch {
	case h.run != nil:
		err = h.run.send(w, r)
	case !h.async:
		err = h.send(w, r)
	default:
		var res *web.Response
		if res, err = h.respond(r); err == nil {
			err = h.finish(w, r, res)
		}
	}
	if err != nil {
		r.RunClosers()
		core.Leave(err)
	}
}

// send is respond and finish of a synchronous handler in one frame.
func (h *Handler) send(w http.ResponseWriter, r *web.Request) (err error) {
	var res *web.Response
	phase := further
	defer func() {
		switch phase {
		case further:
			// Here is caught what passed the outermost film.
			if v := recover(); v != nil {
				err = web.Recovered(v)
			}
		case sending:
			// What sending throws is the server's: it goes on from here.
			h.core.Close(r, res)
		}
	}()
	res = h.sync(r)
	if res == nil || res.Unrendered() {
		phase = through
		if res, err = h.core.Late(r, res, r.Rendered()); err != nil {
			return err
		}
	}
	phase = sending
	err = web.Send(w, r, res)
	phase = sent
	h.core.Close(r, res)
	return core.SendError(err)
}

// finish sends. The asynchronous handler of 3.2 consumes streams in its task
// (ASGIHandler.send_response in django/core/handlers/asgi.py, 3.2); later ones
// hand them over.
func (h *Handler) finish(w http.ResponseWriter, r *web.Request, res *web.Response) error {
	if h.async && h.core.Profile.StreamsOnTask {
		res.WrapStream(onTask(r))
	}
	return h.core.Finish(w, r, res, h.async && h.core.Profile.AsyncBodyErrorsStayOpen)
}
