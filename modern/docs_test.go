package modern_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPortingGuide: the code in docs/port-to-go.md is that of examples that run.
func TestPortingGuide(t *testing.T) {
	page, err := os.ReadFile("../docs/port-to-go.md")
	require.NoError(t, err)
	var examples strings.Builder
	for _, pattern := range []string{"example_*_test.go", "../examples/*/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			examples.Write(text)
		}
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, 7)
	for _, block := range blocks {
		require.Contains(t, examples.String(), block[1])
	}
}
