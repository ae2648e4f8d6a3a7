package conformance

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// recordedPair are the traces of a vector under two engines; nil where one of
// them was not recorded.
func recordedPair(v *Vector, from, to string) (a, b *Trace) {
	for i := range v.Traces {
		for _, name := range v.Traces[i].Engines {
			if name == from {
				a = &v.Traces[i].Trace
			}
			if name == to {
				b = &v.Traces[i].Trace
			}
		}
	}
	return a, b
}

func engine(t testing.TB, name string) Engine {
	t.Helper()
	e, ok := EngineByName(name)
	require.True(t, ok, name)
	return e
}

// TestCompareVectors: for every stack that was recorded under two engines,
// Compare says from the stack alone whether the recordings differ: all that do,
// no others. The counts are those of the recordings.
func TestCompareVectors(t *testing.T) {
	vectors := allVectors(t)
	tests := []struct {
		from, to     string
		both, differ int
	}{
		{"classic@1.9", "modern@6.1", 2883, 1686},
		{"classic@1.11", "modern@1.11", 2891, 1530},
		{"classic@1.9", "classic@1.11", 2886, 329},
		{"classic@1.9", "modern@1.11", 2883, 1661},
		{"modern@6.1", "classic@1.9", 2883, 1686},
		{"classic@1.8", "classic@1.10", 2886, 541},
		{"modern@1.11", "modern@2.2", 3561, 358},
		{"modern@2.2", "modern@6.1", 3561, 2},
	}
	for _, test := range tests {
		t.Run(test.from+" to "+test.to, func(t *testing.T) {
			from, to := engine(t, test.from), engine(t, test.to)
			both, differ := 0, 0
			for i := range vectors {
				v := &vectors[i]
				a, b := recordedPair(v, test.from, test.to)
				if a == nil || b == nil {
					continue
				}
				both++
				want := !sameTrace(*a, *b)
				if want {
					differ++
				}
				got, err := Compare(&v.Scenario, from, to, Behaviours{})
				require.NoError(t, err)
				if (len(got) > 0) != want {
					t.Errorf("%s: predicted %v, recorded (-%s +%s):\n%s", v.Scenario.ID, len(got) > 0, test.from, test.to, cmp.Diff(a, b))
				}
				for _, d := range got {
					require.NotEmpty(t, d.Effects, "%s: %s", v.Scenario.ID, d.Key())
				}
			}
			require.Equal(t, test.both, both)
			require.Equal(t, test.differ, differ)
		})
	}
}

// TestCompareRunsVectors: what Compare runs is what was recorded, including
// the scenarios with a False that Engine.Run does not support.
func TestCompareRunsVectors(t *testing.T) {
	vectors := allVectors(t)
	runs, unsupported := 0, map[string]int{}
	for i := range vectors {
		v := &vectors[i]
		for _, want := range v.Traces {
			for _, name := range want.Engines {
				e := engine(t, name)
				got, _ := newTwin(&v.Scenario, e, e).run()
				runs++
				if got.Unsupported != nil {
					unsupported[v.Scenario.ID]++
					continue
				}
				if !sameTrace(got, want.Trace) {
					t.Errorf("%s under %s (-recorded +run):\n%s", v.Scenario.ID, name, cmp.Diff(want.Trace, got))
				}
			}
		}
	}
	require.Equal(t, 72_727, runs)
	// A coroutine that is taken for a response, and an asynchronous handler
	// around a constructor that keeps get_response from its base.
	require.Equal(t, map[string]int{
		"n/async-mixin-async-request-hook": 12, "n/async-unmarked-class": 12, "n/async-unmarked-class-under-hybrid": 12,
		"n/mixin-init-no-super": 6, "n/mixin-init-super-no-arg": 6,
	}, unsupported)
}
