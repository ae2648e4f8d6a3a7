package cli

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/edit/oswrite"
)

// migrateIn runs migrate in a directory of the machine.
func migrateIn(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	files := osfiles.Files{Dir: dir}
	workDir, err := files.WorkDir()
	require.NoError(t, err)
	code = Main(append([]string{"migrate"}, args...), Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, LookupEnv: func(string) (string, bool) { return "", false },
		Files: files, WorkDir: workDir,
		Write: func(changes []edit.Change) error { return oswrite.Write(dir, changes) },
	})
	return code, out.String(), errs.String()
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
}

const settingsHead = "DEBUG = False\nSECRET_KEY = 'x'\nROOT_URLCONF = 'x'\nINSTALLED_APPS = ()\n"

// TestMigrateKeepsFiles: bytes that are no UTF-8, carriage returns, a byte order
// mark, the mode of a file, and a link that stays one.
func TestMigrateKeepsFiles(t *testing.T) {
	dir := t.TempDir()
	latin := "# -*- coding: latin-1 -*-\n" + settingsHead + "ADMIN = 'J\xf6rg'\nMIDDLEWARE_CLASSES = ('django.middleware.common.CommonMiddleware',) # f\xfcr\n"
	windows := "\xef\xbb\xbffrom .base import *\r\nMIDDLEWARE_CLASSES += ('django.middleware.gzip.GZipMiddleware',)"
	writeFiles(t, dir, map[string]string{
		"manage.py":        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.live')\n",
		"conf/__init__.py": "", "conf/base.py": latin, "conf/windows.py": windows,
	})
	require.NoError(t, os.Chmod(filepath.Join(dir, "conf", "base.py"), 0o640))
	if err := os.Symlink("windows.py", filepath.Join(dir, "conf", "live.py")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	code, stdout, stderr := migrateIn(t, dir, "--write", "--fail-on", "error")
	require.Equal(t, ExitOK, code, stderr)
	require.Empty(t, stdout)

	want := func(name, text string) {
		got, err := os.ReadFile(filepath.Join(dir, "conf", name))
		require.NoError(t, err)
		require.Equal(t, strings.ReplaceAll(text, "MIDDLEWARE_CLASSES", "MIDDLEWARE"), string(got))
	}
	want("base.py", latin)
	want("windows.py", windows)
	info, err := os.Stat(filepath.Join(dir, "conf", "base.py"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), info.Mode().Perm())
	info, err = os.Lstat(filepath.Join(dir, "conf", "live.py"))
	require.NoError(t, err)
	require.Equal(t, fs.ModeSymlink, info.Mode().Type())
	left, err := filepath.Glob(filepath.Join(dir, "conf", ".*"))
	require.NoError(t, err)
	require.Empty(t, left, "temporary files")

	code, stdout, stderr = migrateIn(t, dir, "--check", "--fail-on", "error")
	require.Equal(t, ExitOK, code, stderr)
	require.Empty(t, stdout)
}

// TestMigrateFromBelow: the working directory lies below the files that change.
func TestMigrateFromBelow(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"shop/settings.py": settingsHead + "MIDDLEWARE_CLASSES = ['django.middleware.common.CommonMiddleware']\n", "shop/__init__.py": "", "below/x.txt": "",
	})
	code, stdout, _ := migrateIn(t, filepath.Join(dir, "below"), "--fail-on", "never", "../shop")
	require.Equal(t, ExitOK, code)
	require.Contains(t, stdout, "+MIDDLEWARE = [")
	code, _, stderr := migrateIn(t, filepath.Join(dir, "below"), "--write", "--fail-on", "never", "../shop/settings.py")
	require.Equal(t, ExitOK, code, stderr)
	got, err := os.ReadFile(filepath.Join(dir, "shop", "settings.py"))
	require.NoError(t, err)
	require.Equal(t, settingsHead+"MIDDLEWARE = ['django.middleware.common.CommonMiddleware']\n", string(got))
}

