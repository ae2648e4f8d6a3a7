package django

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// tree is a file system as one Load sees it: listings are read once, names are
// absolute, links are followed inside the tree only. It is safe for concurrent
// use.
type tree struct {
	names
	files  Files
	limits DiscoverLimits
	// tops are the directories that the paths given belong to; nothing above
	// them is read through a link.
	tops []string
	// asked are the directories that the user named; what is wrong elsewhere
	// is not worth a note.
	asked []string

	mu    sync.Mutex
	dirs  map[string]*listing
	notes []stack.Note
	noted map[stack.Note]bool
}

// listing is a directory's content, sorted by name.
type listing struct {
	entries []entry
	err     error
}

type entry struct {
	name string
	kind entryKind
}

type entryKind uint8

const (
	kindOther entryKind = iota // device, pipe, socket
	kindFile
	kindDir
	kindLink
)

func newTree(files Files, workDir string, limits DiscoverLimits) *tree {
	return &tree{
		names:  names{workDir: workDir},
		files:  files,
		limits: limits.withDefaults(),
		dirs:   map[string]*listing{},
		noted:  map[stack.Note]bool{},
	}
}

// note records something about a whole file, once.
func (t *tree) note(name, message string) {
	t.noteAt(stack.Span{File: t.show(name)}, message)
}

func (t *tree) noteAt(span stack.Span, message string) {
	n := stack.Note{Span: span, Message: message}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.noted[n] {
		t.noted[n] = true
		t.notes = append(t.notes, n)
	}
}

// list gives a directory's listing. What could be read before an error counts.
func (t *tree) list(dir string) *listing {
	t.mu.Lock()
	l := t.dirs[dir]
	t.mu.Unlock()
	if l != nil {
		return l
	}
	found, err := t.files.ReadDir(t.access(dir))
	l = &listing{entries: make([]entry, 0, len(found)), err: err}
	for _, e := range found {
		kind := kindOther
		switch typ := e.Type(); {
		case typ.IsRegular():
			kind = kindFile
		case typ.IsDir():
			kind = kindDir
		case typ&fs.ModeSymlink != 0:
			kind = kindLink
		}
		l.entries = append(l.entries, entry{e.Name(), kind})
	}
	byName := func(a, b entry) int { return cmp.Compare(a.name, b.name) }
	if !slices.IsSortedFunc(l.entries, byName) {
		slices.SortFunc(l.entries, byName)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if first := t.dirs[dir]; first != nil {
		return first
	}
	t.dirs[dir] = l
	return l
}

// find looks a name up in a directory's listing; kindOther stands for absent.
func (l *listing) find(name string) entryKind {
	i, ok := slices.BinarySearchFunc(l.entries, name, func(e entry, n string) int { return cmp.Compare(e.name, n) })
	if !ok {
		return kindOther
	}
	return l.entries[i].kind
}

// file says whether a name leads to a regular file and gives its real name
// behind links.
func (t *tree) file(dir, base string) (real string, ok bool) {
	name := joinName(dir, base)
	switch t.list(dir).find(base) {
	case kindFile:
		return name, true
	case kindLink:
		target, kind := t.follow(name)
		return target, kind == kindFile
	}
	return "", false
}

// dir says whether a name leads to a directory.
func (t *tree) dir(dir, base string) (real string, ok bool) {
	name := joinName(dir, base)
	switch t.list(dir).find(base) {
	case kindDir:
		return name, true
	case kindLink:
		target, kind := t.follow(name)
		return target, kind == kindDir
	}
	return "", false
}

// has says whether a directory holds a regular file or a link of that name.
func (t *tree) has(dir, base string) bool {
	kind := t.list(dir).find(base)
	return kind == kindFile || kind == kindLink
}

// maxLinks is how many links are followed one behind the other, as in Linux.
const maxLinks = 40

// follow resolves a symbolic link inside the tree. A relative target counts
// from the link's directory. An absolute one, as Debian's packages have them, is
// looked for below each directory above the link, the nearest first, so that an
// unpacked package finds its own /etc; what would lead out of the tree is not
// followed (kindOther).
func (t *tree) follow(name string) (real string, kind entryKind) {
	for range maxLinks {
		target, err := t.files.ReadLink(t.access(name))
		if err != nil {
			return "", kindOther
		}
		next := ""
		if isAbs(target) {
			next = t.findAbove(path.Dir(name), path.Clean(target))
		} else if p := path.Join(path.Dir(name), target); t.inside(p) {
			next = p
		}
		if next == "" {
			return "", kindOther
		}
		name = next
		switch kind := t.lookup(name); kind {
		case kindLink:
			continue
		default:
			return name, kind
		}
	}
	return "", kindOther
}

// findAbove looks for an absolute name below dir and the directories above it,
// as far as the tree goes.
func (t *tree) findAbove(dir, target string) string {
	if v := volume(target); v != "" {
		target = target[len(v):]
	}
	if t.workDir != "" && t.inside(target) && t.lookup(target) != kindOther {
		return target
	}
	for t.inside(dir) {
		if p := path.Join(dir, target); t.lookup(p) != kindOther {
			return p
		}
		up, ok := parentDir(dir)
		if !ok {
			break
		}
		dir = up
	}
	return ""
}

// wanted says whether a name lies below a directory that the user named.
func (t *tree) wanted(name string) bool {
	return slices.ContainsFunc(t.asked, func(dir string) bool { return within(dir, name) })
}

// inside says whether a name lies in the tree.
func (t *tree) inside(name string) bool {
	for _, top := range t.tops {
		if within(top, name) {
			return true
		}
	}
	return false
}

// lookup says what a name is, without following it; kindOther stands for absent.
func (t *tree) lookup(name string) entryKind {
	dir, ok := parentDir(name)
	if !ok {
		return kindDir
	}
	// The directories on the way may be links themselves: only those that can
	// be listed are looked into, and links among them are not followed here.
	return t.list(dir).find(name[strings.LastIndexByte(name, '/')+1:])
}

// read gives a file's content.
func (t *tree) read(name string) ([]byte, error) {
	return t.files.ReadFile(t.access(name), t.limits.FileSize)
}
