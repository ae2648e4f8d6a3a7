package python

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPosition(t *testing.T) {
	for _, test := range []struct {
		name      string
		src       string
		off       int
		line, col int
	}{
		{"start", "a\nb", 0, 1, 1},
		{"second line", "a\nb", 2, 2, 1},
		{"at the newline", "a\nb", 1, 1, 2},
		{"crlf", "a\r\nb", 3, 2, 1},
		{"lone cr", "a\rb", 2, 2, 1},
		{"mixed ends", "a\r\n\rb", 4, 3, 1},
		{"after the end", "a\nb", 99, 2, 2},
		{"before the start", "a", -1, 1, 1},
		{"after a final newline", "a\n", 2, 2, 1},
		{"empty", "", 0, 1, 1},
		{"utf-8", "é = 1", 3, 1, 3},
		{"wide character", "😀x", 4, 1, 2},
		{"undecodable byte", "\xff\xfex", 0, 1, 1},
		{"latin-1", "# coding: latin-1\n\xe9\xe9x", 20, 2, 3},
		{"shift-jis", "# coding: shift_jis\n'\x83\x5c'x", 24, 2, 4},
		{"byte order mark", "\xef\xbb\xbfab", 4, 1, 2},
		{"before the byte order mark's end", "\xef\xbb\xbfab", 1, 1, 1},
		{"tab", "\tx", 1, 1, 2},
		{"form feed is no line", "a\fb", 2, 1, 3},
	} {
		f := Parse([]byte(test.src))
		l, c := f.Position(test.off)
		require.Equal(t, []int{test.line, test.col}, []int{l, c}, test.name)
	}
}

func TestLines(t *testing.T) {
	f := Parse([]byte("a\nb\r\nc"))
	require.Equal(t, 3, f.LineCount())
	require.Equal(t, []int{0, 0, 2, 5, 6}, []int{f.LineStart(0), f.LineStart(1), f.LineStart(2), f.LineStart(3), f.LineStart(4)})
}

func TestPositionFromSeveralGoroutines(t *testing.T) {
	f := Parse([]byte("a\nb\nc\n"))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for off := range 6 {
				if l, _ := f.Position(off); l != off/2+1 {
					t.Errorf("line %d for offset %d", l, off)
				}
			}
		})
	}
	wg.Wait()
}

func TestComments(t *testing.T) {
	src := "#!/bin/sh\nx = [ # one\n  '# no', # two\n]\nf'{a # three\n}'\n    # four\n'''\n# no\n'''\n"
	f := Parse([]byte(src))
	require.Empty(t, f.Errors)
	var got []string
	for _, c := range f.Comments() {
		got = append(got, src[c.Start:c.End])
	}
	require.Equal(t, []string{"#!/bin/sh", "# one", "# two", "# three", "# four"}, got)
}

func TestTokens(t *testing.T) {
	src := "if a:  # c\n\tf'x{b!r}' + \\\n 1\n<<<<<<< HEAD # x\n"
	f := Parse([]byte(src))
	var got []string
	for tok := range f.Tokens() {
		got = append(got, tok.Kind.String()+" "+src[tok.Start:tok.End])
	}
	require.Equal(t, []string{
		"keyword if", "blank  ", "name a", "operator :", "blank   ", "comment # c", "newline \n", "blank \t",
		"fstring-start f'", "fstring-text x", "operator {", "name b", "operator !", "name r", "operator }",
		"fstring-end '", "blank  ", "operator +", "blank  \\\n ", "number 1", "newline \n",
		"skipped <<<<<<< HEAD # x", "blank \n",
	}, got)
	for tok := range f.Tokens() {
		require.Equal(t, TokenKeyword, tok.Kind)
		break // a reader may stop
	}
}

func TestEncodings(t *testing.T) {
	for _, test := range []struct {
		name, src, encoding string
		errors              []string
	}{
		{"none", "x = 1\n", "utf-8", nil},
		{"byte order mark", "\xef\xbb\xbfx = 1\n", "utf-8", nil},
		{"emacs", "# -*- coding: latin-1 -*-\nx = '\xe9'\n", "iso-8859-1", nil},
		{"vim", "# vim: set fileencoding=cp1252 :\nx = '\x80'\n", "cp1252", nil},
		{"second line", "#!/usr/bin/python\n# coding=utf8\n", "utf-8", nil},
		{"second line behind a blank one", "\n# coding: latin-1\n", "iso-8859-1", nil},
		{"third line", "\n\n# coding: latin-1\n", "utf-8", nil},
		{"behind code", "x = 1\n# coding: latin-1\n", "utf-8", nil},
		{"in a string", "'coding: latin-1'\n", "utf-8", nil},
		{"underscore and capitals", "# coding: Latin_1\n", "iso-8859-1", nil},
		{"unknown", "# coding: uft-8\n", "uft-8", []string{"an unknown source encoding; its text is taken for ISO 8859-1"}},
		{"contradiction", "\xef\xbb\xbf# coding: latin-1\n", "utf-8", []string{"the cookie contradicts the byte order mark; the file is read as UTF-8"}},
		{"not utf-8", "x = '\xe9'\n", "utf-8", []string{"not UTF-8, and no other encoding is declared"}},
		{"latin-1 names", "# coding: latin-1\nna\xefve = 1\n", "iso-8859-1", nil},
		{"shift-jis backslash and quote", "# coding: shift_jis\nx = '\x83\x5c'\ny = 1\n", "shift-jis", nil},
		{"utf-16", "\xff\xfex\x00", "utf-16", []string{"the file is UTF-16, which Python does not read"}},
	} {
		f := Parse([]byte(test.src))
		require.Equal(t, test.encoding, f.Encoding, test.name)
		var got []string
		for _, e := range f.Errors {
			require.Equal(t, ErrorEncoding, e.Kind, test.name)
			got = append(got, e.Message)
		}
		require.Equal(t, test.errors, got, test.name)
		require.NoError(t, checkFile([]byte(test.src), f), test.name)
	}
}

