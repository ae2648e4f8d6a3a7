package diff_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
)

// table is what layers do: by hook, all behaviours that facts tell apart.
func table() map[string][]string {
	errors := func(list ...string) []string {
		for _, kind := range []string{
			"value_error", "http404", "permission_denied", "suspicious_operation", "multipart_error", "system_exit", "keyboard_interrupt",
		} {
			list = append(list, "raise:"+kind)
		}
		return list
	}
	answers := []string{"respond", "respond_template", "respond_stream", "return_false"}
	changes := []string{"replace", "replace_template", "respond_stream", "return_none"}
	return map[string][]string{
		conformance.HookRequest:          errors(answers...),
		conformance.HookView:             errors(answers...),
		conformance.HookException:        errors(append([]string{"reraise"}, answers...)...),
		conformance.HookTemplateResponse: errors(changes...),
		conformance.HookResponse:         errors(append([]string{"return_false"}, changes...)...),
	}
}

// stackGen draws stacks of up to five layers from the table. Every layer has
// some of the hooks; about one hook in three does something out of the ordinary.
func stackGen() *rapid.Generator[*conformance.Scenario] {
	behaviours := table()
	return rapid.Custom(func(t *rapid.T) *conformance.Scenario {
		s := &conformance.Scenario{ID: "generated"}
		for i := range rapid.IntRange(1, 5).Draw(t, "layers") {
			l := conformance.LayerSpec{Name: string(rune('A' + i)), Style: "hooks", Hooks: map[string]string{}}
			for _, hook := range []string{
				conformance.HookRequest, conformance.HookView, conformance.HookTemplateResponse, conformance.HookResponse, conformance.HookException,
			} {
				if rapid.IntRange(0, 3).Draw(t, "has "+hook) == 0 {
					continue
				}
				l.Hooks[hook] = "pass"
				switch {
				case rapid.IntRange(0, 2).Draw(t, "does "+hook) == 0:
					l.Hooks[hook] = rapid.SampledFrom(behaviours[hook]).Draw(t, hook)
				case hook == conformance.HookResponse && rapid.Bool().Draw(t, "touches"):
					l.Hooks[hook] = "touch"
				}
			}
			s.Layers = append(s.Layers, l)
		}
		return s
	})
}

// TestProofGenerated reads projects whose stacks are drawn from the table of
// behaviours, most of them deeper than any recording. All that any layer does,
// alone and in pairs with what the others and the site do, must be predicted
// with its traces, effects and layers, and nothing else.
func TestProofGenerated(t *testing.T) {
	const projects = 240
	stacks, styles := stackGen(), pyscenario.Styles()
	for k, pair := range append(proofPairs(), [2]string{"modern@1.11", "classic@1.11"}) {
		t.Run(pair[0]+" "+pair[1], func(t *testing.T) {
			tr := newTruth(t, pair[0], pair[1])
			n, bad, seen := checked{}, 0, map[string]bool{}
			for i := 0; n.stacks < projects; i++ {
				s := stacks.Example(1000*k + i)
				if seen[scenarioKey(s)] || len(atomsOf(s)) == 0 {
					continue
				}
				seen[scenarioKey(s)] = true
				for _, w := range tr.check(s, styles.Example(1000*k+i), &n, t) {
					t.Errorf("%s: %s", scenarioKey(s), w)
					bad++
				}
				if bad > 12 {
					t.FailNow()
				}
			}
			require.Equal(t, n.stacks, n.whole)
			require.Greater(t, n.differences, 40)
			t.Logf("%+v", n)
		})
	}
}
