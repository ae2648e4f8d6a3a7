package django

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// Role says what part a settings module plays.
type Role string

const (
	// RoleEntry is named by DJANGO_SETTINGS_MODULE or its like.
	RoleEntry Role = "entry"
	// RoleSettings is a settings module that nothing else imports or names.
	RoleSettings Role = "settings"
	// RoleBase is imported by another settings module.
	RoleBase Role = "base"
	// RoleTest lies among tests, RoleExample among documentation and examples.
	RoleTest    Role = "test"
	RoleExample Role = "example"
)

// candidate is a file that is a settings module, or may be one.
type candidate struct {
	file    string // absolute
	facts   *facts
	why     string
	entries []EntryPoint
	// imports are the settings modules this one imports, importers the other way.
	imports   map[string]bool
	importers map[string]bool
	given     bool // the user named this very file
	role      Role
	checked   bool
	reason    string // why it is not checked
}

// discovery finds the settings modules among the files of a scan.
type discovery struct {
	t     *tree
	p     *parser
	x     *rootIndex
	found map[string]*candidate
	facts map[string]*facts
	// exclude is Options.Exclude.
	exclude func(file string) bool
}

func (d *discovery) read(file string) *facts {
	if f, ok := d.facts[file]; ok {
		return f
	}
	var f *facts
	if src := d.p.parse(file); src != nil {
		f = readFacts(src)
	}
	d.facts[file] = f
	return f
}

func (d *discovery) add(file, why string, f *facts) *candidate {
	c := d.found[file]
	if c == nil {
		c = &candidate{file: file, facts: f, why: why, imports: map[string]bool{}, importers: map[string]bool{}}
		d.found[file] = c
	}
	return c
}

// run decides what is a settings module: what an entry names, what assigns one
// of the two settings and looks like settings, and what imports from these.
func (d *discovery) run(all []*source, given []string) []*candidate {
	for _, s := range all {
		// A link into a package is one more name for a module that has one.
		if s.real != s.name && s.kind&pythonFile != 0 && d.x.links[s.real] == "" && !d.t.has(path.Dir(s.real), "__init__.py") {
			d.x.links[s.real] = s.name
		}
	}
	for _, s := range all {
		if s.marks&markNaming != 0 {
			for _, e := range entryPoints(d.t, d.p, s) {
				d.entry(e)
			}
		}
	}
	python := pythonSources(all)
	for _, s := range python {
		if s.marks&markMiddleware != 0 && !isGlobalSettings(s.real) {
			if f := d.read(s.real); f != nil {
				if why, ok := d.judge(s, f); ok {
					d.add(s.real, why, f)
				}
			}
		}
	}
	for d.importersOnce(python) {
	}
	for _, file := range given {
		if f := d.read(file); f != nil {
			d.add(file, "the path given", f).given = true
		}
	}
	d.leaveOut()
	out := make([]*candidate, 0, len(d.found))
	for _, c := range d.found {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *candidate) int { return strings.Compare(a.file, b.file) })
	d.link(out)
	d.roles(out)
	return out
}

// leaveOut forgets the candidates that the user excludes, so that what they
// import is not taken for a part of them.
func (d *discovery) leaveOut() {
	if d.exclude == nil {
		return
	}
	for file := range d.found {
		if d.exclude(d.t.show(file)) {
			delete(d.found, file)
			d.t.note(file, "not checked: excluded by the user")
		}
	}
}

// isGlobalSettings knows Django's own defaults, which are no project's settings.
func isGlobalSettings(name string) bool {
	return strings.HasSuffix(name, "/django/conf/global_settings.py")
}

func (d *discovery) entry(e EntryPoint) {
	file, root := d.x.target(e)
	if file == "" {
		if e.direct && d.t.wanted(e.file) && topOf(e.Module) != "django" {
			d.t.noteAt(e.Span, fmt.Sprintf("names settings module %q, which is not in the tree; not checked", e.Module))
		}
		return
	}
	f := d.read(file)
	if f == nil || isGlobalSettings(file) {
		return
	}
	c := d.add(file, "", f)
	c.entries = append(c.entries, e)
	if _, ok := d.x.named[file]; !ok {
		d.x.enter(file, root)
		if dotted, ok := dottedFrom(root, file); (!ok || dotted != e.Module) && d.x.links[file] == "" {
			link := joinName(root, strings.ReplaceAll(e.Module, ".", "/"))
			if path.Base(file) == "__init__.py" && !d.t.has(path.Dir(link), path.Base(link)+".py") {
				link += "/__init__"
			}
			d.x.links[file] = link + ".py"
		}
	}
}

