package listedit

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/python"
)

// drawList writes a list as somebody might have: any brackets, line breaks,
// comments, blanks, prefixes and line ends.
func drawList(t *rapid.T) string {
	pick := func(name string, words ...string) string { return rapid.SampledFrom(words).Draw(t, name) }
	n := rapid.IntRange(0, 7).Draw(t, "n")
	brackets := pick("brackets", "[]", "()", "{}")
	if brackets == "{}" && n == 0 {
		n = 1
	}
	layout := pick("layout", "lines", "lines", "one line", "free")
	indent := pick("indent", "    ", "\t", "  ")
	comment := func(name string) string { return rapid.StringMatching(`#[ a-z'",\]\)]{0,8}`).Draw(t, name) }
	brk := func(name string) string {
		switch layout {
		case "lines":
			return "\n" + indent
		case "one line":
			return pick(name, " ", "")
		}
		return pick(name, " ", "\n"+indent, "  \n\n"+indent, " "+comment(name+"c")+"\n"+indent, "\n"+indent+comment(name+"c")+"\n"+indent, " \\\n"+indent)
	}
	var b strings.Builder
	b.WriteString("# head\nX = 1\nMIDDLEWARE = " + brackets[:1])
	for i := range n {
		if i > 0 || layout != "one line" {
			b.WriteString(brk("before"))
		}
		if layout == "lines" && rapid.IntRange(0, 3).Draw(t, "above") == 0 {
			b.WriteString(comment("own") + "\n" + indent)
		}
		path := string(rune('a'+i)) + ".M" + string(rune('A'+i))
		body := pick("body", "'"+path+"'", "\""+path+"\"", "u'"+path+"'", "('"+path+"')", "'"+path[:2]+"' '"+path[2:]+"'", "'"+path[:2]+"'\n"+indent+"  '"+path[2:]+"'")
		b.WriteString(body)
		comma := i < n-1 || rapid.Bool().Draw(t, "comma") || brackets == "()" && n == 1
		if comma {
			b.WriteString(pick("pre", "", "", "", " ") + ",")
		}
		if layout == "lines" && rapid.IntRange(0, 2).Draw(t, "behind") == 0 {
			b.WriteString("  " + comment("trail"))
			if i == n-1 {
				b.WriteString("\n")
			}
		} else if i == n-1 && layout == "lines" {
			b.WriteString(pick("end", "\n", ""))
		}
	}
	b.WriteString(brackets[1:] + "  # end\nY = 2\n")
	out := b.String()
	if rapid.Bool().Draw(t, "crlf") {
		out = strings.ReplaceAll(out, "\n", "\r\n")
	}
	return out
}

// TestRewriteProperty: whatever is asked for, the result says it, or the edit
// is refused; comments survive, and so does every byte outside of the list.
// Asking for what is there already changes nothing.
func TestRewriteProperty(t *testing.T) {
	done, refusals := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := drawList(t)
		file := python.Parse([]byte(in))
		require.Empty(t, file.Errors, in)
		l, ok := Of("s.py", display(file))
		require.True(t, ok, in)
		var want []Item
		for _, i := range rapid.Permutation(seq(l.Len())).Draw(t, "order") {
			w := Item{Old: i, Moved: rapid.Bool().Draw(t, "moved")}
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 0:
				continue
			case 1:
				w.Path = "re.Named" + string(rune('A'+i))
			case 2:
				want = append(want, Item{Old: -1, Path: "new.N" + string(rune('A'+i))})
			}
			want = append(want, w)
		}
		edits, err := l.Rewrite(want)
		if err != nil {
			var refused *edit.RefusedError
			require.True(t, errors.As(err, &refused), "%v", err)
			refusals++
			return
		}
		done++
		out, err := edit.Apply([]byte(in), edits)
		require.NoError(t, err)
		if len(want) == 0 && l.node.Kind() == python.KindSet {
			t.Fatalf("an empty set was made: %s", out)
		}
		checkResult(t, in, string(out), want)
		head, tail := in[:l.node.Start()+1], in[l.node.End()-1:]
		require.True(t, strings.HasPrefix(string(out), head), "%s\n%s", in, out)
		require.True(t, strings.HasSuffix(string(out), tail), "%s\n%s", in, out)
		if strings.Contains(in, "\r\n") {
			require.Equal(t, strings.Count(string(out), "\n"), strings.Count(string(out), "\r\n"), "%q", out)
		}
		if l.Len() > 0 {
			edits, err = l.Rewrite(Keep(l.Len()))
			require.NoError(t, err)
			require.Empty(t, edits)
		}
	})
	require.Greater(t, done, 4*refusals, "hardly anything is refused")
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// FuzzRewrite turns the elements of any display round.
func FuzzRewrite(f *testing.F) {
	for _, seed := range []string{"M = ['a', 'b']", "M = (\n 'a',\n 'b' # x\n)", "M = 'a', \\\n 'b'", "M = {'a'\n,'b'}", "M = [*A, (b), f'{c}', 'd' 'e',]", "M += [[], ()]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file := python.Parse(src)
		n := display(file)
		l, ok := Of("s.py", n)
		if !ok {
			return
		}
		var want []Item
		for i := range l.Len() {
			want = append([]Item{{Old: i}}, want...)
		}
		edits, err := l.Rewrite(want)
		if err != nil {
			return
		}
		out, err := edit.Apply(src, edits)
		require.NoError(t, err)
		if len(file.Errors) > 0 {
			return
		}
		after := python.Parse(out)
		require.Empty(t, after.Errors, "%q -> %q", src, out)
		r, ok := Of("s.py", display(after))
		require.True(t, ok)
		require.Equal(t, l.Len(), r.Len())
		for i := range l.Len() {
			require.Equal(t, text(l, i), text(r, l.Len()-1-i))
		}
	})
}

// TestLongLists is a guard against time that grows faster than lists do.
func TestLongLists(t *testing.T) {
	for _, sep := range []string{", ", ",\n    ", ", # c\n    ", "  # c\n   ,"} {
		for _, n := range []int{maxElements, maxElements + 1} {
			in := "M = [\n    " + strings.Repeat("'a.B'"+sep, n) + "\n]\n"
			start := time.Now()
			l, ok := Of("s.py", display(python.Parse([]byte(in))))
			require.Equal(t, n == maxElements, ok)
			if ok {
				want := Keep(n)
				slices.Reverse(want)
				_, err := l.Rewrite(want)
				require.NoError(t, err)
			}
			require.Less(t, time.Since(start), 20*time.Second)
		}
	}
}
