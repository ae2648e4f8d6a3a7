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

// topOf is the first part of a dotted name.
func topOf(dotted string) string {
	top, _, _ := strings.Cut(dotted, ".")
	return top
}
