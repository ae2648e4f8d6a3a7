package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/web"
)

var zeroProfile web.Profile

// walk is what an invariant looks at: a stack of hook layers and what became
// of a request, under classic 1.11 or modern 5.2.
type walk struct {
	s      *Scenario
	family string
	trace  Trace
	events []event
}

// layers that ran the hook, in order.
func (w *walk) ran(hook string) []string {
	var names []string
	for _, e := range w.events {
		if e.hook == hook {
			names = append(names, e.layer)
		}
	}
	return names
}

// defined are the layers in use that have the hook, outermost first.
func (w *walk) defined(hook string) []string {
	var names []string
	for i := range w.s.Layers {
		if _, ok := w.s.Layers[i].Hooks[hook]; ok && w.s.Layers[i].Init == "" {
			names = append(names, w.s.Layers[i].Name)
		}
	}
	return names
}

func (w *walk) does(layer, hook string) string {
	for i := range w.s.Layers {
		if w.s.Layers[i].Name == layer {
			return w.s.Layers[i].Hooks[hook]
		}
	}
	return ""
}

func (w *walk) index(match func(event) bool) int { return slices.IndexFunc(w.events, match) }

func (w *walk) is(hook string) func(event) bool {
	return func(e event) bool { return e.hook == hook }
}

func answersAt(behaviour string) bool { return strings.HasPrefix(behaviour, "respond") }
func raisesAt(behaviour string) bool  { return strings.HasPrefix(behaviour, "raise:") }
func exitsAt(behaviour string) bool {
	return behaviour == "raise:system_exit" || behaviour == "raise:keyboard_interrupt"
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

func isPrefix(prefix, list []string) bool {
	return len(prefix) <= len(list) && slices.Equal(prefix, list[:len(prefix)])
}

// lastRequest is the layer whose process_request ended the request phase, and
// how; "" if all of them passed.
func (w *walk) lastRequest() (layer, behaviour string) {
	ran := w.ran(HookRequest)
	if len(ran) == 0 {
		return "", ""
	}
	layer = ran[len(ran)-1]
	if behaviour = w.does(layer, HookRequest); answersAt(behaviour) || raisesAt(behaviour) {
		return layer, behaviour
	}
	return "", ""
}

// left says that the request ended outside any page.
func (w *walk) left() bool { return w.trace.Outcome.Kind == OutcomeRaised }

func (w *walk) position(name string) int {
	return slices.IndexFunc(w.s.Layers, func(l LayerSpec) bool { return l.Name == name })
}

func (w *walk) inUse() int {
	n := 0
	for i := range w.s.Layers {
		if w.s.Layers[i].Init == "" {
			n++
		}
	}
	return n
}

// responses checks that of the layers due (outermost first) all response hooks
// ran, innermost first; under classic up to the first that fails.
func (w *walk) responses(due []string) error {
	due = reversed(due)
	if w.family == FamilyClassic {
		for i, name := range due {
			if b := w.does(name, HookResponse); raisesAt(b) || b == "return_none" {
				due = due[:i+1]
				break
			}
		}
	}
	if got := w.ran(HookResponse); !slices.Equal(got, due) {
		return fmt.Errorf("process_response ran for %v, due were %v", got, due)
	}
	return nil
}

// TestInvariants checks the rules of both models, one by one, on stacks of up
// to 12 layers.
func TestInvariants(t *testing.T) {
	gen := genScenario(12, hookStyles, false)
	for _, name := range []string{"classic@1.11", "modern@5.2"} {
		engine, _ := EngineByName(name)
		for rule, holds := range invariants {
			t.Run(name+"/"+rule, func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					for range 5 {
						s := gen.Draw(t, "scenario")
						trace := engine.Run(&s)
						if trace.Outcome.Kind == OutcomeLoadError || trace.Unsupported != nil {
							continue
						}
						w := &walk{&s, engine.Family, trace, parseEvents(trace)}
						if err := holds(w); err != nil {
							t.Fatalf("%v\nevents: %s\noutcome: %+v", err, strings.Join(trace.Events, "; "), trace.Outcome)
						}
					}
				})
			})
		}
	}
}

// TestInvariantsBite breaks an engine and expects the rule that is about that
// to say so: a rule that cannot fail proves nothing.
func TestInvariantsBite(t *testing.T) {
	gen := genScenario(12, hookStyles, false)
	tests := []struct{ family, fault, rule string }{
		{FamilyClassic, "response-order", "S1 template, exception and response hooks innermost first"},
		{FamilyModern, "builds-outermost-first", "S1 request and view hooks outermost first"},
		{FamilyClassic, "view-hooks-first", "S2 all request hooks before all view hooks and the view"},
		{FamilyClassic, "runs-view-after-answer", "S3 an answer of process_request stops the way in"},
		{FamilyModern, "goes-on-after-view-answer", "S4 an answer of process_view stops later ones and the view"},
		{FamilyClassic, "exception-hooks-see-request-errors", "S8 process_exception sees errors of view and rendering only"},
		{FamilyModern, "asks-all-exception-hooks", "S9 S10 an answer or error of process_exception ends the round"},
		{FamilyModern, "no-signal", "S12 the signal comes before handler500 and only then"},
		{FamilyModern, "never-propagates", "S16 propagating never makes a 500 page"},
		{FamilyModern, "catches-exits", "S17 an exit ends everything"},
		{FamilyClassic, "consumes-stream", "S18 a stream is consumed and closed once, at the end, or never"},
		{FamilyClassic, "never-closes", "finished exactly when a response was sent"},
		{FamilyModern, "finishes-twice", "finished exactly when a response was sent"},
		{FamilyClassic, "response-hooks-of-entered-layers-only", "D1 D2 who sees the answer or error of process_request"},
		{FamilyModern, "own-response-after-own-raise", "D1 D2 who sees the answer or error of process_request"},
		{FamilyClassic, "drops-outermost-response", "S4 S11 all response hooks run when all layers were entered"},
		{FamilyClassic, "kind-of-response-errors", "D3 D4 classic: a failing response hook skips the outer ones"},
		{FamilyModern, "inner-response-hooks-too", "modern: process_response only after the own process_request passed"},
		{FamilyModern, "signals-once", "D7 signals of a propagated error"},
		{FamilyModern, "handler500-once", "D8 how often a failing handler500 is called"},
	}
	covered := map[string]bool{}
	for _, test := range tests {
		covered[test.rule] = true
		version, name := 111, "1.11"
		if test.family == FamilyModern {
			version, name = 502, "5.2"
		}
		t.Run(test.fault, func(t *testing.T) {
			engine := referenceEngine(test.family, version, name, test.fault)
			holds := invariants[test.rule]
			require.NotNil(t, holds, test.rule)
			for i := range 20_000 {
				s := gen.Example(i)
				trace := engine.Run(&s)
				if trace.Outcome.Kind == OutcomeLoadError || trace.Unsupported != nil {
					continue
				}
				if holds(&walk{&s, engine.Family, trace, parseEvents(trace)}) != nil {
					return
				}
			}
			t.Fatal("the rule does not notice")
		})
	}
	for rule := range invariants {
		require.True(t, covered[rule], "no fault is there for %q", rule)
	}
}
