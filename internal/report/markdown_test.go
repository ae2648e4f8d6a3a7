package report_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func markdown(t testing.TB, r report.Lint, source report.Source) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.LintMarkdown(&b, r, source))
	return b.String()
}

func TestMarkdown(t *testing.T) {
	o := oddReport(t)
	o.Findings = []finding.Finding{o.Findings[1], o.Findings[3], o.Findings[4]}
	o.Notes = append(o.Notes[1:], stack.Note{Span: stack.Span{File: "a_b.py", Line: 1, Column: 2}, Message: "left <out>"})
	o.files["open.py"] = "M = [\n\n  '```',\n  '````' ]"
	want := "<!-- mwcheck -->\n" +
		"### mwcheck: 1 error, 2 warnings, 1 note\n\n" +
		"| | rule | place | finding |\n|---|---|---|---|\n" +
		"| warning | MW107 both-settings | open.py:3:5 | one two␀␛&#91;31m&#124;three&#124; &#96;four&#96; &#42;five&#42; &lt;b&gt;&amp;amp; &#91;l&#93;(http&#58;//x) &#64;you &#35;12 \ufffd \uffff |\n" +
		"| warning |  |  | without a place |\n" +
		"\n<details><summary>open.py:3:5 MW107 both-settings</summary>\n\n`````text\nTEXT`````\n\n</details>\n" +
		"\n<details><summary></summary>\n\n```text\nwarning: without a place\n```\n\n</details>\n" +
		"\n<details><summary>2 notes on what was not understood or left out</summary>\n\n" +
		"- &#49;. nowhere\n- a&#95;b.py:1:2: left &lt;out&gt;\n\n</details>\n" +
		"\n1 error, 2 warnings, 1 note, 1 suppressed; 1 of 2 stacks understood entirely, 1 settings module, 3 layers\n"
	got := markdown(t, o.Lint, o.source())
	var text strings.Builder
	require.NoError(t, report.FindingsText(&text, o.Findings[:1], o.source(), report.TextOptions{}))
	require.Contains(t, text.String(), "'````'")
	require.Empty(t, cmp.Diff(want, strings.Replace(got, text.String(), "TEXT", 1)))

	require.Equal(t, "<!-- mwcheck -->\n### mwcheck: nothing found\n\n\n"+report.SummaryLine(finding.Summary{})+"\n", markdown(t, report.Lint{}, nil))
	failed := markdown(t, report.Lint{Failure: "- a|b"}, nil)
	require.Contains(t, failed, "### mwcheck: nothing could be checked\n\n&#45; a&#124;b\n")
}

var linkPattern = regexp.MustCompile(`^\[([^\[\]]*)\]\((\S*)\)$`)

// requireMarkdown checks that no text of the project is markup: outside of
// fences, cells hold none of the signs that make some, every row has as many
// cells as its table, and every fold and fence is closed.
func requireMarkdown(t testing.TB, doc string) (rows int) {
	t.Helper()
	require.Less(t, len(doc), 60_000)
	fence, folds, table := "", 0, 0
	for i, line := range strings.Split(doc, "\n") {
		if fence != "" {
			if line == fence {
				fence = ""
			}
			continue
		}
		if opened := strings.TrimSuffix(line, "text"); strings.HasPrefix(line, "```") {
			require.Equal(t, strings.Repeat("`", len(opened)), opened, line)
			fence = opened
			continue
		}
		text := line
		switch {
		case i == 0:
			require.Equal(t, "<!-- mwcheck -->", line)
			continue
		case strings.HasPrefix(line, "### mwcheck: "):
			require.Equal(t, 1, i)
			continue
		case strings.HasPrefix(line, "|"):
			cells := strings.Split(line, "|")
			require.Len(t, cells, 6, line)
			if table++; table <= 2 {
				continue
			}
			rows++
			if m := linkPattern.FindStringSubmatch(strings.TrimSpace(cells[2])); m != nil {
				cells[2] = m[1]
			}
			text = strings.Join(cells, "")
		case strings.HasPrefix(line, "<details><summary>"):
			folds++
			text = strings.TrimSuffix(strings.TrimPrefix(line, "<details><summary>"), "</summary>")
		case line == "</details>":
			folds--
			continue
		}
		require.False(t, strings.ContainsAny(text, "|`*_~[]<>\\@#$!") && strings.ContainsAny(dropEntities.ReplaceAllString(text, ""), "|`*_~[]<>\\@#$!"), line)
		require.NotContains(t, text, "://")
		require.NotContains(t, dropEntities.ReplaceAllString(text, ""), "&")
	}
	require.Empty(t, fence)
	require.Zero(t, folds)
	return rows
}

var dropEntities = regexp.MustCompile(`&(#[0-9]+|amp|lt|gt);`)

func TestMarkdownIsValid(t *testing.T) {
	eachReport(t, func(t *testing.T, o odd) {
		want := 0
		for _, f := range o.Findings {
			if f.Suppression == nil {
				want++
			}
		}
		require.Equal(t, want, requireMarkdown(t, markdown(t, o.Lint, o.source())))
	})
}

func TestMarkdownShowsMessagesAsTheyAre(t *testing.T) {
	const all = "a!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~z &amp; &#124; www.x.y ://"
	doc := markdown(t, report.Lint{Findings: []finding.Finding{{Severity: finding.Error, Message: all, URL: "https://x.y/(a|b) c"}}}, nil)
	requireMarkdown(t, doc)
	for line := range strings.Lines(doc) {
		if strings.HasPrefix(line, "| error") {
			cells := strings.Split(line, "|")
			require.Equal(t, " [](https://x.y/%28a%7Cb%29%20c) ", cells[2])
			require.Equal(t, " "+all+" ", html.UnescapeString(cells[4]))
			return
		}
	}
	t.Fatal("no row")
}

func TestMarkdownIsBounded(t *testing.T) {
	var r report.Lint
	for i := range 3000 {
		r.Findings = append(r.Findings, finding.Finding{
			Rule: "MW101", Severity: finding.Warning, Message: fmt.Sprintf("number %d of many, with some more words", i), Span: stack.Span{File: "s.py", Line: i + 1},
		})
		r.Notes = append(r.Notes, stack.Note{Message: "what is left out"})
	}
	r.Summary.Warnings = 3000
	doc := markdown(t, r, nil)
	rows := requireMarkdown(t, doc)
	require.Greater(t, rows, 300)
	require.Contains(t, doc, fmt.Sprintf("\n... and %d more findings that would not fit.\n", 3000-rows))
	require.Contains(t, doc, report.SummaryLine(r.Summary))

	// One that is too long by itself, and a failure that is.
	r = report.Lint{Findings: []finding.Finding{{Severity: finding.Error, Message: strings.Repeat("|", 100_000)}}, Failure: strings.Repeat("@é", 100_000)}
	doc = markdown(t, r, nil)
	requireMarkdown(t, doc)
	require.Contains(t, doc, "\n... and 1 more finding that would not fit.\n")
}
