package catalog_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
)

var update = flag.Bool("update", false, "rewrite docs/catalog.md")

// TestPage: docs/catalog.md is what the data says, and names every layer with a
// source.
func TestPage(t *testing.T) {
	c := catalog.Default()
	page := c.Page()
	const file = "../../docs/catalog.md"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(page), 0o644))
	}
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, page, string(got), "docs/catalog.md is stale: run go test ./internal/catalog -run TestPage -update")
	require.Contains(t, page, catalog.Date)
	for _, m := range c.Middleware {
		_, entry, found := strings.Cut(page, "**`"+m.Path+"`**\n")
		require.True(t, found, m.Path)
		entry, _, _ = strings.Cut(entry, "\n\n")
		require.Contains(t, entry, "source: ", m.Path)
		require.NotContains(t, entry, ": ;", m.Path)
		require.NotContains(t, entry, "; ;", m.Path)
	}
}
