package diff

import (
	"maps"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// A hook that needs an attribute which its own request hook sets fails where
// that has not run, and one that reads the content of a response that nobody has
// rendered fails, too. Compare knows of neither: what it found is run again with
// the error in its place.

// again runs a difference anew with the hooks that fail in it, and puts what
// happens then in its place. It says no if both engines then do the same.
func (b *builder) again(d *Difference, c *conformance.Difference) bool {
	if c.From.Outcome.Kind == conformance.OutcomeLoadError || c.To.Outcome.Kind == conformance.OutcomeLoadError {
		return true
	}
	from, failedFrom, okFrom := b.failing(d, c, b.opts.From, c.From)
	to, failedTo, okTo := b.failing(d, c, b.opts.To, c.To)
	if !okFrom || !okTo || len(failedFrom)+len(failedTo) == 0 {
		return true // nothing fails, or it cannot be run again: what was found stands
	}
	effects := conformance.Effects(b.scenario.Layers, c.Trigger, from, to)
	if len(effects) == 0 {
		return false
	}
	c.From, c.To, c.Effects = from, to, effects
	next := b.difference(c)
	d.From, d.To, d.Effects = next.From, next.To, next.Effects
	d.FromFails, d.ToFails = failedFrom, failedTo
	return true
}

// failing runs a trigger in one engine until no more hook fails; t is the trace
// without such failures.
func (b *builder) failing(d *Difference, c *conformance.Difference, e conformance.Engine, t conformance.Trace) (conformance.Trace, []Failure, bool) {
	var failures []Failure
	var scenario *conformance.Scenario
	for range b.seats {
		f, s := b.firstFailure(d, e, t, failures)
		if s == nil {
			break
		}
		failures = append(failures, f)
		if scenario == nil {
			scenario = b.withTrigger(c.Trigger)
		}
		scenario.Layers[b.byName[s.name]].Hooks[conformance.HookResponse] = "raise:value_error"
		if t = e.Run(scenario); len(t.Unsupported) > 0 {
			return t, nil, false
		}
	}
	return t, failures, true
}

// firstFailure is the first process_response in a trace that fails.
func (b *builder) firstFailure(d *Difference, e conformance.Engine, t conformance.Trace, known []Failure) (Failure, *seat) {
	g := &grader{b: b, d: d}
	ran := ranIn(t)
	for _, event := range t.Events {
		at, rest, _ := strings.Cut(event, " ")
		name, ok := strings.CutSuffix(at, "."+conformance.HookResponse)
		i, seated := b.byName[name]
		if !ok || !seated {
			continue
		}
		s := &b.seats[i]
		if slices.ContainsFunc(known, func(f Failure) bool { return f.Entry == s.entry }) {
			continue
		}
		if why := g.broken(s, conformance.HookResponse, t, ran); why != "" {
			return Failure{s.entry, why}, s
		}
		h := s.facts.Hook(conformance.HookResponse)
		if strings.HasSuffix(rest, "rendered=no") && h != nil && (!h.Read && readsContent(h.Owner, Version(e)) || alwaysReads(s.facts)) {
			return Failure{s.entry, "ContentNotRenderedError, as it reads the content of a response that is not rendered"}, s
		}
	}
	return Failure{}, nil
}

// withTrigger is the scenario, calm but for a trigger.
func (b *builder) withTrigger(trigger []conformance.Trigger) *conformance.Scenario {
	s := b.scenario
	s.Layers = slices.Clone(s.Layers)
	for i := range s.Layers {
		l := &s.Layers[i]
		l.Hooks = maps.Clone(l.Hooks)
		if l.Call != nil {
			call := *l.Call
			l.Call = &call
		}
		l.Init = ""
		switch l.Style {
		case "classic":
			l.Style = "hooks"
		case "modern", "function":
			if (b.opts.From.Family == conformance.FamilyClassic) != (b.opts.To.Family == conformance.FamilyClassic) {
				l.Style = "hooks"
			}
		}
	}
	for _, t := range trigger {
		set(&s, t)
	}
	return &s
}

// set puts a behaviour into a scenario.
func set(s *conformance.Scenario, t conformance.Trigger) {
	switch t.Hook {
	case conformance.HookSiteView:
		s.View = t.Behaviour
	case conformance.HookURL:
		s.URL = t.Behaviour
	case conformance.HookPages:
		s.ErrorHandlers = t.Behaviour
	case conformance.HookPropagate:
		s.Propagate = true
	}
	for i := range s.Layers {
		l := &s.Layers[i]
		if l.Name != t.Layer || t.Layer == "" {
			continue
		}
		switch t.Hook {
		case conformance.HookInit:
			l.Init = t.Behaviour
		case conformance.HookStyle:
			l.Style = t.Behaviour
		case conformance.HookBefore, conformance.HookAfter, conformance.HookGetResponse, conformance.HookTry:
			setCall(l, t)
		default:
			l.Hooks[t.Hook] = t.Behaviour
		}
	}
}

func setCall(l *conformance.LayerSpec, t conformance.Trigger) {
	if l.Call == nil {
		return
	}
	switch t.Hook {
	case conformance.HookBefore:
		l.Call.Before = t.Behaviour
	case conformance.HookAfter:
		l.Call.After = t.Behaviour
	case conformance.HookGetResponse:
		l.Call.GetResponse = t.Behaviour
	case conformance.HookTry:
		l.Call.Try = t.Behaviour
	}
}

// alwaysReads says that a layer's process_response reads the content of whatever
// response it gets.
func alwaysReads(l *layers.Layer) bool {
	return slices.ContainsFunc(l.Content, func(c layers.ContentUse) bool {
		return c.Hook == conformance.HookResponse && c.What == "content" && !c.Write && !c.Own && c.Always
	})
}
