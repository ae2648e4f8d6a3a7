package migrate

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// maxFile is the most that is read of one file, in bytes, as in Load.
const maxFile = 16 << 20

// overlay is a file system with some texts replaced. It is changed between the
// passes only, never while something reads it.
type overlay struct {
	django.Files
	workDir string
	texts   map[string][]byte // by the name that Files takes
	before  map[string][]byte // by the name that is shown
	rounds  map[string][][]finding.Edit
}

func newOverlay(files django.Files, workDir string) *overlay {
	return &overlay{
		Files: files, workDir: workDir,
		texts: map[string][]byte{}, before: map[string][]byte{}, rounds: map[string][][]finding.Edit{},
	}
}

// access is the name that Files takes for one that positions show.
func (o *overlay) access(shown string) string {
	if o.workDir == "" || path.IsAbs(shown) || len(shown) > 1 && shown[1] == ':' {
		return shown
	}
	return path.Join(o.workDir, shown)
}

// ReadFile gives the text of the last pass.
func (o *overlay) ReadFile(name string, limit int64) ([]byte, error) {
	if text, ok := o.texts[name]; ok {
		return text, nil
	}
	return o.Files.ReadFile(name, limit)
}

// read gives the present text of a file by the name that positions show.
func (o *overlay) read(shown string) ([]byte, error) { return o.ReadFile(o.access(shown), maxFile) }

// with is the overlay with some more edits, in a copy.
func (o *overlay) with(changes []edit.Change, edits []finding.Edit) *overlay {
	next := newOverlay(o.Files, o.workDir)
	for k, v := range o.texts {
		next.texts[k] = v
	}
	for k, v := range o.before {
		next.before[k] = v
	}
	for k, v := range o.rounds {
		next.rounds[k] = slices.Clip(v)
	}
	for _, c := range changes {
		next.texts[o.access(c.File)] = c.After
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
		next.rounds[c.File] = append(next.rounds[c.File], mine)
	}
	return next
}

// changes are the files that are not what they were, by name.
func (o *overlay) changes() []edit.Change {
	out := []edit.Change{}
	for name, before := range o.before {
		if after := o.texts[o.access(name)]; !bytes.Equal(before, after) {
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
