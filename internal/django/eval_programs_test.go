package django

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

// program is one of testdata/programs/python3.txt: a settings module with a
// line in front of it that says how well it is read, and what MIDDLEWARE is
// under CPython, as JSON.
type program struct {
	class, source string
	want          []string
}

// How well a program is read: to its one list, to several of which one is it,
// or not wholly. There is no class for a list that is wrong.
const (
	readExactly = "exact"
	readVariant = "variant"
	readPartly  = "unknown"
)

func readPrograms(t *testing.T) (all []program) {
	t.Helper()
	text, err := os.ReadFile("testdata/programs/python3.txt")
	require.NoError(t, err)
	for _, part := range strings.Split("\n"+string(text), "\n== ")[1:] {
		head, source, _ := strings.Cut(part, "\n")
		p := program{source: source}
		var want string
		p.class, want, _ = strings.Cut(head, " ")
		require.NoError(t, json.Unmarshal([]byte(want), &p.want), "%s", head)
		all = append(all, p)
	}
	require.Greater(t, len(all), 300)
	return all
}

// TestPrograms: what Python does is what is read, or it is said that it is not
// known.
func TestPrograms(t *testing.T) {
	for _, p := range readPrograms(t) {
		r := evaluateSource(p.source, Limits{})
		class, complete := "wrong", 0
		for _, v := range r.Variants {
			l, found := v.Stack("MIDDLEWARE")
			if (found && !l.Complete || !found && v.Open) && class == "wrong" {
				class = readPartly
			}
			if !found || !l.Complete {
				continue
			}
			complete++
			got := []string{}
			for _, e := range l.Entries {
				require.False(t, e.Unknown, "a complete list with an unknown entry:\n%s", p.source)
				got = append(got, e.Path)
			}
			if strings.Join(got, "\n") == strings.Join(p.want, "\n") && len(got) == len(p.want) {
				class = readVariant
			}
		}
		if class == readVariant && len(r.Variants) == 1 {
			class = readExactly
		}
		require.Equal(t, p.class, class, "%d variants, %d complete; Python has %q:\n%s", len(r.Variants), complete, p.want, p.source)
	}
}

// TestProgramsOracle executes the programs under CPython.
func TestProgramsOracle(t *testing.T) {
	if _, minor := testenv.Python3(t); minor < 10 {
		testenv.Absent(t, testenv.RequirePython, "the programs need Python 3.10 for match")
	}
	all := readPrograms(t)
	jobs := make([]oracleJob, len(all))
	for i, p := range all {
		jobs[i] = oracleJob{Files: map[string]string{"settings.py": p.source}, Module: "settings", Env: map[string]string{}, Mods: []string{}}
	}
	for i, a := range askPython(t, jobs) {
		require.True(t, a.OK, "%s\n%s", a.Error, all[i].source)
		var want []any
		for _, s := range all[i].want {
			want = append(want, s)
		}
		require.Equal(t, want, a.Values["MIDDLEWARE"], "%s", all[i].source)
	}
}
