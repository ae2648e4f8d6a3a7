package lint

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
)

// sources is a tree of modules in memory, by file name, for examples and cases.
type sources struct {
	files  map[string]string
	parsed map[string]layers.Module
}

func newSources(files map[string]string) *sources {
	return &sources{files: files, parsed: map[string]layers.Module{}}
}

// Module finds a module; a folder without __init__.py is a package, too.
func (s *sources) Module(dotted string) (layers.Module, bool) {
	if m, ok := s.parsed[dotted]; ok {
		return m, true
	}
	base := strings.ReplaceAll(dotted, ".", "/")
	for _, name := range []string{base + "/__init__.py", base + ".py"} {
		if text, ok := s.files[name]; ok {
			m := layers.Module{Name: dotted, File: name, Package: name != base+".py", Src: python.Parse([]byte(text))}
			s.parsed[dotted] = m
			return m, true
		}
	}
	for name := range s.files {
		if strings.HasPrefix(name, base+"/") {
			return layers.Module{Name: dotted, Package: true}, true
		}
	}
	return layers.Module{}, false
}

// HasTop says whether a file or folder has the name of a path's top package.
func (s *sources) HasTop(dotted string) bool {
	top, _, _ := strings.Cut(dotted, ".")
	for name := range s.files {
		if name == top+".py" || strings.HasPrefix(name, top+"/") {
			return true
		}
	}
	return false
}
