package live

import (
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
)

const engine = "modern@3.2"

// recorded is the trace of an engine, nil if there is none.
func recorded(v *conformance.Vector, name string) *conformance.Trace {
	for i := range v.Traces {
		if slices.Contains(v.Traces[i].Engines, name) {
			return &v.Traces[i].Trace
		}
	}
	return nil
}

// TestProjectsDoAsRecorded writes projects for scenarios of every style, each in
// a way of writing of its own, and serves them: what the scenario's vector
// recorded must happen again. MWCHECK_DJANGO_SCENARIOS asks for more of them.
func TestProjectsDoAsRecorded(t *testing.T) {
	server := Start(t)
	most := 320
	if more, err := strconv.Atoi(os.Getenv("MWCHECK_DJANGO_SCENARIOS")); err == nil {
		most = more
	}
	all, err := conformance.Vectors()
	require.NoError(t, err)
	var able []*conformance.Vector
	for i := range all {
		v := &all[i]
		if _, err := pyscenario.Write(&v.Scenario, pyscenario.Options{}); err == nil && recorded(v, engine) != nil {
			able = append(able, v)
		}
	}
	require.Greater(t, len(able), 3500, "scenarios that can be written")
	// All hand-picked ones, and a part of the others, spread evenly.
	sort.SliceStable(able, func(i, j int) bool {
		return strings.HasPrefix(able[i].Scenario.ID, "n/") && !strings.HasPrefix(able[j].Scenario.ID, "n/")
	})
	named := slices.IndexFunc(able, func(v *conformance.Vector) bool { return !strings.HasPrefix(v.Scenario.ID, "n/") })
	step := max(1, (len(able)-named)/max(1, most-named))
	chosen := slices.Clone(able[:named])
	for i := named; i < len(able); i += step {
		chosen = append(chosen, able[i])
	}
	bad := 0
	styles := pyscenario.Styles()
	count := map[string]int{}
	for i, v := range chosen {
		p, err := pyscenario.Write(&v.Scenario, pyscenario.Options{Style: styles.Example(i)})
		require.NoError(t, err)
		got, err := server.Serve(Of(&v.Scenario, p))
		if err == nil {
			if diff := cmp.Diff(*recorded(v, engine), got[0].Trace); diff != "" {
				t.Errorf("%s: the trace differs (-recorded +live)\n%s\n%s", v.Scenario.ID, diff, got[0].Message)
				bad++
			}
		} else {
			t.Errorf("%s: %v", v.Scenario.ID, err)
			bad++
		}
		for _, l := range v.Scenario.Layers {
			count[l.Style]++
		}
		if bad > 3 {
			t.FailNow()
		}
	}
	require.GreaterOrEqual(t, len(chosen), min(most, 300))
	for _, style := range []string{"hooks", "mixin", "modern", "function"} {
		require.Greater(t, count[style], 20, style)
	}
	t.Logf("%d of %d scenarios; layers by style: %v", len(chosen), len(able), count)
}
