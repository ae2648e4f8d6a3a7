package migrate

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	overlays "github.com/mwcheck/mwcheck/internal/overlay"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// overlay is the project as the passes so far have made it, with the way back
// to the files on disk. A pass makes a new one.
type overlay struct {
	*overlays.Files
	texts  map[string][]byte           // by shown name: as it is now
	before map[string][]byte           // by shown name: as it is on disk
	rounds map[string][][]finding.Edit // by shown name: the edits, round after round
}

func newOverlay(files django.Files, workDir string) *overlay {
	return &overlay{
		Files: overlays.New(files, workDir), texts: map[string][]byte{}, before: map[string][]byte{}, rounds: map[string][][]finding.Edit{},
	}
}

// with is the overlay after some changes and the edits that made them.
func (o *overlay) with(changes []edit.Change, edits []finding.Edit) *overlay {
	next := &overlay{Files: o.With(changes), texts: maps.Clone(o.texts), before: maps.Clone(o.before), rounds: maps.Clone(o.rounds)}
	for _, c := range changes {
		next.texts[c.File] = c.After
		if _, known := next.before[c.File]; !known {
			next.before[c.File] = c.Before
		}
		var mine []finding.Edit
		for _, e := range edits {
			if e.File == c.File && !slices.Contains(mine, e) {
				mine = append(mine, e)
			}
		}
		slices.SortFunc(mine, func(a, b finding.Edit) int { return a.Start - b.Start })
		next.rounds[c.File] = append(slices.Clip(next.rounds[c.File]), mine)
	}
	return next
}

// changes are the files that are not what they were, by name.
func (o *overlay) changes() []edit.Change {
	out := []edit.Change{}
	for name, before := range o.before {
		if after := o.texts[name]; !bytes.Equal(before, after) {
			out = append(out, edit.Change{File: name, Before: before, After: after})
		}
	}
	slices.SortFunc(out, func(a, b edit.Change) int { return strings.Compare(a.File, b.File) })
	return out
}

// origin moves a span of the present text to where it was in the file as it is
// on disk; what a pass has inserted is at the place of its insertion.
func (o *overlay) origin(s stack.Span) stack.Span {
	rounds := o.rounds[s.File]
	if len(rounds) == 0 || s.Line == 0 {
		return s
	}
	s.Start, s.End = back(rounds, s.Start), back(rounds, s.End)
	return spanOf(s.File, python.Parse(o.before[s.File]), s.Start, max(s.Start, s.End))
}

func back(rounds [][]finding.Edit, at int) int {
	for _, edits := range slices.Backward(rounds) {
		shift := 0 // how far the text behind the edits so far has moved
		for _, e := range edits {
			start := e.Start + shift
			if at < start || at == start && e.Start == e.End {
				break
			}
			if at < start+len(e.Text) {
				at = min(at, start+(e.End-e.Start))
				break
			}
			shift += len(e.Text) - (e.End - e.Start)
		}
		at -= shift
	}
	return at
}

// spanOf is a range of a file as a position.
func spanOf(name string, f *python.File, start, end int) stack.Span {
	s := stack.Span{File: name, Start: start, End: end}
	s.Line, s.Column = f.Position(start)
	s.EndLine, s.EndColumn = f.Position(end)
	return s
}
