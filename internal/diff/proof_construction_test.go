package diff_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// unusual is what is out of the ordinary in the construction of a scenario's
// layers: the layer that it is about, and how.
func unusual(s *conformance.Scenario) (list []conformance.Trigger) {
	for _, l := range s.Layers {
		if l.Init != "" && l.Init != "ok" {
			list = append(list, conformance.Trigger{Layer: l.Name, Hook: conformance.HookInit, Behaviour: l.Init})
		}
	}
	return list
}

// TestProofConstruction reads projects whose layers have an unusual constructor,
// as they were recorded, in the setting of the first model: what is predicted of
// it is what was recorded, and nothing where both engines do the same.
func TestProofConstruction(t *testing.T) {
	all, err := recordings()
	require.NoError(t, err)
	styles := pyscenario.Styles()
	for _, c := range []struct {
		from, to       string
		least, differs int // scenarios, and those recorded to differ
	}{
		{"classic@1.11", "modern@5.2", 5, 3}, {"classic@1.11", "modern@3.2", 5, 3}, {"classic@1.10", "modern@1.11", 5, 3},
		{"modern@3.2", "modern@4.2", 5, 2}, {"modern@2.2", "modern@3.2", 5, 1}, {"modern@5.0", "modern@5.2", 5, 1}, {"modern@5.2", "modern@6.1", 5, 0},
	} {
		t.Run(c.from+" "+c.to, func(t *testing.T) {
			tr := &truth{from: c.from, to: c.to}
			scenarios, differ := 0, 0
			for i := range all {
				v := &all[i]
				s := &v.Scenario
				trigger := unusual(s)
				if len(trigger) == 0 || traceOf(v, c.from) == nil || traceOf(v, c.to) == nil {
					continue
				}
				p, err := pyscenario.Write(s, pyscenario.Options{Style: styles.Example(i)})
				if err != nil {
					continue // asynchronous
				}
				if tr.model() == stack.Classic {
					for name, text := range p.Files {
						text = bytes.ReplaceAll(text, []byte("MIDDLEWARE"), []byte("MIDDLEWARE_CLASSES"))
						p.Files[name] = bytes.ReplaceAll(text, []byte("get_response):"), []byte("get_response=None):"))
					}
				}
				scenarios++
				_, result := tr.run(t, p)
				from, to := bare(*traceOf(v, c.from)), bare(*traceOf(v, c.to))
				var found []diff.Difference
				for _, d := range result.Differences {
					if slices.ContainsFunc(d.Trigger, func(x diff.Trigger) bool { return x.Hook == conformance.HookInit || x.Hook == conformance.HookStyle }) {
						found = append(found, d)
					}
				}
				if cmp.Equal(from, to) {
					require.Empty(t, found, "%s: recorded as equal", s.ID)
					continue
				}
				differ++
				require.Len(t, found, 1, "%s: %v recorded", s.ID, conformance.Effects(s.Layers, trigger, from, to))
				d := found[0]
				require.Equal(t, s.Layers[d.Trigger[0].Entry].Name, trigger[0].Layer, s.ID)
				var want, got []conformance.Effect
				for _, e := range conformance.Effects(s.Layers, trigger, from, to) {
					if e.Name != conformance.EffectHeaderChanged {
						want = append(want, e)
					}
				}
				for _, e := range d.Effects {
					layers := []string{}
					for _, entry := range e.Entries {
						layers = append(layers, s.Layers[entry].Name)
					}
					got = append(got, conformance.Effect{Name: e.Name, Layers: layers})
				}
				require.Empty(t, cmp.Diff(want, got), "%s: other effects (-recorded +predicted)", s.ID)
			}
			require.GreaterOrEqual(t, scenarios, c.least)
			require.GreaterOrEqual(t, differ, c.differs)
			t.Logf("%d scenarios, %d recorded to differ", scenarios, differ)
		})
	}
}
