// Package config reads the configuration of mwcheck: the table [tool.mwcheck]
// of pyproject.toml, or mwcheck.toml with the same keys at its top. Whatever is
// wrong with a file is an [Error] with its place; a file that is read without
// errors can be followed in every point. Files come in as bytes.
package config

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/bmatcuk/doublestar/v4"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// The names of configuration files. Where a directory has both, the first one
// counts.
const (
	OwnFile   = "mwcheck.toml"
	PyProject = "pyproject.toml"
)

// MaxBytes is the size of the largest file that is read.
const MaxBytes = maxBytes

// ErrNone says that a pyproject.toml has no table [tool.mwcheck].
var ErrNone = errors.New("no [tool.mwcheck] table")

// Config is a configuration that is sound. The zero value is that of no file.
type Config struct {
	File string // as it is shown; "" for none
	// Levels decide what is reported, the general one first.
	Levels []lint.Level
	// Django is the version to check for; zero where none is given.
	Django stack.Version
	// Settings are the settings modules to check; none: those that are found.
	Settings []Text
	FailOn   string // "" where it is not given
	// Baseline is the file of accepted findings, named as files of findings are;
	// its Value is "" where none is given.
	Baseline Text
	Order    []lint.OwnOrder
	// Catalog is the embedded one with the layers and facts of the file; nil
	// where it has none.
	Catalog   *catalog.Catalog
	Providers map[string]string
	// Notes say what can be followed but contradicts what is known.
	Notes []stack.Note

	place   location
	exclude []string
}

// Excluded says that a file is not to be checked. Names are relative to the
// working directory, as in findings.
func (c *Config) Excluded(file string) bool { return c.place.matches(c.exclude, file) }

// Exclude adds patterns of files, relative to the directory the file is in.
func (c *Config) Exclude(patterns ...string) { c.exclude = append(c.exclude, patterns...) }

// CheckGlob returns what is wrong with a pattern of files, or nil.
func CheckGlob(pattern string) error {
	switch {
	case strings.TrimSpace(pattern) == "":
		return errors.New("the pattern is empty")
	case !doublestar.ValidatePattern(pattern):
		return fmt.Errorf("malformed pattern %q", pattern)
	case strings.HasPrefix(pattern, "/"), strings.Contains(pattern, "\\"):
		return fmt.Errorf("the pattern %q must be relative, with / between directories", pattern)
	case slices.Contains(strings.Split(pattern, "/"), ".."):
		return fmt.Errorf("the pattern %q leaves the directory of the file", pattern)
	}
	return nil
}

// location is the directory that the patterns of a file are relative to.
type location struct{ workDir, dir string }

// matches says that a pattern fits the file or a directory that it is in.
func (l location) matches(patterns []string, file string) bool {
	if len(patterns) == 0 || file == "" {
		return false
	}
	names := django.Names{WorkDir: l.workDir}
	dir, rel := names.Abs(l.dir), names.Abs(file)
	if dir != "/" {
		dir += "/"
	}
	rel, inside := strings.CutPrefix(rel, dir)
	if !inside {
		return false
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		p = strings.TrimSuffix(path.Clean(p), "/")
		for name := rel; name != "." && name != "/"; name = path.Dir(name) {
			if ok, err := doublestar.Match(p, name); ok && err == nil {
				return true
			}
		}
		return false
	})
}

// None is the configuration of no file: what Exclude adds is relative to the
// working directory.
func None(workDir string) *Config { return &Config{place: location{workDir, "."}} }

// Read reads a file. name is how it is shown, relative to the working directory
// as the files of findings are; its last part says whether the table
// [tool.mwcheck] or the whole file is meant. The error is ErrNone, or Errors.
func Read(name, workDir string, src []byte) (*Config, error) {
	text := string(src)
	d := &decoder{lines: stack.NewLines(name, text)}
	if len(src) > maxBytes {
		d.errorf(d.lines.File(), "the file is longer than %d bytes", maxBytes)
		return nil, d.errs
	}
	root, deep := locate(text)
	if deep {
		d.errorf(d.lines.File(), "the file is nested deeper than %d levels", maxDepth)
		return nil, d.errs
	}
	var doc map[string]any
	if _, err := toml.Decode(text, &doc); err != nil {
		d.malformed(err)
		return nil, d.errs
	}
	where := ""
	if path.Base(name) == PyProject {
		where = "tool.mwcheck"
		for _, key := range []string{"tool", "mwcheck"} {
			inner, ok := doc[key]
			if !ok {
				return nil, ErrNone
			}
			root = root.child(key)
			if doc, ok = inner.(map[string]any); !ok {
				d.wrong(root, "tool.mwcheck", "a table", inner)
				return nil, d.errs
			}
		}
	}
	var f file
	d.root(doc, &f, root, where)
	c := &Config{File: name, place: location{workDir, path.Dir(name)}}
	r := &resolver{decoder: d, config: c, file: &f, catalog: catalog.Default(), own: own{places: map[string]stack.Span{}}}
	r.run()
	if len(d.errs) > 0 {
		slices.SortStableFunc(d.errs, func(a, b *Error) int { return a.Span.Start - b.Span.Start })
		return nil, d.errs
	}
	return c, nil
}

