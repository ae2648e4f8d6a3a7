package edit

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/finding"
)

func at(file string, start, end int, text string) finding.Edit {
	return finding.Edit{File: file, Start: start, End: end, Text: text}
}

func TestApplyRefuses(t *testing.T) {
	type edits = []finding.Edit
	cases := []struct {
		name  string
		edits edits
		want  string
	}{
		{"overlap", edits{at("f", 0, 3, ""), at("f", 2, 4, "")}, "f: the edit of bytes 0 to 3 overlaps with that of bytes 2 to 4"},
		{"one inside the other", edits{at("f", 3, 4, ""), at("f", 0, 6, "x")}, "bytes 0 to 6 overlaps with that of bytes 3 to 4"},
		{"inside, behind a shorter one", edits{at("f", 0, 6, "x"), at("f", 0, 2, ""), at("f", 4, 5, "")}, "overlaps"},
		{"insertion inside a deletion", edits{at("f", 1, 4, ""), at("f", 2, 2, "x")}, "overlaps"},
		{"one range, two texts", edits{at("f", 1, 2, "x"), at("f", 1, 2, "y")}, "overlaps"},
		{"two insertions at one place", edits{at("f", 2, 2, "x"), at("f", 2, 2, "y")}, "inserts at the place of"},
		{"behind the end", edits{at("f", 5, 7, "")}, "f: the edit of bytes 5 to 7 is not in the file"},
		{"before the start", edits{at("", -1, 0, "")}, "source: the edit of bytes -1 to 0 is not in the file"},
		{"turned round", edits{at("f", 3, 2, "")}, "is not in the file"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			for range 2 {
				out, err := Apply([]byte("abcdef"), tc.edits)
				var conflict *ConflictError
				require.True(t, errors.As(err, &conflict))
				require.ErrorContains(t, err, tc.want)
				require.Nil(t, out)
				slices.Reverse(tc.edits)
			}
		})
	}
}

func TestApply(t *testing.T) {
	type edits = []finding.Edit
	cases := []struct {
		name  string
		edits edits
		want  string
	}{
		{"nothing", nil, "abcdef"},
		{"any order", edits{at("f", 4, 6, "XY"), at("f", 0, 1, "")}, "bcdXY"},
		{"said twice", edits{at("f", 1, 2, "x"), at("f", 1, 2, "x"), at("f", 6, 6, "!"), at("f", 6, 6, "!")}, "axcdef!"},
		{"side by side", edits{at("f", 0, 3, "1"), at("f", 3, 6, "2")}, "12"},
		{"insertions at both ends of a deletion", edits{at("f", 2, 4, ""), at("f", 4, 4, ">"), at("f", 2, 2, "<")}, "ab<>ef"},
		{"everything", edits{at("f", 0, 6, "")}, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			src := []byte("abcdef")
			out, err := Apply(src, tc.edits)
			require.NoError(t, err)
			require.Equal(t, tc.want, string(out))
			require.Equal(t, "abcdef", string(src))
		})
	}
}

// TestApplyProperty compares with carrying the edits out one after the other
// from the end, and checks that their order does not matter.
func TestApplyProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := []byte(rapid.StringN(0, 40, -1).Draw(t, "src"))
		var edits []finding.Edit
		at := 0
		for at <= len(src) && rapid.Bool().Draw(t, "more") {
			start := rapid.IntRange(at, len(src)).Draw(t, "start")
			end := rapid.IntRange(start, len(src)).Draw(t, "end")
			edits = append(edits, finding.Edit{Start: start, End: end, Text: rapid.String().Draw(t, "text")})
			at = end + 1
		}
		want := string(src)
		for _, e := range slices.Backward(edits) {
			want = want[:e.Start] + e.Text + want[e.End:]
		}
		out, err := Apply(src, rapid.Permutation(edits).Draw(t, "order"))
		if err != nil || string(out) != want {
			t.Fatalf("got %q, %v, want %q", out, err, want)
		}
	})
}

func FuzzApply(f *testing.F) {
	f.Add([]byte("abc"), 0, 1, 1, 2)
	f.Add([]byte(""), 0, 0, 0, 0)
	f.Fuzz(func(t *testing.T, src []byte, a, b, c, d int) {
		edits := []finding.Edit{{Start: a, End: b, Text: "x"}, {Start: c, End: d, Text: "yy"}}
		out, err := Apply(src, edits)
		if err != nil {
			var conflict *ConflictError
			require.True(t, errors.As(err, &conflict))
			return
		}
		require.Len(t, out, len(src)-(b-a)-(d-c)+3)
	})
}
