package report_test

import (
	"strings"
	"testing"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// FuzzText feeds any source with any span, also one that does not fit: nothing
// panics, no control character reaches the terminal, and no line of source
// makes a line of output that is much longer than the window.
func FuzzText(f *testing.F) {
	f.Add([]byte("M = [\n\t'a.A',\r\n'b.B']\r"), 2, 2, 2, 6)
	f.Add([]byte("\xef\xbb\xbf名 = '\xff'\x1b[2J"), 1, 3, 9, 0)
	f.Add([]byte(strings.Repeat("x\t", 400)), 1, 700, 1, 3)
	f.Add([]byte(""), 1, 1, 1, 1)
	f.Fuzz(func(t *testing.T, src []byte, line, column, endLine, endColumn int) {
		span := stack.Span{File: "s.py", Line: line, Column: column, EndLine: endLine, EndColumn: endColumn}
		first := stack.Span{File: "s.py", Line: 1, Column: 1, EndLine: 1, EndColumn: 2}
		r := report.Lint{Findings: []finding.Finding{{Severity: finding.Error, Message: "m", Span: span, Label: "here", Related: []finding.Related{{Span: first, Message: "there"}}}}}
		var b strings.Builder
		source := func(string) ([]byte, error) { return src, nil }
		if err := report.LintText(&b, r, source, report.TextOptions{}); err != nil {
			t.Fatal(err)
		}
		for row := range strings.Lines(b.String()) {
			text := strings.TrimSuffix(row, "\n")
			if i := strings.IndexFunc(text, func(c rune) bool { return c < 0x20 || c == 0x7f || c >= 0x80 && c < 0xa0 }); i >= 0 {
				t.Fatalf("control character at %d of %q", i, text)
			}
			// Characters without width take no cell, so the source may repeat them.
			if cells := len(strings.Map(dropMarks, text)); cells > 8*240 {
				t.Fatalf("a line of %d bytes", cells)
			}
		}
	})
}

// dropMarks removes the characters that take no cell of the window.
func dropMarks(r rune) rune {
	if r >= 0x300 {
		return -1
	}
	return r
}
