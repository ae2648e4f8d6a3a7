package python

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

// brokenFiles reads testdata/broken.txt: the files of CPython's own test suite
// that are broken on purpose.
func brokenFiles(t *testing.T) map[string]bool {
	t.Helper()
	data, err := os.ReadFile("testdata/broken.txt")
	require.NoError(t, err)
	broken := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			broken[line] = true
		}
	}
	require.NotEmpty(t, broken)
	return broken
}

// pythonFiles lists the .py files below root without installed packages.
func pythonFiles(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "site-packages" || d.Name() == "dist-packages") && path != root &&
			!strings.Contains(filepath.ToSlash(path), "/.corpus/") {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() && strings.HasSuffix(path, ".py") {
			files = append(files, path)
		}
		return nil
	})
	require.NoError(t, err)
	sort.Strings(files)
	return files
}

// figures is what the oracle tests report.
type figures struct {
	files, nodes, defs, classes, decorators, calls, stringLists int
	unparsed                                                    []string // by CPython
	undecoded                                                   []string // by us
}

func (f figures) String() string {
	return fmt.Sprintf("%d files, %d nodes, %d classes, %d defs, %d decorators, %d calls, %d string lists; the oracle rejects %d files, %d are in an encoding the reader does not decode",
		f.files, f.nodes, f.classes, f.defs, f.decorators, f.calls, f.stringLists, len(f.unparsed), len(f.undecoded))
}

func (f *figures) count(record string) {
	kind, _, _ := strings.Cut(record, " ")
	switch kind {
	case "FunctionDef", "AsyncFunctionDef":
		f.defs++
	case "ClassDef":
		f.classes++
	case "D":
		f.decorators++
		return
	case "L":
		f.stringLists++
		return
	case "Call":
		f.calls++
	}
	f.nodes++
}

// runOracle feeds the files to a Python and hands each file's records to check.
func runOracle(t *testing.T, python string, files []string, check func(path string, records []string, rejected bool), args ...string) {
	t.Helper()
	cmd := exec.Command(python, append([]string{"testdata/oracle.py"}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	r := bufio.NewReaderSize(out, 1<<20)
	path, rejected, records, seen := "", false, []string(nil), 0
	flush := func() {
		if path != "" {
			seen++
			check(path, records, rejected)
		}
		records, rejected = records[:0], false
	}
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "F "):
			flush()
			path = line[2:]
		case line == "E":
			rejected = true
		default:
			records = append(records, strings.TrimRight(line, " "))
		}
	}
	flush()
	require.NoError(t, cmd.Wait())
	require.Equal(t, len(files), seen, "files the oracle answered")
}

// places turns offsets into lines and columns as the oracle counts them.
type places struct{ f *File }

// astKinds names ast's types for the kinds that are called otherwise there.
var astKinds = map[Kind]string{
	KindModule: "", KindExprStmt: "Expr", KindNumber: "Constant", KindEllipsis: "Constant",
	KindString: "Constant", KindFString: "JoinedStr", KindTString: "TemplateStr", KindAlias: "alias",
	KindDottedName: "", KindKeyword: "keyword", KindOperator: "", KindDictItem: "",
	KindComprehension: "", KindParameters: "", KindParam: "arg", KindDecorator: "",
	KindTypeParams: "", KindTypeParam: "TypeVar", KindWithItem: "", KindMatchCase: "",
	KindPatternValue: "MatchValue", KindPatternCapture: "MatchAs", KindPatternAs: "MatchAs",
	KindPatternOr: "MatchOr", KindPatternSequence: "MatchSequence", KindPatternStar: "MatchStar",
	KindPatternMapping: "MatchMapping", KindPatternItem: "", KindPatternClass: "MatchClass",
	KindPatternKeyword: "",
}

// oracle is a CPython whose ast places nodes as the reader does, and its minor
// version.
func oracle(t *testing.T) (python string, minor int) {
	t.Helper()
	python, minor = testenv.Python3(t)
	if minor < 10 {
		testenv.Absent(t, testenv.RequirePython, "python3 is older than 3.10, whose ast places nodes differently")
	}
	return python, minor
}

// compareTrees compares every node of every file with CPython's.
func compareTrees(t *testing.T, python string, minor int, files []string) figures {
	t.Helper()
	broken := brokenFiles(t)
	var fig figures
	bad := 0
	runOracle(t, python, files, func(path string, want []string, rejected bool) {
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		f := Parse(src)
		if rejected {
			fig.unparsed = append(fig.unparsed, path)
			return
		}
		if len(f.Errors) > 0 && !broken[filepath.Base(path)] {
			bad++
			l, c := f.Position(f.Errors[0].Start)
			t.Errorf("%s:%d:%d: %s", path, l, c, f.Errors[0].Message)
			return
		}
		got, ok := astRecords(f, minor < 12)
		if !ok {
			fig.undecoded = append(fig.undecoded, path)
			return
		}
		if filepath.Base(path) == "test_print.py" {
			// It tests what "print >> f" and "print -1" say in Python 3;
			// the former is read as Python 2's statement.
			got, want = withoutPrint(src, got), withoutPrint(src, want)
		}
		fig.files++
		for _, r := range want {
			fig.count(r)
		}
		if diff := diffRecords(want, got); diff != "" {
			bad++
			if bad < 20 {
				t.Errorf("%s differs:%s", path, diff)
			}
		}
	})
	require.Zero(t, bad, "files that differ")
	return fig
}

func TestDjangoAgainstCPython(t *testing.T) {
	root := testenv.Corpus(t, "python3-django")
	python, minor := oracle(t)
	fig := compareTrees(t, python, minor, pythonFiles(t, root))
	t.Log(fig)
	require.Greater(t, fig.files, 800)
}

func TestStandardLibraryAgainstCPython(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole standard library takes half a minute; not with -short")
	}
	python, minor := oracle(t)
	out, err := exec.Command(python, "-c", "import os; print(os.path.dirname(os.__file__))").Output()
	require.NoError(t, err)
	fig := compareTrees(t, python, minor, pythonFiles(t, strings.TrimSpace(string(out))))
	t.Log(fig)
	require.Greater(t, fig.files, 500)
	broken := brokenFiles(t)
	for _, path := range fig.unparsed {
		require.True(t, broken[filepath.Base(path)], "CPython rejects %s, which is not in testdata/broken.txt", path)
	}
}
