package edit

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
)

func reader(files map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
}

// replace is the edit that replaces the only place of old in a file.
func replace(t *testing.T, files map[string]string, name, old, text string) finding.Edit {
	t.Helper()
	require.Equal(t, 1, strings.Count(files[name], old), "%q in %s", old, name)
	at := strings.Index(files[name], old)
	return finding.Edit{File: name, Start: at, End: at + len(old), Text: text}
}

func TestPlanRefuses(t *testing.T) {
	cases := []struct{ name, src, old, text, want string }{
		{"inside an unclosed list", "A = 1\nM = [\n    'a',\n    'b'\n\nclass X:\n    pass\n", "'b'", "'c'", "s.py:2:5: the file is left as it is: the code to be edited has an error"},
		{"on a line with an error", "x = = 3\n", "3", "4", "s.py:1:5: the file is left as it is: the code to be edited has an error"},
		{"in a header with an error", "def f(:\n    return 1\n", "def f", "def g", "has an error"},
		{"the result is no Python", "M = ['a']\n", "]", "", "s.py:1:9: the file is left as it is: the edited text would not be Python"},
		{"one more error elsewhere", "x = = 3\nM = ['a']\n", "['a']", "['a'", "s.py:2:5: the file is left as it is: the edited text would not be Python"},
		{"between conflict markers", "<<<<<<< ours\nM = ['a']\n=======\nM = ['b']\n>>>>>>> theirs\n", "<<<<<<< ours\nM = ['a']", "M = []", "has an error"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			files := map[string]string{"s.py": tc.src, "other.py": "y = 1\n"}
			changes, err := Plan(reader(files), []finding.Edit{replace(t, files, "other.py", "1", "2"), replace(t, files, "s.py", tc.old, tc.text)})
			var refused *RefusedError
			require.True(t, errors.As(err, &refused), "%v", err)
			require.ErrorContains(t, err, tc.want)
			require.Equal(t, "s.py", refused.File)
			require.Nil(t, changes)
		})
	}
	_, err := Plan(reader(nil), []finding.Edit{{File: "gone.py"}})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "gone.py")
	_, err = Plan(reader(map[string]string{"s.py": "x"}), []finding.Edit{{File: "s.py", Start: 5, End: 6}})
	var conflict *ConflictError
	require.True(t, errors.As(err, &conflict))
}

func TestPlan(t *testing.T) {
	files := map[string]string{
		"b.py":    "x = 1\n",
		"a.py":    "x = (1\n\ndef f():\n    return 1\n", // the body behind the error is not damaged
		"c.py":    "x = = 3\nM = ['a']\ny = 1 +\n",      // errors on both sides
		"d.py":    "# coding: ascii\nx = '\xe9'\ny=1\n", // undecodable, but its shape is known
		"e.py":    "print 'x'\n",                        // Python 2
		"same.py": "z = 0\n",
	}
	changes, err := Plan(reader(files), []finding.Edit{
		replace(t, files, "e.py", "'x'", "'y'"), replace(t, files, "same.py", "0", "0"), replace(t, files, "b.py", "1", "2"),
		replace(t, files, "a.py", "return 1", "return 2"), replace(t, files, "c.py", "['a']", "[]"), replace(t, files, "d.py", "'\xe9'", "'e'"),
	})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]Change{
		{"a.py", []byte(files["a.py"]), []byte("x = (1\n\ndef f():\n    return 2\n")},
		{"b.py", []byte("x = 1\n"), []byte("x = 2\n")},
		{"c.py", []byte(files["c.py"]), []byte("x = = 3\nM = []\ny = 1 +\n")},
		{"d.py", []byte(files["d.py"]), []byte("# coding: ascii\nx = 'e'\ny=1\n")},
		{"e.py", []byte("print 'x'\n"), []byte("print 'y'\n")},
	}, changes))
}
