package listedit

import (
	"errors"

	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/python"
)

// display is the last list, tuple or set that a module assigns.
func display(file *python.File) python.Node {
	var out python.Node
	for n := range file.Root().Descendants() {
		if n.Kind() == python.KindAssign || n.Kind() == python.KindAugAssign {
			if v := n.Field(python.FieldValue); isDisplay(v) {
				out = v
			}
		}
	}
	return out
}

// parseItems reads "2 0 *1 +new.Path 3=re.Named": indices in the new order, "*"
// for an element to be moved, "+" for a new one, "=" for a new string.
func parseItems(t testing.TB, text string) []Item {
	var out []Item
	for _, word := range strings.Fields(text) {
		w := Item{Old: -1}
		if path, ok := strings.CutPrefix(word, "+"); ok {
			w.Path = path
			out = append(out, w)
			continue
		}
		word, w.Moved = strings.CutPrefix(word, "*")
		word, w.Path, _ = strings.Cut(word, "=")
		n, err := strconv.Atoi(word)
		require.NoError(t, err)
		w.Old = n
		out = append(out, w)
	}
	return out
}

// TestRewrite runs testdata/*.txtar: a comment, then cases of three sections:
// "in NAME", "want ITEMS" (see parseItems) with the result, or "refused ITEMS"
// with the reason; several wants may follow one input.
// "\r" stands at the ends of lines in sections called "crlf".
func TestRewrite(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		require.NoError(t, err)
		var name, in string
		var crlf bool
		count := 0
		for _, section := range archive.Files {
			kind, rest, _ := strings.Cut(section.Name, " ")
			text := string(section.Data)
			if kind == "in" {
				name = rest
				crlf = strings.Contains(name, "crlf")
				in = text
				if crlf {
					in = strings.ReplaceAll(in, "\n", "\r\n")
				}
				continue
			}
			if crlf && kind == "want" {
				text = strings.ReplaceAll(text, "\n", "\r\n")
			}
			count++
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+name+"/"+rest, func(t *testing.T) {
				parsed := python.Parse([]byte(in))
				l, ok := Of("s.py", display(parsed))
				require.True(t, ok)
				edits, err := l.Rewrite(parseItems(t, rest))
				if kind == "refused" {
					var refused *edit.RefusedError
					require.True(t, errors.As(err, &refused), "%v", err)
					require.Equal(t, strings.TrimSpace(text), err.Error())
					return
				}
				require.Equal(t, "want", kind)
				require.NoError(t, err)
				out, err := edit.Apply([]byte(in), edits)
				require.NoError(t, err)
				require.Equal(t, text, string(out))
				checkResult(t, in, string(out), parseItems(t, rest))
			})
		}
		require.NotZero(t, count, file)
	}
}

// checkResult says that a result is what the items ask for, that it is no less
// Python than before and that what stays keeps its comments.
func checkResult(t require.TestingT, in, out string, want []Item) {
	before, after := python.Parse([]byte(in)), python.Parse([]byte(out))
	require.Empty(t, after.Errors, out)
	old, ok := Of("", display(before))
	require.True(t, ok)
	l, ok := Of("", display(after))
	require.True(t, ok, out)
	require.Equal(t, old.node.Kind(), l.node.Kind(), out)
	var expected, got []string
	kept := map[int]bool{}
	for _, w := range want {
		kept[w.Old] = true
		if w.Path != "" {
			expected = append(expected, w.Path)
			continue
		}
		expected = append(expected, text(old, w.Old))
	}
	for i := range l.items {
		got = append(got, text(l, i))
	}
	require.Equal(t, expected, got, out)
	lost := map[string]bool{}
	for i := range old.items {
		if !kept[i] {
			for _, line := range strings.Split(old.items[i].lead+old.items[i].trail, "\n") {
				lost[strings.TrimSpace(line)] = true
			}
		}
	}
	comments := func(f *python.File) []string {
		var all []string
		for _, c := range f.Comments() {
			if text := strings.TrimSpace(string(f.Src[c.Start:c.End])); !lost[text] {
				all = append(all, text)
			}
		}
		slices.Sort(all)
		return all
	}
	require.Equal(t, comments(before), comments(after), out)
}

// text is an element's string, or its source where it is none.
func text(l *List, i int) string {
	if s, ok := l.Path(i); ok {
		return s
	}
	return string(l.src[l.items[i].start:l.items[i].end])
}

func TestAt(t *testing.T) {
	src := []byte("@d\nclass X:\n    M = [\n        'a.B',\n        ('c.D' # x\n         'E'),\n    ] + ['f.G']\nN = 'h.I', 'j.K'\nO = [x for x in ['l.M']]\nP = f('n.O')\n")
	file := python.Parse(src)
	find := func(text string) (*List, int, bool) {
		i := strings.Index(string(src), text)
		return At("s.py", file, i, i+len(text))
	}
	l, i, ok := find("'a.B'")
	require.True(t, ok)
	require.Equal(t, 0, i)
	require.Equal(t, 2, l.Len())
	_, i, ok = find("'c.D' # x\n         'E'")
	require.True(t, ok)
	require.Equal(t, 1, i)
	l, i, ok = find("'f.G'")
	require.True(t, ok)
	require.Equal(t, 0, i)
	require.Equal(t, 1, l.Len())
	l, i, ok = find("'j.K'")
	require.True(t, ok)
	require.Equal(t, 1, i)
	require.Equal(t, "'h.I', 'j.K'", l.Node().Text())
	_, _, ok = find("'l.M'")
	require.True(t, ok, "a display inside of a comprehension is a display")
	for _, no := range []string{"'n.O'", "a.B", "N", "x in"} {
		_, _, ok = find(no)
		require.False(t, ok, no)
	}
	_, _, ok = At("s.py", file, -1, len(src)+5)
	require.False(t, ok)
	_, ok = Of("s.py", display(python.Parse([]byte("M = ['a',\nx = 1\n"))))
	require.False(t, ok, "a list without end")
}

func TestMarkMoved(t *testing.T) {
	for in, want := range map[string]string{
		"0 1 2": "0 1 2", "1 0": "1 *0", "*1 0": "*1 0", "1 *0": "1 *0", "2 0 1": "*2 0 1", "1 2 0": "1 2 *0",
		"3 0 1 2": "*3 0 1 2", "0 +x.Y 1": "0 +x.Y 1", "2 1 0": "2 *1 *0", "*0 1": "*0 1",
	} {
		got, expected := parseItems(t, in), parseItems(t, want)
		MarkMoved(got)
		require.Equal(t, expected, got, in)
	}
}