// migrateDocument is mwcheck.migrate/1 as docs/json.md has it.
type migrateDocument struct {
	Schema  string   `json:"schema"`
	To      string   `json:"to"`
	Written bool     `json:"written"`
	Files   []string `json:"files"`
	Diff    string   `json:"diff"`
	Done    []struct {
		Pass    string `json:"pass"`
		Message string `json:"message"`
		migratePlace
	} `json:"done"`
	Left []struct {
		Pass     string `json:"pass"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
		migratePlace
	} `json:"left"`
	Differences []struct {
		Stack   string   `json:"stack"`
		Grade   string   `json:"grade"`
		Message string   `json:"message"`
		Advice  string   `json:"advice"`
		Layers  []string `json:"layers"`
		migratePlace
	} `json:"differences"`
	Findings []json.RawMessage `json:"findings"`
	Notes    []struct {
		File    string `json:"file"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Message string `json:"message"`
	} `json:"notes"`
	Summary struct {
		Files       int `json:"files"`
		Done        int `json:"done"`
		Differences int `json:"differences"`
		Errors      int `json:"errors"`
		Warnings    int `json:"warnings"`
		Notes       int `json:"notes"`
	} `json:"summary"`
}

type migratePlace struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

func TestMigrateJSON(t *testing.T) {
	code, stdout, stderr := migrateIn(t, "../../testdata/projects/intranet", "--format", "json", "--to", "4.2")
	require.Equal(t, ExitFindings, code)
	require.Empty(t, stderr)
	require.NotContains(t, stdout, "null")
	decoder := json.NewDecoder(strings.NewReader(stdout))
	decoder.DisallowUnknownFields()
	var doc migrateDocument
	require.NoError(t, decoder.Decode(&doc))
	require.Equal(t, "mwcheck.migrate/1", doc.Schema)
	require.Equal(t, "4.2", doc.To)
	require.False(t, doc.Written)
	require.Len(t, doc.Files, doc.Summary.Files)
	require.Contains(t, doc.Files, "intranet/settings/common.py")
	for _, name := range doc.Files {
		require.Contains(t, doc.Diff, "--- a/"+name+"\n")
	}
	require.Len(t, doc.Done, doc.Summary.Done)
	require.Len(t, doc.Differences, doc.Summary.Differences)
	require.Equal(t, len(doc.Left)+len(doc.Findings), doc.Summary.Errors+doc.Summary.Warnings+doc.Summary.Notes)
	first := doc.Done[0]
	require.Equal(t, "settings", first.Pass)
	require.Equal(t, migratePlace{"intranet/settings/common.py", 18, 1, 18, 19}, first.migratePlace)
	for _, d := range doc.Differences {
		require.Contains(t, []string{"visible", "serious"}, d.Grade)
		require.NotZero(t, d.Line)
		require.NotEmpty(t, d.Layers)
	}

	empty := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(empty, "settings.py"), []byte("SECRET_KEY = ROOT_URLCONF = 'x'\nMIDDLEWARE = []\n"), 0o644))
	code, stdout, _ = migrateIn(t, empty, "--format", "json")
	require.Equal(t, ExitOK, code)
	require.NotContains(t, stdout, "null")
	require.Contains(t, stdout, `"diff": ""`)
}

// TestMigratePage looks for the examples of docs/migrate.md in what the command
// says.
func TestMigratePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/migrate.md")
	require.NoError(t, err)
	_, stdout, stderr := migrateIn(t, "../../testdata/projects/intranet", "--to", "4.2")
	blocks := 0
	for _, kind := range []string{"diff", "text"} {
		for i, part := range strings.Split(string(page), "```"+kind+"\n") {
			if i == 0 {
				continue
			}
			block, _, _ := strings.Cut(part, "```")
			if kind == "diff" {
				require.Contains(t, stdout, block)
			} else {
				require.Contains(t, stderr, block)
			}
			blocks++
		}
	}
	require.Equal(t, 3, blocks)
}
