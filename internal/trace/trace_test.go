package trace_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/trace"
)

// Every recorded trace comes out of its rows again: what ran is there in order,
// what was skipped is there once and did not run.
func TestRowsHoldTheTrace(t *testing.T) {
	t.Parallel()
	vectors, err := conformance.Vectors()
	require.NoError(t, err)
	drawn, skipped := 0, 0
	for i := range vectors {
		v := &vectors[i]
		var all []conformance.Trace
		for _, one := range v.Traces {
			all = append(all, one.Trace)
		}
		for _, one := range all {
			rows := trace.Rows(&v.Scenario, one, all...)
			if one.Outcome.Kind == conformance.OutcomeLoadError {
				require.Empty(t, rows, v.Scenario.ID)
				continue
			}
			var events []string
			ran, struck := map[string]bool{}, map[string]bool{}
			for _, r := range rows {
				name := r.Hook
				if r.Layer != "" {
					name = r.Layer + "." + r.Hook
				}
				require.LessOrEqual(t, r.Depth, len(v.Scenario.Layers), v.Scenario.ID)
				require.GreaterOrEqual(t, r.Depth, 0, v.Scenario.ID)
				if !r.Ran {
					require.False(t, struck[name], "%s: %s is struck out twice", v.Scenario.ID, name)
					struck[name] = true
					skipped++
					continue
				}
				ran[name] = true
				if r.Sees != "" {
					name += " " + r.Sees
				}
				events = append(events, name)
			}
			if diff := cmp.Diff(one.Events, events); diff != "" && len(one.Events) > 0 {
				t.Fatalf("%s: the rows do not hold the trace (-want +got):\n%s", v.Scenario.ID, diff)
			}
			for name := range struck {
				require.False(t, ran[name], "%s: %s is struck out and ran", v.Scenario.ID, name)
			}
			// Whatever runs in any of the traces is in the rows of each.
			for _, other := range all {
				for _, event := range other.Events {
					at, _, _ := strings.Cut(event, " ")
					if layer, _, found := strings.Cut(at, "."); found && isLayer(&v.Scenario, layer) && !isStream(at) {
						require.True(t, ran[at] || struck[at], "%s: %s is not in the rows", v.Scenario.ID, at)
					}
				}
			}
			drawn++
		}
	}
	require.Greater(t, drawn, 8000)
	require.Greater(t, skipped, 10000)
}

func isLayer(s *conformance.Scenario, name string) bool {
	for i := range s.Layers {
		if s.Layers[i].Name == name {
			return true
		}
	}
	return false
}

// isStream says that an event is of a response's body, which belongs to no
// hook: it is drawn where it happened and never struck out.
func isStream(at string) bool {
	return strings.Contains(at, ".stream.") || strings.HasSuffix(at, ".render")
}

func TestRowsOfBothModels(t *testing.T) {
	t.Parallel()
	s := &conformance.Scenario{ID: "gate", Layers: []conformance.LayerSpec{
		{Name: "A", Style: "hooks", Hooks: map[string]string{"process_request": "pass", "process_response": "pass"}},
		{Name: "Gate", Style: "hooks", Hooks: map[string]string{"process_request": "respond"}},
		{Name: "C", Style: "hooks", Hooks: map[string]string{"process_response": "pass", "process_exception": "pass"}},
	}}
	draw := func(engine string) []string {
		e, ok := conformance.EngineByName(engine)
		require.True(t, ok)
		var lines []string
		for _, r := range trace.Rows(s, e.Run(s)) {
			mark := "+"
			if !r.Ran {
				mark = "-"
			}
			lines = append(lines, strings.TrimSpace(strings.Repeat(">", r.Depth)+mark+r.Layer+"."+r.Hook+" "+r.Does))
		}
		return lines
	}
	in := []string{"+A.process_request", ">+Gate.process_request respond", ">>>-.view"}
	require.Equal(t, append(in[:3:3], ">>+C.process_response", "+A.process_response"), draw("classic@1.9"))
	require.Equal(t, append(in[:3:3], ">>-C.process_response", "+A.process_response"), draw("modern@6.1"))
}
