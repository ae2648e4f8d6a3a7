package stack

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func paths(s *Stack) []string {
	var out []string
	for _, e := range s.Entries {
		out = append(out, fmt.Sprintf("%d:%d-%d:%d %s", e.Span.Line, e.Span.Column, e.Span.EndLine, e.Span.EndColumn, e.Path))
	}
	return out
}

func TestParse(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"only comments", "# a\n\n  # b\r\n", nil},
		{"lines", "a.B\nc.D\n", []string{"1:1-1:4 a.B", "2:1-2:4 c.D"}},
		{"no end of line, indentation, comment", "# top\n  a.B  # session\n\n\tc.d.E", []string{"2:3-2:6 a.B", "4:2-4:7 c.d.E"}},
		{"carriage returns", "a.B\r\nc.D\re.F", []string{"1:1-1:4 a.B", "2:1-2:4 c.D", "3:1-3:4 e.F"}},
		{"byte order mark", "\ufeffa.B", []string{"1:1-1:4 a.B"}},
		{"names beyond ASCII count code points", "größe.Ä # x", []string{"1:1-1:8 größe.Ä"}},
		{"comment right behind", "a.B#c", []string{"1:1-1:4 a.B"}},
		{"array", `["a.B", "c.D"]`, []string{"1:2-1:7 a.B", "1:9-1:14 c.D"}},
		{"array over lines", " [\n \"a.B\",\n \"c.D\"\n]\n", []string{"2:2-2:7 a.B", "3:2-3:7 c.D"}},
		{"empty array", "[ ]", nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Parse("x.txt", []byte(tc.text), Modern)
			require.NoError(t, err)
			require.Equal(t, tc.want, paths(s))
			for _, e := range s.Entries {
				require.Equal(t, "x.txt", e.Span.File)
				require.Equal(t, e.Path, strings.Trim(tc.text[e.Span.Start:e.Span.End], `"`))
			}
			require.True(t, s.Complete)
			require.True(t, s.Effective)
			require.Equal(t, "x.txt:MIDDLEWARE", s.ID)
		})
	}
	escaped, err := Parse("x", []byte(`["gr\u00f6\u00dfe.B", "a\u002eC"]`), Modern)
	require.NoError(t, err)
	require.Equal(t, []string{"1:2-1:21 größe.B", "1:23-1:33 a.C"}, paths(escaped))
	s, err := Parse("-", nil, Classic)
	require.NoError(t, err)
	require.Equal(t, "MIDDLEWARE_CLASSES", s.Setting)
}

func TestParseRefuses(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"a word", "session", `x:1:1: "session" is no dotted path: it has no dot`},
		{"two words", "a.B\na.B c.D", "x:2:5: more than one word"},
		{"a pasted list", "MIDDLEWARE = [\n", `no dotted path`},
		{"pasted quotes", "a.B\n'c.D',\n", `x:2:1: "'c.D'," is no dotted path: give one bare path per line`},
		{"an empty part", "a..B", "a part is empty"},
		{"a digit in front", "a.1B", `"1B" cannot be a Python name`},
		{"a hyphen", "my-shop.B", `"my-shop" cannot be a Python name`},
		{"not UTF-8", "a.B\xff", "x:1:1: the line is not UTF-8"},
		{"NUL", "a.B\x00", "cannot be a Python name"},
		{"NUL behind", "a.B \x00", "x:1:5: a NUL byte"},
		{"array of numbers", "[1]", "x:1:2: want a string"},
		{"array in array", `[["a.B"]]`, "x:1:2: want a string"},
		{"array without end", `["a.B"`, "x:1:7: the JSON array does not end"},
		{"array with a comma too many", `["a.B",]`, "x:1:8: want a string"},
		{"array without comma", `["a.B" "c.D"]`, "x:1:8: want a comma"},
		{"array and more", "[]\nx", "x:2:1: data after the JSON array"},
		{"string without end", "[\"a.B\n", "x:1:2: the string does not end"},
		{"malformed escape", `["a.B", "a.\x42"]`, "x:1:9: the string has a malformed escape"},
		{"half of a pair of surrogates", `["a.\ud835"]`, "is no dotted path"},
		{"escape at the end", "[\"a.B\\", "x:1:2: the string does not end"},
		{"open bracket", "[", "x:1:2: the JSON array does not end"},
		{"word in the array", `["x"]`, `"x" is no dotted path`},
		{"an object", `{"a": 1}`, "is no dotted path"},
		{"too long", strings.Repeat("# \n", maxParseBytes/2), "longer than"},
		{"too many", strings.Repeat("a.B\n", maxParseEntries+1), "more than 10000 layers"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse("x", []byte(tc.text), Modern)
			var where *ParseError
			require.True(t, errors.As(err, &where), "%v", err)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a.B\n# c\n", `["a.B", "c.D"]`, "\ufeffa.B\r\n", "[\"", "a.B \x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		s, err := Parse("x", data, Modern)
		require.Less(t, time.Since(start), 5*time.Second)
		if err != nil {
			var where *ParseError
			require.True(t, errors.As(err, &where))
			require.GreaterOrEqual(t, where.Line, 1)
			require.GreaterOrEqual(t, where.Column, 1)
			return
		}
		end := 0
		for _, e := range s.Entries {
			require.GreaterOrEqual(t, e.Span.Start, end, "spans follow each other")
			end = e.Span.End
			require.Contains(t, string(data[e.Span.Start:e.Span.End]), e.Path)
			require.Contains(t, e.Path, ".")
		}
	})
}
