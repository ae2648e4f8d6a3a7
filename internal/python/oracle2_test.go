package python

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

// legacyStart is the offset at which Python 2.7's ast places an expression:
// that of the innermost object of a call, and the first element of a tuple. ok
// is false where that is a string of several lines, whose column is lost there.
func legacyStart(n Node) (off int, ok bool) {
	for {
		switch n.Kind() {
		case KindCall:
			n = n.Field(FieldFunc)
			continue
		case KindAttribute, KindSubscript:
			n = n.Field(FieldObject)
			continue
		case KindTuple, KindGeneratorExp:
			if n.Is(FlagParenthesized) && n.f.nodes[n.id].first != 0 {
				off = afterBlank(n.f.Src, n.Start()+1)
				return off, !multiLine(n.f.Src, off)
			}
		}
		off = n.Start()
		if l := n.Field(FieldLeft); n.Kind() == KindBinOp && l.Kind() == KindBinOp && !l.Is(FlagParenthesized) && sameLevel(n, l) {
			// A chain of operators stands at its last operator.
			off = afterBlank(n.f.Src, l.End())
		}
		return off, !multiLine(n.f.Src, off)
	}
}

// sameLevel reports whether two operators have the same precedence.
func sameLevel(a, b Node) bool {
	var pa, pb uint8
	for _, o := range binaries {
		if o.op.String() == a.Op() {
			pa = o.prec
		}
		if o.op.String() == b.Op() {
			pb = o.prec
		}
	}
	return pa == pb
}

// afterBlank skips blanks, comments and line ends.
func afterBlank(src []byte, i int) int {
	for i < len(src) {
		switch c := src[i]; {
		case c == '#':
			for i < len(src) && src[i] != '\n' && src[i] != '\r' {
				i++
			}
		case c == ' ' || c == '\t' || c == '\f' || c == '\n' || c == '\r' || c == '\\':
			i++
		default:
			return i
		}
	}
	return i
}

// multiLine reports whether a string literal of several lines begins at i.
func multiLine(src []byte, i int) bool {
	q := i
	for q < len(src) && class[src[q]] == classIdent {
		q++
	}
	if q >= len(src) || q-i > 3 || class[src[q]] != classQuote {
		return false
	}
	l := lexer{src: src[i:min(len(src), i+20000)]}
	l.run()
	for _, t := range l.toks {
		if t.kind == tString || t.kind == tFStart {
			return bytes.ContainsAny(l.src[t.start:t.end], "\r\n")
		}
		if t.kind != tIndent {
			return false
		}
	}
	return false
}

// legacyRecords lists classes, defs, decorators, calls and lists of strings as
// the oracle does under Python 2.7. What may be a call or, in Python 2, a print
// or exec statement is in unsure: the reader takes it for a call unless the file
// shows that it is Python 2.
func legacyRecords(f *File) (out, unsure []string) {
	pl := places{f}
	record := func(kind string, off int, rest string) {
		l, c := pl.at(off)
		out = append(out, strings.TrimRight(fmt.Sprintf("%s %d %d%s", kind, l, c, rest), " "))
	}
	for n := range f.Root().Descendants() {
		switch n.Kind() {
		case KindFunctionDef, KindClassDef:
			off := n.Start()
			if d := n.Field(FieldDecorators); !d.IsZero() {
				off = d.Start()
			}
			record(n.Kind().String(), off, " 0 0 "+n.Name())
			for d := range n.All(FieldDecorators) {
				record("D", d.Field(FieldValue).Start(), "")
			}
		case KindCall:
			if off, ok := legacyStart(n); ok {
				record("Call", off, " 0 0")
				if name := n.Field(FieldFunc).Name(); n.Field(FieldFunc).Kind() == KindName && (name == "print" || name == "exec") {
					last := len(out) - 1
					unsure = append(unsure, out[last])
					out = out[:last]
				}
			}
		case KindList, KindTuple:
			if c := countStrings(n); c > 0 {
				if off, ok := legacyStart(n); ok {
					record("L", off, fmt.Sprintf(" %d", c))
				}
			}
		}
	}
	return out, unsure
}

func TestPython2LibraryAgainstCPython(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole library takes some seconds; not with -short")
	}
	python := testenv.Python2(t)
	out, err := exec.Command(python, "-c", "import os; print os.path.dirname(os.__file__)").Output()
	require.NoError(t, err)
	files := pythonFiles(t, strings.TrimSpace(string(out)))
	broken := brokenFiles(t)
	var fig figures
	bad, asCalls := 0, 0
	runOracle(t, python, files, func(path string, records []string, rejected bool) {
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
		var want []string
		for _, r := range records {
			kind, rest, _ := strings.Cut(r, " ")
			switch kind {
			case "FunctionDef", "ClassDef", "D", "Call", "L":
				if !strings.Contains(rest, " -1") {
					want = append(want, r)
				}
			}
			fig.count(r)
		}
		fig.files++
		got, unsure := legacyRecords(f)
		for _, r := range unsure {
			if slices.Contains(want, r) {
				got = append(got, r)
			} else {
				asCalls++
			}
		}
		if diff := diffRecords(want, got); diff != "" {
			bad++
			if bad < 20 {
				t.Errorf("%s differs:%s", path, diff)
			}
		}
	})
	require.Zero(t, bad, "files that differ")
	t.Log(fig)
	t.Logf("%d statements that both versions know were read as calls of print or exec", asCalls)
	require.Less(t, asCalls, 100, "print and exec statements read as calls")
	require.Greater(t, fig.files, 500)
	for _, path := range fig.unparsed {
		require.True(t, broken[filepath.Base(path)], "CPython rejects %s, which is not in testdata/broken.txt", path)
	}
}
