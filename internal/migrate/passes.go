package migrate

import (
	"cmp"
	"context"
	"slices"
)

func (r *run) classes(context.Context) error { return nil }
func (r *run) fixes(context.Context) error   { return nil }

// finish gathers what the passes have left.
func (r *run) finish() {
	r.result.Changes = r.over.changes()
	slices.SortStableFunc(r.result.Left, func(a, b Left) int {
		return cmp.Or(cmp.Compare(a.Span.File, b.Span.File), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.Line, b.Span.Line))
	})
}
