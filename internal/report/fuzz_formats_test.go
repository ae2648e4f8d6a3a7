package report_test

import (
	"strings"
	"testing"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// FuzzFormats puts any text and any place into every format: what comes out is
// a valid document, also where nothing fits together.
func FuzzFormats(f *testing.F) {
	f.Add("100% a,b::c\r\n<&]]>|`@x` #1 \x00\x1b\xff\ufffe", "shop/a:b%.py", []byte("M = [\r\n\t'層.A'\r]"), 2, 2, 2, 7, 6, 9, 3)
	f.Add("::error::x\n::warning::y", "::set-env name=x::y", []byte(""), 0, 0, 0, 0, 0, 0, 1)
	f.Add("1. ##[error]", "/etc/x y.py", []byte("\xef\xbb\xbfx"), 1, 9, 1, 3, 1, 2, 2)
	f.Add("```\n~~~~ </details> -->", "C:/a|b.py", []byte("'```'\n````\n"), 1, -1, 7, 1, 5, 4, 9)
	schema := sarifSchema(f)
	f.Fuzz(func(t *testing.T, text, file string, src []byte, line, column, endLine, endColumn, start, end, severity int) {
		if len(text) > 2000 || len(file) > 500 || len(src) > 5000 {
			return // long input is for TestMarkdownIsBounded
		}
		span := stack.Span{File: file, Line: line, Column: column, EndLine: endLine, EndColumn: endColumn}
		x := finding.Finding{
			Rule: "MW101", Name: text, Fact: text, Severity: finding.Severity(severity % 4), Message: text, Help: text, Label: text, Stack: text, Span: span,
			URL: "https://example.org/x", Subject: []string{text, file}, Related: []finding.Related{{Span: span, Message: text}, {Message: text}},
			Fixes: []finding.Fix{{Title: text, Edits: []finding.Edit{{File: file, Start: start, End: end, Text: text}, {File: "gone", Start: end, End: start}}}},
		}
		known := x
		known.Suppression = &finding.Suppression{Kind: finding.External, Justification: text, Span: span}
		r := report.Lint{Findings: []finding.Finding{x, known, x}, Notes: []stack.Note{{Span: span, Message: text}}}
		if severity > 50 {
			r.Failure = text
		}
		source := files(map[string]string{file: string(src)})

		if err := validateSARIF(schema, sarif(t, r, source)); err != nil {
			t.Fatal(err)
		}
		want := 2
		if r.Failure != "" {
			want++
		}
		if got := requireGitLab(t, gitlab(t, r)); got != want {
			t.Fatalf("%d entries for GitLab, want %d", got, want)
		}
		if got := requireJUnit(t, junit(t, r, source, finding.Warning)); got != 4 {
			t.Fatalf("%d JUnit cases, want 4", got)
		}
		if got := requireMarkdown(t, markdown(t, r, source)); got != 2 {
			t.Fatalf("%d rows of Markdown, want 2", got)
		}
		commands, log := github(t, r, report.TextOptions{})
		requireCommands(t, r, commands, log)
		var b strings.Builder
		if err := report.LintJSON(&b, r); err != nil {
			t.Fatal(err)
		}
	})
}
