package python

import (
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

// firstString is the first string of a source.
func firstString(t *testing.T, src string) Node {
	t.Helper()
	for n := range Parse([]byte(src)).Root().Descendants() {
		if k := n.Kind(); k == KindString || k == KindFString || k == KindTString {
			return n
		}
	}
	t.Fatalf("no string in %q", src)
	return Node{}
}

func TestStringValue(t *testing.T) {
	for _, test := range []struct {
		src, want string
		ok        bool
	}{
		{`"a.b.C"`, "a.b.C", true},
		{`'a' "b" '''c'''`, "abc", true},
		{`"a\n\t\\\"\'\x41\101\u00e9\U0001F600"`, "a\n\t\\\"'AA\u00e9\U0001F600", true},
		{`"\400\777"`, "\u0100\u01ff", true},
		{`b"\x41\u00e9"`, `A\u00e9`, true},
		{`b"\xff"`, "\xff", true},
		{`r"\n\""`, `\n\"`, true},
		{`"\q\8"`, `\q\8`, true},
		{"'''a\r\nb\rc'''", "a\nb\nc", true},
		{"'a\\\r\nb'", "ab", true},
		{`u"\u0041"`, "A", true},
		{`ur"\u0041\n"`, `A\n`, true},
		{`f"{{a}}"`, "{a}", true},
		{`""`, "", true},
		{`"""a"b"""`, `a"b`, true},
		{`"é"`, "é", true},
		{"# coding: latin-1\n'\xe9'", "é", true},
		{"# coding: cp1252\n'\x80'", "€", true},
		{"# coding: iso-8859-15\n'\xa4'", "€", true},
		{"# coding: utf-8\nprint 'a'\nx = '\\u0041'", "a", true},
		{"# coding: cp1252\n'\x81'", "", false},
		{"# coding: koi8-r\n'\xe9'", "", false},
		{"'\xe9'", "", false},
		{`f"{a}"`, "", false},
		{`"a" f"{b}"`, "", false},
		{`t"a"`, "", false},
		{`"\N{DASH}"`, "", false},
		{`"\x4"`, "", false},
		{`"\ud800"`, "", false},
		{`'abc`, "", false},
		{`""abc"""`, "", false},
	} {
		s, ok := firstString(t, test.src).StringValue()
		require.Equal(t, test.ok, ok, "%q", test.src)
		require.Equal(t, test.want, s, "%q", test.src)
	}
	s, ok := Node{}.StringValue()
	require.False(t, ok)
	require.Empty(t, s)
}

func TestLegacyStringsKnowNoUnicodeEscape(t *testing.T) {
	f := Parse([]byte("print 'x'\na = '\\u0041'\nb = u'\\u0041'\n"))
	var got []string
	for s := range f.Root().All(FieldBody) {
		v, ok := s.Field(FieldValue).StringValue()
		if s.Kind() == KindAssign {
			require.True(t, ok)
			got = append(got, v)
		}
	}
	require.Equal(t, []string{`\u0041`, "A"}, got)
}

func TestIsBytes(t *testing.T) {
	for src, want := range map[string]bool{`b"a"`: true, `Rb'a'`: true, `b"a" b'b'`: true, `"b"`: false, `u"a"`: false} {
		require.Equal(t, want, firstString(t, src).IsBytes(), src)
	}
	require.False(t, Node{}.IsBytes())
}

// TestStringValuesAgainstCPython compares the value of every string of Django
// and of the standard library without its tests.
func TestStringValuesAgainstCPython(t *testing.T) {
	python, _ := oracle(t)
	out, err := exec.Command(python, "-c", "import os; print(os.path.dirname(os.__file__))").Output()
	require.NoError(t, err)
	files := pythonFiles(t, strings.TrimSpace(string(out)))
	files = slices.DeleteFunc(files, func(path string) bool { return strings.Contains(path, "/test/") })
	if testing.Short() {
		files = files[:50]
	}
	if root := filepath.Join(testenv.Root(t), ".corpus", "python3-django"); exists(root) {
		files = append(files, pythonFiles(t, root)...)
	}
	compared, unknown := 0, 0
	runOracle(t, python, files, func(path string, records []string, rejected bool) {
		if rejected {
			return
		}
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		f := Parse(src)
		want := map[string]string{}
		for _, r := range records {
			p := strings.Fields(r)
			want[p[1]+" "+p[2]] = p[3] + " " + p[4]
		}
		pl := places{f}
		opaque := -1
		for n := range f.Root().Descendants() {
			if k := n.Kind(); k == KindFString || k == KindTString {
				opaque = max(opaque, n.End())
			}
			if n.Kind() != KindString || n.Role() == FieldPieces || n.Start() < opaque {
				continue
			}
			l, c := pl.at(n.Start())
			if c < 0 {
				continue
			}
			w, ok := want[fmt.Sprintf("%d %d", l, c)]
			require.True(t, ok, "%s:%d:%d: CPython has no string here", path, l, c+1)
			v, ok := n.StringValue()
			if !ok {
				unknown++
				if f.Encoding == "koi8-r" {
					continue // not decoded
				}
				require.Regexp(t, `\\N\{|\\[uU]0*[dD][89a-fA-F]`, n.Text(), "%s:%d: a value that should be known", path, l)
				continue
			}
			kind := "s"
			if n.IsBytes() {
				kind = "b"
			}
			compared++
			require.Equal(t, w, fmt.Sprintf("%s %d", kind, crc32.ChecksumIEEE([]byte(v))), "%s:%d: %s", path, l, n.Text())
		}
	}, "values")
	t.Logf("%d values equal, %d not known (names of characters, surrogates, KOI8-R)", compared, unknown)
	require.Greater(t, compared, 5000)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
