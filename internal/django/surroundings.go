package django

import (
	"slices"
	"strings"
)

// projectMarks are files that stand at a project's top.
var projectMarks = [...]string{".git", ".hg", "manage.py", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "tox.ini", "Pipfile"}

// around gives, for each path, the directory of the project that it belongs
// to: out of the packages it lies in, then the nearest one with a mark of a
// project, at most three levels up. Imports and versions are looked for there.
func around(t *tree, paths []string) []string {
	var out []string
	for _, p := range paths {
		dir := p
		if t.lookup(p) == kindFile || strings.HasSuffix(p, ".py") {
			dir, _ = parentDir(p)
		}
		for t.has(dir, "__init__.py") {
			up, ok := parentDir(dir)
			if !ok {
				break
			}
			dir = up
		}
		for at, i := dir, 0; i < 4; i++ {
			if marked(t, at) {
				dir = at
				break
			}
			up, ok := parentDir(at)
			if !ok || up == "/" {
				break
			}
			at = up
		}
		if within(dir, p) && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// scopes gives what to read beside a settings file that the user names: the
// project it belongs to, else its top package, else only its own directory. So
// the file is seen as it is when the whole project is given.
func scopes(t *tree, given []string) []string {
	var out []string
	for _, file := range given {
		top := ""
		for _, p := range around(t, []string{file}) {
			if marked(t, p) {
				top = p
			}
		}
		if top == "" {
			top, _ = parentDir(file)
			for {
				up, ok := parentDir(top)
				if !ok || !t.has(up, "__init__.py") {
					break
				}
				top = up
			}
		}
		if !slices.Contains(out, top) {
			out = append(out, top)
		}
	}
	return out
}

func marked(t *tree, dir string) bool {
	l := t.list(dir)
	return slices.ContainsFunc(projectMarks[:], func(m string) bool { return l.find(m) != kindOther })
}

// nearby reads the files of the surrounding project that were not walked but
// tell of versions and entries: those beside and above the paths given.
func nearby(t *tree, dirs, given []string) []*source {
	var out []*source
	seen := map[string]bool{}
	for _, p := range slices.Concat(dirs, given) {
		walked := slices.Contains(dirs, p)
		for dir := p; t.inside(dir); {
			if !(walked && dir == p) && !slices.ContainsFunc(dirs, func(d string) bool { return within(d, dir) }) {
				out = append(out, siblings(t, dir, seen)...)
			}
			up, ok := parentDir(dir)
			if !ok {
				break
			}
			dir = up
		}
	}
	return out
}

func siblings(t *tree, dir string, seen map[string]bool) []*source {
	var out []*source
	for _, e := range t.list(dir).entries {
		name := joinName(dir, e.name)
		if e.kind == kindDir && (e.name == "requirements" || e.name == "reqs") {
			out = append(out, siblings(t, name, seen)...)
		}
		if e.kind != kindFile || seen[name] {
			continue
		}
		kind := classify(dir, e.name)
		if kind == scriptFile || kind == pythonFile && e.name != "manage.py" && e.name != "wsgi.py" && e.name != "asgi.py" {
			continue
		}
		seen[name] = true
		if kind != 0 {
			s := &source{name: name, kind: kind}
			s.load(t)
			out = append(out, s)
		}
	}
	return out
}
