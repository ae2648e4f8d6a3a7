package conformance

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func allVectors(t *testing.T) []Vector {
	t.Helper()
	vectors, err := Vectors()
	require.NoError(t, err)
	return vectors
}

// syncOnly leaves the stacks that need no second mode.
func syncOnly(vectors []Vector) []Vector {
	var list []Vector
	for _, v := range vectors {
		if v.Scenario.MinVersion == nil {
			list = append(list, v)
		}
	}
	return list
}

// TestReference makes sure that what the engines are compared with elsewhere
// agrees with the recordings itself.
func TestReference(t *testing.T) {
	sum := CheckVectors(references(), syncOnly(allVectors(t)))
	for _, f := range sum.Failures[:min(3, len(sum.Failures))] {
		t.Errorf("%s under %s (-want +got):\n%s", f.ID, f.Engine, cmp.Diff(f.Want, f.Got))
	}
	require.Empty(t, len(sum.Failures))
	require.Greater(t, sum.Total().Pass, 40_000)
}

// TestSaboteurs breaks an engine in one way at a time: the vectors must find
// it, at the case that is there for it.
func TestSaboteurs(t *testing.T) {
	vectors := syncOnly(allVectors(t))
	tests := []struct {
		family  string
		version int
		name    string
		fault   string
		at      string
	}{
		{FamilyClassic, 109, "1.9", "drops-outermost-response", "n/order-all-hooks"},
		{FamilyClassic, 109, "1.9", "response-order", "n/order-all-hooks"},
		{FamilyClassic, 109, "1.9", "response-hooks-of-entered-layers-only", "n/short-circuit-request-middle"},
		{FamilyClassic, 109, "1.9", "exception-hooks-see-request-errors", "n/request-raises-exception-hook-would-respond"},
		{FamilyClassic, 109, "1.9", "runs-view-after-answer", "n/short-circuit-skips-url-resolution"},
		{FamilyClassic, 109, "1.9", "kind-of-response-errors", "n/response-raises-http404"},
		{FamilyClassic, 111, "1.11", "no-signal", "n/order-exception-hooks"},
		{FamilyClassic, 111, "1.11", "exception-order", "n/order-exception-hooks"},
		{FamilyClassic, 111, "1.11", "consumes-stream", "n/order-stream"},
		{FamilyClassic, 111, "1.11", "never-closes", "n/order-all-hooks"},
		{FamilyClassic, 108, "1.8", "renders-late", "n/response-replaces-with-template"},
		{FamilyModern, 502, "5.2", "own-response-after-own-raise", "n/request-raises-value-error"},
		{FamilyModern, 502, "5.2", "no-film", "n/view-raises-404"},
		{FamilyModern, 502, "5.2", "catches-exits", "n/request-hook-system-exit"},
		{FamilyModern, 502, "5.2", "builds-outermost-first", "n/load-order"},
		{FamilyModern, 502, "5.2", "skips-template-hooks", "n/order-template-response"},
		{FamilyModern, 502, "5.2", "exception-order", "n/exception-handled-innermost"},
		{FamilyModern, 502, "5.2", "never-propagates", "n/propagate-view-error"},
		{FamilyModern, 502, "5.2", "renders-late", "n/short-circuit-request-template"},
		{FamilyModern, 502, "5.2", "finishes-twice", "n/no-layers-ok"},
		{FamilyModern, 502, "5.2", "never-closes", "n/modern-stream"},
	}
	for _, test := range tests {
		t.Run(test.family+"@"+test.name+"/"+test.fault, func(t *testing.T) {
			sum := CheckVectors([]Engine{referenceEngine(test.family, test.version, test.name, test.fault)}, vectors)
			require.False(t, sum.OK(), "the suite passes a broken engine")
			var ids []string
			for _, f := range sum.Failures {
				ids = append(ids, f.ID)
			}
			require.Contains(t, ids, test.at)
		})
	}
}

// references are the reference under every synchronous engine of the vectors.
func references() []Engine {
	versions := []struct {
		number int
		name   string
	}{
		{108, "1.8"}, {109, "1.9"}, {110, "1.10"}, {111, "1.11"}, {202, "2.2"}, {302, "3.2"},
		{402, "4.2"}, {500, "5.0"}, {502, "5.2"}, {600, "6.0"}, {601, "6.1"},
	}
	var list []Engine
	for i, v := range versions {
		if i < 4 {
			list = append(list, referenceEngine(FamilyClassic, v.number, v.name, ""))
		}
		if i >= 2 {
			list = append(list, referenceEngine(FamilyModern, v.number, v.name, ""))
		}
	}
	return list
}
