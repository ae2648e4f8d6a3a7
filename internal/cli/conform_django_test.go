package cli_test

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// needDjango puts the Django of the corpus on PYTHONPATH.
func needDjango(t *testing.T) {
	t.Helper()
	_, path := testenv.Django(t)
	t.Setenv("PYTHONPATH", path)
}

// layerChecksDocument is mwcheck.layer-checks/1, as docs/json.md describes it.
type layerChecksDocument struct {
	Schema string `json:"schema"`
	Runs   []struct {
		Settings string `json:"settings"`
		Root     string `json:"root"`
		Django   string `json:"django"`
		Python   string `json:"python"`
		Others   int    `json:"others"`
		Layers   []struct {
			Path    string `json:"path"`
			File    string `json:"file"`
			Line    int    `json:"line"`
			Results []struct {
				Case     string `json:"case"`
				Status   string `json:"status"`
				Severity string `json:"severity"`
				Words    string `json:"words"`
				Citation string `json:"citation"`
				Reason   string `json:"reason"`
				Problems []struct {
					In   string `json:"in"`
					Side string `json:"side"`
					Text string `json:"text"`
				} `json:"problems"`
			} `json:"results"`
		} `json:"layers"`
	} `json:"runs"`
}

// TestConformDjangoIsDocumented: the fields, the ids of the checks, and the
// finding that the page shows.
func TestConformDjangoIsDocumented(t *testing.T) {
	fields, err := os.ReadFile(root + "/docs/json.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(fields), "`mwcheck.layer-checks/1`")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	for _, name := range fieldNames(reflect.TypeFor[layerChecksDocument]()) {
		if name != "schema" {
			require.Regexp(t, "[`.]"+name+"[`\\[]", section)
		}
	}

	needDjango(t)
	page, err := os.ReadFile(root + "/docs/conform-django.md")
	require.NoError(t, err)
	_, stdout, _ := run(t, root+"/testdata/projects", "", "conform", "--django", "workshop")
	_, example, found := strings.Cut(string(page), "```text\n")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "```")
	require.Contains(t, stdout, example)

	_, stdout, _ = run(t, root+"/testdata/projects", "", "conform", "--django", "--format", "json", "workshop")
	var doc layerChecksDocument
	decodeStrictly(t, stdout, &doc)
	var want, got []string
	for _, r := range doc.Runs[0].Layers[0].Results {
		want = append(want, r.Case)
	}
	_, table, _ := strings.Cut(string(page), "\n## The checks\n")
	table, _, _ = strings.Cut(table, "A finding stands")
	_, table, _ = strings.Cut(table, "|---|---|\n")
	for _, m := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(table, -1) {
		got = append(got, m[1])
	}
	require.ElementsMatch(t, want, got)
}

// TestConformDjango runs the sample project in each output format.
func TestConformDjango(t *testing.T) {
	needDjango(t)
	const warned = "workshop/workshop/broken.py:46:1: warning[attribute-missing] workshop.broken.Greeting: "
	code, stdout, stderr := run(t, root+"/testdata/projects", "", "conform", "--django", "workshop")
	require.Equal(t, cli.ExitFindings, code, stderr)
	require.Equal(t, "mwcheck: this EXECUTES the project: python3 in workshop with the settings workshop.settings\n", stderr)
	for _, text := range []string{
		"workshop/workshop/broken.py:6:1: error[next-once] workshop.broken.Twice: ",
		"workshop/workshop/broken.py:25:1: error[survives-stream] workshop.broken.Minify: ",
		warned,
		"  a page: failed for want of request.visitor",
		": 12 layers, ", " pass, 10 fail, ",
		"; 1 layer of other packages not checked (--all checks them)\n",
	} {
		require.Contains(t, stdout, text)
	}
	require.NotContains(t, stdout, "healthy.py")

	code, stdout, _ = run(t, root+"/testdata/projects/workshop", "", "conform", "--django", "--settings", "workshop.settings", "--format", "json", "--fail-on", "never")
	require.Equal(t, cli.ExitOK, code)
	var doc layerChecksDocument
	decodeStrictly(t, stdout, &doc)
	require.Equal(t, "mwcheck.layer-checks/1", doc.Schema)
	require.Len(t, doc.Runs, 1)
	require.Equal(t, ".", doc.Runs[0].Root)
	require.Len(t, doc.Runs[0].Layers, 12)
	require.Equal(t, "workshop/healthy.py", doc.Runs[0].Layers[0].File)
	require.Equal(t, 9, doc.Runs[0].Layers[0].Line)
	for _, l := range doc.Runs[0].Layers {
		for _, r := range l.Results {
			require.Contains(t, []string{"pass", "fail", "unsupported"}, r.Status)
			require.Equal(t, r.Status == "unsupported", r.Reason != "", "%s %s: a reason goes with unsupported", l.Path, r.Case)
		}
	}

	code, stdout, _ = run(t, root+"/testdata/projects", "", "conform", "--django", "--format", "junit", "workshop")
	require.Equal(t, cli.ExitFindings, code)
	var suites struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				File    string    `xml:"file,attr"`
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal([]byte(stdout), &suites))
	require.Len(t, suites.Suites, 12)
	require.Equal(t, "workshop.broken.Twice", suites.Suites[3].Name)
	require.Equal(t, 1, suites.Suites[3].Failures)
	require.Equal(t, "workshop/workshop/broken.py", suites.Suites[3].Cases[0].File)
}

// TestConformDjangoFailOn: a warning alone fails by default, and does not with
// --fail-on error.
func TestConformDjangoFailOn(t *testing.T) {
	needDjango(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"settings.py": "SECRET_KEY = 'x'\nROOT_URLCONF = 'urls'\nMIDDLEWARE = ['layers.greeting']\n",
		"urls.py":     "urlpatterns = []\n",
		"layers.py":   "def greeting(get_response):\n    def middleware(request):\n        request.visitor\n        return get_response(request)\n    return middleware\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	args := []string{"conform", "--django", "--settings", "settings"}
	code, stdout, stderr := run(t, dir, "", args...)
	require.Equal(t, cli.ExitFindings, code, stderr)
	require.Contains(t, stdout, "layers.py:1:1: warning[attribute-missing] layers.greeting: ")
	code, _, _ = run(t, dir, "", append(args, "--fail-on", "error")...)
	require.Equal(t, cli.ExitOK, code)
}

// TestConformDjangoOtherPython: --python is started, relative to the working
// directory.
func TestConformDjangoOtherPython(t *testing.T) {
	needDjango(t)
	python, err := exec.LookPath("python3")
	require.NoError(t, err)
	dir := t.TempDir()
	script := "#!/bin/sh\necho \"another python\" >&2\nexec " + python + " \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "python"), []byte(script), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "settings.py"), []byte("raise SystemExit\n"), 0o600))
	code, _, stderr := run(t, dir, "", "conform", "--django", "--python", "./python", "--settings", "settings")
	require.Equal(t, cli.ExitFailure, code)
	require.Contains(t, stderr, "SystemExit (at settings.py:1)")
	require.Contains(t, stderr, "/python in . with the settings settings")
}
