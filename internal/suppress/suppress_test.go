package suppress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func render(cs []Comment) []string {
	out := []string{}
	for _, c := range cs {
		if c.Malformed != "" {
			out = append(out, fmt.Sprintf("%d:%d-%d malformed: %s", c.Span.Line, c.Span.Column, c.Span.EndColumn, c.Malformed))
			continue
		}
		var names []string
		for _, n := range c.Names {
			names = append(names, fmt.Sprintf("%s@%d-%d", n.Text, n.Span.Column, n.Span.EndColumn))
		}
		out = append(out, fmt.Sprintf("%d:%d-%d %s (%s) covers %d-%d", c.Span.Line, c.Span.Column, c.Span.EndColumn, strings.Join(names, " "), c.Reason, c.First, c.Last))
	}
	return out
}

func TestRead(t *testing.T) {
	cases := []struct {
		name, src string
		want      []string
	}{
		{"none", "x = 1 # mwcheck is our linter\n", []string{}},
		{"prose", "# mwcheck: see docs/lint.md for what it checks\n", []string{}},
		{"in a string", "x = '# mwcheck: ignore[a] b'\n", []string{}},
		{"in a docstring", "\"\"\"\n# mwcheck: ignore[a] b\n\"\"\"\n", []string{}},
		{"behind code", "x = 1  # mwcheck: ignore[wrong-order] it is so\n", []string{"1:10-47 wrong-order@26-37 (it is so) covers 1-1"}},
		{"several names, a colon", "x = 1  #mwcheck:ignore[a,  MW101 ]: b  c \n", []string{"1:9-41 a@24-25 MW101@28-33 (b c) covers 1-1"}},
		{"above", "# mwcheck: ignore[a] b\nx = 1\n", []string{"1:3-23 a@19-20 (b) covers 2-2"}},
		{"above, with other comments between", "# mwcheck: ignore[a] b\n# more\n#\nx = 1\n", []string{"1:3-23 a@19-20 (b) covers 4-4"}},
		{"two above", "# mwcheck: ignore[a] b\n# mwcheck: ignore[c] d\nx = 1\n", []string{"1:3-23 a@19-20 (b) covers 3-3", "2:3-23 c@19-20 (d) covers 3-3"}},
		{"an empty line ends it", "# mwcheck: ignore[a] b\n\nx = 1\n", []string{"1:3-23 a@19-20 (b) covers 2-2"}},
		{"in a list", "X = [\n    # mwcheck: ignore[a] b\n    'c',\n    'd',  # mwcheck: ignore[e] f\n]\n", []string{"2:7-27 a@23-24 (b) covers 3-3", "4:13-33 e@29-30 (f) covers 4-4"}},
		{"a class", "class A:  # mwcheck: ignore[a] b\n    def f(self):\n        pass\n\n\nx = 1\n", []string{"1:13-33 a@29-30 (b) covers 1-3"}},
		{"above decorators", "# mwcheck: ignore[a] b\n@x\n@y\ndef f():\n    pass\n", []string{"1:3-23 a@19-20 (b) covers 2-5"}},
		{"between decorators", "@x\n# mwcheck: ignore[a] b\n@y\ndef f():\n    pass\n", []string{"2:3-23 a@19-20 (b) covers 3-5"}},
		{"a hook", "class A:\n    def f(self):  # mwcheck: ignore[a] b\n        pass\n    def g(self):\n        pass\n", []string{"2:21-41 a@37-38 (b) covers 2-3"}},
		{"with others", "x = 1  # noqa # mwcheck: ignore[a] b # type: ignore\n", []string{"1:17-37 a@33-34 (b) covers 1-1"}},
		{"a dash before the reason", "x = 1  # mwcheck: ignore[a] -- b\n", []string{"1:10-33 a@26-27 (b) covers 1-1"}},
		{"CRLF, wide characters", "x = 'größe'  # mwcheck: ignore[a] grün\r\ny = 2\r\n", []string{"1:16-39 a@32-33 (grün) covers 1-1"}},
		{"byte order mark", "\ufeff# mwcheck: ignore[a] b\nx = 1\n", []string{"1:3-23 a@19-20 (b) covers 2-2"}},
		{"last line without end", "x = 1\n# mwcheck: ignore[a] b", []string{"2:3-23 a@19-20 (b) covers 3-3"}},
		{"latin-1", "# coding: latin-1\nx = 1  # mwcheck: ignore[a] gr\xfcn\n", []string{"2:10-33 a@26-27 (gr\ufffdn) covers 2-2"}},
		{"no brackets", "x = 1  # mwcheck: ignore\n", []string{`1:10-25 malformed: names in brackets must follow "ignore"`}},
		{"no brackets, reason", "x = 1  # mwcheck: ignore wrong-order\n", []string{`1:10-37 malformed: names in brackets must follow "ignore"`}},
		{"open bracket", "x = 1  # mwcheck: ignore[a b\n", []string{`1:10-29 malformed: the bracket behind "ignore" is not closed`}},
		{"nothing named", "x = 1  # mwcheck: ignore[ , ] b\n", []string{"1:10-32 malformed: no rule or fact is named in the brackets"}},
		{"no reason", "x = 1  # mwcheck: ignore[a]\n", []string{"1:10-28 malformed: the reason is missing"}},
		{"no reason but signs", "x = 1  # mwcheck: ignore[a]: ...\n", []string{"1:10-33 malformed: the reason is missing"}},
		{"too many names", "x = 1  # mwcheck: ignore[" + strings.Repeat("a,", 500000) + "] b\n", []string{"1:10-1000029 malformed: more than 50 names"}},
		{"another word", "x = 1  # mwcheck: disable[a] b\n", []string{`1:10-31 malformed: the word behind "mwcheck:" must be "ignore"`}},
		{"another tool's word", "x = 1  # mwcheck: noqa\n", []string{`1:10-23 malformed: the word behind "mwcheck:" must be "ignore"`}},
		{"capitals", "x = 1  # mwcheck: Ignore[a] b\n", []string{`1:10-30 malformed: the word behind "mwcheck:" must be "ignore"`}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, render(Read("s.py", python.Parse([]byte(tc.src)))))
		})
	}
	require.Empty(t, Read("s.py", nil))
}