// malformed reports what the reader of TOML says.
func (d *decoder) malformed(err error) {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		d.errorf(d.lines.File(), "not TOML: %s", strings.TrimPrefix(err.Error(), "toml: "))
		return
	}
	span := d.lines.Span(parse.Position.Start, parse.Position.Start)
	if parse.Position.Line > 0 && span.Line != parse.Position.Line {
		// The offset is that of the whole construct, or behind its line.
		span = d.lines.File()
		span.Line, span.Column = parse.Position.Line, 1
		span.EndLine, span.EndColumn = span.Line, 1
	}
	d.errorf(span, "not TOML: %s", strings.Join(strings.Fields(parse.Message), " "))
}

// resolver turns what is written into what it means.
type resolver struct {
	*decoder
	config  *Config
	file    *file
	catalog *catalog.Catalog
	own     own
}

func (r *resolver) run() {
	f, c := r.file, r.config
	r.layers()
	r.facts()
	r.extend()
	c.Levels = append(c.Levels, r.level(f.Select, f.Ignore, f.Severity, nil))
	for i := range f.PerPath {
		p := &f.PerPath[i]
		paths := r.globs(p.Paths)
		in := func(file string) bool { return c.place.matches(paths, file) }
		c.Levels = append(c.Levels, r.level(p.Select, p.Ignore, p.Severity, in))
	}
	c.exclude = r.globs(f.Exclude)
	if f.Django.Value != "" {
		v, err := stack.ParseVersion(f.Django.Value)
		if err == nil && v.IsZero() {
			err = fmt.Errorf("malformed Django version %q: want a form like 4.2", f.Django.Value)
		}
		if err != nil {
			r.errorf(f.Django.Span, "%s", err)
		}
		c.Django = v
	}
	for _, s := range given(f.Settings) {
		if s.Value == "" || strings.ContainsAny(s.Value, "/*\\ ") || strings.HasSuffix(s.Value, ".py") {
			r.errorf(s.Span, "%q is no dotted module; want a form like shop.settings.production", s.Value)
			continue
		}
		c.Settings = append(c.Settings, s)
	}
	c.FailOn = f.FailOn.Value
	r.baseline()
	r.order()
	r.providers()
	if len(r.errs) == 0 {
		r.orderContradictions()
	}
}

// baseline names the file of accepted findings.
func (r *resolver) baseline() {
	b := r.file.Baseline
	switch {
	case b.Span.File == "":
		return
	case strings.TrimSpace(b.Value) == "":
		r.errorf(b.Span, "the name of the baseline is empty")
		return
	case strings.Contains(b.Value, "\\"):
		r.errorf(b.Span, "the baseline %q must have / between directories", b.Value)
		return
	}
	names := django.Names{WorkDir: r.config.place.workDir}
	abs := b.Value
	if !path.IsAbs(abs) {
		abs = path.Join(names.Abs(r.config.place.dir), abs)
	}
	b.Value = names.Show(names.Abs(abs))
	r.config.Baseline = b
}

func (r *resolver) level(selected, ignored []Text, severity table[Text], in func(string) bool) lint.Level {
	l := lint.Level{In: in, Select: r.selectors(selected), Ignore: r.selectors(ignored)}
	for _, s := range severity {
		if chosen := r.selectors([]Text{s.Key}); len(chosen) > 0 {
			l.Severity = append(l.Severity, lint.Override{Selector: chosen[0], Severity: severityOf(s.Value.Value)})
		}
	}
	return l
}

// severityOf is the severity of a word; 0 is off.
func severityOf(word string) finding.Severity {
	for _, s := range []finding.Severity{finding.Note, finding.Warning, finding.Error} {
		if s.String() == word {
			return s
		}
	}
	return 0
}

func (r *resolver) selectors(list []Text) []lint.Selector {
	var out []lint.Selector
	for _, t := range given(list) {
		if r.full() {
			break
		}
		s, err := lint.ParseSelector(t.Value, r.catalog)
		if err != nil {
			r.errorf(t.Span, "%s", err)
			continue
		}
		out = append(out, s)
	}
	return out
}

// given are the elements of a list that are strings; what is not one has been
// refused.
func given(list []Text) []Text {
	return slices.DeleteFunc(slices.Clone(list), func(t Text) bool { return t.Span.File == "" })
}

func (r *resolver) globs(list []Text) []string {
	var out []string
	for _, t := range given(list) {
		if err := CheckGlob(t.Value); err != nil {
			r.errorf(t.Span, "%s", err)
			continue
		}
		out = append(out, t.Value)
	}
	return out
}

func (r *resolver) providers() {
	for _, p := range r.file.Providers {
		attr := strings.TrimPrefix(p.Key.Value, "request.")
		if !identifier(attr) {
			r.errorf(p.Key.Span, "%q is no attribute of the request", p.Key.Value)
			continue
		}
		if p.Value.Value != lint.OutsideProvider && !r.dotted(p.Value, false) {
			continue
		}
		if r.config.Providers == nil {
			r.config.Providers = map[string]string{}
		}
		r.config.Providers[attr] = p.Value.Value
	}
}

// dotted checks that a text is a dotted path, or where that is allowed a
// pattern of dotted paths.
func (r *resolver) dotted(t Text, pattern bool) bool {
	if t.Span.File == "" {
		return false // it is no string, which has been said
	}
	err := lint.CheckPattern(t.Value)
	if err == nil && !pattern && lint.Pattern(t.Value) {
		err = fmt.Errorf("%q is a pattern; want one dotted path", t.Value)
	}
	if err != nil {
		r.errorf(t.Span, "%s", err)
	}
	return err == nil
}

func identifier(s string) bool {
	for i, c := range s {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
