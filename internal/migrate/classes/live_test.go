package classes_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// liveCase is one layer of a project on disk.
type liveCase struct {
	Name  string `json:"name"`
	Root  string `json:"root"`
	Layer string `json:"layer"`
}

// liveResult is what real Django made of it: why the layer was not built, or
// the answers to all requests.
type liveResult struct {
	Start   string                     `json:"start"`
	Answers map[string]json.RawMessage `json:"answers"`
}

// livePaths reach the branches of the layers in testdata.
var livePaths = []string{"/", "/x", "/secret", "/old", "/older", "/?stop=1", "/?n=x", "/?n=5&a=1", "/?b=1"}

var liveViews = []string{"ok", "status404", "stream", "template", "value", "http404", "denied", "suspicious"}

// django is the environment in which python3 imports the pinned Django.
func djangoEnv(t *testing.T) []string {
	t.Helper()
	_, path := testenv.Django(t)
	return append(os.Environ(), "PYTHONPATH="+path)
}

// serveLive runs the requests through every case in one Python.
func serveLive(t *testing.T, env []string, cases []liveCase, paths, views []string) []liveResult {
	t.Helper()
	job, err := json.Marshal(map[string]any{"cases": cases, "paths": paths, "views": views})
	require.NoError(t, err)
	cmd := exec.Command("python3", "testdata/live.py")
	cmd.Env, cmd.Stdin, cmd.Stderr = env, bytes.NewReader(job), os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var results []liveResult
	require.NoError(t, json.Unmarshal(out, &results))
	require.Len(t, results, len(cases))
	return results
}

// writeTree puts the files of a project on disk.
func writeTree(t *testing.T, files map[string]string) string {
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return root
}

// compareLive serves the same requests through the mixin form and the native
// form of classes and compares all that can be seen: events around the layer,
// attributes of the request, status, header, body, errors.
func compareLive(t *testing.T, env []string, files map[string]string, paths []string, opts classes.Options, requests, views []string) (native int) {
	t.Helper()
	opts.Native = false
	mixin, _ := rewrite(t, files, paths, opts)
	opts.Native = true
	after, result := rewrite(t, files, paths, opts)
	was, is := writeTree(t, mixin), writeTree(t, after)
	var cases []liveCase
	for _, a := range result.Done {
		if strings.HasPrefix(a.What, "write a __call__") {
			cases = append(cases, liveCase{"mixin", was, a.Class}, liveCase{"native", is, a.Class})
		}
	}
	if len(cases) == 0 {
		return 0
	}
	got := serveLive(t, env, cases, requests, views)
	for i := 0; i < len(got); i += 2 {
		want, have := got[i], got[i+1]
		require.Empty(t, want.Start, cases[i].Layer)
		require.Empty(t, have.Start, cases[i].Layer)
		require.Len(t, want.Answers, len(requests)*len(views))
		for _, key := range slices.Sorted(maps.Keys(want.Answers)) {
			if diff := cmp.Diff(string(want.Answers[key]), string(have.Answers[key])); diff != "" {
				t.Fatalf("%s, %s: the mixin and the __call__ differ:\n%s\n%s", cases[i].Layer, key, diff, after["app/mw.py"])
			}
		}
	}
	return len(cases) / 2
}

// TestNativeLive compares every class of the native cases that was given a
// __call__ with its mixin form, in real Django.
func TestNativeLive(t *testing.T) {
	env := djangoEnv(t)
	paths, err := filepath.Glob("testdata/native/*.txtar")
	require.NoError(t, err)
	total := 0
	for _, path := range paths {
		c := readCase(t, path)
		total += compareLive(t, env, c.files, c.paths, c.opts, livePaths, liveViews)
	}
	require.Greater(t, total, 25, "classes compared")
}

// TestMixinLive builds every layer of the other cases in real Django and serves
// requests through it: it starts, and a request without business with the layer
// reaches the view.
func TestMixinLive(t *testing.T) {
	env := djangoEnv(t)
	var cases []liveCase
	for _, dir := range []string{"mixin", "init", "imports", "uses"} {
		paths, err := filepath.Glob("testdata/" + dir + "/*.txtar")
		require.NoError(t, err)
		for _, path := range paths {
			c := readCase(t, path)
			after, result := rewrite(t, c.files, c.paths, c.opts)
			require.Empty(t, result.Refused)
			root := writeTree(t, after)
			for _, layer := range c.paths {
				cases = append(cases, liveCase{path, root, layer})
			}
		}
	}
	for i, got := range serveLive(t, env, cases, []string{"/"}, []string{"ok"}) {
		require.Empty(t, got.Start, "%s %s", cases[i].Name, cases[i].Layer)
		require.Contains(t, string(got.Answers["ok /"]), `"body": "view"`, "%s %s", cases[i].Name, cases[i].Layer)
	}
	require.Greater(t, len(cases), 40, "layers built")
}
