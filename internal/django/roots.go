package django

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// rootIndex knows the directories that modules are imported from.
type rootIndex struct {
	t      *tree
	tops   []string          // the paths given and the projects around them
	manage []string          // directories that hold a manage.py
	roots  []string          // directories that hold top packages, those of manage included
	named  map[string]string // file -> root that an entry names it from
	links  map[string]string // file -> the link that it is imported through
	spaces map[string]string // chain root -> the root that an entry counts from

	holding map[string][]string // top name -> the roots that have it
}

// newRootIndex collects the roots from the files of a scan. A directory is a
// root if it holds a manage.py, or a package while being none itself.
func newRootIndex(t *tree, tops []string, all []*source) *rootIndex {
	x := &rootIndex{t: t, tops: tops, named: map[string]string{}, links: map[string]string{}, spaces: map[string]string{}, holding: map[string][]string{}}
	for _, s := range all {
		if s.kind&pythonFile == 0 {
			continue
		}
		dir, base := path.Split(s.name)
		dir = path.Clean(dir)
		switch base {
		case "manage.py":
			x.addManage(dir)
		case "__init__.py":
			x.addPackage(dir)
		}
	}
	for _, top := range tops {
		x.addAround(top)
	}
	for _, list := range []*[]string{&x.manage, &x.roots} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	x.hold()
	return x
}

func (x *rootIndex) addManage(dir string) {
	x.manage = append(x.manage, dir)
	x.roots = append(x.roots, dir)
}

func (x *rootIndex) addPackage(dir string) {
	if up, ok := parentDir(dir); ok && !x.t.has(up, "__init__.py") && isIdentifier(path.Base(dir)) {
		x.roots = append(x.roots, up)
	}
}

// addAround adds the roots at a project's top and one level below it, for
// where only a part of the project was walked.
func (x *rootIndex) addAround(top string) {
	l := x.t.list(top)
	if l.find("manage.py") == kindFile {
		x.addManage(top)
	}
	for _, e := range l.entries {
		if e.kind != kindDir || strings.HasPrefix(e.name, ".") {
			continue
		}
		dir := joinName(top, e.name)
		inner := x.t.list(dir)
		if inner.find("manage.py") == kindFile {
			x.addManage(dir)
		}
		if inner.find("__init__.py") != kindOther {
			x.addPackage(dir)
			continue
		}
		if e.name == "src" || e.name == "apps" || e.name == "lib" || e.name == "python" {
			for _, sub := range inner.entries {
				if sub.kind == kindDir && x.t.has(joinName(dir, sub.name), "__init__.py") {
					x.roots = append(x.roots, dir)
					break
				}
			}
		}
	}
}

// chainRoot is the directory above the topmost package that a file lies in,
// its own directory if it lies in none.
func (x *rootIndex) chainRoot(file string) string {
	dir := path.Dir(file)
	// A folder without __init__.py inside a package is a part of it.
	for at, i := dir, 0; i < 3 && isIdentifier(path.Base(at)); i++ {
		if x.t.has(at, "__init__.py") {
			dir = at
			break
		}
		up, ok := parentDir(at)
		if !ok || !x.t.inside(up) {
			break
		}
		at = up
	}
	for x.t.has(dir, "__init__.py") && isIdentifier(path.Base(dir)) {
		up, ok := parentDir(dir)
		if !ok {
			break
		}
		dir = up
	}
	return dir
}

// nearestManage is the innermost directory at or above a file that holds a
// manage.py.
func (x *rootIndex) nearestManage(file string) (string, bool) {
	best := ""
	for _, dir := range x.manage {
		if within(dir, file) && len(dir) > len(best) {
			best = dir
		}
	}
	return best, best != ""
}

// dottedFrom is a file's module name below a root; ok is false where the way
// there is no dotted name.
func dottedFrom(root, file string) (string, bool) {
	if !within(root, file) {
		return "", false
	}
	rel := strings.TrimSuffix(relTo(root, file), ".py")
	rel = strings.TrimSuffix(rel, "/__init__")
	if rel == "" || rel == "__init__" {
		return "", false
	}
	dotted := strings.ReplaceAll(rel, "/", ".")
	return dotted, !strings.Contains(rel, ".") && isDotted(dotted)
}

// place is where Python finds a file: the link that leads to it, if there is
// one, else the file itself. Names and relative imports count from there.
func (x *rootIndex) place(file string) string {
	if link := x.links[file]; link != "" {
		return link
	}
	return file
}

// enter records the root that an entry names a file from. What lies beside the
// file counts from there, too: an entry that goes through folders without
// __init__.py says that they are packages.
func (x *rootIndex) enter(file, root string) {
	x.named[file] = root
	if chain := x.chainRoot(file); chain != root && within(root, chain) && x.spaces[chain] == "" {
		x.spaces[chain] = root
	}
}

