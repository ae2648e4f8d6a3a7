package conformance

import (
	"maps"
	"slices"
	"strings"
)

// twin is a scenario in two engines. Its behaviours can be changed between
// runs; what a run needs is built anew only if the change is one of
// construction.
type twin struct {
	scenario  Scenario // its own copy
	propagate string   // "on" or ""
	rigs      [2]rigged
}

// rigged is the scenario in one engine.
type rigged struct {
	engine Engine
	rec    *recorder
	built  Built
	err    error
	cannot []Feature
	ready  bool
}

func newTwin(s *Scenario, from, to Engine) *twin {
	t := &twin{scenario: *s}
	t.scenario.Layers = slices.Clone(s.Layers)
	for i := range t.scenario.Layers {
		l := &t.scenario.Layers[i]
		l.Hooks = maps.Clone(l.Hooks)
		if l.Call != nil {
			call := *l.Call
			l.Call = &call
		} else if l.Style == "modern" || l.Style == "function" {
			l.Call = &Call{}
		}
	}
	if s.Propagate {
		t.propagate = "on"
	}
	t.rigs[0].engine, t.rigs[1].engine = from, to
	return t
}

// validate says whether the behaviour in the atom's slot is in the vocabulary.
func (t *twin) validate(a atom) error {
	if a.layer == siteLayer {
		return (&Scenario{ID: "site", View: t.scenario.View, URL: t.scenario.URL, ErrorHandlers: t.scenario.ErrorHandlers}).validate()
	}
	return t.scenario.Layers[a.layer].validate()
}

// run gives the traces under both engines. They are valid until the next run.
func (t *twin) run() (from, to Trace) {
	from, to = t.rigs[0].run(&t.scenario), t.rigs[1].run(&t.scenario)
	if (t.rigs[0].engine.Family == FamilyAsync) != (t.rigs[1].engine.Family == FamilyAsync) {
		from.Events, to.Events = unmarked(from.Events), unmarked(to.Events)
	}
	return from, to
}

// rebuild makes the next run build the stacks.
func (t *twin) rebuild() {
	t.rigs[0].ready, t.rigs[1].ready = false, false
}

func (r *rigged) build(s *Scenario) {
	rec := &recorder{playsFalse: true}
	*r = rigged{engine: r.engine, rec: rec, ready: true, cannot: playable(r.engine, s.cannotBuild(r.engine.Family))}
	if len(r.cannot) > 0 {
		return
	}
	stack := s.stack(r.engine, rec)
	s.overwriteExceptionFalse(r.engine, stack)
	for i := range stack.Layers {
		stack.Layers[i].broken = brokenInitOf(r.engine, s.Layers[i].Init)
	}
	if class := r.engine.falseAtEnd; class != "" {
		end := &script{spec: &LayerSpec{Hooks: map[string]string{HookResponse: "pass"}}, rec: rec, end: class}
		stack.Layers = slices.Insert(stack.Layers, 0, Layer{Style: "hooks", script: end})
	}
	r.built, r.err = r.engine.Build(stack)
}

func (r *rigged) run(s *Scenario) Trace {
	if !r.ready {
		r.build(s)
	}
	if len(r.cannot) > 0 {
		return Trace{Unsupported: r.cannot}
	}
	rec := r.rec
	rec.events, rec.finished, rec.unsupported, rec.standIn = rec.events[:0], 0, nil, nil
	trace := Trace{LoadLog: r.built.LoadLog}
	if r.err != nil {
		exc, from := describe(r.err)
		trace.Outcome = Outcome{Kind: OutcomeLoadError, Exc: exc, From: from}
	} else {
		trace.Outcome = serve(r.built.Handler, s, rec)
	}
	trace.Events, trace.Unsupported = rec.events, rec.unsupported
	return trace
}

// modeMark is on the events that ran on the asynchronous side.
const modeMark = " mode=async"

// sameTrace says that a request went the same way and ended alike. What
// happened while the stack was built does not count: the models always differ
// in the order of construction.
func sameTrace(a, b Trace) bool {
	return a.Outcome == b.Outcome && slices.Equal(a.Events, b.Events) && slices.Equal(a.Unsupported, b.Unsupported)
}

// unmarked takes the mode off events.
func unmarked(events []string) []string {
	list := make([]string, len(events))
	for i, event := range events {
		list[i] = strings.TrimSuffix(event, modeMark)
	}
	return list
}

// kept is a trace that outlives the next run.
func kept(t Trace) Trace {
	t.Events = append([]string{}, t.Events...)
	return t
}
