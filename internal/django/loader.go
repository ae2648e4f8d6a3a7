package django

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/mwcheck/mwcheck/internal/python"
)

// loader is the Loader of one settings module: the same project looks different
// from each of its settings, since the import roots have another order.
type loader struct {
	t     *tree
	p     *parser
	x     *rootIndex
	file  string   // the settings module's own
	above []string // the roots it sees first
	self  string   // its name, whatever else the roots may have under it
	own   string   // the settings module's directory
	ownAs string   // and its dotted name, "" for none
	shown string   // the root, where another has a module of the same name
	mu    sync.Mutex
	cache map[string]loaded
	// sources are the names and patterns of files that were looked for.
	sources map[string]bool

	orderMu sync.Mutex
	order   map[string][]string
}

type loaded struct {
	module Module
	ok     bool
}

func newLoader(t *tree, p *parser, x *rootIndex, file, dotted, ownAs string) *loader {
	return &loader{
		t: t, p: p, x: x, file: file, above: x.above(file), self: dotted, own: path.Dir(x.place(file)), ownAs: ownAs,
		cache: map[string]loaded{}, sources: map[string]bool{}, order: map[string][]string{},
	}
}

// candidates orders the roots to look for a top name in.
func (l *loader) candidates(top string) []string {
	l.orderMu.Lock()
	defer l.orderMu.Unlock()
	roots, ok := l.order[top]
	if !ok {
		roots = l.x.candidates(l.above, l.file, top)
		l.order[top] = roots
	}
	return roots
}

var _ Loader = (*loader)(nil)

// Module finds a dotted module below the roots, the first that has it.
func (l *loader) Module(dotted string) (Module, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m, ok := l.cache[dotted]; ok {
		return m.module, m.ok
	}
	m, ok := l.find(dotted)
	l.cache[dotted] = loaded{m, ok}
	return m, ok
}

func (l *loader) find(dotted string) (Module, bool) {
	at, _ := l.locate(dotted)
	if dotted == l.self && at.file != l.file {
		at = located{kind: modulePlain, file: l.file}
		if path.Base(l.file) == "__init__.py" {
			at.kind, at.dir = modulePackage, path.Dir(l.file)
		}
	}
	switch at.kind {
	case modulePlain, modulePackage:
		return l.load(dotted, at)
	case moduleNamespace:
		return Module{Name: dotted, File: l.t.show(at.dir), Package: true}, true
	case moduleCompiled:
		return Module{}, false
	}
	if name, at, ok := l.sibling(dotted); ok {
		return l.load(name, at)
	}
	return Module{}, false
}

func (l *loader) load(name string, at located) (Module, bool) {
	src := l.p.parse(at.file)
	if src == nil {
		return Module{}, false
	}
	return Module{Name: name, File: l.t.show(at.file), Package: at.kind == modulePackage, Src: src}, true
}

// locate finds a module below the first root that has it as more than a
// namespace package, else as one.
func (l *loader) locate(dotted string) (at located, root string) {
	var ns located
	nsRoot := ""
	for _, root := range l.candidates(topOf(dotted)) {
		switch at := l.t.locate(root, dotted); at.kind {
		case moduleAbsent:
			// A regular package shadows what later roots have below its name.
			if strings.Contains(dotted, ".") && l.t.locate(root, topOf(dotted)).kind > moduleNamespace {
				return located{}, ""
			}
		case moduleNamespace:
			if nsRoot == "" {
				ns, nsRoot = at, root
			}
		default:
			return at, root
		}
	}
	return ns, nsRoot
}

// sibling finds a module as Python 2's implicit relative imports do: beside the
// settings module. Only what looks like a part of the settings is taken, since
// a neighbour named as a library (celery.py, logging.py) is rarely meant.
func (l *loader) sibling(dotted string) (name string, at located, ok bool) {
	if strings.Contains(dotted, ".") || !settingsLike(dotted) {
		return "", located{}, false
	}
	at = l.t.locate(l.own, dotted)
	if at.kind != modulePlain && at.kind != modulePackage {
		return "", located{}, false
	}
	if l.ownAs != "" {
		dotted = l.ownAs + "." + dotted
	}
	return dotted, at, true
}

// HasTop says whether the tree holds the top package of a dotted name, so that
// a submodule which is not found is absent. A namespace package may have more
// parts elsewhere, and a compiled module may hold anything: neither counts.
func (l *loader) HasTop(dotted string) bool {
	top := topOf(dotted)
	at, root := l.locate(top)
	if at.kind != modulePackage && at.kind != modulePlain {
		return false
	}
	for dotted != top {
		if l.t.locate(root, dotted).kind == moduleCompiled {
			return false
		}
		dotted = dotted[:strings.LastIndexByte(dotted, '.')]
	}
	return true
}

// Source reads a file by the name it is shown with.
func (l *loader) Source(file string) (*python.File, bool) {
	name := l.t.abs(file)
	l.sought(name)
	if !l.t.inside(name) {
		return nil, false
	}
	dir, ok := parentDir(name)
	if !ok {
		return nil, false
	}
	real, ok := l.t.file(dir, path.Base(name))
	if !ok {
		return nil, false
	}
	src := l.p.parse(real)
	return src, src != nil
}

// sought remembers what was looked for.
func (l *loader) sought(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sources[name] = true
}

// Glob lists the files that match a pattern, by the names they are shown with.
func (l *loader) Glob(pattern string) []string {
	pattern = l.t.abs(pattern)
	l.sought(pattern)
	var out []string
	matches := []string{"/"}
	if v := volume(pattern); v != "" {
		matches = []string{v}
	}
	segments := strings.Split(strings.TrimPrefix(strings.TrimPrefix(pattern, volume(pattern)), "/"), "/")
	for i, seg := range segments {
		last := i == len(segments)-1
		var next []string
		for _, dir := range matches {
			name := joinName(dir, seg)
			if !last && !strings.ContainsAny(seg, `*?[\`) {
				// No listing: the directories above the tree are not read.
				next = append(next, name)
				continue
			}
			if !l.t.inside(dir) {
				continue
			}
			for _, e := range l.t.list(dir).entries {
				if ok, err := path.Match(seg, e.name); err != nil || !ok {
					continue
				}
				if (e.kind == kindDir) != last {
					next = append(next, joinName(dir, e.name))
				}
			}
		}
		matches = next
	}
	for _, m := range matches {
		if dir, ok := parentDir(m); ok {
			if _, ok := l.t.file(dir, path.Base(m)); ok {
				out = append(out, l.t.show(m))
			}
		}
	}
	slices.Sort(out)
	return out
}
