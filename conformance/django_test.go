package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

// django gives the command that runs scenarios through a real Django 3.2. It
// imports from MWCHECK_DJANGO_PATH (entries for PYTHONPATH) and from the
// corpus of the repository: python3-django, -asgiref, -sqlparse, -tz.
func django(t *testing.T, family string) *exec.Cmd {
	t.Helper()
	python, path := testenv.Django(t)
	cmd := exec.Command(python, "-W", "ignore", "testdata/django/engine.py", family)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+path, "PYTHONDONTWRITEBYTECODE=1")
	return cmd
}

func askDjango(t *testing.T, family string, scenarios []Scenario) []Trace {
	t.Helper()
	cmd := django(t, family)
	var in, stderr bytes.Buffer
	for i := range scenarios {
		line, err := json.Marshal(&scenarios[i])
		require.NoError(t, err)
		in.Write(append(line, '\n'))
	}
	cmd.Stdin, cmd.Stderr = &in, &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", stderr.String())
	var traces []Trace
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, maxVectorLine)
	for lines.Scan() {
		var trace Trace
		require.NoError(t, json.Unmarshal(lines.Bytes(), &trace))
		traces = append(traces, trace)
	}
	require.Len(t, traces, len(scenarios))
	return traces
}

// TestDjangoItself compares deep stacks that no vector holds with what the real
// handlers of Django do with them, live.
func TestDjangoItself(t *testing.T) {
	n := 400
	if more, err := strconv.Atoi(os.Getenv("MWCHECK_DJANGO_SCENARIOS")); err == nil {
		n = more
	}
	gen := genScenario(8, []string{"hooks", "hooks", "mixin", "modern", "function"}, true)
	for _, family := range []string{FamilyModern, FamilyAsync} {
		t.Run(family, func(t *testing.T) {
			engine, ok := EngineByName(family + "@3.2")
			require.True(t, ok)
			var scenarios []Scenario
			for i := range n {
				s := gen.Example(i)
				s.ID = fmt.Sprintf("generated/%d", i)
				scenarios = append(scenarios, s)
			}
			bad := 0
			for i, want := range askDjango(t, family, scenarios) {
				got := engine.Run(&scenarios[i])
				if got.Unsupported != nil {
					continue
				}
				if diff := cmp.Diff(want, got); diff != "" {
					line, err := json.Marshal(&scenarios[i])
					require.NoError(t, err)
					t.Errorf("%s\n(-django +engine)\n%s", line, diff)
					if bad++; bad > 3 {
						t.FailNow()
					}
				}
			}
		})
	}
}

// TestRecordingsAgain replays every twentieth recording of 3.2 with the Django at
// hand: it shows that the comparison above asks it the right way. That all can
// be made again is shown by internal/engineproc, through the protocol.
func TestRecordingsAgain(t *testing.T) {
	for _, family := range []string{FamilyModern, FamilyAsync} {
		t.Run(family, func(t *testing.T) {
			var scenarios []Scenario
			var want []Trace
			for i, v := range recordedWith(t, family+"@3.2") {
				if trace, _ := v.TraceOf(family + "@3.2"); i%20 == 0 {
					scenarios, want = append(scenarios, v.Scenario), append(want, trace)
				}
			}
			require.Len(t, scenarios, 211)
			differ := 0
			for i, got := range askDjango(t, family, scenarios) {
				if diff := cmp.Diff(want[i], got); diff != "" {
					t.Errorf("%s (-recorded +now)\n%s", scenarios[i].ID, diff)
					if differ++; differ > 8 {
						t.FailNow()
					}
				}
			}
		})
	}
}
