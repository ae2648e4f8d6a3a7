package python

import (
	"cmp"
	"slices"
)

// sortErrors orders errors by position and drops those that repeat another.
func sortErrors(errs []Error) []Error {
	slices.SortStableFunc(errs, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Kind, b.Kind))
	})
	return slices.Compact(errs)
}