func TestLegacy(t *testing.T) {
	for src, want := range map[string]bool{
		"print 'a'\n":                             true,
		"try: pass\nexcept E, e: pass\n":          true,
		"raise E, 'a'\n":                          true,
		"print('a')\n":                            false,
		"x = 1\n":                                 false,
		"print >>f, 'a'\nx: int = 1\n":            false,
		"def f(a, *, b): nonlocal_ = `a`\n":       false,
		"from __future__ import print_function\n": false,
	} {
		require.Equal(t, want, Parse([]byte(src)).Legacy(), src)
	}
}

func TestManyErrorsAreCut(t *testing.T) {
	f := Parse([]byte(strings.Repeat("a b\n", 5000)))
	require.LessOrEqual(t, len(f.Errors), 2*maxErrors+1)
	last := f.Errors[len(f.Errors)-1]
	require.Equal(t, ErrorLimit, last.Kind)
	require.Equal(t, "there are more errors than are listed", last.Message)
}

func TestLineEnds(t *testing.T) {
	want := Parse([]byte("class A:\n    def f(self):\n        return (1,\n2)\n\nx = 1\n")).Root().Dump()
	for _, src := range []string{
		"class A:\r\n    def f(self):\r\n        return (1,\r\n2)\r\n\r\nx = 1\r\n",
		"class A:\r    def f(self):\r        return (1,\r2)\r\rx = 1\r",
		"class A:\n    def f(self):\n        return (1,\n2)\n\nx = 1",
		"\xef\xbb\xbfclass A:\n\n\f    def f(self):\n  # c\n        return (1,\n2)\n\f\nx = 1",
	} {
		f := Parse([]byte(src))
		require.Empty(t, f.Errors, "%q", src)
		require.Equal(t, want, f.Root().Dump(), "%q", src)
	}
}

func TestZeroNode(t *testing.T) {
	var n Node
	require.True(t, n.IsZero())
	require.Equal(t, KindNone, n.Kind())
	require.Equal(t, "", n.Text()+n.Name()+n.Op())
	require.Equal(t, Node{}, n.Parent())
	require.Equal(t, Node{}, n.Field(FieldBody))
	require.False(t, n.Is(FlagAsync))
	for range n.Children() {
		t.Fatal("a child")
	}
	for range n.All(FieldBody) {
		t.Fatal("a child")
	}
	for range n.Descendants() {
		t.Fatal("a descendant")
	}
	require.Equal(t, "()", n.Dump())
}

func TestNames(t *testing.T) {
	src := `async def f(a, *b, **c): pass
class G(h=1): pass
import i.j as k, l . m
try: pass
except N as o: pass
p.q
x = lambda r=1: r
def (s): pass
class {{ t }}View: pass
`
	f := Parse([]byte(src))
	var got []string
	for n := range f.Root().Descendants() {
		if n.Kind() == KindName {
			continue
		}
		if name := n.Name(); name != "" {
			got = append(got, n.Kind().String()+" "+name)
			s, e := n.NameRange()
			require.True(t, n.Start() <= s && s < e && e <= n.End(), "%v %s", n.Kind(), name)
		}
	}
	require.Equal(t, []string{
		"FunctionDef f", "Param a", "Param b", "Param c", "ClassDef G", "Keyword h", "Alias i.j", "Alias l.m",
		"ExceptHandler o", "Attribute q", "Param r", "Param s", "ClassDef {{ t }}View",
	}, got)
}

func TestKindAndFieldNames(t *testing.T) {
	seen := map[string]bool{}
	for k := range kindCount {
		require.NotEmpty(t, k.String())
		require.False(t, seen[k.String()], "two kinds are called %s", k)
		seen[k.String()] = true
	}
	seen = map[string]bool{}
	for fd := range fieldCount {
		require.NotEmpty(t, fd.String())
		require.False(t, seen[fd.String()], "two fields are called %s", fd)
		seen[fd.String()] = true
	}
	require.Equal(t, "FunctionDef", KindFunctionDef.String())
	require.Equal(t, "BadExpr", KindBadExpr.String())
	require.Equal(t, "PatternKeyword", KindPatternKeyword.String())
	require.Equal(t, "Spec", FieldSpec.String())
	require.Equal(t, "**", opPow.String())
	require.Equal(t, "Kind(255)", Kind(255).String())
}
