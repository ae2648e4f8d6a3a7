package diff_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/pyscenario/live"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// TestProofLive serves the other side of predictions with Django 3.2: a project
// of the modern model whose layers do what triggers the difference. What happens
// must be what was predicted from the source of the classic project. Those that
// were recorded in just this way are left out: the others are where the truth
// would rest on the replica alone.
func TestProofLive(t *testing.T) {
	const most, generated = 60, 27
	server := live.Start(t)
	styles := pyscenario.Styles()
	tr := newTruth(t, "classic@1.9", "modern@3.2")
	served := map[string]bool{}
	// Deep stacks first, then those of the recordings.
	var all []*conformance.Scenario
	for i := range generated {
		all = append(all, stackGen().Example(9000+i))
	}
	for i, s := range append(all, tr.stacks()...) {
		if len(served) >= most {
			break
		}
		p, err := pyscenario.Write(s, pyscenario.Options{Model: stack.Classic, Style: styles.Example(i)})
		require.NoError(t, err)
		_, result := tr.run(t, p)
		var names []string
		for _, l := range s.Layers {
			names = append(names, l.Name)
		}
		list, _ := predict(result, names)
		for _, d := range list {
			does := only(s, d.atoms, "pass")
			key := scenarioKey(does)
			if served[key] || tr.recorded[key] != nil {
				continue
			}
			served[key] = true
			modern, err := pyscenario.Write(does, pyscenario.Options{Style: styles.Example(i + 1)})
			require.NoError(t, err)
			got, err := server.Serve(live.Of(does, modern))
			require.NoError(t, err, key)
			require.Empty(t, cmp.Diff(bare(got[0].Trace), bare(renamed(d.To, d.Names, s.Layers))), "%s (-live +predicted)", key)
		}
	}
	require.GreaterOrEqual(t, len(served), most)
	t.Logf("%d predictions served that were not recorded", len(served))
}
