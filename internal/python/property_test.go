package python

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// checkFile proves what holds for every file, whatever is in it.
func checkFile(src []byte, f *File) error {
	// The tokens re-join to the source.
	at := 0
	for t := range f.Tokens() {
		if t.Start != at || t.End <= t.Start {
			return fmt.Errorf("token %v at %d-%d, expected at %d", t.Kind, t.Start, t.End, at)
		}
		at = t.End
	}
	if at != len(src) {
		return fmt.Errorf("the tokens end at %d of %d", at, len(src))
	}
	// Ranges nest; siblings follow each other; every node is reached once.
	count := 0
	for n := range f.Root().Descendants() {
		if count++; count > f.NodeCount() {
			return fmt.Errorf("the tree has a cycle")
		}
		if n.Start() > n.End() || n.End() > len(src) {
			return fmt.Errorf("%v has the range %d-%d", n.Kind(), n.Start(), n.End())
		}
		last := -1
		for c := range n.Children() {
			if c.Parent() != n {
				return fmt.Errorf("%v at %d has another parent than %v", c.Kind(), c.Start(), n.Kind())
			}
			if c.Role() == FieldDecorators && n.Kind() != KindBad {
				if c.End() > n.Start() {
					return fmt.Errorf("decorator at %d behind its %v at %d", c.Start(), n.Kind(), n.Start())
				}
				continue
			}
			if c.Start() < n.Start() || c.End() > n.End() {
				return fmt.Errorf("%v %d-%d leaves its %v %d-%d", c.Kind(), c.Start(), c.End(), n.Kind(), n.Start(), n.End())
			}
			if c.Start() < last {
				return fmt.Errorf("%v at %d of %v begins before its sibling's end %d", c.Kind(), c.Start(), n.Kind(), last)
			}
			last = c.End()
		}
		if s, e := n.NameRange(); s > e || e > len(src) {
			return fmt.Errorf("%v has the name range %d-%d", n.Kind(), s, e)
		}
	}
	// The errors are sorted and inside of the source.
	last := 0
	for _, e := range f.Errors {
		if e.Start < last || e.End < e.Start || e.End > len(src) || e.Message == "" {
			return fmt.Errorf("error %+v behind one at %d of %d bytes", e, last, len(src))
		}
		last = e.Start
	}
	// Work is linear in the size.
	if limit := 40*len(src) + 2000; f.work > limit {
		return fmt.Errorf("%d steps for %d bytes", f.work, len(src))
	}
	if limit := 3*len(src) + 50; f.NodeCount() > limit {
		return fmt.Errorf("%d nodes for %d bytes", f.NodeCount(), len(src))
	}
	return nil
}

