package osfiles_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
)

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.py"), []byte("text"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.py"), nil, 0o600))
	f := osfiles.Files{Dir: dir}

	entries, err := f.ReadDir(".")
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	require.Equal(t, []string{"a.py", "b.py", "sub"}, names)

	data, err := f.ReadFile("b.py", 4)
	require.NoError(t, err)
	require.Equal(t, "text", string(data))
	data, err = f.ReadFile(filepath.ToSlash(filepath.Join(dir, "b.py")), 4)
	require.NoError(t, err, "an absolute name")
	require.Equal(t, "text", string(data))
	data, err = f.ReadFile("a.py", 4)
	require.NoError(t, err)
	require.Empty(t, data)
	_, err = f.ReadFile("b.py", 3)
	require.ErrorIs(t, err, django.ErrTooLarge)
	_, err = f.ReadFile("sub", 3)
	require.ErrorIs(t, err, django.ErrNotRegular)
	_, err = f.ReadFile("absent", 3)
	require.ErrorIs(t, err, os.ErrNotExist)

	workDir, err := f.WorkDir()
	require.NoError(t, err)
	require.Equal(t, filepath.ToSlash(dir), workDir)
	require.Equal(t, "a/b", osfiles.Name("./a//b/"))
}

// Settings above and beside the working directory are shown relative to it, and
// what they import is found there.
func TestLoadFromBelow(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manage.py":             "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings.live'\n",
		"shop/__init__.py":      "",
		"shop/settings/base.py": "DEBUG = False\nSECRET_KEY = ROOT_URLCONF = 'x'\nMIDDLEWARE = ['a.B']\n",
		"shop/settings/live.py": "from shop.settings.base import *\nMIDDLEWARE += ['c.D']\n",
		"other/x.txt":           "",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	for _, tt := range []struct{ from, path, want string }{
		{"", ".", "shop/settings/live.py"},
		{"", "shop", "shop/settings/live.py"},
		{"shop/settings", ".", "live.py"},
		{"shop/settings", "live.py", "live.py"},
		{"other", "../shop", "../shop/settings/live.py"},
		{"other", filepath.ToSlash(dir), "../shop/settings/live.py"},
	} {
		f := osfiles.Files{Dir: filepath.Join(dir, filepath.FromSlash(tt.from))}
		workDir, err := f.WorkDir()
		require.NoError(t, err)
		p, err := django.Load(context.Background(), f, django.Options{Paths: []string{tt.path}, WorkDir: workDir})
		require.NoError(t, err, "%+v", tt)
		checked := p.Checked()
		require.Len(t, checked, 1, "%+v", tt)
		require.Equal(t, "shop.settings.live:MIDDLEWARE", checked[0].ID, "%+v", tt)
		require.Equal(t, tt.want, checked[0].File)
		require.Len(t, checked[0].Entries, 2)
		require.True(t, checked[0].Complete)
		require.Equal(t, filepath.ToSlash(filepath.Join(filepath.Dir(filepath.FromSlash(tt.want)), "base.py")), checked[0].Entries[0].Span.File)
	}
}
