package migrate

import (
	"cmp"
	"slices"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// finish gathers what the passes have left, in a fixed order.
func (r *run) finish() {
	r.result.Changes = r.over.changes()
	seen := map[stack.Span]bool{}
	for _, s := range r.result.After {
		if span := r.over.origin(s.Span); !s.Complete && !seen[span] {
			seen[span] = true
			r.result.Left = append(r.result.Left, Left{
				Pass: PassSettings, Severity: finding.Note, Span: span, Reason: "the list is not known entirely: what is done and said here holds for the part that is",
			})
		}
	}
	slices.SortStableFunc(r.result.Left, func(a, b Left) int {
		return cmp.Or(cmp.Compare(a.Span.File, b.Span.File), cmp.Compare(a.Span.Line, b.Span.Line), cmp.Compare(a.Span.Column, b.Span.Column))
	})
	r.result.Left = slices.Compact(r.result.Left)
	// What was left of the settings is not said twice.
	r.result.Findings = slices.DeleteFunc(r.result.Findings, func(f finding.Finding) bool {
		return f.Name == "both-settings" && slices.ContainsFunc(r.result.Left, func(l Left) bool {
			return l.Pass == PassSettings && l.Severity >= finding.Note && !l.Mention && l.Span.File == f.Span.File
		})
	})
	slices.SortStableFunc(r.result.Done, func(a, b Action) int {
		return cmp.Or(cmp.Compare(order[a.Pass], order[b.Pass]), cmp.Compare(a.Span.File, b.Span.File), cmp.Compare(a.Span.Start, b.Span.Start))
	})
}

// order is the order of the passes.
var order = map[Pass]int{PassSettings: 0, PassClasses: 1, PassFixes: 2, PassBehave: 3, PassAnnotate: 4}
