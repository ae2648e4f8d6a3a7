package django

import (
	"path"
	"sort"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/python"
)

// memLoader is a tree in memory: path to source.
type memLoader struct {
	files map[string]string
	cache map[string]*python.File
}

func newMemLoader(files map[string]string) *memLoader {
	return &memLoader{files: files, cache: map[string]*python.File{}}
}

func loaderOf(a *txtar.Archive) *memLoader {
	files := map[string]string{}
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, ".py") {
			files[f.Name] = string(f.Data)
		}
	}
	return newMemLoader(files)
}

func (l *memLoader) parse(file string) *python.File {
	if f, ok := l.cache[file]; ok {
		return f
	}
	f := python.Parse([]byte(l.files[file]))
	l.cache[file] = f
	return f
}

func (l *memLoader) Module(dotted string) (Module, bool) {
	p := strings.ReplaceAll(dotted, ".", "/")
	if _, ok := l.files[p+"/__init__.py"]; ok {
		return Module{dotted, p + "/__init__.py", true, l.parse(p + "/__init__.py")}, true
	}
	if _, ok := l.files[p+".py"]; ok {
		return Module{dotted, p + ".py", false, l.parse(p + ".py")}, true
	}
	for name := range l.files {
		if strings.HasPrefix(name, p+"/") {
			return Module{dotted, p, true, nil}, true
		}
	}
	return Module{}, false
}

func (l *memLoader) HasTop(dotted string) bool {
	top, _, _ := strings.Cut(dotted, ".")
	_, ok := l.Module(top)
	return ok
}

func (l *memLoader) Source(file string) (*python.File, bool) {
	if _, ok := l.files[path.Clean(file)]; !ok {
		return nil, false
	}
	return l.parse(path.Clean(file)), true
}

func (l *memLoader) Glob(pattern string) []string {
	var out []string
	for name := range l.files {
		if ok, _ := path.Match(pattern, name); ok {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}
