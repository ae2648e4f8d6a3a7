package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSuiteOnOwnEngines: the engines of this module pass every rule and vector.
func TestSuiteOnOwnEngines(t *testing.T) {
	vectors := allVectors(t)
	for _, e := range Engines() {
		report := Check(func() Engine { return e }, &Options{Vectors: vectors})
		require.NoError(t, report.Err(), e.Name)
		require.Zero(t, report.Count(Skipped))
	}
}

// TestRulesAreComplete: each rule has evidence, and some engine is asked for it.
func TestRulesAreComplete(t *testing.T) {
	asked := map[string]bool{}
	for _, name := range []string{"classic@1.11", "async@6.1"} {
		e, _ := EngineByName(name)
		for _, r := range Check(func() Engine { return e }, &Options{Only: []string{"rules"}}).Results {
			asked[r.Case] = asked[r.Case] || r.Status == Pass
		}
	}
	known := map[string]bool{}
	for _, v := range allVectors(t) {
		known[v.Scenario.ID] = true
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		require.False(t, seen[r.ID], "%s is there twice", r.ID)
		seen[r.ID] = true
		require.NotEmpty(t, r.Words)
		require.NotEmpty(t, r.Citation)
		require.True(t, asked["rules/"+r.ID], "nobody is asked for %s", r.ID)
		for _, id := range r.Evidence {
			require.True(t, known[id], "%s: no vector %s", r.ID, id)
		}
	}
}
