package conformance

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// hookStyles and onionStyles bound what generated layers are.
var (
	hookStyles  = []string{"hooks"}
	onionStyles = []string{"hooks", "hooks", "mixin", "modern", "function"}
)

// TestDeepStacksAgainstReference runs stacks of up to 12 layers through every
// synchronous engine and through the reference.
func TestDeepStacksAgainstReference(t *testing.T) {
	engines := map[string]Engine{}
	for _, e := range Engines() {
		engines[e.Name] = e
	}
	for _, ref := range references() {
		styles := onionStyles
		if ref.Family == FamilyClassic {
			styles = hookStyles
		}
		gen := genScenario(12, styles, false)
		t.Run(ref.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				for range 4 {
					s := gen.Draw(t, "scenario")
					if diff := cmp.Diff(ref.Run(&s), engines[ref.Name].Run(&s)); diff != "" {
						t.Fatalf("(-reference +engine)\n%s", diff)
					}
				}
			})
		})
	}
}

// TestAsyncEqualsSync: leaving marks and adaptations aside, the asynchronous
// handler does what the synchronous one does, but for bodies that fail while
// they are sent.
func TestAsyncEqualsSync(t *testing.T) {
	plain := func(trace Trace) Trace {
		var events []string
		for _, e := range trace.Events {
			events = append(events, strings.TrimSuffix(e, " mode=async"))
		}
		trace.Events = events
		trace.LoadLog = slices.DeleteFunc(slices.Clone(trace.LoadLog), func(line string) bool { return !strings.HasPrefix(line, "not_used:") })
		if len(trace.LoadLog) == 0 {
			trace.LoadLog = nil
		}
		if trace.Outcome.Exc == "ContentNotRenderedError" {
			trace.Outcome.Finished = 0
		}
		return trace
	}
	gen := genScenario(12, onionStyles, true)
	for _, e := range Engines() {
		if e.Family != FamilyAsync {
			continue
		}
		_, version, _ := strings.Cut(e.Name, "@")
		other, _ := EngineByName(FamilyModern + "@" + version)
		t.Run(e.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := gen.Draw(t, "scenario")
				if diff := cmp.Diff(plain(other.Run(&s)), plain(e.Run(&s))); diff != "" {
					t.Fatalf("(-modern +async)\n%s", diff)
				}
			})
		})
	}
}

// TestDocumentedProfile: under the zero profile nothing is lost obscurely.
func TestDocumentedProfile(t *testing.T) {
	for _, e := range []Engine{
		ClassicEngine("classic@documented", zeroProfile), ModernEngine("modern@documented", zeroProfile, false), ModernEngine("async@documented", zeroProfile, true),
	} {
		styles := onionStyles
		if e.Family == FamilyClassic {
			styles = hookStyles
		}
		gen := genScenario(12, styles, e.Family != FamilyClassic)
		t.Run(e.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := gen.Draw(t, "scenario")
				trace := e.Run(&s)
				if trace.Unsupported != nil {
					return
				}
				switch {
				case trace.Outcome.Kind == OutcomeLoadError:
				case trace.Outcome.Kind == OutcomeResponse:
					if trace.Outcome.Finished != 1 {
						t.Fatalf("finished %d times", trace.Outcome.Finished)
					}
				case slices.Contains([]string{"system_exit", "keyboard_interrupt"}, trace.Outcome.Exc):
				case s.Propagate:
				case s.ErrorHandlers == "raise":
				default:
					t.Fatalf("%s left the handler: %v", trace.Outcome.Exc, trace.Events)
				}
				for _, event := range trace.Events {
					if strings.Contains(event, "status=None") && e.Family != FamilyClassic && !ownNil(&s, event) {
						t.Fatalf("a layer got nothing: %s", event)
					}
				}
			})
		})
	}
}

// ownNil says that the event shows a layer the nothing it made itself, by never
// asking what is further in.
func ownNil(s *Scenario, event string) bool {
	name, _, _ := strings.Cut(event, ".")
	for i := range s.Layers {
		if l := &s.Layers[i]; l.Name == name {
			return l.Call != nil && l.Call.GetResponse == "never"
		}
	}
	return false
}
