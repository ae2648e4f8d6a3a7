package projectfacts

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// class makes a class fit for the modern model, as the settings module of a stack
// sees it. A class that stacks of the classic model name as well stays usable
// there.
func (f *Facts) class(s *stack.Stack, path string) *lint.ClassRepair {
	m := f.byStack[s.ID]
	if m == nil {
		return nil
	}
	result := classes.Rewrite(classes.Project{Reader: f.Reader(m), Modules: f.all()}, []string{path}, classes.Options{
		From: m.Django.Low, To: m.Django.Lint, KeepOld: f.classic(path),
		// Django 2.0 is the first without Python 2 (docs/releases/2.0.txt).
		Python3: m.Django.Low.AtLeast(stack.Version{Major: 2}) || m.Django.Lint.AtLeast(stack.Version{Major: 2}),
	})
	if len(result.Edits) == 0 || len(result.Refused) > 0 {
		return nil
	}
	out := &lint.ClassRepair{Edits: result.Edits, Breaks: len(result.Warnings) > 0}
	own := f.Reader(m).Layer(path).Target
	var titles []string
	for _, a := range result.Done {
		what := a.What
		if a.Class != own {
			what += " in " + catalog.ShortName(a.Class)
		}
		if !slices.Contains(titles, what) {
			titles = append(titles, what)
		}
	}
	const most = 3
	if n := len(titles); n > most {
		titles = append(titles[:most], "more of the same")
	}
	out.Title = strings.Join(titles, ", ")
	return out
}

// classic says that a checked stack of the classic model names a path.
func (f *Facts) classic(path string) bool {
	for _, m := range f.byPath[path] {
		for i := range m.Stacks {
			s := &m.Stacks[i]
			if s.Model == stack.Classic && slices.ContainsFunc(s.Entries, func(e stack.Entry) bool { return !e.Unknown && e.Path == path }) {
				return true
			}
		}
	}
	return false
}

// all are the modules of the project, with their sources.
func (f *Facts) all() []layers.Module {
	if f.modules == nil {
		f.modules = []layers.Module{}
		for _, file := range f.project.Modules() {
			if m, ok := (Tree{Loader: f.project.LoaderAt(file)}).Module(file.Module); ok && m.File == file.File {
				f.modules = append(f.modules, m)
			}
		}
	}
	return f.modules
}

// reread reads the layers again with other texts in some files.
func (f *Facts) reread(texts map[string][]byte) lint.Config {
	next := gather(f.project, f.checked)
	next.Catalog, next.texts = f.Catalog, map[string]*python.File{}
	for name, text := range texts {
		next.texts[name] = python.Parse(text)
	}
	return next.Config()
}
