package django

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// ErrNothing says that nothing could be checked: no path could be read, or
// none of them holds a settings module. Load returns it wrapped with the reason.
var ErrNothing = errors.New("nothing to check")

// Options say what to load. The zero value loads "." of a file system that has
// nothing above it.
type Options struct {
	// Paths are files and directories as the user names them; none means ".".
	Paths []string
	// WorkDir is the absolute "/"-separated directory that Paths and all
	// positions are relative to. Empty: the Files have nothing above ".".
	WorkDir string
	// Django is the release the user names; zero: found out.
	Django stack.Version
	// Exclude says that a file, named relative to the working directory, is no
	// settings module to look at; nil excludes none. Others may import it.
	Exclude func(file string) bool
	// Settings are the dotted names of the only settings modules to check; none:
	// what Django would be started with. One that is not found is no error.
	Settings []string
	// CheckedOnly leaves the modules that are not checked unevaluated: they are
	// listed, without stacks.
	CheckedOnly bool
	// Limits bound reading, Eval bounds the evaluation of each module.
	Limits DiscoverLimits
	Eval   Limits
}

// Project is what Load found. It is immutable and safe for concurrent use.
type Project struct {
	// Settings are all settings modules found, checked or not, by file.
	Settings []*SettingsModule
	// Stacks are those of all modules in Settings, in their order.
	Stacks []stack.Stack
	// Notes say what was not understood or left out, by place.
	Notes []stack.Note
	// Django is the release if all checked modules agree on one range.
	Django VersionRange
	// Roots are the directories modules are imported from.
	Roots []string
	// Skipped are the directories and files that were not looked into.
	Skipped []Skipped
	// Files is the number of files that were read.
	Files int

	t    *tree
	p    *parser
	x    *rootIndex
	eval Limits
}

// SettingsModule is one settings module of a project.
type SettingsModule struct {
	Module string // dotted name
	File   string // relative to the working directory
	Role   Role
	// Checked says that its stacks are to be linted: it is what Django would
	// be started with. Reason says why not.
	Checked bool
	Reason  string
	// Why says why it counts as a settings module, as "named in manage.py:6".
	Why string
	// Entries are the places that name it.
	Entries []stack.Span
	// ImportedBy lists the settings modules that import it.
	ImportedBy []string
	Django     VersionRange
	Result     *Result
	Stacks     []stack.Stack

	// Variants goes with Stacks, index by index: the variants of the module
	// that have this stack.
	Variants [][]Variant

	file   string // absolute
	loader *loader
	unset  bool // neither setting is assigned, Django's default holds
	once   sync.Once
	names  *resolver

	packages *packageIndex
	home     string // the directory that versions are looked for from
}

// Checked are the stacks to lint, in order.
func (p *Project) Checked() []stack.Stack {
	var out []stack.Stack
	for _, s := range p.Settings {
		if s.Checked {
			out = append(out, s.Stacks...)
		}
	}
	return out
}

// Of finds the settings module that a stack belongs to; nil for a stack of
// another origin.
func (p *Project) Of(stackID string) *SettingsModule {
	for _, m := range p.Settings {
		if m.index(stackID) >= 0 {
			return m
		}
	}
	return nil
}

func (m *SettingsModule) index(stackID string) int {
	return slices.IndexFunc(m.Stacks, func(s stack.Stack) bool { return s.ID == stackID })
}

// Setting gives the value of another setting beside a stack of the module. ok
// is false where no variant with this stack defines it and none may; where the
// variants disagree the value is unknown.
func (m *SettingsModule) Setting(stackID, name string) (v Value, ok bool) {
	i := m.index(stackID)
	if i < 0 {
		return Value{}, false
	}
	for n, variant := range m.Variants[i] {
		val, defined := variant.Value(name)
		if !defined && variant.Open {
			val, defined = Value{}, true
		}
		switch {
		case n == 0:
			v, ok = val, defined
		case defined != ok || !reflect.DeepEqual(v, val):
			return Value{}, true
		}
	}
	return v, ok
}

// Load finds the settings modules below the paths and evaluates them. It fails
// with ErrNothing if nothing could be checked, and with the context's error;
// the Project is given in the first case too, for its notes.
func Load(ctx context.Context, files Files, opts Options) (*Project, error) {
	t := newTree(files, opts.WorkDir, opts.Limits)
	dirs, given, missing := t.paths(opts.Paths)
	t.tops = around(t, append(slices.Clone(dirs), given...))
	t.asked = dirs
	walked := append(slices.Clone(dirs), scopes(t, given)...)
	all, skipped, err := scan(ctx, t, walked)
	if err != nil {
		return nil, err
	}
	all = append(all, nearby(t, walked, given)...)
	var readable []string
	for _, file := range given {
		if i := slices.IndexFunc(all, func(s *source) bool { return s.name == file && s.err == nil }); i >= 0 {
			readable = append(readable, all[i].real)
			continue
		}
		s := &source{name: file, kind: pythonFile}
		s.load(t)
		switch {
		case s.err != nil:
			t.note(file, "cannot read: "+errText(s.err))
			missing = append(missing, &fs.PathError{Op: "read", Path: t.show(file), Err: unwrapPath(s.err)})
		case path.Ext(file) != ".py" && s.marks&markMiddleware == 0:
			t.note(file, "not a Python file, and it does not speak of MIDDLEWARE; not checked")
		default:
			all = append(all, s)
			readable = append(readable, s.real)
		}
	}
	given = readable
	p := &Project{t: t, p: newParser(t, all), Files: len(all), eval: opts.Eval}
	p.x = newRootIndex(t, t.tops, all)
	d := &discovery{t: t, p: p.p, x: p.x, found: map[string]*candidate{}, facts: map[string]*facts{}, exclude: opts.Exclude}
	candidates := d.run(all, given)
	candidates = slices.DeleteFunc(candidates, func(c *candidate) bool {
		return !belongs(c.file, dirs, given) && !belongs(p.x.place(c.file), dirs, given)
	})
	p.settings(candidates)
	p.choose(opts.Settings)
	if err := p.evaluate(ctx, opts); err != nil {
		return nil, err
	}
	if len(opts.Settings) == 0 && p.standIn(candidates) {
		if err := p.evaluate(ctx, opts); err != nil {
			return nil, err
		}
	}
	p.versions(all, skipped, opts.Django)
	p.collect(skipped)
	return p, p.verdict(opts.Paths, missing)
}

