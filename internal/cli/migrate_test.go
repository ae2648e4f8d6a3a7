package cli

import (
	"bytes"
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
