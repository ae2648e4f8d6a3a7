package report_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// odd is a report with what is hard to write down: tabs, CRLF, wide characters,
// places over several lines, a file without final newline, control characters,
// and messages full of the signs that the formats reserve.
type odd struct {
	report.Lint
	files map[string]string
}

func (o odd) source() report.Source { return files(o.files) }

var tool = report.Tool{
	Version: "v0.3.0", Catalog: "2026-11-01",
	Rules: []report.Rule{
		{ID: "MW101", Name: "wrong-order", Title: "A layer stands in the wrong place of the list", Severity: "error", URL: "https://example.org/wrong-order",
			Doc: "Many layers only work\nbefore `another` one.\n\nMore.\n\n## Why\n\nDjango says so.\n"},
		{ID: "MW107", Name: "both-settings", Title: "Both are set", Severity: "note", URL: "https://example.org/both-settings", Doc: "One paragraph."},
	},
}

const (
	tabsSource = "M = (\r\n\t'層.A',\t'🦊.B', # a\r\n\t'c.C',\r\n)\r\n"
	openSource = "\xef\xbb\xbfMIDDLEWARE = [\n    'a.A',\n    'b'\n    '.B']"
)

func oddReport(t *testing.T) odd {
	t.Helper()
	o := odd{files: map[string]string{"shop/a b%,:é.py": tabsSource, "open.py": openSource}}
	tabs := at(t, "shop/a b%,:é.py", tabsSource, "'🦊.B'")
	several := stack.Span{File: "open.py", Line: 3, Column: 5, EndLine: 4, EndColumn: 9}
	o.Findings = []finding.Finding{
		{
			Rule: "MW101", Name: "wrong-order", Fact: "x.y", Severity: finding.Error, Label: "too late", Help: "move it", Stack: "shop:MIDDLEWARE",
			Message: "100% \"wrong\", says 'a,b:c'::d; 層 🦊", URL: "https://example.org/wrong-order", Span: tabs, Subject: []string{"🦊.B", "層.A"},
			Related: []finding.Related{
				{Span: at(t, "shop/a b%,:é.py", tabsSource, "'層.A'"), Message: "first"},
				{Span: stack.Span{File: "requirements.txt"}, Message: "names Django 4.2"},
			},
			Fixes: []finding.Fix{
				{Title: "Move it", Safety: finding.Safe, Edits: []finding.Edit{
					{File: tabs.File, Start: strings.Index(tabsSource, "'層.A'"), End: strings.Index(tabsSource, "'層.A'"), Text: "'🦊.B',\r\n\t"},
					{File: tabs.File, Start: tabs.Start - 1, End: tabs.End + 1},
				}},
				{Title: "Think", Safety: finding.Display, Edits: []finding.Edit{{File: tabs.File, Start: 0, End: 1, Text: "x"}}},
				{Title: "Rewrite", Safety: finding.Unsafe, Edits: []finding.Edit{
					{File: "open.py", Start: strings.Index(openSource, "'b'"), End: len(openSource) - 1, Text: "'b.B'"},
					{File: "gone.py", Start: 3, End: 5, Text: "y"},
				}},
			},
		},
		{
			Rule: "MW107", Name: "both-settings", Severity: finding.Warning, Message: "one\r\ntwo\x00\x1b[31m|three| `four` *five* <b>&amp; [l](http://x) @you #12 \xff \uffff",
			Span: several, Subject: []string{"b.B"},
		},
		{Rule: "MW999", Severity: finding.Note, Message: "of a rule that nobody lists", Span: stack.Span{File: "/etc/settings.py"}},
		{Severity: finding.Warning, Message: "without a place"},
		{
			Rule: "MW101", Name: "wrong-order", Severity: finding.Error, Message: "known", Span: stack.Span{File: "open.py", Line: 2, Column: 5},
			Suppression: &finding.Suppression{Kind: finding.InSource, Justification: "since | `2019`", Span: stack.Span{File: "open.py", Line: 2, Column: 12, EndLine: 2, EndColumn: 40}},
		},
	}
	o.Notes = []stack.Note{
		{Span: stack.Span{File: "::error::x.py", Line: 3, Column: 2}, Message: "left out ##[error] 50%"},
		{Message: "1. nowhere"},
	}
	o.Summary = finding.Summary{Settings: 1, Stacks: 2, Complete: 1, Layers: 3, Errors: 1, Warnings: 2, Notes: 1, Suppressed: 1}
	return o
}

// reports are all that every format must turn into a valid document.
func reports(t *testing.T) map[string]odd {
	t.Helper()
	all := oddReport(t)
	moved := oddReport(t)
	moved.files = nil
	open := oddReport(t)
	open.Findings = slices.DeleteFunc(open.Findings, func(f finding.Finding) bool { return f.Suppression != nil })
	twice := oddReport(t)
	twice.Findings = append(twice.Findings, twice.Findings...)
	return map[string]odd{
		"odd": all, "files gone": moved, "none suppressed": open, "twice": twice,
		"empty":   {},
		"failed":  {Lint: report.Lint{Failure: "no settings module | was\nfound", Notes: all.Notes}},
		"no rule": {Lint: report.Lint{Findings: []finding.Finding{{}}}},
	}
}

// eachReport runs a test for each of them, in a steady order.
func eachReport(t *testing.T, run func(t *testing.T, o odd)) {
	t.Helper()
	all := reports(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) { run(t, all[name]) })
	}
}
