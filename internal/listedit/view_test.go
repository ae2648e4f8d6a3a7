package listedit

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// load evaluates the settings module "settings.py" of some files.
func load(t *testing.T, files map[string]string) *stack.Stack {
	t.Helper()
	fsys := fstest.MapFS{"manage.py": {Data: []byte("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := django.Load(t.Context(), django.FS{FS: fsys}, django.Options{})
	require.NoError(t, err)
	checked := p.Checked()
	require.NotEmpty(t, checked)
	return &checked[0]
}

func entries(s *stack.Stack) []string {
	var out []string
	for _, e := range s.Entries {
		if e.Unknown {
			out = append(out, "?"+e.Text)
		} else {
			out = append(out, e.Path)
		}
	}
	return out
}

func TestView(t *testing.T) {
	cases := []struct {
		name  string
		files string
		items string
		want  string // "" : the entries asked for
		err   string
	}{
		{"plus", "-- settings.py --\nMIDDLEWARE = [\n    'a.A',\n    'b.B',\n] + [\n    'c.C',\n    'd.D',\n]\n", "1 +n.N *0 2=x.X 3", "", ""},
		{"into another list", "-- settings.py --\nMIDDLEWARE = [\n    'a.A',\n    'b.B',\n] + [\n    'c.C',\n    'd.D',\n]\n", "1 2 3 *0", "", ""},
		{"back out of another list", "-- settings.py --\nMIDDLEWARE = ['a.A']\nMIDDLEWARE += ('b.B', 'c.C')\n", "*2 0 1", "", ""},
		{"behind what comes from a call", "-- settings.py --\nMIDDLEWARE = ['a.A', 'b.B']\nMIDDLEWARE.append('c.C')\n", "1 *0 2", "", ""},
		{"a call's own", "-- settings.py --\nMIDDLEWARE = ['a.A', 'b.B']\nMIDDLEWARE.append('c.C')\n", "*2 0 1", "", "the entry is not written as a plain string in a list"},
		{"removing a call's own", "-- settings.py --\nMIDDLEWARE = ['a.A', 'b.B']\nMIDDLEWARE.append('c.C')\n", "0 1", "", "the entry is not written as a plain string in a list"},
		{"a comment that would be lost", "-- settings.py --\nMIDDLEWARE = [\n    'a.A',  # a\n    'b.B',\n] + [\n    'c.C',\n]\n", "1 2 *0", "", "the entry would have to move into another list"},
		{"into another file", "-- settings.py --\nfrom base import *\nMIDDLEWARE += ['c.C']\n-- base.py --\nMIDDLEWARE = ['a.A', 'b.B']\n", "1 2 *0", "", "the entry would have to move into another list"},
		{"in the other file", "-- settings.py --\nfrom base import *\nMIDDLEWARE += ['c.C']\n-- base.py --\nMIDDLEWARE = ['a.A', 'b.B']\n", "1 *0 +n.N 2=x.X +o.O", "", ""},
		{"a variable's string", "-- settings.py --\nX = 'x.X'\nMIDDLEWARE = ['a.A', X, 'b.B']\n", "*2 0 1", "", ""},
		{"beside what is not known", "-- settings.py --\nMIDDLEWARE = ['a.A', 'b.B'] + f() + ['c.C']\n", "1 *0 2 3", "", ""},
		{"used twice", "-- settings.py --\nBASE = ['a.A', 'b.B']\nMIDDLEWARE = BASE + ['c.C'] + BASE\n", "1 0 2 3 4", "", "the entry is not written as a plain string in a list"},
		{"reversed", "-- settings.py --\nMIDDLEWARE = list(reversed(['a.A', 'b.B']))\n", "0 1 +n.N", "b.B n.N a.A", ""}, // as the package says: evaluate the result,
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			files := map[string]string{}
			for _, f := range txtar.Parse([]byte(tc.files)).Files {
				files[f.Name] = string(f.Data)
			}
			s := load(t, files)
			v := Open(s, func(name string) *python.File { return python.Parse([]byte(files[name])) })
			want := parseItems(t, tc.items)
			edits, err := v.Rewrite(want)
			if tc.err != "" {
				var refused *edit.RefusedError
				require.True(t, errors.As(err, &refused), "%v", err)
				require.Equal(t, tc.err, refused.Reason)
				return
			}
			require.NoError(t, err)
			changes, err := edit.Plan(func(name string) ([]byte, error) { return []byte(files[name]), nil }, edits)
			require.NoError(t, err)
			for _, c := range changes {
				files[c.File] = string(c.After)
			}
			expected := strings.Fields(tc.want)
			if tc.want == "" {
				for _, w := range want {
					if w.Path == "" {
						w.Path = entries(s)[w.Old]
					}
					expected = append(expected, w.Path)
				}
			}
			require.Equal(t, expected, entries(load(t, files)))
		})
	}
}
