package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/config"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// configFlags choose the configuration, and go before it.
type configFlags struct {
	file    string
	none    bool
	selects []string
	ignores []string
	exclude []string
}

// add is for commands that report findings.
func (f *configFlags) add(flags *pflag.FlagSet) {
	f.addReading(flags)
	flags.StringSliceVar(&f.selects, "select", nil, "report nothing but these `RULES`: ids, names, beginnings of ids, ids of facts; replaces what the configuration says")
	flags.StringSliceVar(&f.ignores, "ignore", nil, "do not report these `RULES`, beside what the configuration ignores")
}

// addReading is for commands that only read projects.
func (f *configFlags) addReading(flags *pflag.FlagSet) {
	flags.StringVar(&f.file, "config", "", "read the configuration from `FILE` (default: the nearest mwcheck.toml or pyproject.toml at or above each PATH)")
	flags.BoolVar(&f.none, "no-config", false, "read no configuration")
	flags.StringSliceVar(&f.exclude, "exclude", nil, "leave out files that match these `PATTERNS`, relative to the working directory, beside what the configuration excludes")
}

// job is a part of a run: paths with one configuration.
type job struct {
	paths  []string
	config *config.Config
	level  lint.Level     // what the flags say
	beside *config.Config // what the flags exclude
}

// excluded says that the configuration or a flag leaves a file out.
func (j *job) excluded(file string) bool { return j.config.Excluded(file) || j.beside.Excluded(file) }

// policy is what is reported: what the flags say goes last.
func (j *job) policy() lint.Policy {
	return lint.Policy{Levels: append(append([]lint.Level{}, j.config.Levels...), j.level)}
}

// catalog is the embedded one, or with the layers and facts of the configuration.
func (j *job) catalog() *catalog.Catalog {
	if j.config.Catalog != nil {
		return j.config.Catalog
	}
	return catalog.Default()
}

// apply adds to what the rules are given what the configuration says.
func (j *job) apply(c *lint.Config) {
	c.Catalog, c.Order, c.Providers, c.Policy = j.config.Catalog, j.config.Order, j.config.Providers, j.policy()
}

