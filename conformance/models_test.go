package conformance

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// differs says that a stack behaves differently under the two models of 1.11,
// in events or outcome.
func differs(s *Scenario) (bool, string) {
	classic, _ := EngineByName("classic@1.11")
	modern, _ := EngineByName("modern@1.11")
	diff := cmp.Diff(classic.Run(s), modern.Run(s))
	return diff != "", diff
}

// calm takes the triggers out of a stack: what makes the models differ.
func calm(s *Scenario) {
	s.Propagate = false
	if s.View == "return_false" {
		s.View = ""
	}
	if s.ErrorHandlers == "raise" {
		s.ErrorHandlers = ""
	}
	for i := range s.Layers {
		l := &s.Layers[i]
		l.Init = ""
		if _, ok := l.Hooks[HookRequest]; ok && l.Hooks[HookRequest] != "set_urlconf" {
			l.Hooks[HookRequest] = "pass"
		}
		if b := l.Hooks[HookResponse]; raisesAt(b) || b == "return_none" || b == "return_false" {
			l.Hooks[HookResponse] = "touch"
		}
		if l.Hooks[HookView] == "return_false" {
			l.Hooks[HookView] = "pass"
		}
	}
}

// TestModelsAgree: without a trigger no stack differs between the models.
func TestModelsAgree(t *testing.T) {
	gen := genScenario(12, hookStyles, false)
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			s := gen.Draw(t, "scenario")
			calm(&s)
			if yes, diff := differs(&s); yes {
				t.Fatalf("(-classic +modern)\n%s", diff)
			}
		}
	})
}

// TestOneTrigger: with one layer that triggers, it is known exactly which
// stacks differ.
func TestOneTrigger(t *testing.T) {
	gen := genScenario(12, hookStyles, false)
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			s := gen.Draw(t, "scenario")
			calm(&s)
			if len(s.Layers) == 0 {
				continue
			}
			x := rapid.IntRange(0, len(s.Layers)-1).Draw(t, "layer")
			l := &s.Layers[x]
			has := func(layers []LayerSpec) bool {
				return slices.ContainsFunc(layers, func(l LayerSpec) bool { _, ok := l.Hooks[HookResponse]; return ok })
			}
			_, own := l.Hooks[HookResponse]
			var want bool
			switch rapid.SampledFrom([]string{"answers", "raises", "response raises"}).Draw(t, "trigger") {
			case "answers":
				l.Hooks[HookRequest] = rapid.SampledFrom([]string{"respond", "respond_stream"}).Draw(t, "how")
				want = has(s.Layers[x+1:])
			case "raises":
				l.Hooks[HookRequest] = rapid.SampledFrom([]string{"raise:value_error", "raise:http404", "raise:permission_denied"}).Draw(t, "how")
				want = own || has(s.Layers[x+1:])
			default:
				behaviour := rapid.SampledFrom([]string{"raise:value_error", "raise:http404", "raise:permission_denied"}).Draw(t, "how")
				l.Hooks[HookResponse] = behaviour
				want = has(s.Layers[:x]) || behaviour != "raise:value_error"
				// The trigger is not reached if an exit ends the request before.
				classic, _ := EngineByName("classic@1.11")
				trace := classic.Run(&s)
				if trace.Outcome.Kind == OutcomeRaised && strings.HasSuffix(trace.Outcome.Exc, "_exit") || trace.Outcome.Exc == "keyboard_interrupt" {
					want = false
				}
				// Who fails later at a template hides nothing of the above.
			}
			if got, diff := differs(&s); got != want {
				t.Fatalf("differ %v, want %v\n%s", got, want, diff)
			}
		}
	})
}
