package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
)

// modernAtoms is what is out of the ordinary in a scenario of modern layers.
func modernAtoms(s *conformance.Scenario) []oneAtom {
	list := atomsOf(s)
	for i := range s.Layers {
		c := s.Layers[i].Call
		if c == nil {
			continue
		}
		before, after := c.Before, c.After
		if c.GetResponse == "never" && ordinary(before) {
			// Without a call of get_response there is no way out: what the layer
			// makes is its answer.
			if before = strings.Replace(after, "replace", "respond", 1); ordinary(before) {
				before = "return_none"
			}
			after = ""
		}
		for hook, behaviour := range map[string]string{
			conformance.HookBefore: before, conformance.HookAfter: after, conformance.HookTry: c.Try,
		} {
			if !ordinary(behaviour) {
				list = append(list, oneAtom{i, hook, sameKind(behaviour)})
			}
		}
	}
	return list
}

func ordinary(behaviour string) bool {
	return behaviour == "" || behaviour == "pass" || behaviour == "touch"
}

// TestProofModern reads projects of modern classes, functions and mixins, and
// compares two releases of the modern model. Where the recordings of a stack
// differ, something that this stack does is predicted to differ; between
// releases that were recorded as equal throughout, nothing is.
func TestProofModern(t *testing.T) {
	all, err := recordings()
	require.NoError(t, err)
	styles := pyscenario.Styles()
	for _, c := range []struct {
		from, to string
		differ   int // recordings that must at least differ
	}{{"modern@1.11", "modern@2.2", 50}, {"modern@2.2", "modern@3.2", 0}, {"modern@3.2", "modern@5.2", 0}} {
		t.Run(c.from+" "+c.to, func(t *testing.T) {
			tr := &truth{from: c.from, to: c.to}
			stacks, differ, predicted, bad := 0, 0, 0, 0
			for i := range all {
				v := &all[i]
				s := &v.Scenario
				if !strings.HasPrefix(s.ID, "m") || s.Propagate || traceOf(v, c.from) == nil || traceOf(v, c.to) == nil {
					continue
				}
				if slices.ContainsFunc(s.Layers, func(l conformance.LayerSpec) bool { return l.Init != "" && l.Init != "ok" }) {
					continue // what a constructor does is compared elsewhere
				}
				p, err := pyscenario.Write(s, pyscenario.Options{Style: styles.Example(i)})
				if err != nil {
					continue
				}
				stacks++
				_, result := tr.run(t, p)
				atoms := modernAtoms(s)
				var wrong []string
				if !result.Complete {
					wrong = append(wrong, fmt.Sprintf("not complete: %v", result.Unknown))
				}
				var names []string
				for _, l := range s.Layers {
					names = append(names, l.Name)
				}
				list, _ := predict(result, names)
				for _, d := range list {
					predicted++
					for _, a := range d.atoms {
						if a.layer >= 0 && !slices.Contains(atoms, a) {
							wrong = append(wrong, fmt.Sprintf("predicted %v, which the source does not do", d.atoms))
						}
					}
				}
				from, to := bare(*traceOf(v, c.from)), bare(*traceOf(v, c.to))
				if cmp.Equal(from, to) {
					if c.differ == 0 && len(list) > 0 {
						wrong = append(wrong, fmt.Sprintf("predicted %v; nothing was recorded to differ", list[0].atoms))
					}
				} else {
					differ++
					if !slices.ContainsFunc(list, func(d prediction) bool {
						return within(d.atoms, atoms) || len(d.atoms) > 1 && withinSlots(d.atoms, atoms)
					}) {
						wrong = append(wrong, fmt.Sprintf("recorded, not predicted: %v", conformance.Effects(s.Layers, nil, from, to)))
					}
				}
				for _, w := range wrong {
					t.Errorf("%s: %s", s.ID, w)
					bad++
				}
				if bad > 20 {
					t.FailNow()
				}
			}
			require.Greater(t, stacks, 400)
			require.GreaterOrEqual(t, differ, c.differ)
			t.Logf("%d stacks, %d recorded to differ, %d differences predicted", stacks, differ, predicted)
		})
	}
}
