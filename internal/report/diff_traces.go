package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
)

// traceWidth is the most that the left column of two traces takes.
const traceWidth = 58

// writeTraces writes both traces side by side, equal events on one line.
func writeTraces(b *strings.Builder, d *diff.Difference, r *diff.Result) {
	rows := sideBySide(traceLines(d.From), traceLines(d.To))
	width := utf8.RuneCountInString(r.From)
	for _, row := range rows {
		width = max(width, utf8.RuneCountInString(row[0]))
	}
	width = min(width, traceWidth)
	line := func(mark, left, right string) {
		pad := strings.Repeat(" ", max(width-utf8.RuneCountInString(left), 0))
		b.WriteString(strings.TrimRight(fmt.Sprintf("            %s %s%s  %s", mark, left, pad, right), " ") + "\n")
	}
	line(" ", r.From, r.To)
	for _, row := range rows {
		mark := " "
		switch {
		case row[0] == "":
			mark = "+"
		case row[1] == "":
			mark = "-"
		}
		line(mark, printable(row[0]), printable(row[1]))
	}
}

// traceLines are the events of a trace and how it ends.
func traceLines(t conformance.Trace) []string {
	return append(append([]string{}, t.Events...), "=> "+diffOutcome(t.Outcome))
}

// diffOutcome say how a request ends.
func diffOutcome(o conformance.Outcome) string {
	switch o.Kind {
	case conformance.OutcomeResponse:
		return fmt.Sprintf("%d %s", o.Status, o.Body)
	case conformance.OutcomeLoadError:
		return "does not start: " + o.Exc
	}
	if o.Started != 0 {
		return fmt.Sprintf("%d, then %s", o.Started, o.Exc)
	}
	return o.Exc + " leaves the handler"
}

// sideBySide aligns two lists by their longest common subsequence.
func sideBySide(a, b []string) [][2]string {
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var rows [][2]string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			rows = append(rows, [2]string{a[i], b[j]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			rows = append(rows, [2]string{a[i], ""})
			i++
		default:
			rows = append(rows, [2]string{"", b[j]})
			j++
		}
	}
	return rows
}
