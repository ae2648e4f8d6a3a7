package oswrite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/edit"
)

// put writes files below a new directory.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

// all reads every file below a directory, temporary ones too.
func all(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(name)] = string(text)
		return err
	}))
	return out
}

func change(name, before, after string) edit.Change {
	return edit.Change{File: name, Before: []byte(before), After: []byte(after)}
}

func TestWrite(t *testing.T) {
	dir := put(t, map[string]string{"a.py": "a", "shop/b.py": "b", "run.py": "r"})
	require.NoError(t, os.Chmod(filepath.Join(dir, "run.py"), 0o750))
	require.NoError(t, Write(dir, []edit.Change{change("a.py", "a", "A"), change("shop/b.py", "b", ""), change("run.py", "r", "R")}))
	require.Equal(t, map[string]string{"a.py": "A", "shop/b.py": "", "run.py": "R"}, all(t, dir))
	info, err := os.Stat(filepath.Join(dir, "run.py"))
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Equal(t, fs.FileMode(0o750), info.Mode())
	}
	require.NoError(t, Write(dir, nil))
	t.Chdir(dir)
	require.NoError(t, Write("", []edit.Change{change(filepath.ToSlash(filepath.Join(dir, "a.py")), "A", "1"), change("shop/b.py", "", "2")}))
	require.Equal(t, map[string]string{"a.py": "1", "shop/b.py": "2", "run.py": "R"}, all(t, dir))
}

func TestWriteFollowsLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights on Windows")
	}
	dir := put(t, map[string]string{"conf/real.py": "a"})
	require.NoError(t, os.Symlink(filepath.Join("conf", "real.py"), filepath.Join(dir, "settings.py")))
	require.NoError(t, Write(dir, []edit.Change{change("settings.py", "a", "A")}))
	require.Equal(t, map[string]string{"conf/real.py": "A", "settings.py": "A"}, all(t, dir))
	info, err := os.Lstat(filepath.Join(dir, "settings.py"))
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&fs.ModeSymlink, "the link is still a link")

	err = Write(dir, []edit.Change{change("settings.py", "A", "1"), change("conf/real.py", "A", "2")})
	require.EqualError(t, err, "settings.py and conf/real.py are the same file")
	require.Equal(t, "A", all(t, dir)["settings.py"])
}

func TestWriteRefuses(t *testing.T) {
	files := map[string]string{"a.py": "a", "b.py": "b", "fixed.py": "f", "dir/x": ""}
	cases := []struct {
		name, want string
		change     edit.Change
	}{
		{"changed", "cannot write b.py: the file has changed since it was read; run the command again", change("b.py", "B", "x")},
		{"gone", "cannot write gone.py", change("gone.py", "", "x")},
		{"folder", "cannot write dir: it is not a regular file", change("dir", "", "x")},
		{"read-only", "cannot write fixed.py: it is read-only", change("fixed.py", "f", "x")},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			dir := put(t, files)
			require.NoError(t, os.Chmod(filepath.Join(dir, "fixed.py"), 0o444))
			err := Write(dir, []edit.Change{change("a.py", "a", "A"), tc.change})
			require.ErrorContains(t, err, tc.want)
			require.Equal(t, tc.name == "changed", errors.Is(err, ErrChanged))
			require.Equal(t, files, all(t, dir), "nothing has changed, no temporary file is left")
		})
	}
}

// faulty fails at its nth call, and at all later renames of old texts if put
// back is not to work either.
type faulty struct {
	at, calls int
	noReturn  bool
	log       []string
}

var errFault = errors.New("injected fault")

func (s *faulty) fail(what string) error {
	s.calls++
	s.log = append(s.log, what)
	if s.calls == s.at || (s.noReturn && s.calls > s.at && what == "rename") {
		return errFault
	}
	return nil
}

func (s *faulty) CreateTemp(dir, pattern string) (file, error) {
	if err := s.fail("create"); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, pattern)
	return &faultyFile{f, s}, err
}

func (s *faulty) Rename(from, to string) error {
	if err := s.fail("rename"); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func (s *faulty) ReadFile(name string) ([]byte, error) {
	if err := s.fail("read"); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// Remove does not fail: what cannot be removed stays, and harms nobody.
func (s *faulty) Remove(name string) error { return os.Remove(name) }

type faultyFile struct {
	*os.File
	s *faulty
}

// Write writes half of the text before it fails, as a full disk does.
func (f *faultyFile) Write(text []byte) (int, error) {
	if err := f.s.fail("write"); err != nil {
		n, _ := f.File.Write(text[:len(text)/2])
		return n, err
	}
	return f.File.Write(text)
}

func (f *faultyFile) Sync() error {
	if err := f.s.fail("sync"); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *faultyFile) Chmod(mode fs.FileMode) error {
	if err := f.s.fail("chmod"); err != nil {
		return err
	}
	return f.File.Chmod(mode)
}

func (f *faultyFile) Close() error {
	return errors.Join(f.s.fail("close"), f.File.Close())
}

// TestFaults lets every single call fail in turn.
func TestFaults(t *testing.T) {
	files := map[string]string{"a.py": "one", "b.py": "two", "c/d.py": "three"}
	changes := []edit.Change{change("a.py", "one", "ONE"), change("b.py", "two", "TWO"), change("c/d.py", "three", "THREE")}
	count := &faulty{}
	require.NoError(t, write(count, put(t, files), changes))
	require.Equal(t, 3*2*5+3+3, count.calls, strings.Join(count.log, " "))
	for at := 1; at <= count.calls; at++ {
		dir := put(t, files)
		sys := &faulty{at: at}
		err := write(sys, dir, changes)
		require.ErrorIs(t, err, errFault, "call %d, %s", at, sys.log[at-1])
		require.Equal(t, files, all(t, dir), "call %d, %s", at, sys.log[at-1])
	}
	// The third rename fails, and going back does too: the error names both.
	dir := put(t, files)
	err := write(&faulty{at: count.calls, noReturn: true}, dir, changes)
	require.ErrorContains(t, err, "a.py keeps its new text")
	require.ErrorContains(t, err, "b.py keeps its new text")
	require.Equal(t, map[string]string{"a.py": "ONE", "b.py": "TWO", "c/d.py": "three"}, all(t, dir))
}
