package diff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/pyscenario"
)

// proofPairs are the engines that the proof compares.
func proofPairs() [][2]string {
	return [][2]string{
		{"classic@1.9", "modern@5.2"}, {"classic@1.11", "modern@3.2"}, {"classic@1.9", "classic@1.10"}, {"modern@1.11", "modern@2.2"},
	}
}

// TestProofRecorded is about hook stacks of one to three layers, all that were
// recorded, each in a way of writing of its own.
func TestProofRecorded(t *testing.T) {
	styles := pyscenario.Styles()
	for k, pair := range proofPairs() {
		t.Run(pair[0]+" "+pair[1], func(t *testing.T) {
			tr := newTruth(t, pair[0], pair[1])
			n, bad := checked{}, 0
			for i, s := range tr.stacks() {
				if k > 0 && i%2 == 0 {
					continue // of the other pairs every second one will do
				}
				for _, w := range tr.check(s, styles.Example(i), &n, t) {
					t.Errorf("%s: %s", s.ID, w)
					bad++
				}
				if bad > 12 {
					t.FailNow()
				}
			}
			require.Greater(t, n.stacks, []int{1000, 500, 500, 500}[k])
			require.Equal(t, n.stacks, n.whole)
			require.Greater(t, n.recorded, 30)
			t.Logf("%+v", n)
		})
	}
}
