package mixin_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
)

// TestDocs: the code in docs/mixin.md is that of the examples, which run, and
// the scenarios it cites were recorded.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../docs/mixin.md")
	require.NoError(t, err)
	examples, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, 3)
	for _, block := range blocks {
		require.Contains(t, string(examples), block[1])
	}
	vectors, err := conformance.Vectors()
	require.NoError(t, err)
	ids := map[string]bool{}
	for _, v := range vectors {
		ids[v.Scenario.ID] = true
	}
	source, err := os.ReadFile("explain.go")
	require.NoError(t, err)
	cited := regexp.MustCompile(`n/[a-z0-9-]+`).FindAllString(string(page)+string(source), -1)
	require.Greater(t, len(cited), 15)
	for _, id := range cited {
		require.True(t, ids[id], "no scenario %s", id)
	}
	for _, name := range regexp.MustCompile("`Test[A-Za-z]+`").FindAllString(string(page), -1) {
		test, err := os.ReadFile("../conformance/island_bridge_test.go")
		require.NoError(t, err)
		require.Contains(t, string(test), "func "+strings.Trim(name, "`")+"(")
	}
}
