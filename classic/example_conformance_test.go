package classic_test

import (
	"testing"

	"github.com/mwcheck/mwcheck/conformance"
)

// TestExamplesConform: the layers of the examples pass the checks that the
// suite has for those of others. The one that prints is left without: it would
// print in each of them.
func TestExamplesConform(t *testing.T) {
	report := conformance.CheckLayer(func() any { return shop{} }, nil)
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	if report.Count(conformance.Pass) == 0 {
		t.Error("no check ran")
	}
}
