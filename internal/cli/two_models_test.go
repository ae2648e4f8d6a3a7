package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
)

// TestTwoModelsPage: every difference has a drawing, which TestDocumentedOutput
// draws again, and what the page says about process_exception is so.
func TestTwoModelsPage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "two-models.md"))
	require.NoError(t, err)
	sections := regexp.MustCompile(`(?m)^### ([DV]\d+): `).FindAllStringSubmatchIndex(string(text), -1)
	require.Len(t, sections, 17+6)
	for i, s := range sections {
		end := len(text)
		if i+1 < len(sections) {
			end = sections[i+1][0]
		}
		require.Contains(t, string(text[s[0]:end]), "<!-- output: mwcheck trace --scenario n/", string(text[s[2]:s[3]]))
	}
	vectors, err := conformance.Vectors()
	require.NoError(t, err)
	traces, asked := 0, 0
	for _, v := range vectors {
		for _, one := range v.Traces {
			for _, engine := range one.Engines {
				if !strings.HasPrefix(engine, conformance.FamilyClassic) {
					continue
				}
				traces++
				for _, event := range one.Events {
					if !strings.Contains(event, ".process_exception exc=") {
						continue
					}
					asked++
					_, from, _ := strings.Cut(event, " from=")
					from, _, _ = strings.Cut(from, " ")
					// "django" is what it raises itself when a template hook took the template away.
					require.True(t, from == "view" || from == "django" || strings.HasSuffix(from, ".render"),
						"%s under %s: %s", v.Scenario.ID, engine, event)
				}
			}
		}
	}
	require.Equal(t, 11560, traces)
	require.Contains(t, string(text), "11,560 recorded classic traces")
	require.Greater(t, asked, 1000)
}
