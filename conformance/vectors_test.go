package conformance

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestVectors(t *testing.T) {
	vectors, err := Vectors()
	require.NoError(t, err)
	sum := Check(Engines(), vectors)
	for _, f := range sum.Failures[:min(len(sum.Failures), 6)] {
		t.Errorf("%s under %s (-want +got):\n%s", f.ID, f.Engine, cmp.Diff(f.Want, f.Got))
	}
	for name, c := range sum.Engines {
		t.Log(name, *c)
	}
	t.Log(sum.Unsupported, sum.Total())
}
