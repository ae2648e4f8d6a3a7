package migrate

import (
	"bytes"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/python"
)

// The two names of the setting.
const (
	oldName = "MIDDLEWARE_CLASSES"
	newName = "MIDDLEWARE"
)

// source is one Python file that speaks of the old name.
type source struct {
	name   string // as positions show it
	src    *python.File
	loader django.Loader // nil if nothing can be imported from there
	pkg    string        // the package that relative imports count from
	// settings says that a settings module takes something from it, shut that
	// it is no file of the project's own.
	settings, shut bool

	uses    []use
	objects map[string][]object // what its imports bind
	stars   []string            // files of the tree that it imports with a star
	outer   bool                // it has a star import from outside of the tree
	crowded bool                // there are more places than are looked at
	news    []use               // places that speak of the new setting
	bound   map[binding]bool    // answers of binds
	rebound map[binding]bool    // answers of shadowed
	unpacks map[string]bool     // answers of unpacked
}

// textFile is a file that is no Python and speaks of the old name.
type textFile struct {
	name string
	data []byte
}

// gather reads the files of the tree that hold the old name. extra names files
// outside of the paths that the settings are made of.
func (r *run) gather(ctx context.Context, p *django.Project) ([]*source, []textFile, error) {
	listed, skipped, err := django.ListFiles(ctx, r.files, r.load())
	if err != nil {
		return nil, nil, err
	}
	inSettings := settingsFiles(p)
	modules := map[string]django.ModuleFile{}
	for _, m := range p.Modules() {
		modules[m.File] = m
	}
	var sources []*source
	var texts []textFile
	seen := map[string]bool{}
	take := func(name string, isPython, script bool) {
		if seen[name] {
			return
		}
		seen[name] = true
		if !isPython && binary[strings.ToLower(path.Ext(name))] {
			return
		}
		data, err := r.over.Read(name)
		if err != nil || nextWord(data, oldName, 0) < 0 && !(inSettings[name] && nextWord(data, newName, 0) >= 0) {
			return // what cannot be read is in the notes of Load
		}
		if isPython || script && django.IsPythonScript(data) {
			s := r.source(p, name, data, modules)
			s.settings = inSettings[name]
			s.shut = slices.ContainsFunc(skipped, func(d django.Skipped) bool { return strings.HasPrefix(name, d.Path+"/") })
			sources = append(sources, s)
		} else if bytes.IndexByte(data[:min(len(data), 8000)], 0) < 0 {
			texts = append(texts, textFile{name, data})
		}
	}
	for _, f := range listed {
		take(f.File, f.Python, f.Script)
	}
	var outside []string
	for name := range inSettings {
		outside = append(outside, name)
	}
	slices.Sort(outside)
	for _, name := range outside {
		take(name, true, false)
	}
	slices.SortFunc(sources, func(a, b *source) int { return strings.Compare(a.name, b.name) })
	return sources, texts, ctx.Err()
}

// binary are file names that are not searched.
var binary = map[string]bool{
	".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".ico": true, ".pdf": true, ".zip": true, ".gz": true, ".bz2": true, ".xz": true,
	".tar": true, ".whl": true, ".egg": true, ".pyc": true, ".pyo": true, ".so": true, ".dll": true, ".mo": true, ".woff": true, ".woff2": true,
	".ttf": true, ".eot": true, ".svg": true, ".mp3": true, ".mp4": true, ".sqlite": true, ".sqlite3": true, ".db": true, ".map": true,
}

// settingsFiles are the files that settings modules are made of.
func settingsFiles(p *django.Project) map[string]bool {
	out := map[string]bool{}
	for _, m := range p.Settings {
		if m.Result != nil {
			for _, f := range m.Result.Files {
				out[f] = true
			}
		}
		out[m.File] = true
	}
	return out
}

func (r *run) source(p *django.Project, name string, data []byte, modules map[string]django.ModuleFile) *source {
	s := &source{name: name, src: python.Parse(data), objects: map[string][]object{}, bound: map[binding]bool{}, rebound: map[binding]bool{}, unpacks: map[string]bool{}}
	module := ""
	if m, ok := modules[name]; ok {
		s.loader, module = p.LoaderAt(m), m.Module
	}
	for _, m := range p.Settings {
		if m.File == name {
			s.loader, module = m.Loader(), m.Module
		}
	}
	if s.loader == nil && len(p.Settings) > 0 {
		s.loader = p.Settings[0].Loader()
	}
	s.pkg = module
	if path.Base(name) != "__init__.py" {
		s.pkg = ""
		if i := strings.LastIndexByte(module, '.'); i > 0 {
			s.pkg = module[:i]
		}
	}
	s.imports()
	s.find()
	return s
}

// nextWord finds a name as a word of its own at or behind an offset; -1 if it is
// not there.
func nextWord(data []byte, name string, at int) int {
	for {
		i := bytes.Index(data[at:], []byte(name))
		if i < 0 {
			return -1
		}
		i += at
		at = i + len(name)
		if (i == 0 || !wordByte(data[i-1])) && (at == len(data) || !wordByte(data[at])) {
			return i
		}
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
