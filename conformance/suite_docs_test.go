package conformance

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateDocs = flag.Bool("update", false, "write docs/checks.md anew")

// TestChecksDocument keeps docs/checks.md true: the tables in it are what the
// suites say of the broken layers and engines.
func TestChecksDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Checks and rules\n\nWritten by `go test ./conformance -run TestChecksDocument -update`; do not edit.\n" +
		"[conformance.md](conformance.md) says how to use them.\n\n")
	checkTable(&b)
	layerMatrix(t, &b)
	ruleTable(&b)
	engineMatrix(t, &b)
	path := filepath.Join("..", "docs", "checks.md")
	if *updateDocs {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, b.String(), strings.ReplaceAll(string(have), "\r\n", "\n"), "run the test with -update")
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func checkTable(b *strings.Builder) {
	fmt.Fprintf(b, "## The %d checks of a layer\n\n| id | severity | rule | where it comes from |\n|---|---|---|---|\n", len(LayerChecks()))
	for _, c := range LayerChecks() {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", c.ID, c.Severity, cell(c.Words), cell(c.Citation))
	}
}

func ruleTable(b *strings.Builder) {
	fmt.Fprintf(b, "\n## The %d rules of an engine\n\n| id | models | rule | where it comes from | evidence |\n|---|---|---|---|---|\n", len(Rules()))
	for _, r := range Rules() {
		families := "all"
		if r.Families != nil {
			families = strings.Join(r.Families, ", ")
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", r.ID, families, cell(r.Words), cell(r.Citation), strings.Join(r.Evidence, ", "))
	}
}

// row is what a suite said of one saboteur, by case.
type row struct {
	name, words string
	status      map[string]Status
}

// matrix writes checks by saboteurs: X failed, a dot passed, a blank cannot
// say. Saboteurs of the same check share a column if they fail the same.
func matrix(b *strings.Builder, ids []string, rows []row) {
	b.WriteString("\n| the broken one | fails | passes | does not apply |\n|---|---|---|---|\n")
	for _, r := range rows {
		count := map[Status]int{}
		var failed []string
		for _, id := range ids {
			count[r.status[id]]++
			if r.status[id] == Fail {
				failed = append(failed, "`"+id+"`")
			}
		}
		fmt.Fprintf(b, "| %s | %s | %d | %d |\n", cell(r.words), strings.Join(failed, ", "), count[Pass], count[Unsupported])
	}
	b.WriteString("\nAs a picture, checks from top to bottom in the order above, broken ones from left to right: `X` fails, `.` passes, blank does not apply.\n\n```\n")
	width := 0
	for _, id := range ids {
		width = max(width, len(id))
	}
	sign := map[Status]string{Fail: "X", Pass: ".", Unsupported: " "}
	for _, id := range ids {
		line := fmt.Sprintf("%-*s ", width, id)
		for _, r := range rows {
			line += sign[r.status[id]]
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	b.WriteString("```\n")
}

func layerMatrix(t *testing.T, b *strings.Builder) {
	var ids []string
	for _, c := range LayerChecks() {
		ids = append(ids, c.ID)
	}
	saboteurs := LayerSaboteurs()
	slices.SortStableFunc(saboteurs, func(x, y LayerSaboteur) int { return slices.Index(ids, x.Check) - slices.Index(ids, y.Check) })
	var rows []row
	for _, s := range saboteurs {
		r := row{name: s.Check, words: s.Words, status: map[string]Status{}}
		for _, result := range CheckLayer(s.Make()).Results {
			r.status[result.Case] = result.Status
		}
		require.Equal(t, Fail, r.status[s.Check])
		rows = append(rows, r)
	}
	fmt.Fprintf(b, "\n### Checks and broken layers\n\n`conformance.LayerSaboteurs` are %d layers that are broken on purpose. Each fails at the check that is there for it and at no other.\n", len(rows))
	matrix(b, ids, rows)
}

func engineMatrix(t *testing.T, b *strings.Builder) {
	var ids []string
	for _, r := range Rules() {
		ids = append(ids, r.ID)
	}
	vectors := allVectors(t)
	var rows []row
	for _, s := range EngineSaboteurs() {
		r := row{name: s.Rule, words: fmt.Sprintf("%s: %s", s.Engine.Name, s.Words), status: map[string]Status{}}
		opts := Options{Only: []string{"rules"}, Vectors: vectors}
		if s.Options != nil {
			opts.Unsupported = s.Options.Unsupported
		}
		for _, result := range Check(func() Engine { return s.Engine }, &opts).Results {
			if id, ok := strings.CutPrefix(result.Case, "rules/"); ok {
				r.status[id] = result.Status
			}
		}
		require.Equal(t, Fail, r.status[s.Rule])
		rows = append(rows, r)
	}
	fmt.Fprintf(b, "\n### Rules and broken engines\n\n`conformance.EngineSaboteurs` are %d engines that are broken on purpose. Of the rules each fails the one that is there for it and no other; "+
		"the vectors in which the fault shows fail besides.\n", len(rows))
	matrix(b, ids, rows)
}