// pieces are what random sources are made of: the parts that open, close, break
// and disturb.
var pieces = []string{
	"(", ")", "[", "]", "{", "}", "{{", "}}", "\"", "'", "\"\"\"", "'''", "f\"", "f'''", "t'", "rb'", "\\", "\n", "\r\n",
	"\r", "\t", "    ", "  ", " ", "\f", "#", ":", ";", ",", ".", "...", "=", ":=", "->", "!", "!=", "<>", "`", "@", "*",
	"**", "//", "%", "$", "\x00", "é", "\xff", "x", "def ", "class ", "if ", "elif ", "else", "for ", "in ", "while ",
	"try", "except ", "finally", "with ", "as ", "match ", "case ", "type ", "lambda ", "async ", "await ", "yield ",
	"from ", "import ", "print ", "exec ", "return ", "raise ", "not ", "is ", "del ", "global ", "1", "0x", "1e", "{%",
	"%}", "{{ a }}", "<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "coding: latin-1\n", "\xef\xbb\xbf", "f(x)\n", "a = [\n",
	"def f(a, b):\n    return a\n", "class A(B):\n    x = 1\n",
}

func TestRandomSources(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.SampledFrom([]int{0, 10, 40, 100}).Draw(t, "least")
		parts := rapid.SliceOfN(rapid.SampledFrom(pieces), least, 200).Draw(t, "pieces")
		src := []byte(strings.Join(parts, ""))
		if err := checkFile(src, Parse(src)); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, p := range pieces {
		f.Add([]byte(p))
	}
	seeds, err := filepath.Glob("testdata/constructs/*.txt")
	require.NoError(f, err)
	for _, path := range seeds {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if err := checkFile(src, Parse(src)); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzPieces makes sources of the pieces, which find more than random bytes.
func FuzzPieces(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 8, 12, 20, 40, 60})
	f.Fuzz(func(t *testing.T, choice []byte) {
		var src []byte
		for _, c := range choice {
			src = append(src, pieces[int(c)%len(pieces)]...)
		}
		if err := checkFile(src, Parse(src)); err != nil {
			t.Fatalf("%v\n%q", err, src)
		}
	})
}

// FuzzValues reads every string literal's value and every position.
func FuzzValues(f *testing.F) {
	for _, s := range []string{`"a\x41\u00e9\N{DASH}" 'b'`, `f"{{a}}"`, `rb"\x"`, `ur"\u0041"`, "'''a\r\n\\\n'''", `"\400\777"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file := Parse(src)
		for n := range file.Root().Descendants() {
			v, _ := n.StringValue()
			if len(v) > 4*len(n.Text()) {
				t.Fatalf("%q has a value of %d bytes", n.Text(), len(v))
			}
			l, c := file.Position(n.Start())
			if l < 1 || c < 1 || l > file.LineCount() {
				t.Fatalf("position %d:%d", l, c)
			}
		}
	})
}

// limitCases are the sources that break readers: deep, long or endless.
func limitCases() map[string]string {
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	var ifs strings.Builder
	for i := range 2000 {
		ifs.WriteString(many(" ", i) + "if x:\n")
	}
	return map[string]string{
		"nested brackets":        many("(", 100_000),
		"nested lists closed":    many("[", 100_000) + many("]", 100_000) + "\n",
		"nested mixed":           many("([{", 30_000),
		"nested calls":           many("f(", 100_000) + many(")", 100_000) + "\n",
		"closing brackets":       many(")", 100_000),
		"mismatched brackets":    many("(]", 100_000),
		"nested fields":          many(`{f"`, 3_000),
		"nested f-strings":       many(`f"{`, 3_000),
		"nested f-strings mixed": many(`f"{f'{`, 3_000),
		"nested formats":         `f"` + many("{a:", 3_000) + `"`,
		"nested blocks":          ifs.String(),
		"unary":                  "x = " + many("-", 100_000) + "1\n",
		"not":                    "x = " + many("not ", 100_000) + "1\n",
		"power":                  "x = " + many("2**", 100_000) + "1\n",
		"sum":                    "x = " + many("a + ", 300_000) + "1\n",
		"attributes":             "x = a" + many(".a", 300_000) + "\n",
		"call chain":             "x = a" + many("()", 300_000) + "\n",
		"lambdas":                "x = " + many("lambda: ", 100_000) + "1\n",
		"conditionals":           "x = " + many("a if b else ", 100_000) + "1\n",
		"elifs":                  "if a:\n    b\n" + many("elif a:\n    b\n", 100_000),
		"awaits":                 "async def f():\n    " + many("await ", 100_000) + "x\n",
		"decorators":             many("@a\n", 100_000) + "def f(): pass\n",
		"assignments":            many("a = ", 100_000) + "1\n",
		"matches":                many("match ", 100_000),
		"match lines":            many("match a;", 50_000) + "\n",
		"withs":                  many("with (a): ", 50_000) + "\n",
		"triple quotes":          many(`"""a`, 50_001),
		"escaped triple quotes":  many(`\"""`, 50_001),
		"both triple quotes":     many(`"""a'''b`, 30_000),
		"empty strings":          many(`""a`, 100_000),
		"empty string lines":     many("\"\"\n", 100_000),
		"quotes":                 many(`'`, 100_001),
		"backslashes":            many(`\`, 100_000),
		"template openings":      many("{{ a ", 100_000),
		"template tags":          many("{% ", 100_000),
		"patterns":               "match x:\n    case " + many("(", 100_000) + "\n        pass\n",
		"class patterns":         "match x:\n    case " + many("A(", 100_000) + "\n        pass\n",
		"backticks":              many("`", 100_000),
		"prints":                 many("print ", 100_000) + "\n",
		"yields":                 many("yield ", 100_000) + "\n",
		"stars":                  many("*", 100_000) + "\n",
		"nul bytes":              many("\x00", 100_000),
		"from in brackets":       "(" + many("\nfrom a", 50_000),
		"names in brackets":      "f(" + many("\na = 1", 50_000),
		"decorators in brackets": "(" + many("\n@a", 50_000),
	}
}

func TestLimits(t *testing.T) {
	// A deeper recursion than this kills the test.
	defer debug.SetMaxStack(debug.SetMaxStack(4 << 20))
	for name, src := range limitCases() {
		t.Run(name, func(t *testing.T) {
			f := Parse([]byte(src))
			require.NoError(t, checkFile([]byte(src), f))
			depth := treeDepth(f)
			require.Less(t, depth, 120_000, "depth of the tree")
		})
	}
}

// treeDepth is the number of nodes on the longest way from the root.
func treeDepth(f *File) int {
	depths := make([]int, f.NodeCount())
	deepest := 0
	for n := range f.Root().Descendants() {
		if p := n.Parent(); !p.IsZero() {
			depths[n.id] = depths[p.id] + 1
		}
		deepest = max(deepest, depths[n.id])
	}
	return deepest
}

func TestDeepNestingIsNoted(t *testing.T) {
	for _, name := range []string{"nested brackets", "nested lists closed", "nested blocks", "unary", "sum", "elifs", "nested f-strings"} {
		f := Parse([]byte(limitCases()[name]))
		noted := false
		for _, e := range f.Errors {
			noted = noted || e.Kind == ErrorLimit
		}
		require.True(t, noted, "%s: no note of the limit", name)
	}
}

func TestHundredThousandStrings(t *testing.T) {
	src := "MIDDLEWARE = [\n" + strings.Repeat("    'a.b.C',\n", 100_000) + "]\n"
	f := Parse([]byte(src))
	require.Empty(t, f.Errors)
	list := f.Root().Field(FieldBody).Field(FieldValue)
	require.Equal(t, KindList, list.Kind())
	require.Equal(t, 100_000, countStrings(list))
}

func TestLargeFile(t *testing.T) {
	line := "x = [1, 2, 3]  # a line of a large file\n"
	src := []byte(strings.Repeat(line, 64<<20/len(line)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := Parse(src)
	runtime.ReadMemStats(&after)
	require.NotEmpty(t, f.Errors)
	e := f.Errors[len(f.Errors)-1]
	require.Equal(t, ErrorLimit, e.Kind)
	require.Equal(t, "the file is larger than 16 MiB; the rest is not read", e.Message)
	require.Equal(t, len(src), e.End)
	require.LessOrEqual(t, e.Start, MaxSize)
	require.Greater(t, e.Start, MaxSize-100)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<30), "bytes allocated")
	var last Node
	for s := range f.Root().All(FieldBody) {
		last = s
	}
	require.Equal(t, KindBad, last.Kind())
	require.Equal(t, e.Start, last.Start())
	require.Equal(t, len(src), last.End())
	require.NoError(t, checkFile(src, f))
}
