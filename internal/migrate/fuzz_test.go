package migrate

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// optionsOf draws options from the bits of a number.
func optionsOf(bits uint8) Options {
	o := Options{
		KeepClassic: bits&1 != 0, Native: bits&3 == 2, Unsafe: bits&4 != 0, Annotate: bits&8 != 0,
		To: []stack.Version{{Major: 3, Minor: 2}, {Major: 5, Minor: 2}, {Major: 1, Minor: 11}, {}}[bits>>4&3],
	}
	return o
}

// sound holds what is true of each migration, whatever is migrated: what changes
// are the edits of its rounds and nothing beside, no file has more errors than
// before, each place that is named is in its file, and a second run changes
// nothing.
func sound(t require.TestingT, files fstest.MapFS, opts Options) *Result {
	start := time.Now()
	r := newRun(django.FS{FS: files}, opts)
	err := r.all(context.Background())
	require.Less(t, time.Since(start), hangs)
	if err != nil {
		require.ErrorIs(t, err, django.ErrNothing)
		return r.result
	}
	for _, c := range r.result.Changes {
		require.Equal(t, string(files[c.File].Data), string(c.Before), c.File)
		text := c.Before
		for _, edits := range r.over.rounds[c.File] {
			text, err = edit.Apply(text, edits)
			require.NoError(t, err)
		}
		require.Equal(t, string(text), string(c.After), c.File)
		require.LessOrEqual(t, len(python.Parse(c.After).Errors), len(python.Parse(c.Before).Errors), "%s\n%s", c.File, c.After)
	}
	spans := []stack.Span{}
	for _, l := range r.result.Left {
		spans = append(spans, l.Span)
		require.NotContains(t, l.Reason, "\n")
	}
	for _, d := range r.result.Done {
		spans = append(spans, d.Span)
	}
	for _, s := range spans {
		require.Contains(t, files, s.File)
		require.LessOrEqual(t, s.End, len(files[s.File].Data))
	}
	again, err := Run(context.Background(), django.FS{FS: applied(files, r.result.Changes)}, opts)
	if err == nil {
		require.Empty(t, edit.Unified(again.Changes), "a second run changes nothing; the first one did\n%s", edit.Unified(r.result.Changes))
	}
	return r.result
}

// FuzzRun migrates a project of two files, whatever they hold.
func FuzzRun(f *testing.F) {
	f.Add("MIDDLEWARE_CLASSES = ['app.mw.A']\n", "class A(object):\n    def process_request(self, request):\n        pass\n", uint8(0))
	paths, err := filepath.Glob("../../testdata/migrate/*.txtar")
	require.NoError(f, err)
	for i, path := range paths {
		archive, err := txtar.ParseFile(path)
		require.NoError(f, err)
		settings, mw := "", ""
		for _, file := range archive.Files {
			text := string(unescape(file.Data))
			switch {
			case strings.Contains(file.Name, "settings") && strings.HasSuffix(file.Name, ".py"):
				settings += text
			case strings.HasSuffix(file.Name, ".py"):
				mw += text
			}
		}
		settings = strings.NewReplacer("shop.middleware.", "app.mw.", "shop.odd.", "app.mw.").Replace(settings)
		f.Add(settings, mw, uint8(i*37))
	}
	f.Fuzz(func(t *testing.T, settings, mw string, bits uint8) {
		if len(settings)+len(mw) > 1<<14 {
			return
		}
		sound(t, fstest.MapFS{
			"settings.py":     {Data: []byte("SECRET_KEY = ROOT_URLCONF = 'x'\n" + settings)},
			"app/__init__.py": {}, "app/mw.py": {Data: []byte(mw)},
			"app/tests.py": {Data: []byte("from django.conf import settings\nfrom app.mw import A\nA()\nsettings.MIDDLEWARE_CLASSES\n")},
		}, optionsOf(bits))
	})
}

// TestSound runs the sample projects with all options.
func TestSound(t *testing.T) {
	projects := classicProjects(t)
	names := []string{}
	for name := range projects {
		names = append(names, name)
	}
	slices.Sort(names)
	changed := 0
	for i, name := range names {
		all := []uint8{uint8(i) &^ 3, uint8(i)&^3 | 1, uint8(i)&^3 | 2}
		if strings.Contains(name, "/") { // a generated one, of which there are many
			all = all[i%3 : i%3+1]
		}
		for _, bits := range all {
			if r := sound(t, projects[name], optionsOf(bits)); len(r.Changes) > 0 {
				changed++
			}
		}
	}
	t.Logf("%d projects, %d migrations that change something", len(names), changed)
	require.Greater(t, changed, 120)
}

// samples are the sample projects of the repository that are still classic.
func samples(t *testing.T) []string {
	dirs, err := filepath.Glob("../../testdata/projects/*")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	return slices.DeleteFunc(dirs, func(dir string) bool { i, err := os.Stat(dir); return err != nil || !i.IsDir() })
}

// TestSoundSamples migrates the sample projects.
func TestSoundSamples(t *testing.T) {
	changed := 0
	for _, dir := range samples(t) {
		files := fstest.MapFS{}
		require.NoError(t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			rel, _ := filepath.Rel(dir, name)
			files[filepath.ToSlash(rel)] = &fstest.MapFile{Data: data}
			return err
		}))
		for _, bits := range []uint8{0, 1, 2, 4, 8, 16} {
			if r := sound(t, files, optionsOf(bits)); len(r.Changes) > 0 {
				changed++
			}
		}
	}
	require.Positive(t, changed)
}
