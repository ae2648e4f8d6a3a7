package lint_test

import (
	"context"
	"os"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// project is a Django project in memory.
type project struct {
	files  map[string]string
	django stack.Version
	order  []lint.OwnOrder
}

func (p *project) load(t require.TestingT) ([]*stack.Stack, lint.Config) {
	fsys := fstest.MapFS{}
	for name, text := range p.files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	loaded, err := django.Load(context.Background(), django.FS{FS: fsys}, django.Options{Django: p.django})
	require.NoError(t, err)
	checked := loaded.Checked()
	var stacks []*stack.Stack
	for i := range checked {
		stacks = append(stacks, &checked[i])
	}
	conf := projectfacts.New(loaded).Config()
	conf.Order = p.order
	return stacks, conf
}

func (p *project) lint(t require.TestingT) []finding.Finding {
	findings, _ := lint.Run(p.load(t))
	checkFixKinds(t, findings)
	return findings
}

// fix applies the fixes of a kind, again and again until nothing changes, as
// "mwcheck lint --fix" does, and returns the titles of what was done.
func (p *project) fix(t require.TestingT, unsafe bool) []string {
	var titles []string
	for round := 0; ; round++ {
		require.Less(t, round, 20, "the fixes come to an end")
		chosen, changes, _ := lint.Choose(p.lint(t), p.read, lint.Choice{Unsafe: unsafe})
		if len(changes) == 0 {
			return titles
		}
		for _, f := range chosen {
			titles = append(titles, f.Fixes[0].Title)
		}
		for _, c := range changes {
			require.Empty(t, python.Parse(c.After).Errors)
			p.files[c.File] = string(c.After)
		}
	}
}

func (p *project) read(name string) ([]byte, error) {
	text, ok := p.files[name]
	if !ok {
		return nil, os.ErrNotExist
	}
	return []byte(text), nil
}

// settingsOf is a project whose settings module is still to be added.
func settingsOf(version string) *project {
	v, _ := stack.ParseVersion(version)
	return &project{django: v, files: map[string]string{
		"manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
	}}
}
