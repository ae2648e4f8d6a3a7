package testenv

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// ended is a test that notes how it was ended.
type ended struct {
	testing.TB
	how string
}

func (e *ended) Helper()               {}
func (e *ended) Fatalf(string, ...any) { e.stop("failed") }
func (e *ended) Fatal(...any)          { e.stop("failed") }
func (e *ended) Skip(...any)           { e.stop("skipped") }
func (e *ended) Skipf(string, ...any)  { e.stop("skipped") }

func (e *ended) stop(how string) { e.how = how; panic(e) }

// how runs a function as a test and tells how it ended; "" for "by itself".
func how(t *testing.T, f func(testing.TB)) string {
	t.Helper()
	e := &ended{TB: t}
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(e) {
				panic(r)
			}
		}()
		f(e)
	}()
	return e.how
}

// TestAbsent: what is missing skips a test, and fails it where it is required.
func TestAbsent(t *testing.T) {
	empty := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(empty, "go.mod"), nil, 0o600))
	t.Chdir(empty)
	t.Setenv("PATH", empty)
	t.Setenv("HOME", empty)
	t.Setenv("PYTHON27", "")
	t.Setenv("PYTHON3", "")
	t.Setenv("MWCHECK_DJANGO_PATH", "")
	for name, c := range map[string]struct {
		variable string
		need     func(testing.TB)
	}{
		"a package": {RequireCorpus, func(t testing.TB) { Corpus(t, "graphite-web") }},
		"modules":   {RequireCorpus, func(t testing.TB) { Site(t, "python3-django") }},
		"a pattern": {RequireCorpus, func(t testing.TB) { CorpusGlob(t, "*/usr") }},
		"python3":   {RequirePython, func(t testing.TB) { Python3(t) }},
		"python2.7": {RequirePython27, func(t testing.TB) { Python2(t) }},
		"Django":    {RequirePython, func(t testing.TB) { Django(t) }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range []string{RequireCorpus, RequirePython, RequirePython27} {
				t.Setenv(v, "")
			}
			require.Equal(t, "skipped", how(t, c.need))
			t.Setenv(c.variable, "1")
			require.Equal(t, "failed", how(t, c.need))
		})
	}
}

// TestRoot: the repository is found from any package; outside of it is a failure.
func TestRoot(t *testing.T) {
	root := Root(t)
	require.FileExists(t, filepath.Join(root, "internal", "testenv", "testenv.go"))
	t.Chdir(os.TempDir())
	if _, err := os.Stat("go.mod"); err == nil {
		t.Skip("there is a go.mod in the directory for temporary files")
	}
	require.Equal(t, "failed", how(t, func(t testing.TB) { Root(t) }))
}
