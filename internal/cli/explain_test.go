package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
)

// TestExplainKnowsAll explains every fact and every known layer: a fact once, a
// layer with the facts that are about it.
func TestExplainKnowsAll(t *testing.T) {
	c := catalog.Default()
	of := map[string][]string{}
	for _, f := range c.Facts {
		if f.Informative {
			continue
		}
		of[f.Subject] = append(of[f.Subject], f.ID)
		text, err := explain([]string{f.ID})
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(text, "**"+f.ID+"**: "), text)
		require.Contains(t, text, f.Reason)
	}
	for _, m := range c.Middleware {
		text, err := explain([]string{m.Path})
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(text, "**`"+m.Path+"`**\n"), text)
		for _, id := range of[m.Path] {
			require.Contains(t, text, "**"+id+"**: ", m.Path)
		}
	}
}
