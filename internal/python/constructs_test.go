package python

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

var update = flag.Bool("update", false, "write the trees that were read into testdata/constructs, to be reviewed by eye")

// construct is one case of testdata/constructs: "=== name (tags)", the source,
// "---", one line for each statement's tree, then one "! line:col kind message"
// for each error. The tags say which CPythons accept the source: py2 for 2.7,
// py3.N for 3.N and later, old for 2.4 and 2.5; without a tag none does.
type construct struct {
	name, tags, source, want string
}

func readConstructs(t *testing.T, path string) []construct {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var out []construct
	for i, part := range strings.Split("\n"+string(data), "\n=== ") {
		if i == 0 {
			require.Empty(t, strings.TrimSpace(part), "%s: text before the first case", path)
			continue
		}
		head, rest, _ := strings.Cut(part, "\n")
		source, want, ok := strings.Cut(rest, "\n---\n")
		require.True(t, ok, "%s: %s has no ---", path, head)
		name, tags, _ := strings.Cut(head, " (")
		out = append(out, construct{name, strings.TrimSuffix(tags, ")"), source + "\n", strings.TrimSpace(want)})
	}
	return out
}

// render writes a file's trees and errors as the cases have them.
func render(f *File) string {
	var b strings.Builder
	for s := range f.Root().All(FieldBody) {
		b.WriteString(s.Dump() + "\n")
	}
	for _, e := range f.Errors {
		l, c := f.Position(e.Start)
		fmt.Fprintf(&b, "! %d:%d %s: %s\n", l, c, e.Kind, e.Message)
	}
	return strings.TrimSpace(b.String())
}

// since reads the tags: whether 2.7 accepts the source, and the first 3.N that
// does, -1 for none.
func (c construct) since(t *testing.T) (py2 bool, py3 int) {
	t.Helper()
	py3 = -1
	for _, tag := range strings.Fields(c.tags) {
		switch {
		case tag == "py2":
			py2 = true
		case tag == "old": // before 2.6, which no test here runs
		default:
			_, err := fmt.Sscanf(tag, "py3.%d", &py3)
			require.NoError(t, err, "tag %q of %s", tag, c.name)
		}
	}
	return py2, py3
}

func constructFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/constructs/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func TestConstructs(t *testing.T) {
	names := map[string]bool{}
	for _, path := range constructFiles(t) {
		cases := readConstructs(t, path)
		var b strings.Builder
		for _, c := range cases {
			require.False(t, names[c.name], "two cases are called %s", c.name)
			names[c.name] = true
			src := []byte(c.source)
			f := Parse(src)
			if *update {
				tags := ""
				if c.tags != "" {
					tags = " (" + c.tags + ")"
				}
				fmt.Fprintf(&b, "=== %s%s\n%s---\n%s\n\n", c.name, tags, c.source, render(f))
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				require.NoError(t, checkFile(src, f))
				require.Equal(t, c.want, render(f), "source:\n%s", c.source)
				if c.tags != "" {
					require.Empty(t, f.Errors, "a source that some Python accepts")
				} else {
					require.NotEmpty(t, f.Errors, "a source that no Python accepts")
				}
			})
		}
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
		}
	}
	require.GreaterOrEqual(t, len(names), 120)
}

// constructSources writes the cases into files for the oracle.
func constructSources(t *testing.T) (files []string, cases map[string]construct) {
	t.Helper()
	dir := t.TempDir()
	cases = map[string]construct{}
	for _, path := range constructFiles(t) {
		for _, c := range readConstructs(t, path) {
			file := filepath.Join(dir, c.name+".py")
			require.NoError(t, os.WriteFile(file, []byte(c.source), 0o644))
			files = append(files, file)
			cases[file] = c
		}
	}
	return files, cases
}

// python3s lists python3 and, where pyenv has one, the newest.
func python3s(t *testing.T) map[string]int {
	t.Helper()
	first, minor := oracle(t)
	out := map[string]int{first: minor}
	if home, err := os.UserHomeDir(); err == nil {
		found, _ := filepath.Glob(filepath.Join(home, ".pyenv/versions/3.1[2-9]*/bin/python3.1[2-9]"))
		for _, p := range found {
			v, err := exec.Command(p, "-c", "import sys; print(sys.version_info[1])").Output()
			if n := 0; err == nil {
				if _, err := fmt.Sscan(string(v), &n); err == nil {
					out[p] = n
				}
			}
		}
	}
	return out
}

// TestConstructsAgainstCPython shows that the tags are true and that the nodes
// of what CPython accepts lie where CPython places them.
func TestConstructsAgainstCPython(t *testing.T) {
	files, cases := constructSources(t)
	for python, minor := range python3s(t) {
		accepted := 0
		runOracle(t, python, files, func(path string, want []string, rejected bool) {
			c := cases[path]
			_, since := c.since(t)
			assert.Equal(t, since < 0 || minor < since, rejected, "%s: Python 3.%d rejects it", c.name, minor)
			if rejected {
				return
			}
			accepted++
			got, ok := astRecords(Parse([]byte(c.source)), minor < 12)
			require.True(t, ok)
			assert.Empty(t, diffRecords(want, got), "%s against Python 3.%d", c.name, minor)
		})
		t.Logf("Python 3.%d accepts %d of %d", minor, accepted, len(files))
		require.Greater(t, accepted, 90)
	}
}

func TestConstructsAgainstPython2(t *testing.T) {
	files, cases := constructSources(t)
	accepted := 0
	runOracle(t, testenv.Python2(t), files, func(path string, _ []string, rejected bool) {
		c := cases[path]
		py2, _ := c.since(t)
		assert.Equal(t, !py2, rejected, "%s: Python 2.7 rejects it", c.name)
		if !rejected {
			accepted++
		}
	})
	t.Logf("Python 2.7 accepts %d of %d", accepted, len(files))
	require.Greater(t, accepted, 60)
}
