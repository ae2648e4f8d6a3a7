package django

import (
	"bytes"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// maxModules bounds the modules of one run.
const maxModules = 400

// importModule executes a module of the tree once and gives its object; nil
// where it is not in the tree or too much was imported.
func (e *evaluator) importModule(name string) *pModule {
	if l := e.modules[name]; l != nil && e.cell(l.cell) != nil {
		return l.mod
	}
	m, ok := e.loader.Module(name)
	if !ok {
		return nil
	}
	var parent *pModule
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		parent = e.importModule(name[:i])
	}
	l := e.modules[name]
	if l == nil {
		if len(e.modules) >= maxModules || e.depth >= e.limits.Depth {
			e.noteOnce("imports go too deep or too far; what "+name+" defines is not known", e.here())
			return nil
		}
		mod := &pModule{name: name, file: m.File, src: m.Src, pkg: m.Package, parent: parent}
		mod.scope = &pyScope{names: map[string]int{}, mod: mod, openID: e.newCell(nil)}
		l = &loadedModule{mod: mod, cell: e.newCell(nil)}
		e.modules[name] = l
	}
	if e.cell(l.cell) != nil { // the parent imported it
		return l.mod
	}
	e.put(l.cell, l)
	e.readFile(m.File, m.Src)
	dunder := name
	if name == e.module && m.Src != nil && bytes.Contains(m.Src.Src, []byte("settings.configure(")) {
		dunder = "__main__" // a script that brings its own settings
	}
	e.set(l.mod.scope, "__name__", &pStr{s: dunder, at: place{m.Src, m.File, 0, 0}}, place{})
	e.set(l.mod.scope, "__file__", &pPath{m.File, true}, place{})
	if m.Src != nil {
		e.execModule(l.mod, l.mod.scope, m.Src)
	}
	if parent != nil {
		e.set(parent.scope, lastPart(name), l.mod, e.here())
	}
	return l.mod
}

// readFile notes a file as read, and what is wrong with it.
func (e *evaluator) readFile(file string, src *python.File) {
	if e.seen[file] || src == nil {
		return
	}
	e.seen[file] = true
	e.files = append(e.files, file)
	for i, err := range src.Errors {
		if i >= 20 {
			break
		}
		e.noteOnce(err.Message, place{src, file, err.Start, err.End})
	}
}

// execModule executes a file's statements in a scope.
func (e *evaluator) execModule(mod *pModule, s *pyScope, src *python.File) {
	was, cur, over := e.frame, e.cur, e.override
	e.depth++
	code := *mod
	code.src, code.scope = src, mod.scope
	e.frame = &frame{mod: &code, scope: s}
	e.override = nil
	f := e.blockTemplated(src)
	e.frame, e.cur, e.override = was, cur, over
	e.depth--
	if f.kind == flowRaise {
		panic(f.exc)
	}
}

// resolveModule makes a from-import's module absolute; ok is false where it
// leads above the tree.
func (e *evaluator) resolveModule(level int, name string) (string, bool) {
	if level == 0 {
		return name, true
	}
	base := e.frame.scope.mod.name
	drop := level
	if e.frame.scope.mod.pkg {
		drop--
	}
	for range drop {
		i := strings.LastIndexByte(base, '.')
		if i < 0 {
			if base == "" {
				return "", false
			}
			base = ""
			continue
		}
		base = base[:i]
	}
	if name == "" {
		return base, base != ""
	}
	if base == "" {
		return name, true
	}
	return base + "." + name, true
}

// whereabouts says where a module is.
type whereabouts uint8

func (e *evaluator) locate(name string, relative bool) (string, whereabouts) {
	top, _, _ := strings.Cut(name, ".")
	if top == "django" && name != "django.conf.global_settings" && !strings.HasPrefix(e.module, "django.") {
		return name, outside
	}
	if _, ok := e.loader.Module(name); ok {
		return name, inTree
	}
	if relative {
		return name, absent
	}
	if e.loader.HasTop(name) {
		return name, absent
	}
	if stdlib(top) {
		return name, outside
	}
	// Python 2 looks beside the importing module first.
	pkg := e.frame.scope.mod.name
	if !e.frame.scope.mod.pkg {
		i := strings.LastIndexByte(pkg, '.')
		if i < 0 {
			return name, outside
		}
		pkg = pkg[:i]
	}
	if _, ok := e.loader.Module(pkg + "." + name); ok {
		return pkg + "." + name, inTree
	}
	return name, outside
}

// mayTouch says that executing a module may matter before a name of it is used.
func (e *evaluator) mayTouch(name string) bool {
	if l := e.modules[name]; l != nil && e.cell(l.cell) != nil {
		return true
	}
	m, ok := e.loader.Module(name)
	if !ok || m.Src == nil {
		return true
	}
	if bytes.Contains(m.Src.Src, []byte("MIDDLEWARE")) {
		return true
	}
	pkg := func(s string) string {
		if i := strings.LastIndexByte(s, '.'); i >= 0 {
			return s[:i]
		}
		return ""
	}
	own := pkg(e.module)
	return pkg(name) == own || own != "" && strings.HasPrefix(name, own+".")
}
