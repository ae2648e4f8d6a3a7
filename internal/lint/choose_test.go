package lint

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
)

// TestChoose says which fixes go together in one round.
func TestChoose(t *testing.T) {
	files := map[string]string{"a.py": "A = ['x']\n", "b.py": "B = ['y']\n", "bad.py": "C = ['z'\n"}
	read := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}
	fix := func(title string, safety finding.Safety, edits ...finding.Edit) finding.Fix {
		return finding.Fix{Title: title, Safety: safety, Edits: edits}
	}
	put := func(file string, at int, text string) finding.Edit {
		return finding.Edit{File: file, Start: at, End: at, Text: text}
	}
	one := put("a.py", 5, "'n', ")
	find := func(stack string, fixes ...finding.Fix) finding.Finding {
		return finding.Finding{Stack: stack, Fixes: fixes}
	}
	accepted := find("s", fix("accepted", finding.Safe, one))
	accepted.Suppression = &finding.Suppression{}
	cases := []struct {
		name     string
		findings []finding.Finding
		unsafe   bool
		want     []string
		a, b     string
		refused  int
	}{
		{"display and unsafe", []finding.Finding{find("s", fix("d", finding.Display, one), fix("u", finding.Unsafe, one))}, false, nil, "", "", 0},
		{"unsafe where asked for", []finding.Finding{find("s", fix("d", finding.Display, one), fix("u", finding.Unsafe, one))}, true, []string{"u"}, "A = ['n', 'x']\n", "", 0},
		{"no edits", []finding.Finding{find("s", fix("n", finding.Safe))}, true, nil, "", "", 0},
		{"suppressed", []finding.Finding{accepted}, true, nil, "", "", 0},
		{"the same fix twice", []finding.Finding{find("s", fix("1", finding.Safe, one)), find("t", fix("2", finding.Safe, one))}, false, []string{"1", "2"}, "A = ['n', 'x']\n", "", 0},
		{"one file", []finding.Finding{find("s", fix("1", finding.Safe, one)), find("t", fix("2", finding.Safe, put("a.py", 8, ", 'm'")))}, false, []string{"1"}, "A = ['n', 'x']\n", "", 0},
		{"one stack", []finding.Finding{find("s", fix("1", finding.Safe, one)), find("s", fix("2", finding.Safe, put("b.py", 5, "'m', ")))}, false, []string{"1"}, "A = ['n', 'x']\n", "", 0},
		{"one text", []finding.Finding{find("s", fix("1", finding.Safe, one)), find("t", fix("2", finding.Safe, put("b.py", 5, "'n', ")))}, false, []string{"1"}, "A = ['n', 'x']\n", "", 0},
		{"nothing in common", []finding.Finding{find("s", fix("1", finding.Safe, put("b.py", 5, "'m', "))), find("t", fix("2", finding.Safe, one))}, false, []string{"1", "2"}, "A = ['n', 'x']\n", "B = ['m', 'y']\n", 0},
		{"damaged code, then another fix", []finding.Finding{find("s", fix("1", finding.Safe, put("bad.py", 5, "'m', "))), find("s", fix("2", finding.Safe, one))}, false, []string{"2"}, "A = ['n', 'x']\n", "", 1},
		{"a file that is gone", []finding.Finding{find("s", fix("1", finding.Safe, put("gone.py", 0, "x")))}, false, nil, "", "", 1},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			chosen, changes, refused := Choose(tc.findings, read, Choice{Unsafe: tc.unsafe})
			var titles []string
			for _, f := range chosen {
				require.Len(t, f.Fixes, 1)
				titles = append(titles, f.Fixes[0].Title)
			}
			require.Equal(t, tc.want, titles)
			require.Len(t, refused, tc.refused)
			got, want := map[string]string{}, map[string]string{}
			for i, c := range changes {
				got[c.File] = string(c.After)
				require.True(t, i == 0 || changes[i-1].File < c.File, "sorted")
			}
			for name, text := range map[string]string{"a.py": tc.a, "b.py": tc.b} {
				if text != "" {
					want[name] = text
				}
			}
			require.Equal(t, want, got)
		})
	}
}