// paths sorts the paths given into directories and files. What cannot be read
// is noted and, as an error, kept for the case that nothing else is there.
func (t *tree) paths(paths []string) (dirs, given []string, missing []error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, name := range paths {
		abs := t.abs(name)
		info, err := t.files.Stat(t.access(abs))
		switch {
		case err != nil:
			missing = append(missing, &fs.PathError{Op: "read", Path: t.show(abs), Err: unwrapPath(err)})
			t.note(abs, "cannot read: "+errText(err))
		case info.IsDir():
			if !slices.Contains(dirs, abs) {
				dirs = append(dirs, abs)
			}
		case info.Mode().IsRegular():
			if !slices.Contains(given, abs) {
				given = append(given, abs)
			}
		default:
			missing = append(missing, &fs.PathError{Op: "read", Path: t.show(abs), Err: ErrNotRegular})
			t.note(abs, "cannot read: "+ErrNotRegular.Error())
		}
	}
	return dirs, given, missing
}

func unwrapPath(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// belongs says that a candidate lies where the user wants to look: an entry
// may name settings outside of the path.
func belongs(file string, dirs, given []string) bool {
	return slices.Contains(given, file) || slices.ContainsFunc(dirs, func(d string) bool { return within(d, file) })
}

// settings turns the candidates into the modules of the project.
func (p *Project) settings(candidates []*candidate) {
	taken := map[string]int{}
	for _, c := range candidates {
		dotted, root := p.x.name(c.file)
		own := ""
		if path.Base(c.file) == "__init__.py" {
			own = dotted
		} else if i := strings.LastIndexByte(dotted, '.'); i > 0 {
			own = dotted[:i]
		}
		m := &SettingsModule{
			Module: dotted, File: p.t.show(c.file), Role: c.role, Checked: c.checked, Reason: c.reason,
			Why: c.whyText(), Entries: c.entrySpans(), file: c.file,
		}
		for file := range c.importers {
			m.ImportedBy = append(m.ImportedBy, p.t.show(file))
		}
		slices.Sort(m.ImportedBy)
		m.loader = newLoader(p.t, p.p, p.x, c.file, dotted, own)
		if taken[dotted]++; taken[dotted] > 1 {
			m.ambiguous(p.t.show(root))
		}
		p.Settings = append(p.Settings, m)
	}
}

// choose has only the modules with the given names checked; no name: those that
// discovery found to stand for themselves.
func (p *Project) choose(names []string) {
	if len(names) == 0 {
		return
	}
	for _, m := range p.Settings {
		m.Checked, m.Reason = slices.Contains(names, m.Module), ""
		if !m.Checked {
			m.Reason = "not among the settings modules to check"
		}
	}
}

// ambiguous makes a module's name unique where two projects of one tree have
// settings of the same name: stacks are told apart by it.
func (m *SettingsModule) ambiguous(root string) {
	m.loader.shown = root
}

// evaluate runs the evaluator over all modules, several at a time.
func (p *Project) evaluate(ctx context.Context, opts Options) error {
	sem := make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))
	var wg sync.WaitGroup
	for _, m := range p.Settings {
		wg.Go(func() {
			sem <- struct{}{}
			defer func() { <-sem }()
			if ctx.Err() == nil && m.Result == nil && (m.Checked || !opts.CheckedOnly) {
				m.Result = Evaluate(m.loader, m.Module, opts.Eval)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// standIn has the parts of settings checked for themselves where nothing is
// known of the list of the module that takes them over. It says whether there
// are any.
func (p *Project) standIn(candidates []*candidate) bool {
	byFile := map[string]*SettingsModule{}
	for _, m := range p.Settings {
		byFile[m.file] = m
	}
	found := false
	for i, c := range candidates {
		m := p.Settings[i]
		if !m.Checked || m.Result == nil || m.Result.tells() {
			continue
		}
		for file := range c.imports {
			if part := byFile[file]; part != nil && !part.Checked && part.Role == RoleBase {
				part.Checked, part.Reason, found = true, "", true
			}
		}
	}
	return found
}
