package django

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/mwcheck/mwcheck/internal/python"
)

// moduleKind says what a dotted name is below one import root.
type moduleKind uint8

const (
	moduleAbsent    moduleKind = iota
	moduleNamespace            // a directory without __init__.py that holds Python somewhere
	moduleCompiled             // an extension or byte code: it is there and cannot be read
	modulePlain                // name.py
	modulePackage              // name/__init__.py
)

// located is where a dotted name leads below one root.
type located struct {
	kind moduleKind
	file string // real file; "" for namespace and compiled
	dir  string // the package's directory
}

// locate looks a dotted module up below one import root, as Python's path
// finder does for one entry of sys.path: a regular package before a compiled
// module before name.py before a namespace package.
func (t *tree) locate(root, dotted string) located {
	dir := root
	var at located
	for seg := range strings.SplitSeq(dotted, ".") {
		if seg == "" || strings.ContainsAny(seg, `/\`) {
			return located{}
		}
		if at.kind == modulePlain || at.kind == moduleCompiled {
			return located{} // a plain module has no submodules on disk
		}
		if at = t.locateOne(dir, seg); at.kind == moduleAbsent {
			return located{}
		}
		dir = at.dir
	}
	return at
}

func (t *tree) locateOne(dir, seg string) located {
	sub, isDir := t.dir(dir, seg)
	if isDir {
		if file, ok := t.file(sub, "__init__.py"); ok {
			return located{modulePackage, file, sub}
		}
		if t.compiled(sub, "__init__") {
			return located{kind: moduleCompiled}
		}
	}
	if file, ok := t.file(dir, seg+".py"); ok {
		return located{kind: modulePlain, file: file}
	}
	if t.compiled(dir, seg) {
		return located{kind: moduleCompiled}
	}
	if isDir && t.holdsPython(sub, 3) {
		return located{kind: moduleNamespace, dir: sub}
	}
	return located{}
}

// compiled says whether a directory holds an extension module or byte code of
// that name.
func (t *tree) compiled(dir, base string) bool {
	l := t.list(dir)
	i, _ := slices.BinarySearchFunc(l.entries, base+".", func(e entry, n string) int { return strings.Compare(e.name, n) })
	for ; i < len(l.entries) && strings.HasPrefix(l.entries[i].name, base+"."); i++ {
		switch path.Ext(l.entries[i].name) {
		case ".so", ".pyd", ".pyc", ".pyx", ".pyo":
			return true
		}
	}
	return false
}

// holdsPython says whether a directory holds Python files, at most depth levels
// down: any directory may be a namespace package, but one of templates is none.
func (t *tree) holdsPython(dir string, depth int) bool {
	l := t.list(dir)
	for _, e := range l.entries {
		if e.kind != kindDir && strings.HasSuffix(e.name, ".py") {
			return true
		}
	}
	if depth == 0 {
		return false
	}
	for _, e := range l.entries {
		if e.kind == kindDir && isIdentifier(e.name) && e.name != "node_modules" && t.holdsPython(joinName(dir, e.name), depth-1) {
			return true
		}
	}
	return false
}

// isIdentifier says whether a name can be part of a dotted module name.
func isIdentifier(s string) bool {
	for i, r := range s {
		switch {
		case r == '_', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= 0x80:
		case r >= '0' && r <= '9' && i > 0:
		default:
			return false
		}
	}
	return s != ""
}

// isDotted says whether a text is a dotted name.
func isDotted(s string) bool {
	for seg := range strings.SplitSeq(s, ".") {
		if !isIdentifier(seg) {
			return false
		}
	}
	return true
}

// parser reads Python files once each.
type parser struct {
	t       *tree
	mu      sync.Mutex
	files   map[string]*parsed
	scanned map[string]*source
}

type parsed struct {
	once sync.Once
	src  *python.File
	err  error
}

func newParser(t *tree, all []*source) *parser {
	p := &parser{t: t, files: map[string]*parsed{}, scanned: make(map[string]*source, len(all))}
	for _, s := range all {
		p.scanned[s.real] = s
	}
	return p
}

// parse reads a file by its absolute name; nil where it cannot be read or the
// limit on modules is reached, which is noted.
func (p *parser) parse(name string) *python.File {
	p.mu.Lock()
	f := p.files[name]
	full := f == nil && len(p.files) >= p.t.limits.Modules
	if f == nil && !full {
		f = &parsed{}
		p.files[name] = f
	}
	p.mu.Unlock()
	if full {
		p.t.note(name, "too many modules: not read")
		return nil
	}
	f.once.Do(func() {
		var data []byte
		if s := p.scanned[name]; s != nil && s.data != nil {
			data = s.data
		} else if data, f.err = p.t.read(name); f.err != nil {
			p.t.note(name, "cannot read: "+errText(f.err))
			return
		}
		if !isText(data) && !isWide(data) {
			p.t.note(name, "binary file: not Python source")
			return
		}
		f.src = python.Parse(data)
	})
	return f.src
}

// isWide says that a text is UTF-16 or UTF-32 with a byte order mark, which
// CPython refuses with a message of its own; the reader tells that.
func isWide(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff})
}

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
		cache: map[string]loaded{}, order: map[string][]string{},
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

// Glob lists the files that match a pattern, by the names they are shown with.
func (l *loader) Glob(pattern string) []string {
	pattern = l.t.abs(pattern)
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

// topOf is the first part of a dotted name.
func topOf(dotted string) string {
	top, _, _ := strings.Cut(dotted, ".")
	return top
}
