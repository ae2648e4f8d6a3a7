package docblock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/docblock"
)

func TestBlocks(t *testing.T) {
	const text = "a\n<!-- figures: x -->\n1\n<!-- end of figures -->\nb\n<!-- figures: y -->\n2\n<!-- end of figures -->\nc\n"
	part, found := docblock.Get(text, "y")
	require.True(t, found)
	require.Equal(t, "2\n", part)
	_, found = docblock.Get(text, "z")
	require.False(t, found)
	_, found = docblock.Get("<!-- figures: x -->\nno end\n", "x")
	require.False(t, found)

	changed := docblock.Set(text, "x", "3\n4\n")
	part, _ = docblock.Get(changed, "x")
	require.Equal(t, "3\n4\n", part)
	require.Equal(t, text, docblock.Set(changed, "x", "1\n"), "only the one part changes")
	require.Equal(t, text, docblock.Set(text, "z", "5\n"))
}
