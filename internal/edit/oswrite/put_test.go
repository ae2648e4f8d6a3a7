package oswrite

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPut(t *testing.T) {
	dir := put(t, map[string]string{"old.json": "old", "sub/x": ""})
	require.NoError(t, os.Chmod(filepath.Join(dir, "old.json"), 0o640))
	require.NoError(t, Put(dir, "old.json", []byte("new")))
	require.NoError(t, Put(dir, "sub/fresh.json", []byte("fresh")))
	require.NoError(t, Put(dir, "sub/fresh.json", []byte("fresh")))
	require.NoError(t, Put("elsewhere", filepath.ToSlash(filepath.Join(dir, "abs.json")), []byte("abs")))
	require.Equal(t, map[string]string{"old.json": "new", "sub/fresh.json": "fresh", "sub/x": "", "abs.json": "abs"}, all(t, dir))
	info, err := os.Stat(filepath.Join(dir, "old.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm())
}

func TestPutRefuses(t *testing.T) {
	dir := put(t, map[string]string{"sub/x": "1"})
	require.ErrorContains(t, Put(dir, "nowhere/a.json", nil), "cannot write nowhere/a.json: no such file or directory")
	require.ErrorContains(t, Put(dir, "sub", []byte("a")), "cannot write sub: ")
	require.NoError(t, os.Symlink("gone", filepath.Join(dir, "link")))
	require.ErrorContains(t, Put(dir, "link", []byte("a")), "cannot write link: ")
	require.NoError(t, os.Remove(filepath.Join(dir, "link")))
	require.Equal(t, map[string]string{"sub/x": "1"}, all(t, dir), "nothing is left behind")
}