// judge says whether a file that speaks of MIDDLEWARE is a settings module by
// itself, and why.
func (d *discovery) judge(s *source, f *facts) (why string, ok bool) {
	for _, c := range f.classes {
		if c.binds && (c.settings >= 2 || derivesConfiguration(c)) && !f.tests {
			return "class " + c.name + " holds settings", true
		}
	}
	switch {
	case f.configure && s.marks&markConfigure != 0 && configuresStack(d.p.parse(s.real)):
		return "calls settings.configure", true
	case !f.binds && !f.changes:
		return "", false
	case f.settings >= 3:
		return fmt.Sprintf("assigns MIDDLEWARE and %d other settings", f.settings), true
	case f.tests, f.reads:
		return "", false
	case f.settings >= 1, settingsPath(s.name):
		return "assigns MIDDLEWARE and is named as settings", f.settings >= 2 || settingsPath(s.name)
	}
	return "", false
}

func derivesConfiguration(c classFact) bool {
	return slices.ContainsFunc(c.bases, func(b string) bool {
		return b == "Configuration" || strings.HasSuffix(b, ".Configuration")
	})
}

// configuresStack says whether a call of settings.configure is given one of the
// two settings, or a dictionary that may hold it.
func configuresStack(src *python.File) bool {
	if src == nil {
		return false
	}
	for n := range src.Root().Descendants() {
		if n.Kind() != python.KindCall || n.Field(python.FieldFunc).Name() != "configure" {
			continue
		}
		for a := range n.All(python.FieldArgs) {
			if a.Kind() == python.KindKeyword && (isStackSetting(a.Name()) || a.Is(python.FlagDoubleStar)) {
				return true
			}
		}
	}
	return false
}

// importersOnce adds the modules that take over what a known settings module
// defines. It says whether any was added.
func (d *discovery) importersOnce(all []*source) bool {
	bases := map[string]bool{}
	for file := range d.found {
		base := strings.TrimSuffix(path.Base(file), ".py")
		if base == "__init__" {
			base = path.Base(path.Dir(file))
		}
		bases[base] = true
	}
	added := false
	for _, s := range all {
		if d.found[s.real] != nil || !d.mayImport(s, bases) {
			continue
		}
		f := d.read(s.real)
		if f == nil {
			continue
		}
		if from, ok := d.takesOver(s, f); ok {
			d.add(s.real, "imports the settings of "+d.t.show(from), f)
			added = true
		}
	}
	return added
}

// mayImport tells by the file's bytes whether it is worth parsing.
func (d *discovery) mayImport(s *source, bases map[string]bool) bool {
	if settingsPath(s.name) {
		return true
	}
	for _, m := range s.stars {
		last := strings.TrimLeft(m, ".")
		last = last[strings.LastIndexByte(last, '.')+1:]
		if last == "" || bases[last] {
			return true
		}
	}
	return false
}

// takesOver says whether a module becomes a settings module by what it imports:
// all names of one, MIDDLEWARE itself, or a class of settings to derive from.
// Other code imports settings as well (old urls.py files use a star), so the
// module must be placed or filled as settings are.
func (d *discovery) takesOver(s *source, f *facts) (from string, ok bool) {
	if f.tests || !settingsPath(s.name) && f.settings == 0 && !f.binds && !f.changes && !d.beside(s.name) {
		return "", false
	}
	for _, i := range f.imports {
		file := ""
		switch {
		case i.star || slices.ContainsFunc(i.names, isStackSetting):
			file = d.x.resolveImport(s.real, i.level, i.module)
		case derivesImported(f, i):
			file = d.x.resolveImport(s.real, i.level, i.module)
		}
		if file != "" && file != s.real && d.found[file] != nil {
			return file, true
		}
	}
	if s.marks&markInclude != 0 && f.include && settingsPath(s.name) && (f.settings > 0 || path.Base(s.name) == "__init__.py" || strings.Contains(path.Base(s.name), "settings")) {
		for file := range d.found {
			if within(path.Dir(s.name), file) && (from == "" || file < from) {
				from = file
			}
		}
	}
	return from, from != ""
}

// beside says that a file lies among settings modules and is named like one.
func (d *discovery) beside(name string) bool {
	if !settingsLike(path.Base(name)) {
		return false
	}
	for file := range d.found {
		if path.Dir(file) == path.Dir(name) {
			return true
		}
	}
	return false
}

// derivesImported says whether a class of the module derives from a name that
// this import brings.
func derivesImported(f *facts, i importFact) bool {
	for _, c := range f.classes {
		for _, b := range c.bases {
			first := topOf(b)
			if slices.Contains(i.names, first) || i.whole && (i.module == first || strings.HasPrefix(b, i.module+".")) {
				return true
			}
		}
	}
	return false
}
