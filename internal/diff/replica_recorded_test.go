package diff_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
)

// plays says that the replica knows all that a scenario has.
func plays(s *conformance.Scenario, engine string) bool {
	if s.Propagate || s.ErrorHandlers != "" || s.ViewObject || s.RecordLoad || strings.HasPrefix(s.View, "async_") {
		return false
	}
	for i := range s.Layers {
		l := &s.Layers[i]
		if onion(l) && strings.HasPrefix(engine, "classic@") || l.Style == "classic" || l.Init != "" && l.Init != "ok" || l.SyncCapable != nil || l.AsyncCapable != nil || len(l.AsyncHooks) > 0 || l.Mark != nil {
			return false
		}
		for _, b := range l.Hooks {
			if b == "set_urlconf" || strings.HasSuffix(b, "bad_request") || strings.HasSuffix(b, "too_many_fields") || strings.HasSuffix(b, "data_too_big") {
				return false
			}
		}
	}
	return !strings.HasSuffix(s.View, "bad_request") && !strings.HasSuffix(s.View, "too_many_fields") && !strings.HasSuffix(s.View, "data_too_big")
}

var replicaReleases = map[string]int{
	"classic@1.9": 109, "classic@1.10": 110, "classic@1.11": 111, "modern@1.10": 110, "modern@1.11": 111, "modern@2.2": 202,
	"modern@3.2": 302, "modern@4.2": 402, "modern@5.0": 500, "modern@5.2": 502, "modern@6.1": 601,
}

// replay is what the replica says of a scenario under an engine.
func replay(s *conformance.Scenario, engine string) conformance.Trace {
	r := &replica{release: replicaReleases[engine], classic: strings.HasPrefix(engine, "classic@"), scenario: s}
	return r.run()
}

// TestReplica holds the replica against all recordings.
func TestReplica(t *testing.T) {
	all, err := recordings()
	require.NoError(t, err)
	for engine := range replicaReleases {
		t.Run(engine, func(t *testing.T) {
			n, bad := 0, 0
			for i := range all {
				v := &all[i]
				want := traceOf(v, engine)
				if want == nil || !plays(&v.Scenario, engine) || len(want.Load) > 0 {
					continue
				}
				n++
				if diff := cmp.Diff(bare(*want), replay(&v.Scenario, engine)); diff != "" {
					t.Errorf("%s (-recorded +replica)\n%s", v.Scenario.ID, diff)
					if bad++; bad > 3 {
						t.FailNow()
					}
				}
			}
			require.Greater(t, n, 2000)
			t.Logf("%d recordings", n)
		})
	}
}
