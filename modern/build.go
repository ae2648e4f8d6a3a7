package modern

import (
	"errors"
	"fmt"

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
		b.sync, b.bare = h.innermost(), true
	}
	for i := len(layers) - 1; i >= 0; i-- {
		if err := b.add(layers[i]); err != nil {
			b.flush()
			for _, discard := range b.discard {
				discard()
			}
			return nil, &BuildError{Layer: layers[i].Name, Index: i, Plan: h.plan, Err: err}
		}
	}
	b.toMode(cfg.Async)
	h.sync, h.task, h.run = b.sync, b.task, b.outer
	return h, nil
}

// builder is the chain so far: one of sync and task is set, as async says. A
// run of hook layers waits in pending until something else ends it.
type builder struct {
	h       *Handler
	async   bool
	sync    Next
	task    AsyncNext
	bare    bool     // sync is the innermost part alone
	outer   *hookRun // the run that sync is, if it is one
	pending []Member // innermost first
	discard []func()
}

// setSync puts next in place of the chain so far, which it calls.
func (b *builder) setSync(next Next) { b.sync, b.bare, b.outer = next, false, nil }

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
	below.pending = append([]Member(nil), b.pending...)
	if adapted || f.NewHooks == nil {
		below.toMode(async)
	}
	members, err := below.construct(f, async)
	if errors.Is(err, web.ErrNotUsed) {
		b.h.plan.Log = append(b.h.plan.Log, PlanEvent{f.Name, NotUsed})
		return nil
	}
	if err != nil {
		return err
	}
	*b = below
	b.async = async
	for i := len(members) - 1; i >= 0; i-- {
		b.h.core.AddOuter(members[i].Name, members[i].Hooks, b.h.async)
	}
	if f.Discard != nil {
		b.discard = append(b.discard, f.Discard)
	}
	b.h.plan.Layers = append([]LayerPlan{{f.Name, mode(async), adapted}}, b.h.plan.Layers...)
	return nil
}

// construct calls the factory and puts the film around what it made.
func (b *builder) construct(f Factory, async bool) (members []Member, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = web.Recovered(v)
		}
	}()
	var made any
	switch {
	case f.NewHooks != nil:
		made, err = f.NewHooks()
	case f.NewGroup != nil:
		return b.constructGroup(f)
	case async:
		var layer AsyncLayer
		if layer, err = f.NewAsync(b.task); layer != nil && err == nil {
			made, b.task = layer, b.h.asyncFilm(f.Name, layer.HandleAsync)
		}
	default:
		var layer Layer
		if layer, err = f.New(b.sync); layer != nil && err == nil {
			made = layer
			b.setSync(b.h.film(f.Name, layer))
		}
	}
	if err != nil {
		return nil, err
	}
	if made == nil {
		return nil, ErrNilLayer
	}
	member := Member{f.Name, web.HooksOf(made)}
	if f.NewHooks != nil {
		if err := checkHooks(made, member.Hooks); err != nil {
			return nil, err
		}
		b.addHooks(member, async)
	} else if err := web.CheckSharedHooks(made); err != nil {
		return nil, err
	}
	return []Member{member}, nil
}

func checkHooks(layer any, hooks web.HookSet) error {
	if err := web.CheckHooks(layer); err != nil {
		return err
	}
	if _, says := layer.(web.HookSetter); hooks.Empty() && !says {
		return fmt.Errorf("%T: %w", layer, ErrNotALayer)
	}
	return nil
}

func (b *builder) constructGroup(f Factory) ([]Member, error) {
	group, err := f.NewGroup(Config{Profile: b.h.core.Profile, App: *b.h.core.App, Async: b.h.async}, b.sync)
	if err != nil {
		return nil, err
	}
	if group == nil {
		return nil, ErrNilLayer
	}
	b.setSync(unfilmed(group))
	for _, name := range group.NotUsed() {
		b.h.plan.Log = append(b.h.plan.Log, PlanEvent{name, NotUsed})
	}
	return group.Members(), nil
}

func (b *builder) addHooks(m Member, async bool) {
	switch {
	case !async:
		b.pending = append(b.pending, m)
	case m.Hooks.Request == nil && m.Hooks.Response == nil:
		b.task = b.h.emptyFilm(m.Name, b.task)
	default:
		b.task = b.h.asyncFilm(m.Name, upgradeAsync(m.Hooks, b.task))
	}
}

// flush ends a run of hook layers.
func (b *builder) flush() {
	if len(b.pending) > 0 {
		next := b.sync
		if b.bare {
			next = nil
		}
		run := b.h.hookRun(b.pending, next)
		b.setSync(run.serve)
		b.outer, b.pending = run, nil
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
		b.task = handOver(b.sync)
		b.setSync(nil)
	} else {
		b.setSync(wait(b.task))
		b.task = nil
	}
}

func mode(async bool) web.Mode {
	if async {
		return web.Async
	}
	return web.Sync
}
