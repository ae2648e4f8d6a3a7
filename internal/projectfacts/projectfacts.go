// Package projectfacts answers what the rules of internal/lint ask about a project
// that internal/django has loaded: it binds the two, which do not know each
// other.
package projectfacts

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Facts answers what the rules ask about one project. It caches what it reads
// and is not safe for use by several goroutines at once.
type Facts struct {
	// Catalog replaces the embedded one; it has to be set before anything is
	// asked.
	Catalog *catalog.Catalog
	// Partial says that a run looks at less than the project has, as where the
	// user leaves files out or names another release: no comment is called unused.
	Partial bool

	project *django.Project
	checked []*django.SettingsModule
	byStack map[string]*django.SettingsModule
	// byPath lists the checked modules whose stacks name a dotted path: which
	// class it leads to depends on where they import from.
	byPath map[string][]*django.SettingsModule
	// readers read layers as each module sees them.
	readers map[*django.SettingsModule]*layers.Reader
	loaded  map[*django.SettingsModule]*recorder
	files   map[string][]string // by id of the stack
	// texts are files of layers that are read in another text.
	texts   map[string]*python.File
	modules []layers.Module // of the whole project, once they are asked for
}

// New gathers the facts of a project's checked modules.
func New(p *django.Project) *Facts { return gather(p, modules(p, true)) }

// modules are those of a project that are checked, or those that are not.
func modules(p *django.Project, checked bool) []*django.SettingsModule {
	var out []*django.SettingsModule
	for _, m := range p.Settings {
		if m.Checked == checked {
			out = append(out, m)
		}
	}
	return out
}

// Config is what lint.Run needs to know of the project.
func (f *Facts) Config() lint.Config {
	return lint.Config{
		Django: f.django, Setting: f.setting, Bases: f.bases, Writes: f.writes, Resolve: f.resolve, Layer: f.layer,
		PackageVersion: f.packageVersion, Catalog: f.Catalog, Editing: f.editing(),
		Comments: f.comments, Beside: f.beside,
	}
}

func (f *Facts) django(s *stack.Stack) lint.Django {
	m := f.byStack[s.ID]
	if m == nil {
		return lint.Django{}
	}
	return lint.Django{At: m.Django.Lint, Low: m.Django.Low, High: m.Django.High}
}

func (f *Facts) setting(s *stack.Stack, name string) lint.Value {
	m := f.byStack[s.ID]
	if m == nil {
		return lint.Value{State: lint.Unknown}
	}
	v, ok := m.Setting(s.ID, name)
	if !ok {
		return lint.Value{}
	}
	return settingValue(v)
}

// settingValue turns an evaluated value into the form the rules read.
func settingValue(v django.Value) lint.Value {
	span := v.Assigned
	if span.IsZero() {
		span = v.Span
	}
	out := lint.Value{State: lint.Known, Span: span}
	switch v.Kind {
	case django.KindNone:
	case django.KindBool:
		out.Value = v.Bool
	case django.KindInt:
		out.Value = int(v.Int)
	case django.KindString:
		out.Value = v.Str
	case django.KindList, django.KindTuple, django.KindSet:
		words := []string{}
		for _, item := range v.Items {
			if item.Kind == django.KindString && !item.Run {
				words = append(words, item.Str)
			} else {
				out.Partial = true
			}
		}
		out.Partial = out.Partial || v.Partial
		out.Value = words
	default:
		out.State = lint.Unknown
	}
	return out
}

// resolve says where a dotted path leads, if all modules that name it agree.
func (f *Facts) resolve(path string) lint.Resolution {
	kind := django.Unresolved
	for i, m := range f.byPath[path] {
		k := m.Resolve(path).Kind
		if i > 0 && k != kind {
			return lint.Unresolved
		}
		kind = k
	}
	switch kind {
	case django.InProject:
		return lint.InProject
	case django.Outside:
		return lint.Outside
	case django.Missing:
		return lint.Missing
	}
	return lint.Unresolved
}

// bases gives the base classes of a layer as the first module that names it
// sees them; they are not complete where another sees others.
func (f *Facts) bases(path string) (bases []string, complete bool) {
	for i, m := range f.byPath[path] {
		l := m.Bases(path)
		if i == 0 {
			bases, complete = l.Paths, l.Complete
		} else if !slices.Equal(l.Paths, bases) {
			complete = false
		}
	}
	return bases, complete
}

// packageVersion is the version of a distribution that all checked modules
// agree on, or "".
func (f *Facts) packageVersion(distribution string) string {
	version := ""
	for i, m := range f.checked {
		v := m.PackageVersion(distribution)
		if i > 0 && v != version {
			return ""
		}
		version = v
	}
	return version
}

// layer reads the source of a layer as the stack's settings module sees it.
func (f *Facts) layer(s *stack.Stack, path string) *layers.Layer {
	m := f.byStack[s.ID]
	if m == nil {
		return nil
	}
	return f.Reader(m).Layer(path)
}

// Reader reads layers as a settings module sees them.
func (f *Facts) Reader(m *django.SettingsModule) *layers.Reader {
	r := f.readers[m]
	if r == nil {
		known := f.Catalog
		if known == nil {
			known = catalog.Default()
		}
		tree := &recorder{Tree: Tree{Loader: m.Loader(), texts: f.texts}, loaded: map[string]layers.Module{}, imports: map[*python.File][]string{}}
		r = layers.NewReader(tree, layers.Options{Catalog: known, Django: m.Django.Lint})
		f.readers[m], f.loaded[m] = r, tree
	}
	return r
}

// writes gives the request attributes that a layer of the project sets; known
// is false where it may set others, too. A layer that different modules see
// differently is not known.
func (f *Facts) writes(path string) (attrs []string, known bool) {
	for i, m := range f.byPath[path] {
		l := f.Reader(m).Layer(path)
		if l.Origin != layers.FromTree {
			return nil, false
		}
		var found []string
		whole := l.Whole == layers.Yes && len(l.Unread) == 0
		for _, w := range l.Writes {
			if w.Attr == "" {
				whole = false
			} else if w.Op == "set" {
				found = append(found, w.Attr)
			}
		}
		if i > 0 && (!slices.Equal(found, attrs) || whole != known) {
			return nil, false
		}
		attrs, known = found, whole
	}
	return attrs, known
}

// Tree hands a project's modules to the reader of layers.
type Tree struct {
	Loader django.Loader
	texts  map[string]*python.File // in the place of those of the project
}

// HasTop is described at layers.Loader.
func (t Tree) HasTop(dotted string) bool { return t.Loader.HasTop(dotted) }

// Module is described at layers.Loader.
func (t Tree) Module(dotted string) (layers.Module, bool) {
	m, ok := t.Loader.Module(dotted)
	if text := t.texts[m.File]; text != nil && m.Src != nil {
		m.Src = text
	}
	return layers.Module{Name: m.Name, File: m.File, Package: m.Package, Src: m.Src}, ok
}
