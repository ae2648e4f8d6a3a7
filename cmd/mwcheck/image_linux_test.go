package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProgramNeedsNothingAround runs the released program as the image does:
// in a root directory that holds it and a project alone, by a user that is
// nobody, with nothing writable.
func TestProgramNeedsNothingAround(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to change the root directory")
	}
	jail := t.TempDir()
	build(t, jail)
	src := filepath.Join(jail, "src", "site")
	require.NoError(t, os.MkdirAll(src, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(src, "settings.py"), []byte("ROOT_URLCONF = 'urls'\nMIDDLEWARE = [\n    'django.contrib.auth.middleware.AuthenticationMiddleware',\n    'django.contrib.sessions.middleware.SessionMiddleware',\n]\n"), 0o644))
	for dir := jail; dir != filepath.Dir(os.TempDir()); dir = filepath.Dir(dir) {
		if dir == os.TempDir() {
			break
		}
		require.NoError(t, os.Chmod(dir, 0o755))
	}
	inside := func(args ...string) (string, int) {
		cmd := exec.Command("/mwcheck", args...)
		cmd.Dir = "/src"
		cmd.Env = []string{}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: jail, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			if os.Getenv("CI") == "" {
				t.Skipf("cannot change the root directory here: %v", err)
			}
			t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	out, code := inside("lint", "--format", "short")
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "site/settings.py:3:5: error MW101 wrong-order: ")
	out, code = inside("version")
	require.Equal(t, 0, code, out)
	require.Contains(t, out, "mwcheck v9.8.7\n")
}
