package python

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// corpusRoot is where scripts/corpus.sh puts real projects.
const corpusRoot = "../../.corpus"

// need skips the test for a reason, or fails it where the environment says that
// what is missing must be there.
func need(t *testing.T, variable, reason string) {
	t.Helper()
	if os.Getenv(variable) == "1" {
		t.Fatalf("%s=1: %s", variable, reason)
	}
	t.Skip(reason)
}

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
		if d.IsDir() && (d.Name() == "site-packages" || d.Name() == "dist-packages" && path != root) && path != root &&
			!strings.HasPrefix(path, corpusRoot) {
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

func (p places) at(off int) (line, col int) {
	f := p.f
	f.linesOnce.Do(f.findLines)
	line = sort.Search(len(f.lines), func(i int) bool { return int(f.lines[i]) > off })
	start := int(f.lines[line-1])
	if line == 1 && hasBOM(f.Src) {
		start = min(off, 3)
	}
	text := f.Src[start:off]
	if f.Encoding == "utf-8" {
		return line, len(text)
	}
	var b strings.Builder
	for len(text) > 0 {
		n := 1
		if text[0] < utf8.RuneSelf {
			b.WriteByte(text[0])
		} else if n, _ = decodeChar(&b, text, f.Encoding); n == 0 {
			return line, -1
		}
		text = text[n:]
	}
	return line, b.Len()
}

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

// astRecords lists a file's nodes as the oracle would. opaque leaves out what is
// inside of f-strings. ok is false where the file's encoding is one that the
// reader does not decode, so that CPython's columns cannot be told.
func astRecords(f *File, opaque bool) (records []string, ok bool) {
	var out []string
	pl := places{f}
	skipTo := -1
	for n := range f.Root().Descendants() {
		kind, known := astKinds[n.Kind()]
		if !known {
			kind = n.Kind().String()
		}
		start, end := n.Start(), n.End()
		if opaque && start < skipTo && n.Role() != FieldDecorators {
			continue
		}
		name := ""
		switch n.Kind() {
		case KindFunctionDef, KindFor, KindWith:
			if n.Is(FlagAsync) {
				kind = "Async" + kind
			}
			name = n.Name()
		case KindClassDef, KindAttribute, KindKeyword, KindParam, KindAlias, KindExceptHandler, KindPatternAs:
			name = n.Name()
		case KindName:
			name = n.Name()
			switch p := n.Parent().Kind(); {
			case n.Role() == FieldAsName, p == KindExceptHandler && n.Role() == FieldTarget && !n.Is(FlagLegacy),
				p == KindGlobal, p == KindNonlocal, p == KindPatternAs:
				continue
			case name == "True" || name == "False" || name == "None":
				kind, name = "Constant", ""
			}
		case KindTry:
			if h := n.Field(FieldHandlers); !h.IsZero() && h.Is(FlagStar) {
				kind = "TryStar"
			}
		case KindString:
			if n.Role() == FieldPieces {
				continue
			}
		case KindFString, KindTString:
			if n.Role() == FieldPieces {
				continue
			}
			if opaque {
				skipTo = end
			}
		case KindPatternCapture:
			if name = n.Name(); name == "_" {
				name = ""
			}
		case KindPatternStar:
			if name = n.Name(); name == "_" {
				name = ""
			}
			if n.Is(FlagDoubleStar) {
				continue
			}
		case KindPatternValue:
			if v := n.Field(FieldValue); v.Kind() == KindName {
				kind = "MatchSingleton"
			}
		case KindTypeParam:
			name = n.Name()
			if n.Is(FlagStar) {
				kind = "TypeVarTuple"
			} else if n.Is(FlagDoubleStar) {
				kind = "ParamSpec"
			}
		}
		if n.Kind() == KindParam {
			if name == "" {
				continue
			}
			// ast's arg begins at the name and ends at the annotation.
			start, end = n.NameRange()
			if a := n.Field(FieldAnnotation); !a.IsZero() {
				end = a.End()
			}
		}
		if n.Kind() == KindName && n.Parent().Kind() == KindPatternValue && (kind == "Constant") {
			continue // MatchSingleton has no child
		}
		if kind == "" {
			if n.Kind() == KindDecorator {
				l, c := pl.at(n.Field(FieldValue).Start())
				out = append(out, fmt.Sprintf("D %d %d", l, c))
			}
			continue
		}
		l, c := pl.at(start)
		el, ec := pl.at(end)
		if c < 0 || ec < 0 {
			return nil, false
		}
		for i := range len(name) {
			if name[i] >= utf8.RuneSelf {
				name = "?" // CPython normalises it
				break
			}
		}
		out = append(out, strings.TrimRight(fmt.Sprintf("%s %d %d %d %d %s", kind, l, c, el, ec, name), " "))
		if k := n.Kind(); k == KindList || k == KindTuple {
			if c := countStrings(n); c > 0 {
				l, col := pl.at(start)
				out = append(out, fmt.Sprintf("L %d %d %d", l, col, c))
			}
		}
	}
	return out, true
}

// countStrings is the number of elements if all of them are plain strings.
func countStrings(n Node) int {
	count := 0
	for e := range n.All(FieldElts) {
		if e.Kind() != KindString {
			return 0
		}
		count++
	}
	return count
}

// withoutPrint drops the records of the lines that hold a Print on either side
// in CPython 3's test_print.py.
func withoutPrint(records []string) []string {
	var out []string
	for _, r := range records {
		if f := strings.Fields(r); f[1] != "194" && f[1] != "201" {
			out = append(out, r)
		}
	}
	return out
}

// diffRecords returns a few of the records that only one side has.
func diffRecords(want, got []string) string {
	sort.Strings(want)
	sort.Strings(got)
	var b strings.Builder
	shown := 0
	same := func(w, g string) bool {
		if !strings.HasSuffix(g, " ?") {
			return w == g
		}
		return w == g[:len(g)-2] || strings.HasPrefix(w, g[:len(g)-1])
	}
	for i, j := 0, 0; (i < len(want) || j < len(got)) && shown < 8; {
		switch {
		case i < len(want) && j < len(got) && same(want[i], got[j]):
			i++
			j++
		case j >= len(got) || i < len(want) && want[i] < got[j]:
			fmt.Fprintf(&b, "\n  only CPython: %s", want[i])
			i++
			shown++
		default:
			fmt.Fprintf(&b, "\n  only here:    %s", got[j])
			j++
			shown++
		}
	}
	return b.String()
}

// python3 finds a CPython 3.8 or later and its minor version.
func python3(t *testing.T) (python string, minor int) {
	t.Helper()
	python = os.Getenv("PYTHON3")
	if python == "" {
		python = "python3"
	}
	out, err := exec.Command(python, "-c", "import sys; print(sys.version_info[1])").Output()
	if err != nil {
		need(t, "REQUIRE_PYTHON", "no python3 to compare with: "+err.Error())
	}
	minor, err = strconv.Atoi(string(bytes.TrimSpace(out)))
	require.NoError(t, err)
	if minor < 10 {
		need(t, "REQUIRE_PYTHON", "python3 is older than 3.10, whose ast places nodes differently")
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
			got, want = withoutPrint(got), withoutPrint(want)
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
	root := filepath.Join(corpusRoot, "python3-django")
	if _, err := os.Stat(root); err != nil {
		need(t, "REQUIRE_CORPUS", "the corpus is not there: scripts/corpus.sh brings it")
	}
	python, minor := python3(t)
	fig := compareTrees(t, python, minor, pythonFiles(t, root))
	t.Log(fig)
	require.Greater(t, fig.files, 800)
}

func TestStandardLibraryAgainstCPython(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole standard library takes half a minute; not with -short")
	}
	python, minor := python3(t)
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
