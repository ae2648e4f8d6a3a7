package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLayerSaboteurs breaks a layer in one way at a time: exactly the check
// that is there for it must fail.
func TestLayerSaboteurs(t *testing.T) {
	covered := map[string]bool{}
	for _, s := range LayerSaboteurs() {
		covered[s.Check] = true
		t.Run(s.Check+"/"+s.Words, func(t *testing.T) {
			t.Parallel()
			report := CheckLayer(s.Make())
			var failed []string
			for _, r := range report.Results {
				if r.Status == Fail {
					failed = append(failed, r.Case)
				}
			}
			require.Equal(t, []string{s.Check}, failed, "%v", report.Err())
		})
	}
	for _, c := range LayerChecks() {
		require.True(t, covered[c.ID], "no layer is there that fails %q", c.ID)
	}
}
