package diff_test

import (
	"context"
	"fmt"
	"strings"
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
	"github.com/mwcheck/mwcheck/internal/stack"
)

// engine finds an engine by its name.
func engine(t testing.TB, name string) conformance.Engine {
	t.Helper()
	e, ok := conformance.EngineByName(name)
	require.True(t, ok, name)
	return e
}

// compare reads the project in an archive and compares its first stack that is
// in effect.
func compare(t testing.TB, files []txtar.File, from, to string) (*stack.Stack, *diff.Result) {
	t.Helper()
	return compareWith(t, files, from, to, nil)
}

// compareWith also gives the settings that the project assigns; without any,
// none is known.
func compareWith(t testing.TB, files []txtar.File, from, to string, settings map[string]any) (*stack.Stack, *diff.Result) {
	t.Helper()
	fs := fstest.MapFS{}
	for _, f := range files {
		fs[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	opts := diff.Options{From: engine(t, from), To: engine(t, to)}
	if settings != nil {
		opts.Setting = func(name string) (value any, set, known bool) {
			value, set = settings[name]
			return value, set, true
		}
	}
	version := diff.Version(opts.From)
	project, err := django.Load(context.Background(), django.FS{FS: fs}, django.Options{Paths: []string{"."}, Django: version})
	require.NoError(t, err)
	for _, m := range project.Settings {
		for i := range m.Stacks {
			s := &m.Stacks[i]
			if !s.Effective {
				continue
			}
			reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: catalog.Default(), Django: version})
			r, err := diff.Run(s, reader.Layer, opts)
			require.NoError(t, err)
			return s, r
		}
	}
	t.Fatal("no stack")
	return nil, nil
}

// render writes a result in a form that is easy to review beside the source.
func render(r *diff.Result) string {
	var b strings.Builder
	p := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	at := func(s stack.Span) string {
		if s.Line == 0 {
			return "-"
		}
		return fmt.Sprintf("%s:%d", s.File[strings.LastIndexByte(s.File, '/')+1:], s.Line)
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		var triggers []string
		for _, t := range d.Trigger {
			text := t.Hook + "=" + t.Behaviour
			if t.Layer != "" {
				text = catalog.ShortName(t.Layer) + "." + text + "@" + at(t.Span)
				for _, s := range t.Also {
					text += "," + at(s)
				}
			}
			triggers = append(triggers, text)
		}
		p("%s: %s", d.Grade, strings.Join(triggers, " + "))
		for _, e := range d.Effects {
			var names []string
			for _, l := range e.Layers {
				names = append(names, catalog.ShortName(l))
			}
			p("  %s", strings.TrimSpace(string(e.Name)+" "+strings.Join(names, " ")))
		}
		p("  because %s", d.Reason)
		for _, c := range d.Consequences {
			p("  %s %s %s %s: %s", c.Grade, strings.TrimSpace(catalog.ShortName(c.Layer)), c.Hook, at(c.Span), c.Text)
		}
	}
	for _, u := range r.Unknown {
		absent := ""
		if u.Absent {
			absent = " absent"
		}
		p("unknown%s %s %s: %s", absent, u.Layer, at(u.Span), u.Why)
	}
	p("complete %t", r.Complete)
	return b.String()
}
