package conformance

import (
	"slices"
	"strings"
)

// event is one event of a trace, taken apart.
type event struct {
	text, layer, hook string
}

func parseEvents(trace Trace) []event {
	var list []event
	for _, text := range trace.Events {
		at, _, _ := strings.Cut(text, " ")
		layer, hook, found := strings.Cut(at, ".")
		if !found {
			layer, hook = "", at
		}
		list = append(list, event{text, layer, hook})
	}
	return list
}

// layersAt are the layers that ran the hook, in order.
func layersAt(trace Trace, hook string) []string {
	var names []string
	for _, e := range parseEvents(trace) {
		if e.hook == hook {
			names = append(names, e.layer)
		}
	}
	return names
}

// texts are the events that match, in order.
func texts(trace Trace, match func(event) bool) []string {
	var list []string
	for _, e := range parseEvents(trace) {
		if match(e) {
			list = append(list, e.text)
		}
	}
	return list
}

// A sameness looks at what one rule is about in two traces of a scenario.
type sameness func(s *Scenario, want, got Trace) bool

// sameOrder: the layers that ran each hook in both traces ran it in the same
// order; there must be two of them to show it.
func sameOrder(hooks ...string) sameness {
	return func(_ *Scenario, want, got Trace) bool {
		for _, hook := range hooks {
			a, b := layersAt(want, hook), layersAt(got, hook)
			shared := common(a, b)
			if !slices.Equal(shared, common(b, a)) || len(shared) < min(len(a), 2) {
				return false
			}
		}
		return true
	}
}

// common is the list without repetitions and without what is not in the other.
func common(list, other []string) []string {
	var kept []string
	for _, name := range list {
		if slices.Contains(other, name) && !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	return kept
}

// sameRan: the same layers ran each hook.
func sameRan(hooks ...string) sameness {
	return sameRanAt(func(*Scenario, string) bool { return true }, hooks...)
}

// sameRanAt is sameRan for some of the layers.
func sameRanAt(where func(s *Scenario, layer string) bool, hooks ...string) sameness {
	set := func(s *Scenario, t Trace, hook string) []string {
		var names []string
		for _, name := range layersAt(t, hook) {
			if where(s, name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	return func(s *Scenario, want, got Trace) bool {
		for _, hook := range hooks {
			if !slices.Equal(set(s, want, hook), set(s, got, hook)) {
				return false
			}
		}
		return true
	}
}

// sameTexts: the events that match are the same, in the same order.
func sameTexts(match func(event) bool) sameness {
	return func(_ *Scenario, want, got Trace) bool { return slices.Equal(texts(want, match), texts(got, match)) }
}

// sameStatus: the requests end in the same way, with the same status.
func sameStatus(_ *Scenario, want, got Trace) bool {
	return want.Outcome.Kind == got.Outcome.Kind && want.Outcome.Status == got.Outcome.Status
}

// both joins comparisons.
func both(list ...sameness) sameness {
	return func(s *Scenario, want, got Trace) bool {
		for _, same := range list {
			if !same(s, want, got) {
				return false
			}
		}
		return true
	}
}

func isHook(hook string) func(event) bool { return func(e event) bool { return e.hook == hook } }

func isErrorPage(e event) bool { return strings.HasPrefix(e.hook, "handler") }

func isSignal(e event) bool { return e.text == "signal.got_request_exception" }

// culprit is the layer that ends the phase of the hook by its behaviour.
func culprit(s *Scenario, hook string) int {
	return slices.IndexFunc(s.Layers, func(l LayerSpec) bool {
		b := l.Hooks[hook]
		return strings.HasPrefix(b, "respond") || strings.HasPrefix(b, "raise:") || strings.HasPrefix(b, "return_")
	})
}

func place(s *Scenario, layer string) int {
	return slices.IndexFunc(s.Layers, func(l LayerSpec) bool { return l.Name == layer })
}

// inside and outside are the layers further in, and further out, than the one
// that ends the phase of the hook.
func inside(hook string) func(*Scenario, string) bool {
	return func(s *Scenario, layer string) bool { return place(s, layer) > culprit(s, hook) }
}

func outside(hook string) func(*Scenario, string) bool {
	return func(s *Scenario, layer string) bool { return place(s, layer) < culprit(s, hook) }
}

func notOutside(hook string) func(*Scenario, string) bool {
	return func(s *Scenario, layer string) bool { return place(s, layer) >= culprit(s, hook) }
}
