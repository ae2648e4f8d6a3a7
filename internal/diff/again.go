package diff

import (
	"maps"
	"slices"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// A hook that needs an attribute which its own request hook sets fails where
// that has not run. Compare does not know of attributes: what it found is run
// again with the error.

// again runs a difference anew with the hooks that fail in it, and puts what
// happens then in its place. It says no if both engines then do the same.
func (b *builder) again(d *Difference, c *conformance.Difference) bool {
	needs := slices.ContainsFunc(b.seats, func(s seat) bool { return needsOwn(s.facts) })
	if !needs || c.From.Outcome.Kind == conformance.OutcomeLoadError || c.To.Outcome.Kind == conformance.OutcomeLoadError {
		return true
	}
	scenario := b.withTrigger(c.Trigger)
	var failed []string
	from, to := c.From, c.To
	for range b.seats {
		g := &grader{b: b, d: d, from: ranIn(from), to: ranIn(to)}
		name := g.firstBroken(from, failed)
		if name == "" {
			name = g.firstBroken(to, failed)
		}
		if name == "" {
			break
		}
		failed = append(failed, name)
		scenario.Layers[b.byName[name]].Hooks[conformance.HookResponse] = "raise:value_error"
		from, to = b.opts.From.Run(scenario), b.opts.To.Run(scenario)
		if len(from.Unsupported)+len(to.Unsupported) > 0 {
			return true // it cannot be run again: what was found stands
		}
	}
	if len(failed) == 0 {
		return true
	}
	effects := conformance.Effects(b.scenario.Layers, c.Trigger, from, to)
	if len(effects) == 0 {
		return false
	}
	c.From, c.To, c.Effects = from, to, effects
	next := b.difference(c)
	d.From, d.To, d.Effects = next.From, next.To, next.Effects
	for _, name := range failed {
		s := b.seats[b.byName[name]]
		d.Fails = append(d.Fails, s.entry)
	}
	return true
}

// firstBroken is the first layer in a trace whose process_response fails for
// lack of an attribute.
func (g *grader) firstBroken(t conformance.Trace, known []string) string {
	ran := ranIn(t)
	for _, event := range t.Events {
		for i := range g.b.seats {
			s := &g.b.seats[i]
			if at := s.name + "." + conformance.HookResponse; len(event) >= len(at) && event[:len(at)] == at && (len(event) == len(at) || event[len(at)] == ' ') &&
				!slices.Contains(known, s.name) && g.broken(s, conformance.HookResponse, t, ran) != "" {
				return s.name
			}
		}
	}
	return ""
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

// needsOwn says that a layer's process_response needs an attribute that its own
// hooks set.
func needsOwn(l *layers.Layer) bool {
	for _, r := range l.Reads {
		if r.Hook == conformance.HookResponse && r.Always && r.Guarded == layers.No && r.Attr != "" &&
			slices.ContainsFunc(l.Writes, func(w layers.Access) bool { return w.Attr == r.Attr }) {
			return true
		}
	}
	return false
}
