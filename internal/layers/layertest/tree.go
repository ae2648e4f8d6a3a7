// Package layertest gives tests modules to read layers from.
package layertest

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
)

// Tree is a layers.Loader over Python files in memory, with the rules of
// internal/django: a folder without __init__.py is no top package, as it may have
// parts elsewhere. It is for one goroutine.
type Tree struct {
	files map[string]string // by "/"-separated name
	cache map[string]layers.Module
}

// New is a tree of files; the map must not be changed after.
func New(files map[string]string) *Tree {
	return &Tree{files: files, cache: map[string]layers.Module{}}
}

// Module finds a module, a package, or a folder that holds some.
func (t *Tree) Module(dotted string) (layers.Module, bool) {
	if m, ok := t.cache[dotted]; ok {
		return m, true
	}
	base := strings.ReplaceAll(dotted, ".", "/")
	for _, name := range []string{base + "/__init__.py", base + ".py"} {
		if text, ok := t.files[name]; ok {
			m := layers.Module{Name: dotted, File: name, Package: strings.HasSuffix(name, "__init__.py"), Src: python.Parse([]byte(text))}
			t.cache[dotted] = m
			return m, true
		}
	}
	for name := range t.files {
		if strings.HasPrefix(name, base+"/") {
			return layers.Module{Name: dotted, Package: true}, true
		}
	}
	return layers.Module{}, false
}

// HasTop says that the first part of a dotted name is a module of the tree.
func (t *Tree) HasTop(dotted string) bool {
	top, _, _ := strings.Cut(dotted, ".")
	for _, name := range []string{top + ".py", top + "/__init__.py"} {
		if _, ok := t.files[name]; ok {
			return true
		}
	}
	return false
}

// Modules are the modules of all files, by file.
func (t *Tree) Modules() []layers.Module {
	var all []layers.Module
	for name := range t.files {
		dotted := strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(name, ".py"), "/__init__"), "/", ".")
		if m, ok := t.Module(dotted); ok && m.File == name {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b layers.Module) int { return strings.Compare(a.File, b.File) })
	return all
}
