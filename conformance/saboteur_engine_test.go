package conformance

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEngineSaboteurs breaks an engine in one way at a time: of the rules,
// exactly the one that is there for it must fail, and some vector with it.
func TestEngineSaboteurs(t *testing.T) {
	vectors := allVectors(t)
	covered := map[string]bool{}
	for _, s := range EngineSaboteurs() {
		covered[s.Rule] = true
		t.Run(s.Rule, func(t *testing.T) {
			opts := Options{}
			if s.Options != nil {
				opts = *s.Options
			}
			opts.Vectors, opts.Only = vectors, []string{"rules", "vectors/n"}
			report := Check(func() Engine { return s.Engine }, &opts)
			var rules []string
			vectors := 0
			for _, id := range report.Failed() {
				if name, ok := strings.CutPrefix(id, "rules/"); ok {
					rules = append(rules, name)
				} else {
					vectors++
				}
			}
			require.Equal(t, []string{s.Rule}, rules)
			require.Positive(t, vectors)
		})
	}
	for _, r := range Rules() {
		require.True(t, covered[r.ID], "no engine is there that fails %q", r.ID)
	}
}
