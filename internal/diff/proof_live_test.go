package diff_test

import (
	"regexp"
	"slices"
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/pyscenario/live"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// renamed gives a predicted trace with the names of another scenario.
func renamed(t conformance.Trace, from []string, to []conformance.LayerSpec) conformance.Trace {
	event := regexp.MustCompile(`(^|[= ])([A-Za-z_0-9]+)\.`)
	swap := func(text string) string {
		return event.ReplaceAllStringFunc(text, func(m string) string {
			parts := event.FindStringSubmatch(m)
			if i := slices.Index(from, parts[2]); i >= 0 {
				return parts[1] + to[i].Name + "."
			}
			return m
		})
	}
	out := t
	out.Events = nil
	for _, e := range t.Events {
		out.Events = append(out.Events, swap(e))
	}
	out.Outcome.Body, out.Outcome.From = swap(t.Outcome.Body), swap(t.Outcome.From)
	return out
}

// TestProofLive serves the other side of predictions with Django 3.2: a project
// of the modern model whose layers do what triggers the difference. What happens
// must be what was predicted from the source of the classic project.
func TestProofLive(t *testing.T) {
	const most = 70
	server := live.Start(t)
	styles := pyscenario.Styles()
	tr := newTruth(t, "classic@1.9", "modern@3.2")
	var all []*record
	for _, list := range tr.byShape {
		for _, r := range list {
			if (len(r.atoms) == 1 || len(r.atoms) == 2) && tr.differs(r) && !slices.ContainsFunc(r.atoms, func(a oneAtom) bool { return !possible(a) }) {
				all = append(all, r)
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].vector.Scenario.ID < all[j].vector.Scenario.ID })
	served := 0
	for i := 0; i < len(all) && served < most; i++ {
		s := &all[i].vector.Scenario
		p, err := pyscenario.Write(s, pyscenario.Options{Model: stack.Classic, Style: styles.Example(i)})
		require.NoError(t, err)
		_, result := tr.run(t, p)
		var names []string
		for _, l := range s.Layers {
			names = append(names, l.Name)
		}
		list, _ := predict(result, names)
		for _, d := range list {
			r := tr.byAtoms[all[i].shape][keyOf(d.atoms)]
			if r == nil || keyOf(r.atoms) != keyOf(all[i].atoms) {
				continue // it is about less than what this scenario does
			}
			modern, err := pyscenario.Write(s, pyscenario.Options{Style: styles.Example(i + 1)})
			require.NoError(t, err)
			got, err := server.Serve(live.Of(s, modern))
			require.NoError(t, err, s.ID)
			require.Empty(t, cmp.Diff(bare(got[0].Trace), bare(renamed(d.To, d.Names, s.Layers))), "%s (-live +predicted)", s.ID)
			served++
		}
	}
	require.Greater(t, served, 40)
	t.Logf("%d predictions served", served)
}
