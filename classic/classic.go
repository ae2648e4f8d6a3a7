// Package classic is the engine of Django's first middleware model,
// MIDDLEWARE_CLASSES (up to Django 1.11): a stack of objects with hooks.
//
// The request goes through every process_request, outermost layer first; the
// first response ends that and skips the view. Then, whatever has happened, the
// response goes through every process_response, innermost layer first, those
// of layers that were never entered included.
package classic

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/mwcheck/mwcheck/internal/core"
	"github.com/mwcheck/mwcheck/web"
)

// Config says how a stack behaves. The zero value is the documented contract.
type Config struct {
	Profile web.Profile
	// App is what the stack is wrapped around. New copies it.
	App web.App
}

// Factory constructs a layer when the stack is built, outermost layer first.
type Factory struct {
	Name string
	// New makes the layer. web.ErrNotUsed drops it; so does nil, nil, as a
	// class that returns None from __new__ does.
	New func() (any, error)
}

// Handler is a built stack. It is an http.Handler and safe for concurrent use.
type Handler struct {
	core     core.Core
	request  []web.RequestHook  // outermost first
	response []web.ResponseHook // innermost first
	names    []string           // of response
	layers   []Layer
	plan     Plan
	next     func(*web.Request) *web.Response // of Around
}

// Layer is a layer in use.
type Layer struct {
	Name  string
	Hooks web.HookSet
}

// Plan is what happened when the stack was built.
type Plan struct {
	Layers  []string // in use, outermost first
	NotUsed []string // dropped by web.ErrNotUsed, in that order
}

// BuildError says which layer kept a stack from being built.
type BuildError struct {
	Layer string
	Index int // from 0, outermost first
	Plan  Plan
	Err   error
}

func (e *BuildError) Error() string {
	return fmt.Sprintf("layer %d, %q: %v", e.Index, e.Layer, e.Err)
}

// Unwrap gives the cause.
func (e *BuildError) Unwrap() error { return e.Err }

// ErrNotALayer is the cause of a BuildError for a value without any hook.
var ErrNotALayer = errors.New("has none of the hooks ProcessRequest, ProcessView, ProcessTemplateResponse, ProcessResponse, ProcessException")

// ErrModernLayer is the cause of a BuildError for a factory of the modern
// model, which the classic engine has nothing to call with.
var ErrModernLayer = errors.New("is a factory of the modern model and wants what is further in (mixin.Downgrade bridges it)")

// ModernFactory is what modern.Factory is recognised by.
type ModernFactory interface{ ModernFactory() }

// Named is a layer that has a name of its own; others go by their type.
type Named interface{ LayerName() string }

// New builds a stack of layers, outermost first. A layer is any value with
// hooks, or a Factory that makes one. It mirrors load_middleware of
// django/core/handlers/base.py (1.8 to 1.11).
func New(cfg Config, layers ...any) (*Handler, error) {
	app := cfg.App
	h := &Handler{core: core.Core{App: &app, Profile: cfg.Profile}}
	for i, layer := range layers {
		name := nameOf(layer)
		fail := func(err error) (*Handler, error) {
			return nil, &BuildError{Layer: name, Index: i, Plan: h.plan, Err: err}
		}
		if _, ok := layer.(ModernFactory); ok {
			return fail(ErrModernLayer)
		}
		factory, constructed := layer.(Factory)
		if constructed {
			value, err := construct(factory)
			if errors.Is(err, web.ErrNotUsed) {
				h.plan.NotUsed = append(h.plan.NotUsed, name)
				continue
			}
			if err != nil {
				return fail(err)
			}
			if value == nil {
				continue
			}
			layer = value
		}
		if err := web.CheckHooks(layer); err != nil {
			return fail(err)
		}
		hooks := web.HooksOf(layer)
		if _, says := layer.(web.HookSetter); hooks.Empty() && !says {
			return fail(fmt.Errorf("%T %w", layer, ErrNotALayer))
		}
		h.plan.Layers = append(h.plan.Layers, name)
		h.layers = append(h.layers, Layer{name, hooks})
	}
	for i := len(h.layers) - 1; i >= 0; i-- {
		h.addOuter(h.layers[i].Name, h.layers[i].Hooks)
	}
	return h, nil
}

func (h *Handler) addOuter(name string, s web.HookSet) {
	if s.Request != nil {
		h.request = append([]web.RequestHook{s.Request}, h.request...)
	}
	if s.Response != nil {
		h.response = append(h.response, s.Response)
		h.names = append(h.names, name)
	}
	h.core.AddOuter(name, s, false)
}

func construct(f Factory) (layer any, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = web.Recovered(v)
		}
	}()
	if f.New == nil {
		return nil, errors.New("has no constructor")
	}
	return f.New()
}

func nameOf(layer any) string {
	switch l := layer.(type) {
	case Factory:
		return l.Name
	case Named:
		if v := reflect.ValueOf(l); v.Kind() != reflect.Pointer || !v.IsNil() {
			return l.LayerName()
		}
	}
	return fmt.Sprintf("%T", layer)
}

// Plan tells which layers are in use.
func (h *Handler) Plan() Plan { return h.plan }

// Layers are the layers in use, outermost first.
func (h *Handler) Layers() []Layer { return slices.Clone(h.layers) }

// ServeHTTP answers a request of net/http. An error that leaves the stack is a
// panic with *web.Raised, or with http.ErrAbortHandler itself.
func (h *Handler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h.serve(w, web.Incoming(w, req))
}

func (h *Handler) serve(w http.ResponseWriter, r *web.Request) {
	r.Observe(h.core.App.OnAttr)
	if err := h.send(w, r); err != nil {
		r.RunClosers()
		core.Leave(err)
	}
}
