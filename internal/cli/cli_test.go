package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
	"github.com/mwcheck/mwcheck/internal/django"
)

// site is a project with one true error.
const site = `ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
]
`

// memory is an environment over files in memory.
func memory(files map[string]string) (cli.Env, *bytes.Buffer, *bytes.Buffer) {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	var stdout, stderr bytes.Buffer
	return cli.Env{
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		LookupEnv: func(string) (string, bool) { return "", false },
		Files:     django.FS{FS: m},
	}, &stdout, &stderr
}

func TestFilesNeedNoMachine(t *testing.T) {
	env, stdout, stderr := memory(map[string]string{"site/settings.py": site})
	require.Equal(t, cli.ExitFindings, cli.Main([]string{"lint", "site"}, env), stderr)
	require.Contains(t, stdout.String(), "site/settings.py:4:5: error[MW101 wrong-order]")
	require.Contains(t, stdout.String(), "4 |     \"django.contrib.auth.middleware.AuthenticationMiddleware\",\n")
}

func TestJSONDocuments(t *testing.T) {
	env, stdout, stderr := memory(map[string]string{"site/settings.py": site, "other/settings.py": "ROOT_URLCONF = 'urls'\nINSTALLED_APPS = []\nMIDDLEWARE = load('x')\n"})
	require.Equal(t, cli.ExitFindings, cli.Main([]string{"lint", "--format", "json"}, env), stderr)
	var findings findingsDocument
	decodeStrictly(t, stdout.String(), &findings)
	require.Equal(t, "mwcheck.findings/1", findings.Schema)
	require.Equal(t, 2, findings.Summary.Stacks)
	require.Equal(t, 1, findings.Summary.Complete)
	require.Equal(t, 2, findings.Summary.Settings)
	require.Equal(t, 2, findings.Summary.Layers)
	require.Len(t, findings.Findings, findings.Summary.Errors+findings.Summary.Warnings+findings.Summary.Notes)
	require.Equal(t, "MW101", findings.Findings[0].Rule)
	require.Equal(t, "dj.auth-after-session", findings.Findings[0].Fact)
	require.Equal(t, place{"site/settings.py", 4, 5, 4, 62}, findings.Findings[0].place)
	require.Equal(t, place{"site/settings.py", 5, 5, 5, 59}, findings.Findings[0].Related[0].place)
	require.NotContains(t, stdout.String(), "null")

	stdout.Reset()
	require.Equal(t, cli.ExitOK, cli.Main([]string{"stacks", "--format", "json"}, env), stderr)
	var stacks stacksDocument
	decodeStrictly(t, stdout.String(), &stacks)
	require.Equal(t, "mwcheck.stacks/1", stacks.Schema)
	require.Len(t, stacks.Stacks, 2)
	unknown, known := stacks.Stacks[0], stacks.Stacks[1]
	require.False(t, unknown.Complete)
	require.Len(t, unknown.Entries, 1)
	require.True(t, unknown.Entries[0].Unknown)
	require.Equal(t, "load('x')", unknown.Entries[0].Text)
	require.True(t, known.Complete)
	require.Equal(t, "modern", known.Model)
	require.Equal(t, "site/settings.py", known.File)
	require.Len(t, known.Entries, 2)
	require.NotContains(t, stdout.String(), "null")
}

func TestConformDocument(t *testing.T) {
	const vector = `{"scenario":{"doc":"Empty stack.","id":"%s","layers":[]},"traces":[{"engines":["classic@1.8","modern@6.1"],"events":["view"%s],"outcome":{"body":"view","finished":1,"outcome":"response","status":200,"xtrace":"view"}}]}` + "\n"
	env, stdout, stderr := memory(map[string]string{
		"right.jsonl": fmt.Sprintf(vector, "right", ""), "wrong.jsonl": fmt.Sprintf(vector, "wrong", `,"B.response"`),
	})
	code := cli.Main([]string{"conform", "--vectors", "right.jsonl", "--vectors", "wrong.jsonl", "--engine", "classic@1.8", "--format", "json"}, env)
	require.Equal(t, cli.ExitFindings, code, stderr)
	var doc conformDocument
	decodeStrictly(t, stdout.String(), &doc)
	require.Equal(t, "mwcheck.conform/1", doc.Schema)
	require.Len(t, doc.Engines, 1)
	require.Equal(t, 1, doc.Engines["classic@1.8"].Pass)
	require.Equal(t, 1, doc.Engines["classic@1.8"].Fail)
	require.Equal(t, 2, doc.Skipped) // the traces of modern@6.1
	require.Len(t, doc.Failures, 1)
	require.Equal(t, "wrong", doc.Failures[0].ID)
	require.Equal(t, []any{"view", "B.response"}, doc.Failures[0].Want["events"])
	require.Equal(t, []any{"view"}, doc.Failures[0].Got["events"])
}

