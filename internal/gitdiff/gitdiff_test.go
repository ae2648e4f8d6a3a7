package gitdiff_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/gitdiff"
	"github.com/mwcheck/mwcheck/internal/gitdiff/osgit"
)

func TestCheckRevision(t *testing.T) {
	for _, rev := range []string{"main", "HEAD~3", "origin/main", "v1.0", "@{yesterday}", ":/fix", "größe"} {
		require.NoError(t, gitdiff.CheckRevision(rev), rev)
	}
	for _, rev := range []string{"", " ", "-", "--output=x", "a..b", "a...b", "a\nb", "a\x00b"} {
		require.Error(t, gitdiff.CheckRevision(rev), rev)
		_, err := gitdiff.Changed(t.Context(), func(context.Context, []string) ([]byte, error) {
			t.Fatal("git is not run")
			return nil, nil
		}, "/", rev)
		require.Error(t, err)
	}
}

// repository makes a repository with one commit; skip where there is no git.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	for name, value := range map[string]string{
		"HOME": t.TempDir(), "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
		"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
	} {
		t.Setenv(name, value)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	write(t, dir, files)
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-qm", "one")
	return dir
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// changed is what has changed, relative to the top of the repository.
func changed(t *testing.T, top, dir, rev string) []string {
	t.Helper()
	found, err := gitdiff.Changed(t.Context(), osgit.Run, filepath.ToSlash(dir), rev)
	require.NoError(t, err)
	out := []string{}
	for _, name := range found {
		out = append(out, strings.TrimPrefix(name, filepath.ToSlash(top)+"/"))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestChanged(t *testing.T) {
	top := repository(t, map[string]string{
		"a.py": "a", "same.py": "s", "gone.py": "g", "sub dir/größe \"1\".py": "x", "sub dir/old.py": "long enough to be taken for a rename\n",
		"staged.py": "s", ".gitignore": "*.log\n", "-dash.py": "d",
	})
	require.Empty(t, changed(t, top, top, "HEAD"))
	write(t, top, map[string]string{
		"a.py": "A", "sub dir/größe \"1\".py": "y", "staged.py": "t", "new file.py": "n", "sub dir/deep/new.py": "n", "x.log": "", "-dash.py": "e",
	})
	git(t, top, "add", "staged.py")
	git(t, top, "mv", "sub dir/old.py", "sub dir/renamed.py")
	require.NoError(t, os.Remove(filepath.Join(top, "gone.py")))
	want := []string{
		"-dash.py", "a.py", "gone.py", "new file.py", "staged.py", "sub dir/deep/new.py",
		"sub dir/größe \"1\".py", "sub dir/old.py", "sub dir/renamed.py",
	}
	require.Equal(t, want, changed(t, top, top, "HEAD"))
	require.Equal(t, want, changed(t, top, filepath.Join(top, "sub dir"), "HEAD"), "also what lies above the directory")
	require.Equal(t, want, changed(t, top, filepath.Join(top, "sub dir", "deep"), "HEAD"))

	git(t, top, "add", ".")
	git(t, top, "commit", "-qm", "two")
	require.Empty(t, changed(t, top, top, "HEAD"))
	require.Equal(t, want, changed(t, top, top, "HEAD~1"), "commits count")
	git(t, top, "tag", "-am", "t", "v1", "HEAD~1")
	require.Equal(t, want, changed(t, top, top, "v1"), "an annotated tag is a commit")

	// The user's settings change nothing.
	git(t, top, "config", "diff.relative", "true")
	git(t, top, "config", "diff.renames", "copies")
	git(t, top, "config", "diff.external", "false")
	git(t, top, "config", "color.ui", "always")
	git(t, top, "config", "diff.noprefix", "true")
	require.Equal(t, want, changed(t, top, filepath.Join(top, "sub dir"), "v1"))
}

// TestNothingIsRun: a repository's own configuration may name programs.
func TestNothingIsRun(t *testing.T) {
	top := repository(t, map[string]string{"a.py": "a", ".gitattributes": "*.py diff=show\n"})
	trap := filepath.Join(t.TempDir(), "ran")
	git(t, top, "config", "core.fsmonitor", "touch "+trap)
	git(t, top, "config", "diff.external", "touch "+trap+" #")
	git(t, top, "config", "diff.show.textconv", "touch "+trap+" #")
	git(t, top, "config", "diff.show.command", "touch "+trap+" #")
	git(t, top, "config", "core.pager", "touch "+trap)
	before, err := os.ReadFile(filepath.Join(top, ".git", "index"))
	require.NoError(t, err)
	write(t, top, map[string]string{"a.py": "b"})
	require.Equal(t, []string{"a.py"}, changed(t, top, top, "HEAD"))
	require.NoFileExists(t, trap)
	after, err := os.ReadFile(filepath.Join(top, ".git", "index"))
	require.NoError(t, err)
	require.Equal(t, before, after, "the index is not refreshed")
}

// TestInHooks: git sets variables for its hooks that would lead astray.
func TestInHooks(t *testing.T) {
	top := repository(t, map[string]string{"sub/a.py": "a"})
	write(t, top, map[string]string{"sub/a.py": "b"})
	t.Setenv("GIT_DIR", ".git")
	t.Setenv("GIT_INDEX_FILE", filepath.Join(t.TempDir(), "index"))
	t.Setenv("GIT_PREFIX", "elsewhere/")
	require.Equal(t, []string{"sub/a.py"}, changed(t, top, filepath.Join(top, "sub"), "HEAD"))
}

// TestLinks reaches a working tree through a link of another depth.
func TestLinks(t *testing.T) {
	top := repository(t, map[string]string{"deep/down/a.py": "a", "b.py": "b"})
	link := filepath.Join(t.TempDir(), "here")
	require.NoError(t, os.Symlink(filepath.Join(top, "deep", "down"), link))
	write(t, top, map[string]string{"deep/down/a.py": "A"})
	found, err := gitdiff.Changed(t.Context(), osgit.Run, link, "HEAD")
	require.NoError(t, err)
	require.Equal(t, []string{link + "/a.py"}, found)
}

func TestSubmodules(t *testing.T) {
	inner := repository(t, map[string]string{"lib.py": "l"})
	top := repository(t, map[string]string{"a.py": "a"})
	git(t, top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "lib")
	git(t, top, "commit", "-qm", "lib")
	require.Empty(t, changed(t, top, top, "HEAD"))
	write(t, filepath.Join(top, "lib"), map[string]string{"lib.py": "m"})
	require.Empty(t, changed(t, top, top, "HEAD"), "what is not committed there is not looked at")
	git(t, filepath.Join(top, "lib"), "commit", "-qam", "two")
	require.Equal(t, []string{"lib"}, changed(t, top, top, "HEAD"))
}

func TestErrors(t *testing.T) {
	top := repository(t, map[string]string{"a.py": "a"})
	_, err := gitdiff.Changed(t.Context(), osgit.Run, top, "nowhere")
	require.EqualError(t, err, `git knows no revision "nowhere"`)
	_, err = gitdiff.Changed(t.Context(), osgit.Run, top, "HEAD:a.py")
	require.EqualError(t, err, `git knows no revision "HEAD:a.py"`)
	_, err = gitdiff.Changed(t.Context(), osgit.Run, t.TempDir(), "HEAD")
	var exit *gitdiff.ExitError
	require.True(t, errors.As(err, &exit))
	require.ErrorContains(t, err, "not a git repository")
	_, err = gitdiff.Changed(t.Context(), osgit.Run, filepath.Join(top, "nowhere"), "HEAD")
	require.ErrorContains(t, err, "No such file or directory")

	t.Setenv("PATH", t.TempDir())
	_, err = gitdiff.Changed(t.Context(), osgit.Run, top, "HEAD")
	require.ErrorIs(t, err, gitdiff.ErrNoGit)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = osgit.Run(ctx, []string{"version"})
	require.ErrorIs(t, err, context.Canceled)
}
