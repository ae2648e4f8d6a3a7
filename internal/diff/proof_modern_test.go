package diff_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
)

// plainCalls says that layers call get_response once, and without a try: in other
// layers the reader sees an answer where the scenario speaks of no call.
func plainCalls(s *conformance.Scenario) bool {
	for i := range s.Layers {
		if c := s.Layers[i].Call; c != nil && (c.GetResponse != "" && c.GetResponse != "once" || c.Try != "") {
			return false
		}
	}
	return true
}

// TestProofModern reads projects of modern classes, functions and mixins, and
// compares two releases of the modern model: what goes differently is predicted,
// and nothing else; between releases that were recorded as equal throughout,
// nothing is.
func TestProofModern(t *testing.T) {
	all, err := recordings()
	require.NoError(t, err)
	styles := pyscenario.Styles()
	for _, c := range []struct {
		from, to    string
		differences int // that must at least be predicted
	}{{"modern@1.11", "modern@2.2", 100}, {"modern@2.2", "modern@3.2", 0}, {"modern@3.2", "modern@5.2", 0}} {
		t.Run(c.from+" "+c.to, func(t *testing.T) {
			tr := newTruth(t, c.from, c.to)
			n, bad := checked{}, 0
			for i := range all {
				s := &all[i].Scenario
				if !strings.HasPrefix(s.ID, "m") || !plays(s, c.from) || !plainCalls(s) || c.differences == 0 && i%2 == 0 {
					continue
				}
				style := styles.Example(i)
				style.Conditional = 0xff // what always answers has nothing behind it
				for _, w := range tr.check(s, style, &n, t) {
					t.Errorf("%s: %s", s.ID, w)
					bad++
				}
				if bad > 12 {
					t.FailNow()
				}
			}
			require.Greater(t, n.stacks, 200)
			require.Equal(t, n.stacks, n.whole)
			require.GreaterOrEqual(t, n.differences, c.differences)
			if c.differences == 0 {
				require.Zero(t, n.differences)
			}
			t.Logf("%+v", n)
		})
	}
}

// TestProofModernCalls is about the other layers: those that never call
// get_response, call it twice or have a try around it. Where their recordings
// differ something is predicted, and only of what a layer does.
func TestProofModernCalls(t *testing.T) {
	const from, to = "modern@1.11", "modern@2.2"
	all, err := recordings()
	require.NoError(t, err)
	styles := pyscenario.Styles()
	tr := &truth{from: from, to: to}
	stacks, differ := 0, 0
	for i := range all {
		v := &all[i]
		s := &v.Scenario
		if plainCalls(s) || !plays(s, from) || traceOf(v, from) == nil || traceOf(v, to) == nil {
			continue
		}
		p, err := pyscenario.Write(s, pyscenario.Options{Style: styles.Example(i)})
		if err != nil {
			continue // asynchronous
		}
		stacks++
		_, result := tr.run(t, p)
		require.True(t, result.Complete, "%s: %v", s.ID, result.Unknown)
		for _, d := range result.Differences {
			for _, x := range d.Trigger {
				require.True(t, x.Entry < 0 || x.Span.Line > 0, "%s: %s has no place", s.ID, d.Words())
			}
		}
		if !cmp.Equal(bare(*traceOf(v, from)), bare(*traceOf(v, to))) {
			differ++
			require.NotEmpty(t, result.Differences, "%s differs as recorded", s.ID)
		}
	}
	require.Greater(t, stacks, 50)
	require.Greater(t, differ, 3)
	t.Logf("%d stacks, %d recorded to differ", stacks, differ)
}
