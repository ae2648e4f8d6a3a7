package django

import (
	"path"
	"slices"
	"strings"
)

// Whole says that the paths given hold all of the projects that they belong to:
// no settings module lies beside them that reads the same files.
func (p *Project) Whole() bool {
	return len(p.t.tops) > 0 && !slices.ContainsFunc(p.t.tops, func(top string) bool {
		return !slices.ContainsFunc(p.t.asked, func(dir string) bool { return within(dir, top) })
	})
}

// TellsDjango says that a file is one that the release of Django is looked for
// in, by its name and its place: in the directories from the module upwards.
func (m *SettingsModule) TellsDjango(file string) bool {
	dir, base := path.Split(m.loader.t.abs(file))
	if classify(dir, base)&versionFile == 0 {
		return false
	}
	dir = path.Clean(dir)
	if b := path.Base(dir); b == "requirements" || b == "reqs" {
		dir = path.Dir(dir)
	}
	return within(dir, m.file)
}

// Looked says that the module would be different, or might be, with a file that
// is not there: an import, an include or the search for the release of Django
// looked for such a file. file is named as in positions. It may say so of a file
// that would not have been found, never the other way round.
func (m *SettingsModule) Looked(file string) bool {
	l := m.loader
	name := l.t.abs(file)
	switch path.Base(name) {
	case "manage.py", "wsgi.py", "asgi.py":
		return true // it may have named this module, or another one instead
	}
	if m.TellsDjango(file) {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for pattern := range l.sources {
		if ok, err := path.Match(pattern, name); pattern == name || ok && err == nil {
			return true
		}
	}
	module, ok := strings.CutSuffix(name, "/__init__.py")
	if !ok {
		if module, ok = strings.CutSuffix(name, ".py"); !ok {
			return false
		}
	}
	// Which of the directories on the way is a root is not known any more.
	for i := len(module) - 1; i >= 0; i-- {
		if module[i] != '/' {
			continue
		}
		if _, ok := l.cache[strings.ReplaceAll(module[i+1:], "/", ".")]; ok {
			return true
		}
	}
	return false
}
