package migrate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/migrate"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/pyscenario/live"
)

// handmade reads the projects of testdata/realistic.
func handmade(t testing.TB) []*pyscenario.Handmade {
	t.Helper()
	names, err := filepath.Glob("../../testdata/realistic/*.txtar")
	require.NoError(t, err)
	var list []*pyscenario.Handmade
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		h, err := pyscenario.ParseHandmade(strings.TrimSuffix(filepath.Base(name), ".txtar"), data)
		require.NoError(t, err)
		list = append(list, h)
	}
	return list
}

// recordings finds the traces of an engine by the number of layers and by what
// is out of the ordinary.
func recordings(t testing.TB, engine string) map[int]map[string]*conformance.Vector {
	t.Helper()
	all, err := conformance.Vectors()
	require.NoError(t, err)
	found := map[int]map[string]*conformance.Vector{}
	for i := range all {
		v := &all[i]
		atoms, ok := pyscenario.AtomsOf(&v.Scenario)
		if !ok || traceOf(v, engine) == nil {
			continue
		}
		n := len(v.Scenario.Layers)
		if found[n] == nil {
			found[n] = map[string]*conformance.Vector{}
		}
		found[n][pyscenario.Key(atoms)] = v
	}
	return found
}

// TestProofHandmade migrates the projects that were written by hand; Django 3.2
// then does with each request what was recorded for the same behaviours. What
// --native makes of them answers as the others do.
func TestProofHandmade(t *testing.T) {
	projects := handmade(t)
	require.GreaterOrEqual(t, len(projects), 20)
	after, native := map[string]map[string][]byte{}, map[string]map[string][]byte{}
	old := map[string]string{}
	calls := 0
	for _, h := range projects {
		for into, opts := range map[*map[string]map[string][]byte]migrate.Options{&after: {To: target}, &native: {To: target, Native: true}} {
			files, r := migrated(t, h.Files, opts)
			for _, p := range problems(files, r, nil) {
				t.Errorf("%s: %s", h.Name, p)
			}
			(*into)[h.Name] = files
			for name, text := range files {
				if h.Python2 {
					old[fmt.Sprintf("%s/%t/%s", h.Name, opts.Native, name)] = string(text)
				}
				if strings.Contains(string(text), "def __call__") {
					require.True(t, opts.Native, name)
					calls++
				}
			}
		}
	}
	require.Greater(t, calls, 10, "files with native classes")
	t.Run("compiled", func(t *testing.T) { require.Empty(t, live.CompilePython2(t, old)) })
	t.Run("served", func(t *testing.T) { serveHandmade(t, projects, after) })
	t.Run("native", func(t *testing.T) { sameAnswers(t, projects, after, native) })
}

// job is a handmade project with other files. Without layers nothing of them is
// watched.
func job(h *pyscenario.Handmade, files map[string][]byte, layers bool) live.Job {
	j := live.Job{Files: map[string]string{}, Settings: h.Settings, Layers: map[string]string{}, Python2: h.Python2}
	for name, text := range files {
		j.Files[name] = string(text)
	}
	for _, l := range h.Layers {
		if layers {
			j.Layers[l.Path] = l.Name
		}
	}
	for _, r := range h.Requests {
		j.Requests = append(j.Requests, r.Line)
	}
	return j
}

func serveHandmade(t *testing.T, projects []*pyscenario.Handmade, after map[string]map[string][]byte) {
	server := live.Start(t)
	recorded := recordings(t, "modern@3.2")
	requests := 0
	for _, h := range projects {
		got, err := server.Serve(job(h, after[h.Name], true))
		if err != nil {
			t.Errorf("%s: %v", h.Name, err)
			continue
		}
		for i, r := range h.Requests {
			v := recorded[len(h.Layers)][pyscenario.Key(r.Atoms)]
			if v == nil {
				t.Errorf("%s: %s: no recording of %q with %d layers", h.Name, r.Line, pyscenario.Key(r.Atoms), len(h.Layers))
				continue
			}
			requests++
			if diff := cmp.Diff(h.Seen(*traceOf(v, "modern@3.2")), h.Seen(got[i].Trace)); diff != "" {
				t.Errorf("%s: %s: other than recorded in %s (-recorded +served)\n%s%s", h.Name, r.Line, v.Scenario.ID, diff, got[i].Message)
			}
		}
	}
	require.Greater(t, requests, 40)
	t.Logf("%d projects, %d requests", len(projects), requests)
}

// sameAnswers serves both forms and compares what the client gets.
func sameAnswers(t *testing.T, projects []*pyscenario.Handmade, mixin, native map[string]map[string][]byte) {
	server := live.Start(t)
	for _, h := range projects {
		want, err := server.Serve(job(h, mixin[h.Name], false))
		require.NoError(t, err, h.Name)
		have, err := server.Serve(job(h, native[h.Name], false))
		require.NoError(t, err, h.Name)
		for i, r := range h.Requests {
			for _, s := range []*live.Served{&want[i], &have[i]} {
				for _, name := range []string{"x-request-id", "x-page-time", "set-cookie"} {
					if s.Page.Headers[name] != "" {
						s.Page.Headers[name] = "differs each time"
					}
				}
			}
			require.Empty(t, cmp.Diff(want[i], have[i]), "%s: %s (-mixin +native)", h.Name, r.Line)
		}
	}
}
