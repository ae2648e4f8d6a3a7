package layers_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/docblock"
)

// verdict compares a reviewed cell with what the reader says in its place:
// "right", "unknown" where it says less and nothing that is not so, "wrong".
func verdict(truth, tool string) string {
	switch {
	case truth == tool:
		return "right"
	case strings.Contains(tool, "unknown"), part(tool, truth), strings.ReplaceAll(tool, "either", "response") == truth:
		return "unknown"
	}
	return "wrong"
}

// field is one kind of fact in the two reviewed tables.
type field struct {
	name  string
	cell  int               // of corpus-facts.txt, or 7 and more of corpus-effects.txt
	takes func(string) bool // the words of the cell; nil for all
}

func prefixed(prefixes ...string) func(string) bool {
	return func(word string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(word, p) {
				return true
			}
		}
		return false
	}
}

var fields = []field{
	{"style", 2, nil},
	{"hooks, own and inherited, with lines", 3, nil},
	{"hooks that may answer", 4, nil},
	{"request attributes read, with phase and guard", 5, nil},
	{"request attributes written, with phase", 6, nil},
	{"`__init__`: takes, stores, wraps get_response, MiddlewareNotUsed", 7, nil},
	{"sync and async modes, native coroutines", 8, nil},
	{"errors raised, with phase", 9, nil},
	{"response headers set, added, patched, deleted", 10, nil},
	{"cookies changed", 11, prefixed("cookies.")},
	{"session changed", 11, prefixed("session.")},
	{"the request's body read", 11, prefixed("POST.", "FILES.", "body.", "read.")},
	{"the response's content touched, with guard", 11, prefixed("content", "stream")},
	{"state that outlives the request, thread-locals", 12, nil},
}

// only keeps some words of a cell.
func only(cellText string, takes func(string) bool) string {
	if takes == nil {
		return cellText
	}
	var out []string
	for w := range strings.FieldsSeq(cellText) {
		if takes(w) {
			out = append(out, w)
		}
	}
	return cell(out)
}

// reviewed are the rows of both tables in one: 13 cells a class.
func reviewed(t *testing.T) [][]string {
	data, err := os.ReadFile("testdata/corpus-effects.txt")
	require.NoError(t, err)
	more := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		more[cells[0]] = cells[1:]
	}
	var rows [][]string
	for _, row := range corpusFacts(t) {
		rows = append(rows, append(row[:len(row):len(row)], more[row[1]]...))
		require.Len(t, rows[len(rows)-1], 13, row[1])
	}
	return rows
}

// TestAccuracyPage holds the figures of docs/facts-accuracy.md against the
// tables, which TestCorpusFacts and TestCorpusEffects hold against the reader.
func TestAccuracyPage(t *testing.T) {
	rows := reviewed(t)
	packages := map[string]bool{}
	for _, row := range rows {
		packages[row[0]] = true
	}
	var b, missed strings.Builder
	fmt.Fprintf(&b, "%d classes and functions of %d packages:\n\n", len(rows), len(packages))
	b.WriteString("| fact | classes that have some | right | less than there is | wrong |\n|---|---:|---:|---:|---:|\n")
	sum := map[string]int{}
	for _, f := range fields {
		count, some := map[string]int{}, 0
		for _, row := range rows {
			truth, tool, differs := strings.Cut(row[f.cell], " => ")
			truth = only(truth, f.takes)
			if tool = only(tool, f.takes); !differs {
				tool = truth
			}
			v := verdict(truth, tool)
			count[v]++
			sum[v]++
			if truth != "-" {
				some++
			}
			if v != "right" {
				fmt.Fprintf(&missed, "| `%s` | %s | %s | %s |\n", row[1], strings.SplitN(f.name, ",", 2)[0], code(truth), code(tool))
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", f.name, some, count["right"], count["unknown"], count["wrong"])
	}
	fmt.Fprintf(&b, "| all | | %d | %d | %d |\n", sum["right"], sum["unknown"], sum["wrong"])
	require.Zero(t, sum["wrong"], "a fact that is not so")
	checkBlock(t, "fields", b.String())
	checkBlock(t, "missed", "| class | fact | the source says | the reader says |\n|---|---|---|---|\n"+missed.String())
}

func code(text string) string {
	if text == "-" {
		return "nothing"
	}
	return "`" + text + "`"
}

const accuracyPage = "../../docs/facts-accuracy.md"

// checkBlock compares a part of the page, or writes it.
func checkBlock(t *testing.T, name, want string) {
	t.Helper()
	data, err := os.ReadFile(accuracyPage)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(accuracyPage, []byte(docblock.Set(string(data), name, want)), 0o644))
		return
	}
	got, found := docblock.Get(string(data), name)
	require.True(t, found, "%s has no part %q", accuracyPage, name)
	require.Equal(t, want, got, "run go test ./internal/layers -run TestAccuracyPage -update")
}