// TestSameBytesAtAnyParallelism runs over two projects at once, one processor
// and several.
func TestSameBytesAtAnyParallelism(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	projects := root + "/testdata/projects"
	for _, args := range [][]string{{"lint", "--format", "json"}, {"lint", "--all-notes"}, {"stacks", "--format", "json"}} {
		runtime.GOMAXPROCS(1)
		_, want, _ := run(t, projects, "", args...)
		require.NotEmpty(t, want)
		for range 5 {
			runtime.GOMAXPROCS(8)
			_, got, _ := run(t, projects, "", args...)
			require.Equal(t, want, got)
		}
	}
}

// lockedFiles refuses to read settings, as a file that belongs to another user.
type lockedFiles struct{ django.FS }

func (f lockedFiles) ReadFile(name string, limit int64) ([]byte, error) {
	if strings.HasSuffix(name, "settings.py") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f.FS.ReadFile(name, limit)
}

func TestUnreadableFileIsNamed(t *testing.T) {
	env, stdout, stderr := memory(map[string]string{"site/settings.py": site})
	env.Files = lockedFiles{env.Files.(django.FS)}
	require.Equal(t, cli.ExitFailure, cli.Main([]string{"lint", "site"}, env))
	require.Empty(t, stdout.String())
	require.Contains(t, stderr.String(), "site/settings.py: note: cannot read: permission denied\n")
	require.Contains(t, stderr.String(), "mwcheck: error: nothing to check: ")
}

// brokenFiles panics on the first use, as a defect would.
type brokenFiles struct{ django.FS }

func (brokenFiles) Stat(string) (fs.FileInfo, error) { panic("a defect") }

func TestPanicIsAnInternalError(t *testing.T) {
	env, stdout, stderr := memory(nil)
	env.Files = brokenFiles{}
	require.Equal(t, cli.ExitFailure, cli.Main([]string{"lint", "."}, env))
	require.Empty(t, stdout.String())
	require.True(t, strings.HasPrefix(stderr.String(), "mwcheck: error: internal error: a defect\n"), stderr.String())
	require.Contains(t, stderr.String(), "mwcheck: hint: this is a defect of mwcheck")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, format := range []string{"text", "json", "short"} {
		env, _, stderr := memory(map[string]string{"site/settings.py": site})
		env.Stdout = fullDisk{}
		require.Equal(t, cli.ExitFailure, cli.Main([]string{"lint", "--format", format}, env))
		require.Contains(t, stderr.String(), "mwcheck: error: no space left on device\n")
	}
}

func TestStackInputIsBounded(t *testing.T) {
	env, _, stderr := memory(nil)
	env.Stdin = strings.NewReader(strings.Repeat("a.B\n", 2<<20))
	require.Equal(t, cli.ExitFailure, cli.Main([]string{"lint", "--stack", "-"}, env))
	require.Equal(t, "mwcheck: error: cannot read the stack from <stdin>: file is too large\n", stderr.String())
}

func TestColour(t *testing.T) {
	tests := []struct {
		name     string
		flag     string
		terminal bool
		env      map[string]string
		want     bool
	}{
		{"a terminal has colour", "auto", true, nil, true},
		{"a file has none", "auto", false, nil, false},
		{"NO_COLOR is respected", "auto", true, map[string]string{"NO_COLOR": "1"}, false},
		{"an empty NO_COLOR says nothing", "auto", true, map[string]string{"NO_COLOR": ""}, true},
		{"a dumb terminal has none", "auto", true, map[string]string{"TERM": "dumb"}, false},
		{"never", "never", true, nil, false},
		{"always, also into a file", "always", false, nil, true},
		{"always wins over NO_COLOR", "always", false, map[string]string{"NO_COLOR": "1"}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env, stdout, _ := memory(nil)
			env.Terminal = test.terminal
			env.LookupEnv = func(name string) (string, bool) { v, ok := test.env[name]; return v, ok }
			env.Stdin = strings.NewReader("django.contrib.auth.middleware.AuthenticationMiddleware\ndjango.contrib.sessions.middleware.SessionMiddleware\n")
			require.Equal(t, cli.ExitFindings, cli.Main([]string{"lint", "--stack", "-", "--color", test.flag}, env))
			require.Equal(t, test.want, strings.Contains(stdout.String(), "\x1b["))
		})
	}
}

// TestOwnLayerProvides lets a project's own class stand for the session layer,
// and notices when the class is no such thing.
func TestOwnLayerProvides(t *testing.T) {
	settings := `ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE = ["shop.middleware.Visits", "django.contrib.auth.middleware.AuthenticationMiddleware"]
`
	layer := `class Visits:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.%s = {}
        return self.get_response(request)
`
	lint := func(attr string) string {
		env, stdout, stderr := memory(map[string]string{
			"shop/__init__.py": "", "shop/settings.py": settings, "shop/middleware.py": fmt.Sprintf(layer, attr),
			"requirements.txt": "Django==4.2\n", "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
		})
		require.NotEqual(t, cli.ExitFailure, cli.Main([]string{"lint", "--format", "short"}, env), stderr)
		return stdout.String()
	}
	require.Contains(t, lint("visits"), `shop/settings.py:3:41: error MW103 missing-layer: "AuthenticationMiddleware" at 2 is listed, and no layer that sets request.session`)
	require.NotContains(t, lint("session"), "MW103")
}
