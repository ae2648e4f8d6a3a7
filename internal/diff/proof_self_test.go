package diff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
)

// selfScenario is a stack in which much goes differently.
func selfScenario() *conformance.Scenario {
	all := func(changes map[string]string) map[string]string {
		hooks := map[string]string{
			conformance.HookRequest: "pass", conformance.HookView: "pass", conformance.HookTemplateResponse: "pass",
			conformance.HookResponse: "touch", conformance.HookException: "pass",
		}
		for hook, behaviour := range changes {
			hooks[hook] = behaviour
		}
		return hooks
	}
	return &conformance.Scenario{ID: "self", Layers: []conformance.LayerSpec{
		{Name: "A", Style: "hooks", Hooks: all(map[string]string{conformance.HookView: "raise:permission_denied"})},
		{Name: "B", Style: "hooks", Hooks: all(map[string]string{conformance.HookRequest: "respond", conformance.HookResponse: "raise:http404"})},
		{Name: "C", Style: "hooks", Hooks: all(map[string]string{conformance.HookRequest: "raise:value_error"})},
	}}
}

// TestProofFindsFaults spoils right predictions in one way at a time: the proof
// must fail on each, and on none that is left alone.
func TestProofFindsFaults(t *testing.T) {
	tr := newTruth(t, "classic@1.9", "modern@5.2")
	style := pyscenario.Style{}
	// at finds the difference that a hook of a layer triggers.
	at := func(r *diff.Result, entry int, hook string) *diff.Difference {
		i := slices.IndexFunc(r.Differences, func(d diff.Difference) bool {
			return len(d.Trigger) == 1 && d.Trigger[0].Entry == entry && d.Trigger[0].Hook == hook
		})
		require.GreaterOrEqual(t, i, 0)
		return &r.Differences[i]
	}
	answer := func(r *diff.Result) *diff.Difference { return at(r, 1, conformance.HookRequest) }
	faults := map[string]struct {
		spoil func(r *diff.Result)
		want  string
	}{
		"none": {func(*diff.Result) {}, ""},
		"a difference is left out": {func(r *diff.Result) {
			d := answer(r).Trigger[0]
			r.Differences = slices.DeleteFunc(r.Differences, func(x diff.Difference) bool { return x.Trigger[0].Entry == d.Entry && x.Trigger[0].Hook == d.Hook })
		}, "not predicted"},
		"a difference is made up": {func(r *diff.Result) {
			d := *answer(r)
			d.Trigger = slices.Clone(d.Trigger)
			d.Trigger[0].Entry, d.Trigger[0].Hook, d.Trigger[0].Behaviour = 0, conformance.HookView, "raise:permission_denied"
			r.Differences = append(r.Differences, d)
		}, "predicted, but it is the same"},
		"a behaviour that the source does not have": {func(r *diff.Result) { answer(r).Trigger[0].Behaviour = "respond_stream" }, "which the source does not do"},
		"a difference is said twice":                {func(r *diff.Result) { r.Differences = append(r.Differences, *answer(r)) }, "twice"},
		"more trigger than it takes": {func(r *diff.Result) {
			d := answer(r)
			d.Trigger = append(slices.Clone(d.Trigger), at(r, 2, conformance.HookRequest).Trigger...)
		}, "is enough"},
		"a layer is forgotten": {func(r *diff.Result) {
			e := &answer(r).Effects[0]
			e.Layers, e.Entries = nil, nil
		}, "other effects"},
		"another layer": {func(r *diff.Result) {
			e := &answer(r).Effects[0]
			e.Entries = []int{0}
		}, "other effects"},
		"another effect": {func(r *diff.Result) { answer(r).Effects[0].Name = conformance.EffectResponseRun }, "other effects"},
		"an effect is forgotten": {func(r *diff.Result) {
			d := at(r, 1, conformance.HookResponse)
			d.Effects = d.Effects[1:]
		}, "other effects"},
		"another trace": {func(r *diff.Result) {
			d := answer(r)
			d.To.Events = d.To.Events[:len(d.To.Events)-1]
		}, "another trace"},
		"another outcome": {func(r *diff.Result) { answer(r).From.Outcome.Status = 404 }, "another trace"},
		"another statement": {func(r *diff.Result) {
			answer(r).Trigger[0].Span = at(r, 1, conformance.HookResponse).Trigger[0].Span
		}, "points to no return"},
		"another layer's statement": {func(r *diff.Result) {
			at(r, 1, conformance.HookResponse).Trigger[0].Span = at(r, 2, conformance.HookRequest).Trigger[0].Span
		}, "points into C.process_request"},
		"the skipped hook of another layer": {func(r *diff.Result) {
			d := answer(r)
			i := slices.IndexFunc(d.Consequences, func(c diff.Consequence) bool { return c.Entry == 2 })
			require.GreaterOrEqual(t, i, 0)
			d.Consequences[i].Span = answer(r).Trigger[0].Span
		}, "is said to be in B.process_request"},
		"not complete": {func(r *diff.Result) { r.Complete = false }, "not complete"},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			n := checked{}
			wrong := strings.Join(tr.checkOf(selfScenario(), style, &n, t, f.spoil), "\n")
			if f.want == "" {
				require.Empty(t, wrong)
				require.Equal(t, 1, n.whole)
				return
			}
			require.Contains(t, wrong, f.want)
			require.Zero(t, n.whole)
		})
	}
}

// TestProofFindsBrokenEngines predicts with engines that are broken on purpose:
// where a stack comes by the fault, the proof must fail.
func TestProofFindsBrokenEngines(t *testing.T) {
	tr := newTruth(t, "classic@1.11", "modern@5.2")
	found := 0
	for _, saboteur := range conformance.EngineSaboteurs() {
		if saboteur.Engine.Name != tr.from {
			continue
		}
		broken := *tr
		broken.broken = saboteur.Engine
		n := checked{}
		wrong := broken.check(selfScenario(), pyscenario.Style{}, &n, t)
		switch saboteur.Rule {
		case "short-circuit", "response-error-kind", "response-error-outside", "way-in-order", "way-out-order", "request-answer-stops", "signal":
			require.NotEmpty(t, wrong, "%s: %s", saboteur.Rule, saboteur.Words)
		}
		if len(wrong) > 0 {
			found++
		}
	}
	require.Greater(t, found, 8)
	t.Logf("%d broken engines show in one stack", found)
}
