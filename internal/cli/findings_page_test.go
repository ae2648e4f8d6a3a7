package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/docblock"
	"github.com/mwcheck/mwcheck/internal/lint"
)

const sampleVerdicts = "testdata/projects/annotations.txt"

// TestSampleFindings lints the sample projects: every finding has a verdict.
func TestSampleFindings(t *testing.T) {
	verdicts := readAnnotations(t, sampleVerdicts)
	seen := map[string]bool{}
	entries, err := os.ReadDir(filepath.Join(root, "testdata", "projects"))
	require.NoError(t, err)
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		document, _ := runIn(t, filepath.Join(root, "testdata", "projects", e.Name()), "lint", "--format", "json", "--fail-on", "never", ".")
		var doc findingsDocument
		decodeStrictly(t, document, &doc)
		for _, f := range doc.Findings {
			key := fmt.Sprintf("%s %s:%d %s %s", e.Name(), f.File, f.Line, f.Rule, f.Fact)
			seen[key] = true
			if _, ok := verdicts[key]; !ok {
				t.Errorf("this finding has no verdict in %s:\n%s\n%s", sampleVerdicts, key, f.Message)
			}
		}
	}
	for key := range verdicts {
		require.True(t, seen[key], "this verdict has no finding any more: %s", key)
	}
}

// TestFindingsPage holds the counts of docs/facts-accuracy.md against the
// verdicts, which the tests above hold against the findings.
func TestFindingsPage(t *testing.T) {
	const page = root + "/docs/facts-accuracy.md"
	sources := []string{"testdata/corpus/annotations.txt", "testdata/corpus/classes.txt", sampleVerdicts}
	counts := map[string]*[3][2]int{}
	for i, source := range sources {
		for key, a := range readAnnotations(t, source) {
			rule := strings.Fields(key)[2]
			if counts[rule] == nil {
				counts[rule] = new([3][2]int)
			}
			if a.verdict == "true" {
				counts[rule][i][0]++
			} else {
				counts[rule][i][1]++
			}
		}
	}
	var b strings.Builder
	b.WriteString("| rule | projects of Debian | single classes of Debian | sample projects | all |\n|---|---:|---:|---:|---:|\n")
	var all [4][2]int
	var quiet []string
	cell := func(n [2]int) string { return fmt.Sprintf("%d / %d", n[0], n[1]) }
	for _, r := range lint.Rules() {
		c := counts[r.ID]
		if c == nil {
			quiet = append(quiet, r.ID)
			continue
		}
		sum := [2]int{}
		fmt.Fprintf(&b, "| [%s %s](rules/%s.md) ", r.ID, r.Name, r.Name)
		for i, n := range c {
			fmt.Fprintf(&b, "| %s ", cell(n))
			for k := range n {
				sum[k] += n[k]
				all[i][k] += n[k]
				all[3][k] += n[k]
			}
		}
		fmt.Fprintf(&b, "| %s |\n", cell(sum))
		delete(counts, r.ID)
	}
	require.Empty(t, counts, "verdicts on rules that do not exist")
	b.WriteString("| all ")
	for _, n := range all {
		fmt.Fprintf(&b, "| %s ", cell(n))
	}
	slices.Sort(quiet)
	fmt.Fprintf(&b, "|\n\nNothing was found by %s.\n", strings.Join(quiet, ", "))
	require.Zero(t, all[0][1], "a false finding in real projects is a defect")

	data, err := os.ReadFile(page)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(docblock.Set(string(data), "findings", b.String())), 0o644))
		return
	}
	got, found := docblock.Get(string(data), "findings")
	require.True(t, found)
	require.Equal(t, b.String(), got, "run go test ./internal/cli -run TestFindingsPage -update")
}
