package conformance

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// TestUpgradeVectors runs every vector with a layer of the styles hooks and
// mixin through the modern and asynchronous engines, whose stacks hold those
// layers by mixin.Upgrade.
func TestUpgradeVectors(t *testing.T) {
	bridged := func(l LayerSpec) bool { return l.Style == "hooks" || l.Style == "mixin" }
	var vectors []Vector
	for _, v := range allVectors(t) {
		if slices.ContainsFunc(v.Scenario.Layers, bridged) {
			vectors = append(vectors, v)
		}
	}
	engines := Engines()[4:]
	require.Len(t, engines, 15)
	sum := CheckVectors(engines, vectors)
	for _, f := range sum.Failures[:min(len(sum.Failures), 6)] {
		t.Errorf("%s under %s (-want +got):\n%s", f.ID, f.Engine, cmp.Diff(f.Want, f.Got))
	}
	require.Empty(t, len(sum.Failures))
	for name, count := range sum.Engines {
		require.Greater(t, count.Pass, 3_000, name)
	}
	t.Logf("%d scenarios: %+v", len(vectors), sum.Total())

	// The layers are what Upgrade makes of them, not something of the suite's.
	l := Layer{Name: "A", Style: "hooks", script: &script{spec: &LayerSpec{Name: "A"}, rec: &recorder{}}}
	got, err := l.Modern().NewHooks()
	require.NoError(t, err)
	require.Same(t, l.script, got)
}