func TestCovers(t *testing.T) {
	c := Read("s.py", python.Parse([]byte("# mwcheck: ignore[a] b\nx = (\n1)\n")))[0]
	at := func(file string, first, last int) bool {
		return c.Covers(stack.Span{File: file, Line: first, Column: 1, EndLine: last, EndColumn: 2})
	}
	require.True(t, at("s.py", 2, 2))
	require.True(t, at("s.py", 2, 3), "an entry of several lines")
	require.True(t, at("s.py", 1, 2))
	require.False(t, at("s.py", 3, 3))
	require.False(t, at("t.py", 2, 2))
	require.False(t, at("s.py", 0, 0), "a finding on the whole file")
	c.Malformed = "x"
	require.False(t, at("s.py", 2, 2))
}

// FuzzRead: comments lie in the file, in order, and every name lies in its
// comment.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"# mwcheck: ignore[a] b\nx = 1\n", "x # mwcheck: ignore[a,b # mwcheck: ignore[c] d\n", "class A: # mwcheck: ignore[é] \xff\n  pass",
		"#mwcheck:ignore[]#mwcheck:ignore[,]x", "'''# mwcheck: ignore[a] b'''", "@x\n# mwcheck: ignore[a] b\ndef f(): pass\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		end := 0
		for _, c := range Read("s.py", python.Parse(src)) {
			require.GreaterOrEqual(t, c.Span.Start, end)
			require.LessOrEqual(t, c.Span.End, len(src))
			require.True(t, strings.HasPrefix(string(src[c.Span.Start:c.Span.End]), "mwcheck:"))
			end = c.Span.End
			require.Positive(t, c.First)
			require.GreaterOrEqual(t, c.Last, c.First)
			at := c.Span.Start
			for _, n := range c.Names {
				require.GreaterOrEqual(t, n.Span.Start, at)
				require.LessOrEqual(t, n.Span.End, c.Span.End)
				at = n.Span.End
			}
			if c.Malformed == "" {
				require.NotEmpty(t, c.Names)
				require.NotEmpty(t, c.Reason)
			}
		}
		require.Less(t, time.Since(start), 20*time.Second)
	})
}
