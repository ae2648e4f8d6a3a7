package classes_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// compiles says which of the texts a Python does not compile.
func compiles(t *testing.T, python string, texts []string) {
	t.Helper()
	dir := t.TempDir()
	var names bytes.Buffer
	for i, text := range texts {
		name := filepath.Join(dir, fmt.Sprintf("%d.py", i))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		fmt.Fprintln(&names, name)
	}
	cmd := exec.Command(python, "-c", "import sys\nfor n in sys.stdin.read().split():\n  compile(open(n, 'rb').read(), n, 'exec')\n  sys.stdout.write('.')")
	cmd.Stdin = &names
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Len(t, strings.TrimSpace(string(out)), len(texts))
}

// rewritten are drawn modules and those of the cases that both Pythons read,
// after the rewriting.
func rewritten(t *testing.T) []string {
	var out []string
	type drawn struct {
		text  string
		paths []string
	}
	modules := rapid.Custom(func(t *rapid.T) drawn {
		text, paths := drawModule(t)
		return drawn{text, paths}
	})
	for i := range 150 {
		m := modules.Example(i)
		for _, opts := range []classes.Options{{}, {KeepOld: true}, {Native: true}} {
			files := map[string]string{"app/__init__.py": "", "app/mw.py": m.text}
			after, _ := rewrite(t, files, m.paths, opts)
			out = append(out, after["app/mw.py"])
		}
	}
	paths, err := filepath.Glob("testdata/*/*.txtar")
	require.NoError(t, err)
	for _, path := range paths {
		if strings.Contains(path, "refused") || strings.HasSuffix(path, "modern.txtar") || strings.HasSuffix(path, "response.txtar") {
			continue // what only Python 3 reads, or none
		}
		c := readCase(t, path)
		after, _ := rewrite(t, c.files, c.paths, c.opts)
		out = append(out, after["app/mw.py"])
	}
	files, paths := randomLayers(3, 60)
	after, _ := rewrite(t, files, paths, classes.Options{Native: true})
	return append(out, after["app/mw.py"])
}

// TestCompiles: what was Python 2 and 3 is so after the rewriting.
func TestCompiles(t *testing.T) {
	python, _ := testenv.Python3(t)
	compiles(t, python, rewritten(t))
}

// TestCompiles2 is the same for Python 2.7.
func TestCompiles2(t *testing.T) {
	compiles(t, testenv.Python2(t), rewritten(t))
}
