package modern

import (
	"errors"

	"github.com/mwcheck/mwcheck/internal/core"
	"github.com/mwcheck/mwcheck/web"
)

// New builds a stack of layers, outermost first; the factories are called
// innermost first. It mirrors load_middleware of django/core/handlers/base.py
// (3.1 to 6.0).
func New(cfg Config, layers ...Factory) (*Handler, error) {
	app := cfg.App
	h := &Handler{
		core:  core.Core{App: &app, Profile: cfg.Profile},
		async: cfg.Async,
	}
	b := builder{h: h, async: cfg.Async}
	if cfg.Async {
		h.plan.Handler = web.Async
		b.task = h.innermostAsync()
	} else {
		b.sync = h.innermost()
	}
	for i := len(layers) - 1; i >= 0; i-- {
		if err := b.add(layers[i]); err != nil {
			b.flush()
			return nil, &BuildError{Layer: layers[i].Name, Index: i, Plan: h.plan, Err: err}
		}
	}
	b.toMode(cfg.Async)
	h.sync, h.task = b.sync, b.task
	return h, nil
}

// builder is the chain so far: one of sync and task is set, as async says. A
// run of hook layers waits in pending until something else ends it.
type builder struct {
	h       *Handler
	async   bool
	sync    Next
	task    AsyncNext
	pending []hookLayer // innermost first
}

// hookLayer is a classic layer on its way into a run.
type hookLayer struct {
	name  string
	hooks web.HookSet
}

func (b *builder) add(f Factory) error {
	canSync, canAsync := f.canSync(), f.canAsync()
	if !canSync && !canAsync {
		return ErrNoMode
	}
	// A layer is synchronous if that is possible and what is below is too.
	async := canAsync && (b.async || !canSync)
	adapted := async != b.async
	if adapted {
		kind := AsyncToSync
		if async {
			kind = SyncToAsync
		}
		b.h.plan.Log = append(b.h.plan.Log, PlanEvent{f.Name, kind})
	}
	// An unused layer leaves its adaptation in the log, not in the chain.
	below := *b
	below.pending = append([]hookLayer(nil), b.pending...)
	if adapted || f.NewHooks == nil {
		below.toMode(async)
	}
	hooks, err := below.construct(f, async)
	if errors.Is(err, web.ErrNotUsed) {
		b.h.plan.Log = append(b.h.plan.Log, PlanEvent{f.Name, NotUsed})
		return nil
	}
	if err != nil {
		return err
	}
	*b = below
	b.async = async
	b.h.core.AddOuter(f.Name, hooks, b.h.async)
	b.h.plan.Layers = append([]LayerPlan{{f.Name, mode(async), adapted}}, b.h.plan.Layers...)
	return nil
}

// construct calls the factory and puts the film around what it made.
func (b *builder) construct(f Factory, async bool) (hooks web.HookSet, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = web.Recovered(v)
		}
	}()
	switch {
	case f.NewHooks != nil:
		layer, err := f.NewHooks()
		if err != nil {
			return web.HookSet{}, err
		}
		if layer == nil {
			return web.HookSet{}, ErrNilLayer
		}
		hooks = web.HooksOf(layer)
		if _, says := layer.(web.HookSetter); hooks.Empty() && !says {
			return web.HookSet{}, ErrNotALayer
		}
		b.addHooks(hookLayer{f.Name, hooks}, async)
	case async:
		layer, err := f.NewAsync(b.task)
		if err != nil {
			return web.HookSet{}, err
		}
		if layer == nil {
			return web.HookSet{}, ErrNilLayer
		}
		hooks = web.HooksOf(layer)
		b.task = b.h.asyncFilm(f.Name, layer.HandleAsync)
	default:
		layer, err := f.New(b.sync)
		if err != nil {
			return web.HookSet{}, err
		}
		if layer == nil {
			return web.HookSet{}, ErrNilLayer
		}
		hooks = web.HooksOf(layer)
		b.sync = b.h.film(f.Name, layer)
	}
	return hooks, nil
}

func (b *builder) addHooks(l hookLayer, async bool) {
	if async {
		b.task = b.h.asyncFilm(l.name, upgradeAsync(l.hooks, b.task))
		return
	}
	b.pending = append(b.pending, l)
}

// flush ends a run of hook layers.
func (b *builder) flush() {
	if len(b.pending) > 0 {
		b.sync = b.h.hookRun(b.pending, b.sync)
		b.pending = nil
	}
}

// toMode adapts the chain so far.
func (b *builder) toMode(async bool) {
	b.flush()
	if async == b.async {
		return
	}
	b.async = async
	if async {
		b.task, b.sync = handOver(b.sync), nil
	} else {
		b.sync, b.task = wait(b.task), nil
	}
}

func mode(async bool) web.Mode {
	if async {
		return web.Async
	}
	return web.Sync
}
