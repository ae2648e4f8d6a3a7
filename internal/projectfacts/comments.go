package projectfacts

import (
	"path"
	"slices"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/suppress"
)

// comments are those that accept findings, in the files that a stack depends on.
func (f *Facts) comments(s *stack.Stack) []lint.Comment {
	m := f.byStack[s.ID]
	if m == nil {
		return nil
	}
	whole := !f.Partial && f.project.Whole()
	var out []lint.Comment
	var looked map[string][]lines
	for _, file := range f.Files(s) {
		settings := m.Result != nil && slices.Contains(m.Result.Files, file)
		if !settings && path.Ext(file) != ".py" {
			continue // as a file of requirements
		}
		src, ok := m.Loader().Source(file)
		if !ok {
			continue
		}
		for _, c := range suppress.Read(file, src) {
			one := lint.Comment{Comment: c, Settled: whole}
			if whole && !settings {
				if looked == nil {
					looked = f.looked(m, s)
				}
				one.Settled = slices.ContainsFunc(looked[file], func(b lines) bool { return c.First <= b.last && b.first <= c.Last })
			}
			out = append(out, one)
		}
	}
	return out
}

// lines are those from first to last.
type lines struct{ first, last int }

// looked are the lines of the classes and functions that a stack names and of
// their bases, by file: other classes in these files may belong to stacks of
// which nothing is known here.
func (f *Facts) looked(m *django.SettingsModule, s *stack.Stack) map[string][]lines {
	out := map[string][]lines{}
	for i := range s.Entries {
		e := &s.Entries[i]
		if e.Unknown {
			continue
		}
		for _, dotted := range append([]string{e.Path}, m.Bases(e.Path).Paths...) {
			r := m.Resolve(dotted)
			if r.Kind != django.InProject {
				continue
			}
			if src, ok := m.Loader().Source(r.Span.File); ok {
				if b, ok := block(src, r.Span); ok {
					out[r.Span.File] = append(out[r.Span.File], b)
				}
			}
		}
	}
	return out
}

// block is the class or function at whose name a span is, with its decorators.
func block(src *python.File, name stack.Span) (lines, bool) {
	for n := range src.Root().Descendants() {
		if k := n.Kind(); k != python.KindClassDef && k != python.KindFunctionDef || n.Start() > name.Start || n.End() < name.End {
			continue
		}
		// The outermost one.
		start := n.Start()
		for d := range n.All(python.FieldDecorators) {
			start = min(start, d.Start())
		}
		var b lines
		b.first, _ = src.Position(start)
		b.last, _ = src.Position(n.End())
		return b, true
	}
	return lines{}, false
}

// beside are the stacks of the settings modules that are not checked, with what
// is known of them: a comment in a file that they share may be there for them.
func (f *Facts) beside() ([]*stack.Stack, lint.Config) {
	other := gather(f.project, modules(f.project, false))
	other.Catalog, other.Partial = f.Catalog, f.Partial
	var stacks []*stack.Stack
	for _, m := range other.checked {
		for i := range m.Stacks {
			stacks = append(stacks, &m.Stacks[i])
		}
	}
	return stacks, other.Config()
}
