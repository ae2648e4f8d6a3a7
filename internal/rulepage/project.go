package rulepage

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// manage is what every example has besides its own files: it says which module
// is the settings module.
const manage = "import os\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")\n"

// project is an example as a Django project in memory. It goes the way of the
// command: the files are read and the settings evaluated, so that a page cannot
// show what the command would not print.
type project struct {
	example lint.Example
	files   map[string]string // by name, without manage.py
}

func open(e lint.Example) *project { return &project{example: e, files: e.Files()} }

// lint runs all rules over the project as it is now.
func (p *project) lint() ([]finding.Finding, error) {
	archive := &txtar.Archive{Files: []txtar.File{{Name: "manage.py", Data: []byte(manage)}}}
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(p.files[name])})
	}
	fsys, err := txtar.FS(archive)
	if err != nil {
		return nil, err
	}
	version, err := stack.ParseVersion(p.example.Django)
	if err != nil {
		return nil, err
	}
	loaded, err := django.Load(context.Background(), django.FS{FS: fsys}, django.Options{Django: version})
	if err != nil {
		return nil, err
	}
	checked := loaded.Checked()
	var stacks []*stack.Stack
	for i := range checked {
		stacks = append(stacks, &checked[i])
	}
	config := projectfacts.New(loaded).Config()
	config.Order = p.example.Config().Order
	findings, _ := lint.Run(stacks, config)
	return findings, nil
}

// fix applies the fixes that "mwcheck lint --fix" would, the unsafe ones too if
// they are asked for, and returns what has changed and the findings of the start.
func (p *project) fix(unsafe bool) ([]edit.Change, []finding.Finding, error) {
	before := maps.Clone(p.files)
	first, err := p.lint()
	if err != nil {
		return nil, nil, err
	}
	findings := first
	for range 20 {
		_, changes, _ := lint.Choose(findings, p.read, lint.Choice{Unsafe: unsafe})
		if len(changes) == 0 {
			break
		}
		for _, c := range changes {
			p.files[c.File] = string(c.After)
		}
		if findings, err = p.lint(); err != nil {
			return nil, nil, err
		}
	}
	var out []edit.Change
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		if p.files[name] != before[name] {
			out = append(out, edit.Change{File: name, Before: []byte(before[name]), After: []byte(p.files[name])})
		}
	}
	return out, first, nil
}

func (p *project) read(name string) ([]byte, error) {
	text, ok := p.files[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return []byte(text), nil
}
