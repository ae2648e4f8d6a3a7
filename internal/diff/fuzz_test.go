package diff_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
)

// FuzzRun compares stacks of any source text under any two engines: there is an
// answer, each difference has an effect, a grade and a reason, and no engine
// differs from itself.
func FuzzRun(f *testing.F) {
	f.Add([]byte(`ROOT_URLCONF = "urls"
MIDDLEWARE_CLASSES = ["mw.Gate", "mw.Old", "mw.View", "mw.Breaks", "mw.NoSuper", "mw.function", "mw.Called", "mw.Below", "mw.Empty"]
`), []byte(pool), uint8(1), uint8(10))
	names, err := filepath.Glob("testdata/*.txtar")
	require.NoError(f, err)
	for i, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		var settings, mw []byte
		for _, file := range txtar.Parse(data).Files {
			switch file.Name {
			case "settings.py":
				settings = file.Data
			case "mw.py":
				mw = file.Data
			}
		}
		f.Add(settings, mw, uint8(i), uint8(2*i+3))
	}
	engines := conformance.Engines()
	f.Fuzz(func(t *testing.T, settings, mw []byte, from, to uint8) {
		if len(settings)+len(mw) > 8_000 {
			return
		}
		files := fstest.MapFS{"settings.py": {Data: settings, Mode: 0o644}, "mw.py": {Data: mw, Mode: 0o644}}
		opts := diff.Options{From: engines[int(from)%len(engines)], To: engines[int(to)%len(engines)]}
		version := diff.Version(opts.From)
		project, err := django.Load(context.Background(), django.FS{FS: files}, django.Options{Paths: []string{"."}, Django: version})
		if err != nil {
			return
		}
		for _, m := range project.Settings {
			for i := range m.Stacks {
				if len(m.Stacks[i].Entries) > 12 {
					continue
				}
				reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: catalog.Default(), Django: version})
				r, err := diff.Run(&m.Stacks[i], reader.Layer, opts)
				if err != nil {
					t.Fatal(err)
				}
				if opts.From.Name == opts.To.Name && len(r.Differences) > 0 {
					t.Errorf("%s differs from itself:\n%s", opts.From.Name, render(r))
				}
				for j := range r.Differences {
					d := &r.Differences[j]
					if len(d.Effects) == 0 || d.Grade < diff.Harmless || d.Reason == "" || d.Words() == "" {
						t.Errorf("a difference without an effect, a grade, a reason or words:\n%s", render(r))
					}
				}
			}
		}
	})
}
