//go:build unix

package osfiles_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
)

// Opening a pipe that nobody writes to would wait for ever.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "settings.py"), 0o600))
	require.NoError(t, os.Symlink("settings.py", filepath.Join(dir, "local_settings.py")))
	f := osfiles.Files{Dir: dir}
	_, err := f.ReadFile("settings.py", 100)
	require.ErrorIs(t, err, django.ErrNotRegular)
	for _, path := range []string{".", "settings.py", "local_settings.py"} {
		_, err := django.Load(context.Background(), f, django.Options{Paths: []string{path}, WorkDir: filepath.ToSlash(dir)})
		require.ErrorIs(t, err, django.ErrNothing)
	}
}
