package cost

import (
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Step is one layer of a stack of which everything is known.
type Step struct {
	Absent bool
	Mode   web.Mode
	// Adapted: the layer is asynchronous and what is further in is not.
	Adapted bool
	// Hooks are those of the layer that run in a thread, each a hand-over.
	Hooks []string
	// Returns: the layer is synchronous and what is further in is not, so that
	// the thread goes back to the event loop and waits (async_to_sync).
	Returns bool
}

// HandOvers is how often the step leaves the event loop for a thread.
func (s *Step) HandOvers() int {
	if s.Adapted {
		return len(s.Hooks) + 1
	}
	return len(s.Hooks)
}

// Tally is the count of one stack of which everything is known.
type Tally struct {
	Steps []Step
	// Top says that the whole chain is synchronous and runs in a thread.
	Top bool
	// HandOvers is the number of ways from the event loop to a thread, Returns
	// that of ways from such a thread back to the loop.
	HandOvers, Returns int
}

// Count lets the modern engine build a stack for an asynchronous handler and
// counts by its plan. The error is a *modern.BuildError, of a layer that can do
// neither mode.
func Count(names []string, kinds []Kind) (Tally, error) {
	factories := make([]modern.Factory, len(kinds))
	for i, k := range kinds {
		factories[i] = k.factory(names[i])
	}
	h, err := modern.New(modern.Config{Async: true}, factories...)
	if err != nil {
		return Tally{}, err
	}
	plan := h.Plan()
	t := Tally{Steps: make([]Step, len(kinds))}
	below, used := plan.Handler, len(plan.Layers)
	for i := len(kinds) - 1; i >= 0; i-- {
		s := &t.Steps[i]
		if kinds[i].Absent {
			s.Absent = true
			continue
		}
		used--
		s.Mode = plan.Layers[used].Mode
		s.Adapted = s.Mode == web.Async && below == web.Sync
		s.Returns = s.Mode == web.Sync && below == web.Async
		s.Hooks = kinds[i].threaded(s.Mode)
		t.HandOvers += s.HandOvers()
		if s.Returns {
			t.Returns++
		}
		below = s.Mode
	}
	if t.Top = below != plan.Handler; t.Top {
		t.HandOvers++
	}
	return t, nil
}

// threaded are the hooks that Django hands to a thread one by one: those of a
// mixin in asynchronous mode, and process_view, which an asynchronous handler
// adapts whatever the mode of its layer is (load_middleware in
// django/core/handlers/base.py, 3.1 and later).
func (k Kind) threaded(m web.Mode) []string {
	var hooks []string
	if m == web.Async && k.Request {
		hooks = append(hooks, "process_request")
	}
	if k.View {
		hooks = append(hooks, "process_view")
	}
	if m == web.Async && k.Response {
		hooks = append(hooks, "process_response")
	}
	return hooks
}

// factory makes a layer of the kind that does nothing.
func (k Kind) factory(name string) modern.Factory {
	f := modern.Factory{Name: name, NotSync: !k.Sync, NotAsync: !k.Async}
	if k.Absent {
		f.NotSync, f.NotAsync = false, false
	}
	f.New = func(next modern.Next) (modern.Layer, error) {
		if k.Absent {
			return nil, web.ErrNotUsed
		}
		return modern.LayerFunc(func(r *web.Request) (*web.Response, error) { return next(r), nil }), nil
	}
	f.NewAsync = func(next modern.AsyncNext) (modern.AsyncLayer, error) {
		if k.Absent {
			return nil, web.ErrNotUsed
		}
		return modern.AsyncLayerFunc(func(r *web.Request) *web.Future {
			return web.Go(func() (*web.Response, error) { return next(r).Await(), nil })
		}), nil
	}
	return f
}