// name gives the module name of a file and the root it counts from: as an entry
// names it, else from its package chain, else from the manage.py above.
func (x *rootIndex) name(file string) (dotted, root string) {
	named, ok := x.named[file]
	file = x.place(file)
	if root := named; ok {
		if dotted, ok := dottedFrom(root, file); ok {
			return dotted, root
		}
	}
	chain := x.chainRoot(file)
	if root := x.spaces[chain]; root != "" {
		if dotted, ok := dottedFrom(root, file); ok {
			return dotted, root
		}
	}
	if chain == path.Dir(file) {
		if manage, ok := x.nearestManage(file); ok {
			if dotted, ok := dottedFrom(manage, file); ok {
				return dotted, manage
			}
		}
		for _, top := range x.tops {
			src := joinName(top, "src")
			for _, root := range []string{src, top} {
				// A folder of settings without __init__.py is a namespace
				// package; other modules outside of packages are scripts.
				if settingsPath(file) && path.Dir(file) != root && x.plainRoot(root) {
					if dotted, ok := dottedFrom(root, file); ok {
						return dotted, root
					}
				}
			}
		}
	}
	if dotted, ok := dottedFrom(chain, file); ok {
		return dotted, chain
	}
	base, _, _ := strings.Cut(path.Base(file), ".")
	return base, path.Dir(file)
}

// plainRoot says that a directory looks like a project's top.
func (x *rootIndex) plainRoot(dir string) bool {
	l := x.t.list(dir)
	for _, name := range []string{"pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "tox.ini", "Pipfile", ".git"} {
		if l.find(name) != kindOther {
			return true
		}
	}
	return path.Base(dir) == "src" && len(l.entries) > 0
}

// above lists the roots that a file sees first: the one it is named from, then
// those above it from the inside out.
func (x *rootIndex) above(file string) []string {
	_, own := x.name(file)
	file = x.place(file)
	out := []string{own}
	add := func(dir string) {
		if !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	if manage, ok := x.nearestManage(file); ok {
		add(manage)
	}
	add(x.chainRoot(file))
	for dir := path.Dir(file); ; {
		if x.isRoot(dir) || slices.Contains(x.tops, dir) {
			add(dir)
		}
		if src := joinName(dir, "src"); x.isRoot(src) {
			add(src)
		}
		up, ok := parentDir(dir)
		if !ok {
			return out
		}
		dir = up
	}
}

func (x *rootIndex) isRoot(dir string) bool {
	_, ok := slices.BinarySearch(x.roots, dir)
	return ok
}

// candidates orders the roots that may hold a top package as they look from a
// file, of which above is known: those first, then the others by nearness.
func (x *rootIndex) candidates(above []string, file, top string) []string {
	file = x.place(file)
	others := slices.Clone(x.holding[top])
	slices.SortStableFunc(others, func(a, b string) int {
		return cmp.Or(cmp.Compare(shared(b, file), shared(a, file)), cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(a, b))
	})
	out := slices.Clone(above)
	for _, dir := range others {
		if !slices.Contains(above, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// hold records which top names each root has, so that the many names that no
// root has cost one look-up.
func (x *rootIndex) hold() {
	for _, root := range x.roots {
		last := ""
		for _, e := range x.t.list(root).entries {
			name, _, _ := strings.Cut(e.name, ".")
			if name != "" && name != last && isIdentifier(name) {
				last = name
				if list := x.holding[name]; len(list) == 0 || list[len(list)-1] != root {
					x.holding[name] = append(list, root)
				}
			}
		}
	}
}

// shared counts the path elements that two names have in common at the start.
func shared(a, b string) int {
	n := 0
	for i := 0; i < min(len(a), len(b)) && a[i] == b[i]; i++ {
		if a[i] == '/' {
			n++
		}
	}
	if len(a) < len(b) && strings.HasPrefix(b, a) && b[len(a)] == '/' {
		n++
	}
	return n
}

// locate finds a module as seen from a file; the nearest root that has it wins.
func (x *rootIndex) locate(from, dotted string) (at located, root string) {
	for _, root := range x.candidates(x.above(from), from, topOf(dotted)) {
		if at := x.t.locate(root, dotted); at.kind == modulePlain || at.kind == modulePackage {
			return at, root
		}
	}
	return located{}, ""
}

// resolveImport finds the file that an import in a file names; "" where it is
// not in the tree.
func (x *rootIndex) resolveImport(from string, level int, module string) string {
	beside := path.Dir(x.place(from))
	if level > 0 {
		dir := beside
		for range level - 1 {
			up, ok := parentDir(dir)
			if !ok {
				return ""
			}
			dir = up
		}
		if module == "" {
			file, _ := x.t.file(dir, "__init__.py")
			return file
		}
		return x.t.locate(dir, module).file
	}
	if module == "" {
		return ""
	}
	if at, _ := x.locate(from, module); at.file != "" {
		return at.file
	}
	if !strings.Contains(module, ".") && settingsLike(module) {
		return x.t.locate(beside, module).file
	}
	return ""
}
