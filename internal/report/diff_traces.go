package report

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
)

// writeTraces writes both traces as one: what only the first has behind a minus,
// what only the second has behind a plus.
func writeTraces(b *strings.Builder, d *diff.Difference, r *diff.Result) {
	const indent = "            "
	fmt.Fprintf(b, "%s- %s\n%s+ %s\n", indent, r.From, indent, r.To)
	for _, line := range unified(d) {
		fmt.Fprintf(b, "%s%s\n", indent, line)
	}
}

// unified are the lines of both traces.
func unified(d *diff.Difference) []string {
	var out []string
	for _, row := range sideBySide(traceLines(d.From), traceLines(d.To)) {
		mark, text := " ", row[0]
		switch {
		case row[0] == "":
			mark, text = "+", row[1]
		case row[1] == "":
			mark = "-"
		}
		out = append(out, mark+" "+printable(text))
	}
	return out
}

// traceLines are the events of a trace and how it ends.
func traceLines(t conformance.Trace) []string {
	var out []string
	for _, event := range t.Events {
		at, sees, _ := strings.Cut(event, " ")
		if words := diffSeen(sees); words != "" {
			at += " gets " + words
		}
		out = append(out, at)
	}
	return append(out, "=> "+diffOutcome(t.Outcome))
}

// diffSeen puts what a hook or an error page gets into words. The status of an
// answer is left out: the engines play it, and the source may have another.
func diffSeen(sees string) string {
	fields := map[string]string{}
	for _, f := range strings.Fields(sees) {
		key, value, _ := strings.Cut(f, "=")
		fields[key] = value
	}
	words := ""
	switch marker := fields["marker"]; {
	case fields["exc"] != "":
		words = diff.ErrorName(fields["exc"]) + ofSource(fields["from"])
		if fields["exc"] == "value_error" && fields["from"] != "django" {
			words = "an error" + ofSource(fields["from"]) // of whatever class
		}
	case strings.HasPrefix(marker, "handler"):
		words = "the page of " + marker
	case marker != "":
		words = "the response of " + marker
	case fields["status"] != "":
		words = fields["status"]
	}
	if fields["rendered"] == "no" {
		words += ", not rendered"
	}
	return words
}

// diffOutcome says how a request ends.
func diffOutcome(o conformance.Outcome) string {
	if o.Kind != conformance.OutcomeResponse {
		if o.Exc == "value_error" && o.From != "django" {
			o.Exc = "an error"
		}
		return outcomeWords(o)
	}
	maker := strings.TrimSuffix(o.Body, "+")
	if strings.HasPrefix(maker, "handler") {
		return "the page of " + maker
	}
	return "the response of " + maker
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
