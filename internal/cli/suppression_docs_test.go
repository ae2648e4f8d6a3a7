package cli_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSuppressionDocs runs the examples of docs/suppression.md.
func TestSuppressionDocs(t *testing.T) {
	_, _, args := docExamples(t, "suppression.md")
	require.NotEmpty(t, args)
}
