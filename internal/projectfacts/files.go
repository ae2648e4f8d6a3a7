package projectfacts

import (
	"maps"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Files are the files of the project that a stack depends on, as positions name
// them, sorted: those its settings were evaluated from, those that name the
// settings or tell the release of Django, and those that its layers, what they
// use of other modules, and the packages around them are defined in.
func (f *Facts) Files(s *stack.Stack) []string {
	m := f.byStack[s.ID]
	if m == nil {
		return nil
	}
	if files, ok := f.files[s.ID]; ok {
		return files
	}
	set := map[string]bool{s.File: true, s.Span.File: true, m.File: true}
	if m.Result != nil {
		for _, file := range m.Result.Files {
			set[file] = true
		}
	}
	for _, e := range m.Entries {
		set[e.File] = true
	}
	for _, e := range m.Django.Evidence {
		set[e.Span.File] = true
	}
	for _, c := range s.Conditions {
		set[c.Span.File] = true
	}
	f.packages(m, m.Module, set)
	for i := range s.Entries {
		e := &s.Entries[i]
		set[e.Span.File] = true
		if !e.Unknown {
			f.layerFiles(m, e.Path, set)
		}
	}
	delete(set, "")
	out := slices.Sorted(maps.Keys(set))
	f.files[s.ID] = out
	return out
}

// layerFiles adds the files that a layer is defined in.
func (f *Facts) layerFiles(m *django.SettingsModule, dotted string, set map[string]bool) {
	for _, path := range append([]string{dotted}, m.Bases(dotted).Paths...) {
		if r := m.Resolve(path); r.Kind == django.InProject {
			set[r.Span.File] = true
		}
		f.packages(m, path, set)
	}
	l := f.Reader(m).Layer(dotted)
	set[l.Span.File] = true
	for _, h := range l.Hooks {
		set[h.Span.File] = true
	}
	// The modules that it uses something of: those that reading it, or another
	// layer, has led to, and that can be reached by imports.
	loaded := f.loaded[m].loaded
	byFile := map[string]layers.Module{}
	for _, module := range loaded {
		byFile[module.File] = module
	}
	queue := []string{l.Span.File}
	for _, b := range l.Bases {
		if r := m.Resolve(b.Path); r.Kind == django.InProject {
			queue = append(queue, r.Span.File)
		}
	}
	seen := map[string]bool{}
	for len(queue) > 0 {
		file := queue[0]
		queue = queue[1:]
		module, ok := byFile[file]
		if !ok || seen[file] || module.Src == nil {
			continue
		}
		seen[file], set[file] = true, true
		for _, name := range f.loaded[m].importedBy(module) {
			if next, ok := loaded[name]; ok {
				queue = append(queue, next.File)
			}
		}
	}
}

// packages adds the modules that an import of a dotted path runs.
func (f *Facts) packages(m *django.SettingsModule, dotted string, set map[string]bool) {
	for i, c := range dotted {
		if c != '.' {
			continue
		}
		if module, ok := m.Loader().Module(dotted[:i]); ok && module.Src != nil {
			set[module.File] = true
		}
	}
}

// imported are the names of the modules that a module imports, and of what may
// be modules among the names that it imports.
func imported(m layers.Module) []string {
	var out []string
	beside := m.Name // where Python 2 looks first
	if !m.Package {
		beside = beside[:max(strings.LastIndexByte(beside, '.'), 0)]
	}
	add := func(dotted string) {
		out = append(append(out, prefixes(dotted)...), prefixes(strings.Trim(beside+"."+dotted, "."))...)
	}
	for n := range m.Src.Root().Descendants() {
		switch n.Kind() {
		case python.KindImport:
			for a := range n.All(python.FieldNames) {
				add(a.Name())
			}
		case python.KindImportFrom:
			from := n.Field(python.FieldModule).Name()
			if n.Level() > 0 {
				// Python's own rule: one level is the package itself.
				parts := strings.Split(m.Name, ".")
				up := n.Level()
				if m.Package {
					up--
				}
				if up > len(parts) {
					continue
				}
				from = strings.Trim(strings.Join(parts[:len(parts)-up], ".")+"."+from, ".")
			}
			add(from)
			for a := range n.All(python.FieldNames) {
				add(strings.Trim(from+"."+a.Name(), "."))
			}
		}
	}
	return out
}

// prefixes are a dotted name and those of the packages it is in.
func prefixes(dotted string) []string {
	out := []string{dotted}
	for i := len(dotted) - 1; i > 0; i-- {
		if dotted[i] == '.' {
			out = append(out, dotted[:i])
		}
	}
	return out
}

// recorder is a Tree that remembers which modules were read.
type recorder struct {
	Tree
	loaded  map[string]layers.Module // by dotted name
	imports map[*python.File][]string
}

// importedBy is imported, worked out once.
func (r *recorder) importedBy(m layers.Module) []string {
	names, ok := r.imports[m.Src]
	if !ok {
		names = imported(m)
		r.imports[m.Src] = names
	}
	return names
}

// Module is described at layers.Loader.
func (r *recorder) Module(dotted string) (layers.Module, bool) {
	m, ok := r.Tree.Module(dotted)
	if ok {
		r.loaded[dotted] = m
	}
	return m, ok
}
