// Package edit turns the edits of fixes into new file texts and into unified
// diffs. It works on bytes that are handed in and never touches package os;
// package oswrite beside it writes the result to disk.
package edit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/finding"
)

// ConflictError is a set of edits that cannot be carried out together. Second
// is zero where one edit alone cannot be: its range is not in the file.
type ConflictError struct {
	First, Second finding.Edit
	Reason        string
}

func (e *ConflictError) Error() string {
	name := e.First.File
	if name == "" {
		name = "source"
	}
	if e.Second == (finding.Edit{}) {
		return fmt.Sprintf("%s: the edit of bytes %d to %d %s", name, e.First.Start, e.First.End, e.Reason)
	}
	return fmt.Sprintf("%s: the edit of bytes %d to %d %s that of bytes %d to %d",
		name, e.First.Start, e.First.End, e.Reason, e.Second.Start, e.Second.End)
}

// Apply returns src with all edits carried out; their offsets count bytes of
// src, their order and files do not matter. Edits that say the same are one
// edit. An edit out of range, two that overlap, and two different insertions at
// one place are a *[ConflictError]; an insertion at an end of a replaced range
// is none. Neither argument is changed.
func Apply(src []byte, edits []finding.Edit) ([]byte, error) {
	sorted, err := arrange(len(src), edits)
	if err != nil {
		return nil, err
	}
	size := len(src)
	for _, e := range sorted {
		size += len(e.Text) - (e.End - e.Start)
	}
	out := make([]byte, 0, size)
	at := 0
	for _, e := range sorted {
		out = append(out, src[at:e.Start]...)
		out = append(out, e.Text...)
		at = e.End
	}
	return append(out, src[at:]...), nil
}

// arrange sorts edits, drops those that are there twice and refuses what does
// not go together.
func arrange(size int, edits []finding.Edit) ([]finding.Edit, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b finding.Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Text, b.Text))
	})
	sorted = slices.CompactFunc(sorted, func(a, b finding.Edit) bool {
		return a.Start == b.Start && a.End == b.End && a.Text == b.Text
	})
	furthest := 0 // index of the edit that ends last
	for i, e := range sorted {
		if e.Start < 0 || e.End < e.Start || e.End > size {
			return nil, &ConflictError{First: e, Reason: "is not in the file"}
		}
		if i == 0 {
			continue
		}
		before := sorted[furthest]
		if e.Start < before.End {
			return nil, &ConflictError{First: before, Second: e, Reason: "overlaps with"}
		}
		if p := sorted[i-1]; p.Start == p.End && e.Start == e.End && p.Start == e.Start {
			return nil, &ConflictError{First: p, Second: e, Reason: "inserts at the place of"}
		}
		if e.End >= before.End {
			furthest = i
		}
	}
	return sorted, nil
}
