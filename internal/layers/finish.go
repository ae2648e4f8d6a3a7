package layers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// finish puts the facts in the order of their places and settles what depends on
// all hooks.
func (l *Layer) finish() {
	if l.Whole == Unknown && (l.Origin == FromTree || l.Origin == FromCatalog) {
		l.Whole = Yes
	}
	for i := range l.Locals {
		t := &l.Locals[i]
		for _, x := range l.resets {
			if t.Name == x.Text || strings.HasPrefix(t.Name, x.Text+".") || x.Text == "local" {
				t.Reset, t.ResetSpan, t.ResetHook = Yes, x.Span, x.Hook
				break
			}
		}
	}
	slices.SortStableFunc(l.Reads, func(a, b Access) int { return compare(a.Span, b.Span) })
	slices.SortStableFunc(l.Writes, func(a, b Access) int { return compare(a.Span, b.Span) })
	slices.SortStableFunc(l.Raises, func(a, b Raise) int { return compare(a.Span, b.Span) })
	slices.SortStableFunc(l.Headers, func(a, b Header) int { return compare(a.Span, b.Span) })
	slices.SortStableFunc(l.Content, func(a, b ContentUse) int { return compare(a.Span, b.Span) })
	slices.SortStableFunc(l.Bodies, func(a, b BodyUse) int { return compare(a.Span, b.Span) })
	slices.SortStableFunc(l.State, func(a, b StateWrite) int { return compare(a.Span, b.Span) })
	slices.SortStableFunc(l.Calls, func(a, b Call) int { return compare(a.Span, b.Span) })
	slices.SortStableFunc(l.Next, func(a, b NextCall) int { return compare(a.Span, b.Span) })
	for _, list := range [][]Site{l.Cookies, l.Session, l.Unread} {
		slices.SortStableFunc(list, func(a, b Site) int { return compare(a.Span, b.Span) })
	}
	for i := range l.Hooks {
		h := &l.Hooks[i]
		slices.SortStableFunc(h.Returns, func(a, b Answer) int { return compare(a.Span, b.Span) })
		slices.SortStableFunc(h.Nothing, func(a, b Site) int { return compare(a.Span, b.Span) })
		h.Nothing = slices.CompactFunc(h.Nothing, func(a, b Site) bool { return a.Span == b.Span })
	}
}

func compare(a, b stack.Span) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}
