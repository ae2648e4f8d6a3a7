package diff_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
)

// own are the names of a handmade project's layers by dotted path, and what the
// engines need of them.
func own(h *pyscenario.Handmade) (names map[string]string, specs []conformance.LayerSpec) {
	names = map[string]string{}
	for _, l := range h.Layers {
		names[l.Path] = l.Name
		spec := conformance.LayerSpec{Name: l.Name, Style: "hooks", Hooks: map[string]string{}}
		for _, hook := range l.Hooks {
			spec.Hooks[hook] = "pass"
		}
		specs = append(specs, spec)
	}
	return names, specs
}

// expectation is a recorded difference as it shows in a handmade project.
type expectation struct {
	id      string
	atoms   []pyscenario.Atom
	effects []conformance.Effect
}

// expect gives what was recorded for stacks of as many layers, as far as it
// shows in the hooks that this project's layers have; by key. A recording that
// shows no difference has no effects.
func expect(t testing.TB, h *pyscenario.Handmade, from, to string) map[string]expectation {
	t.Helper()
	all, err := recordings()
	require.NoError(t, err)
	_, specs := own(h)
	list := map[string]expectation{}
	for i := range all {
		v := &all[i]
		atoms, ok := pyscenario.AtomsOf(&v.Scenario)
		if !ok || len(v.Scenario.Layers) != len(h.Layers) || traceOf(v, from) == nil || traceOf(v, to) == nil {
			continue
		}
		var trigger []conformance.Trigger
		for _, a := range atoms {
			trigger = append(trigger, conformance.Trigger{Layer: a.Layer, Hook: a.Hook, Behaviour: a.Behaviour})
		}
		e := expectation{id: v.Scenario.ID, atoms: atoms}
		e.effects = plainEffects(conformance.Effects(specs, trigger, bare(h.Seen(*traceOf(v, from))), bare(h.Seen(*traceOf(v, to)))))
		list[pyscenario.Key(atoms)] = e
	}
	return list
}

// plainEffects leaves out what handmade projects do not show: headers, rendering
// and streams.
func plainEffects(list []conformance.Effect) []conformance.Effect {
	var plain []conformance.Effect
	for _, e := range list {
		switch e.Name {
		case conformance.EffectHeaderChanged, conformance.EffectRenderChanged, conformance.EffectStreamChanged:
		default:
			plain = append(plain, e)
		}
	}
	return plain
}

// ownDifferences are the predictions that own layers and the site trigger, with
// the effects on own layers and on the request.
func ownDifferences(h *pyscenario.Handmade, r *diff.Result) []expectation {
	names, _ := own(h)
	var list []expectation
	for i := range r.Differences {
		d := &r.Differences[i]
		e := expectation{}
		foreign := false
		for _, t := range d.Trigger {
			name, ok := names[t.Layer]
			foreign = foreign || t.Layer != "" && !ok || t.Hook == conformance.HookStyle
			e.atoms = append(e.atoms, pyscenario.Atom{Layer: name, Hook: t.Hook, Behaviour: t.Behaviour})
		}
		if foreign {
			continue
		}
		for _, f := range d.Effects {
			layers := []string{}
			for _, path := range f.Layers {
				if name, ok := names[path]; ok {
					layers = append(layers, name)
				}
			}
			if len(f.Layers) == 0 || len(layers) > 0 {
				e.effects = append(e.effects, conformance.Effect{Name: f.Name, Layers: layers})
			}
		}
		e.effects = plainEffects(e.effects)
		list = append(list, e)
	}
	return list
}

// TestProofHandmade compares the projects of testdata/realistic, whose behaviours
// a person has written down, with the recordings of these behaviours.
func TestProofHandmade(t *testing.T) {
	files, err := filepath.Glob("../../testdata/realistic/*.txtar")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 20)
	for _, pair := range [][2]string{{"classic@1.9", "modern@5.2"}, {"classic@1.11", "modern@3.2"}} {
		predicted, unrecorded := 0, 0
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			h, err := pyscenario.ParseHandmade(strings.TrimSuffix(filepath.Base(file), ".txtar"), data)
			require.NoError(t, err)
			t.Run(h.Name+" "+pair[0]+" "+pair[1], func(t *testing.T) {
				recorded := expect(t, h, pair[0], pair[1])
				tr := &truth{from: pair[0], to: pair[1]}
				_, result := tr.run(t, &pyscenario.Project{Files: h.Files, Settings: h.Settings})
				for _, u := range result.Unknown {
					require.False(t, u.Absent, "%s was left out: %s", u.Layer, u.Why)
				}
				list := ownDifferences(h, result)
				for _, d := range list {
					for _, a := range d.atoms {
						require.True(t, a.Layer == "" || slices.Contains(h.Does, a), "%s is predicted; a person does not see it in the source", a)
					}
					want, ok := recorded[pyscenario.Key(d.atoms)]
					if !ok {
						unrecorded++
						continue
					}
					predicted++
					require.Empty(t, cmp.Diff(want.effects, d.effects), "%v: other effects than recorded in %s (-recorded +predicted)", d.atoms, want.id)
				}
				for key, want := range recorded {
					if len(want.effects) == 0 || slices.ContainsFunc(want.atoms, func(a pyscenario.Atom) bool {
						return a.Layer != "" && !slices.Contains(h.Does, a) || a.Layer == "" && !possible(oneAtom{-1, a.Hook, a.Behaviour})
					}) {
						continue
					}
					require.True(t, slices.ContainsFunc(list, func(d expectation) bool {
						return !slices.ContainsFunc(d.atoms, func(a pyscenario.Atom) bool { return !slices.Contains(want.atoms, a) })
					}), "recorded in %s, not predicted: %s %v", want.id, key, want.effects)
				}
			})
		}
		t.Logf("%s %s: %d differences as recorded, %d not recorded", pair[0], pair[1], predicted, unrecorded)
		require.Greater(t, predicted, 10)
	}
}
