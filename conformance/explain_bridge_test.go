package conformance

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/web"
)

// onlyTrigger finds the one layer of a hook stack that does what the models
// differ about.
func onlyTrigger(s *Scenario) (layer int, trigger mixin.Trigger) {
	if s.Propagate || s.ErrorHandlers == "raise" || strings.HasSuffix(s.View, "return_false") || strings.HasSuffix(s.View, "_exit") || strings.HasSuffix(s.View, "_interrupt") {
		return -1, ""
	}
	found := 0
	for i := range s.Layers {
		l := &s.Layers[i]
		if l.Style != "hooks" || l.Init != "" && l.Init != "ok" {
			return -1, ""
		}
		for hook, b := range l.Hooks {
			if strings.HasSuffix(b, "_exit") || strings.HasSuffix(b, "_interrupt") || b == "return_false" {
				return -1, ""
			}
			var t mixin.Trigger
			switch {
			case hook == HookRequest && strings.HasPrefix(b, "respond"):
				t = mixin.RequestAnswers
			case hook == HookRequest && raisesAt(b):
				t = mixin.RequestRaises
			case hook == HookResponse && raisesAt(b):
				t = mixin.ResponseRaises
			case hook == HookResponse && b == "return_none":
				t = mixin.ResponseNothing
			default:
				continue
			}
			layer, trigger = i, t
			found++
		}
	}
	if found != 1 {
		return -1, ""
	}
	return layer, trigger
}

// responseHooks are the layers whose process_response ran, outermost first.
func responseHooks(t Trace) []string {
	var list []string
	for _, e := range t.Events {
		if name, rest, _ := strings.Cut(e, "."); strings.HasPrefix(rest, HookResponse+" ") && !strings.Contains(name, " ") {
			list = append([]string{name}, list...)
		}
	}
	return list
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// TestExplainVectors: for every recorded hook stack with one trigger, Explain
// names exactly the layers whose process_response differs between the recorded
// traces of both models; and the island it proposes keeps the recorded classic
// behaviour.
func TestExplainVectors(t *testing.T) {
	counts := map[mixin.Trigger]int{}
	islands := 0
	for _, v := range allVectors(t) {
		s := &v.Scenario
		at, trigger := onlyTrigger(s)
		if at < 0 {
			continue
		}
		recorded := map[string]Trace{}
		for _, trace := range v.Traces {
			for _, name := range trace.Engines {
				recorded[name] = trace.Trace
			}
		}
		classic, ok := recorded["classic@1.11"]
		modern, both := recorded["modern@1.11"]
		if !ok || !both {
			continue
		}
		counts[trigger]++
		var advice []mixin.Advice
		probe := Engine{Name: "probe", Family: FamilyClassic, Build: func(stack Stack) (Built, error) {
			var layers []any
			for _, l := range stack.Layers {
				layers = append(layers, l.Classic())
			}
			advice = mixin.Explain(mixin.ModelModern, layers...)
			return Built{}, errTypeError
		}}
		probe.Run(s)
		require.Len(t, advice, len(s.Layers))
		var skipped, added, island []string
		for _, d := range advice[at].Differences {
			if d.Trigger != trigger {
				continue
			}
			switch d.Effect {
			case mixin.ResponseHooksSkipped, mixin.OwnResponseHookSkipped:
				skipped = append(skipped, d.Layers...)
			case mixin.OuterResponseHooksRun:
				added = append(added, d.Layers...)
			}
			if len(d.Island) > len(island) {
				island = d.Island
			}
		}
		slices.Sort(skipped)
		want, got := responseHooks(classic), responseHooks(modern)
		require.ElementsMatch(t, minus(want, got), skipped, "%s: skipped", s.ID)
		if trigger == mixin.ResponseNothing {
			// In the release nothing is handed to the hooks further out, and the
			// first that needs a response fails: the others run all the same.
			require.Subset(t, added, minus(got, want), "%s: added", s.ID)
		} else {
			require.ElementsMatch(t, minus(got, want), added, "%s: added", s.ID)
		}
		if len(island) == 0 {
			continue
		}
		islands++
		from := slices.IndexFunc(s.Layers, func(l LayerSpec) bool { return l.Name == island[0] })
		trace := archipelago(web.Django111(), from, from+len(island), nil).Run(s)
		require.Equal(t, want, responseHooks(trace), "%s: island of %v", s.ID, island)
		require.Equal(t, classic.Outcome, trace.Outcome, "%s: island of %v", s.ID, island)
	}
	t.Log(counts, islands)
	require.Greater(t, counts[mixin.RequestAnswers], 100)
	require.Greater(t, counts[mixin.RequestRaises], 100)
	require.Greater(t, counts[mixin.ResponseRaises], 100)
	require.Greater(t, counts[mixin.ResponseNothing], 20)
	require.Greater(t, islands, 300)
}
