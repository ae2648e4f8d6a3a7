package django

import (
	"path"
	"slices"
	"strings"
)

// Loader reaches the modules of the project as this settings module sees them.
func (m *SettingsModule) Loader() Loader { return m.loader }

// ModuleFile is a Python file below the paths that were loaded.
type ModuleFile struct {
	Module string // dotted name
	File   string // relative to the working directory
	Root   string // the directory that the name counts from
	abs    string
}

// Modules lists the Python files that were read and have a dotted name, by file.
func (p *Project) Modules() []ModuleFile {
	var out []ModuleFile
	for name, s := range p.p.scanned {
		if s.kind != pythonFile || s.err != nil {
			continue
		}
		if dotted, root := p.x.name(name); isDotted(dotted) {
			out = append(out, ModuleFile{Module: dotted, File: p.t.show(name), Root: root, abs: name})
		}
	}
	slices.SortFunc(out, func(a, b ModuleFile) int { return strings.Compare(a.File, b.File) })
	return out
}

// LoaderAt reaches the modules of the project as the file sees them.
func (p *Project) LoaderAt(f ModuleFile) Loader {
	own := ""
	if path.Base(f.abs) == "__init__.py" {
		own = f.Module
	} else if i := strings.LastIndexByte(f.Module, '.'); i > 0 {
		own = f.Module[:i]
	}
	return newLoader(p.t, p.p, p.x, f.abs, f.Module, own)
}