// jobs finds the configuration of every path and puts together those that have
// the same one, in the order of the paths.
func (a *app) jobs(paths []string, f *configFlags) ([]*job, []stack.Note, error) {
	if f.file != "" && f.none {
		return nil, nil, &problem{text: "--config and --no-config do not go together", hint: "give one of them"}
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	finder := configFinder{app: a, found: map[string]*config.Config{}}
	var jobs []*job
	for _, p := range paths {
		c, err := finder.of(p, f)
		if err != nil {
			return nil, nil, err
		}
		if n := len(jobs); n > 0 && jobs[n-1].config == c {
			jobs[n-1].paths = append(jobs[n-1].paths, p)
			continue
		}
		jobs = append(jobs, &job{paths: []string{p}, config: c, beside: config.None(a.env.WorkDir)})
	}
	notes := finder.notes
	for _, j := range jobs {
		if err := j.flags(f); err != nil {
			return nil, nil, err
		}
		notes = append(notes, j.config.Notes...)
	}
	return jobs, notes, nil
}

// flags reads what the flags say in words of the configuration.
func (j *job) flags(f *configFlags) error {
	for _, list := range []struct {
		flag  string
		words []string
		into  *[]lint.Selector
	}{{"--select", f.selects, &j.level.Select}, {"--ignore", f.ignores, &j.level.Ignore}} {
		for _, word := range list.words {
			s, err := lint.ParseSelector(word, j.catalog())
			if err != nil {
				return &problem{text: fmt.Sprintf("%s: %s", list.flag, err), hint: "mwcheck explain lists the rules, docs/rules/facts.md the facts"}
			}
			*list.into = append(*list.into, s)
		}
	}
	for _, pattern := range f.exclude {
		if err := config.CheckGlob(pattern); err != nil {
			return &problem{text: fmt.Sprintf("--exclude: %s", err), hint: "a pattern like tests, **/test_*.py or legacy/** is meant"}
		}
		j.beside.Exclude(pattern)
	}
	return nil
}

// configFinder looks for configurations and reads each once.
type configFinder struct {
	app   *app
	found map[string]*config.Config // by directory, or by the name of --config
	notes []stack.Note
}

// of finds the configuration that holds for a path.
func (f *configFinder) of(p string, flags *configFlags) (*config.Config, error) {
	names := django.Names{WorkDir: f.app.env.WorkDir}
	switch {
	case flags.none:
		return f.none(), nil
	case flags.file != "":
		if c := f.found[flags.file]; c != nil {
			return c, nil
		}
		c, err := f.read(names.Abs(osfiles.Name(flags.file)), true)
		if err != nil {
			return nil, err
		}
		f.found[flags.file] = c
		return c, nil
	}
	dir := names.Abs(osfiles.Name(p))
	if info, err := f.app.env.Files.Stat(names.Access(dir)); err != nil || !info.IsDir() {
		dir = path.Dir(dir)
	}
	return f.above(dir)
}

func (f *configFinder) none() *config.Config {
	if f.found[""] == nil {
		f.found[""] = config.None(f.app.env.WorkDir)
	}
	return f.found[""]
}

// above finds the nearest configuration in a directory or above it.
func (f *configFinder) above(dir string) (*config.Config, error) {
	if c := f.found[dir]; c != nil {
		return c, nil
	}
	var c *config.Config
	var err error
	for _, name := range []string{config.OwnFile, config.PyProject} {
		if c, err = f.read(path.Join(dir, name), false); err != nil || c != nil {
			break
		}
	}
	if c == nil && err == nil {
		if parent := path.Dir(dir); parent != dir {
			c, err = f.above(parent)
		} else {
			c = f.none()
		}
	}
	if err != nil {
		return nil, err
	}
	f.found[dir] = c
	return c, nil
}

// read reads a file; nil where it is not there or, for a pyproject.toml, does
// not speak of mwcheck. What the user names has to be there.
func (f *configFinder) read(abs string, named bool) (*config.Config, error) {
	names := django.Names{WorkDir: f.app.env.WorkDir}
	shown := names.Show(abs)
	src, err := f.app.env.Files.ReadFile(names.Access(abs), config.MaxBytes)
	project := path.Base(abs) == config.PyProject
	switch {
	case err == nil:
	case !named && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, django.ErrNotRegular)):
		return nil, nil
	case !named && project:
		// It is there for other tools, too.
		f.notes = append(f.notes, stack.Note{Span: stack.Span{File: shown}, Message: "not looked at for a configuration: " + reason(err)})
		return nil, nil
	default:
		return nil, &problem{text: fmt.Sprintf("cannot read the configuration %s: %s", shown, reason(err)), hint: "give --no-config to do without"}
	}
	if project && !named && !bytes.Contains(src, []byte("mwcheck")) {
		return nil, nil
	}
	c, err := config.Read(shown, f.app.env.WorkDir, src)
	switch {
	case errors.Is(err, config.ErrNone) && !named:
		return nil, nil
	case errors.Is(err, config.ErrNone):
		return nil, &problem{text: fmt.Sprintf("%s: %s", shown, err), hint: "docs/configuration.md says what stands there"}
	}
	return c, err
}

// missingSettings is the error for a settings module that the configuration
// names and the project does not have.
func missingSettings(c *config.Config, project *django.Project) error {
	var errs config.Errors
	for _, want := range c.Settings {
		var known []string
		found := false
		for _, m := range project.Settings {
			known = append(known, m.Module)
			found = found || m.Module == want.Value
		}
		if found {
			continue
		}
		text := fmt.Sprintf("there is no settings module %q", want.Value)
		if near := lint.Closest(want.Value, known); near != "" {
			text += fmt.Sprintf("; did you mean %q?", near)
		} else if len(known) > 0 {
			text += "; found: " + strings.Join(known[:min(5, len(known))], ", ")
		}
		errs = append(errs, &config.Error{Span: want.Span, Message: text})
	}
	if len(errs) == 0 {
		return nil
	}
	return errs
}
