package edit

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// Change is a file's text before and after its edits.
type Change struct {
	File          string
	Before, After []byte
}

// RefusedError says why the edits of a file are not carried out. Line and
// Column are 1-based, columns count Unicode code points.
type RefusedError struct {
	File         string
	Line, Column int
	Reason       string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s:%d:%d: the file is left as it is: %s", e.File, e.Line, e.Column, e.Reason)
}

// Plan reads the files that edits name, carries the edits out and returns the
// files that change, sorted by name. Every result is read as Python again. An
// edit inside of a statement with a syntax error, and edits after which a file
// has more errors than before, are a *[RefusedError]; see [Apply] for the rest.
// On an error there are no changes at all.
func Plan(read func(name string) ([]byte, error), edits []finding.Edit) ([]Change, error) {
	byFile := map[string][]finding.Edit{}
	var names []string
	for _, e := range edits {
		if _, known := byFile[e.File]; !known {
			names = append(names, e.File)
		}
		byFile[e.File] = append(byFile[e.File], e)
	}
	slices.Sort(names)
	var out []Change
	for _, name := range names {
		src, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", name, err)
		}
		after, err := Apply(src, byFile[name])
		if err != nil {
			return nil, err
		}
		if bytes.Equal(src, after) {
			continue
		}
		if err := check(name, src, after, byFile[name]); err != nil {
			return nil, err
		}
		out = append(out, Change{File: name, Before: src, After: after})
	}
	return out, nil
}

// check refuses edits that touch damaged code or that damage code.
func check(name string, src, after []byte, edits []finding.Edit) error {
	before := python.Parse(src)
	refuse := func(off int, reason string) error {
		line, column := before.Position(off)
		return &RefusedError{File: name, Line: line, Column: column, Reason: reason}
	}
	if len(before.Errors) > 0 {
		bad := damaged(before)
		for _, e := range edits {
			for _, r := range bad {
				if e.Start < r.end && e.End > r.start {
					return refuse(r.at, "the code to be edited has an error: "+r.message)
				}
			}
		}
	}
	result := python.Parse(after)
	if len(result.Errors) > len(before.Errors) {
		first := slices.MinFunc(edits, func(a, b finding.Edit) int { return a.Start - b.Start })
		return refuse(first.Start, "the edited text would not be Python: "+newError(before, result))
	}
	return nil
}

// newError is the message of the first error of result that before lacks.
func newError(before, result *python.File) string {
	count := map[string]int{}
	for _, e := range before.Errors {
		count[e.Message]++
	}
	for _, e := range result.Errors {
		if count[e.Message]--; count[e.Message] < 0 {
			return e.Message
		}
	}
	return result.Errors[0].Message
}

// region is a range of code that could not be read; at is the error's place.
type region struct {
	start, end, at int
	message        string
}

// damaged returns the code that a file's errors make unreliable: the innermost
// statements that hold an error or a part that could not be read. Of a compound
// statement only the header counts, up to its first body statement.
func damaged(f *python.File) []region {
	out := make([]region, 0, len(f.Errors))
	for _, e := range f.Errors {
		if e.Kind == python.ErrorEncoding {
			// Text that cannot be decoded does not change where code begins and ends.
			continue
		}
		out = append(out, region{start: e.Start, end: max(e.End, e.Start+1), at: e.Start, message: e.Message})
	}
	own := len(out)
	for n := range f.Root().Descendants() {
		if n.Kind() == python.KindBad || n.Kind() == python.KindBadExpr || n.Is(python.FlagIncomplete) {
			// The error itself may be reported further down, where the reader
			// noticed it.
			start, end := header(statement(n))
			out = append(out, region{start: start, end: end, at: n.Start(), message: "a part of it could not be read"})
		}
		if !n.Kind().IsStatement() {
			continue
		}
		start, end := header(n)
		for i := range own {
			if r := &out[i]; start <= r.at && r.at <= end {
				r.start, r.end = min(r.start, start), max(r.end, end)
			}
		}
	}
	return out
}

// statement is the innermost statement that holds a node.
func statement(n python.Node) python.Node {
	for !n.Kind().IsStatement() && !n.Parent().IsZero() {
		n = n.Parent()
	}
	return n
}

// header is the range of a statement without the statements in it.
func header(n python.Node) (start, end int) {
	start, end = n.Start(), n.End()
	for c := range n.Children() {
		if c.Kind().IsStatement() {
			return start, min(end, c.Start())
		}
	}
	return start, end
}
