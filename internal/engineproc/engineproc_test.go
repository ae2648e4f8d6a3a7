package engineproc

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/lineproc"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// TestMain makes the test's own binary the engine: no other language is needed.
func TestMain(m *testing.M) {
	if how := os.Getenv("ENGINEPROC_CHILD"); how != "" {
		child(how)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is modern@6.1 of this module behind the protocol; at the scenario
// victim it misbehaves in the way it is told.
func child(how string) {
	engine, ok := conformance.EngineByName("modern@6.1")
	if !ok {
		panic("no engine")
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	put := func(v any) {
		line, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s\n", line)
	}
	for first := true; lines.Scan(); first = false {
		if first {
			switch how {
			case "other-protocol":
				put(hello{Protocol: "mwcheck.engine/99"})
			case "silent":
				time.Sleep(time.Hour)
			case "banner":
				fmt.Println("Welcome to my engine!")
			default:
				put(hello{Protocol: Protocol, Engine: engine.Name})
			}
			continue
		}
		var s conformance.Scenario
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			panic(err)
		}
		got := answer{ID: s.ID, Trace: engine.Run(&s)}
		if s.ID == victim || how == "always-dies" {
			switch how {
			case "dies", "always-dies":
				fmt.Fprintln(os.Stderr, "segmentation fault")
				os.Exit(139)
			case "sleeps":
				time.Sleep(time.Hour)
			case "garbage":
				fmt.Println("Traceback (most recent call last):")
				continue
			case "twice":
				put(got)
			case "number":
				fmt.Println("5")
				continue
			case "no-events":
				fmt.Printf("{\"id\":%q}\n", s.ID)
				continue
			case "outcome":
				got.Outcome.Kind = "perhaps"
			case "wrong":
				got.Events = append(got.Events, "view")
			case "unsupported":
				got.Trace = conformance.Trace{Unsupported: []conformance.Feature{"streams"}}
			}
		}
		put(got)
	}
}

// victim is the scenario at which the child misbehaves, next the one after it.
const victim, next = "a", "b"

func vectors(t *testing.T) []conformance.Vector {
	t.Helper()
	const line = `{"scenario":{"id":"%s","layers":[]},"traces":[{"engines":["classic@1.8","modern@6.1"],"events":["view"],"outcome":{"body":"view","finished":1,"outcome":"response","status":200,"xtrace":"view"}}]}` + "\n"
	var text strings.Builder
	for _, id := range []string{victim, next, "c"} {
		fmt.Fprintf(&text, line, id)
	}
	var list []conformance.Vector
	require.NoError(t, conformance.ReadVectors(strings.NewReader(text.String()), func(v conformance.Vector) error {
		list = append(list, v)
		return nil
	}))
	return list
}

func command(how string, timeout time.Duration) lineproc.Config {
	return lineproc.Config{Path: os.Args[0], Env: []string{"ENGINEPROC_CHILD=" + how}, Timeout: timeout}
}

func TestChildrenThatMisbehave(t *testing.T) {
	for _, c := range []struct {
		how  string
		pass int
		text []string // of the victim's reason
	}{
		{"fine", 3, nil},
		{"dies", 2, []string{"exit status 139", "segmentation fault"}},
		{"sleeps", 2, []string{"nothing came within"}},
		{"garbage", 2, []string{`no JSON object: "Traceback`}},
		{"number", 2, []string{`no JSON object: "5"`}},
		{"no-events", 2, []string{"no events"}},
		{"outcome", 2, []string{`unknown outcome "perhaps"`}},
	} {
		t.Run(c.how, func(t *testing.T) {
			r, err := Check(t.Context(), Options{Command: command(c.how, 3*time.Second)}, vectors(t))
			require.NoError(t, err)
			require.Equal(t, "modern@6.1", r.Engine)
			require.Equal(t, c.pass, r.Summary.Engines[r.Engine].Pass)
			require.Equal(t, 3, r.Summary.Skipped) // classic@1.8
			cases := r.Summary.Cases[r.Engine]
			require.Len(t, cases, 3)
			if c.text == nil {
				require.Empty(t, r.Summary.Failures)
				return
			}
			require.Len(t, r.Summary.Failures, 1)
			require.Equal(t, victim, r.Summary.Failures[0].ID)
			require.Equal(t, conformance.Fail, cases[0].Status)
			for _, text := range c.text {
				require.Contains(t, r.Summary.Failures[0].Reason, text)
				require.Contains(t, cases[0].Problems[0].Text, text)
			}
		})
	}
}

func TestAnswerOutOfTurn(t *testing.T) {
	r, err := Check(t.Context(), Options{Command: command("twice", 0)}, vectors(t))
	require.NoError(t, err)
	require.Len(t, r.Summary.Failures, 1)
	require.Equal(t, next, r.Summary.Failures[0].ID)
	require.Equal(t, `the answer is to "a", not to "b"`, r.Summary.Failures[0].Reason)
}

func TestWrongAndUnsupported(t *testing.T) {
	r, err := Check(t.Context(), Options{Command: command("wrong", 0)}, vectors(t))
	require.NoError(t, err)
	require.Len(t, r.Summary.Failures, 1)
	require.Empty(t, r.Summary.Failures[0].Reason)
	require.Equal(t, []string{"view", "view"}, r.Summary.Failures[0].Got.Events)

	r, err = Check(t.Context(), Options{Command: command("unsupported", 0)}, vectors(t))
	require.NoError(t, err)
	require.True(t, r.Summary.OK())
	require.Equal(t, conformance.Count{Pass: 2, Unsupported: 1}, *r.Summary.Engines[r.Engine])
	require.Equal(t, map[conformance.Feature]int{"streams": 1}, r.Summary.Unsupported)
	require.Equal(t, "streams", r.Summary.Cases[r.Engine][0].Reason)
}

// TestBrokenTooOften: an engine that dies at every scenario is not started a
// thousand times.
func TestBrokenTooOften(t *testing.T) {
	list := slices.Repeat(vectors(t), 10)
	r, err := Check(t.Context(), Options{Command: command("always-dies", 0)}, list)
	require.NoError(t, err)
	require.Equal(t, maxBroken, r.Summary.Engines[r.Engine].Fail)
	require.Equal(t, len(list)-maxBroken, r.NotRun)
	require.Equal(t, "not run: the engine broke 10 times", r.Summary.Cases[r.Engine][len(list)-1].Reason)
}

func TestEnginesThatDoNotStart(t *testing.T) {
	for how, text := range map[string]string{
		"other-protocol": `protocol "mwcheck.engine/99", not "mwcheck.engine/1"`,
		"silent":         "nothing came within",
		"banner":         `no JSON object: "Welcome`,
	} {
		_, err := Check(t.Context(), Options{Command: command(how, 3*time.Second)}, vectors(t))
		require.ErrorIs(t, err, ErrStart, how)
		require.ErrorContains(t, err, text, how)
	}
	_, err := Check(t.Context(), Options{Command: lineproc.Config{Path: "/nowhere/at/all"}}, vectors(t))
	require.ErrorIs(t, err, ErrStart)
}

// TestInterrupted: neither a start nor a scenario outlasts its context, and the
// error is the context's own.
func TestInterrupted(t *testing.T) {
	for _, how := range []string{"silent", "sleeps"} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_, err := Check(ctx, Options{Command: command(how, time.Hour)}, vectors(t))
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded, how)
		require.NotErrorIs(t, err, ErrStart, how)
	}
}

// TestRecordingsWithDjango makes real Django 3.2 an engine: what was recorded is
// what it does, here and now.
func TestRecordingsWithDjango(t *testing.T) {
	python, path := testenv.Django(t)
	env := []string{"PYTHONPATH=" + path, "PYTHONDONTWRITEBYTECODE=1"}
	all, err := conformance.Vectors()
	require.NoError(t, err)
	for _, family := range []string{"modern", "async"} {
		t.Run(family, func(t *testing.T) {
			r, err := Check(t.Context(), Options{Command: lineproc.Config{
				Path: python, Args: []string{"-W", "ignore", "../../conformance/testdata/django/engine.py", family}, Env: env,
			}}, all)
			require.NoError(t, err)
			require.Empty(t, r.Summary.Failures)
			require.Equal(t, family+"@3.2", r.Engine)
			require.Equal(t, conformance.Count{Pass: 4207}, *r.Summary.Engines[r.Engine])
		})
	}
}
