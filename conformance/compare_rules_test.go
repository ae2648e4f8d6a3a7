package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// ruleStack draws a stack in which every process_response touches the response.
func ruleStack(t *rapid.T, depth int) []LayerSpec {
	var stack []LayerSpec
	for i := range rapid.IntRange(1, depth).Draw(t, "layers") {
		l := LayerSpec{Name: fmt.Sprintf("L%d", i), Style: "hooks", Hooks: map[string]string{}}
		for _, hook := range hookNames() {
			if rapid.IntRange(0, 2).Draw(t, hook) > 0 {
				l.Hooks[hook] = "pass"
				if hook == HookResponse {
					l.Hooks[hook] = "touch"
				}
			}
		}
		stack = append(stack, l)
	}
	return stack
}

// countHook counts the layers with the hook.
func countHook(layers []LayerSpec, hook string) int {
	n := 0
	for i := range layers {
		if _, has := layers[i].Hooks[hook]; has {
			n++
		}
	}
	return n
}

// differsByRule says from the rules alone whether something that one layer of
// 1.11 does shows which model it runs under.
func differsByRule(stack []LayerSpec, i int, hook, behaviour string) bool {
	outer, inner := stack[:i], stack[i+1:]
	_, own := stack[i].Hooks[HookResponse]
	head, kind, _ := strings.Cut(behaviour, ":")
	exits := kind == "system_exit" || kind == "keyboard_interrupt"
	switch hook + " " + head {
	case "process_request respond", "process_request respond_template", "process_request respond_stream", "process_request respond_template_raises":
		return countHook(inner, HookResponse) > 0
	case "process_request raise":
		return !exits && (own || countHook(inner, HookResponse) > 0)
	case "process_request return_false":
		// Only the last result counts.
		return countHook(inner, HookRequest) == 0
	case "process_view return_false":
		// The innermost process_response fails with it.
		return countHook(inner, HookView) == 0 && countHook(stack, HookResponse) > 1
	case "process_response return_none":
		return true
	case "process_response return_false":
		// The next one out fails with it.
		return countHook(outer, HookResponse) > 1
	case "process_response raise":
		return !exits && (kind != "value_error" || countHook(outer, HookResponse) > 0)
	}
	return false
}

// TestCompareRules: between the models of 1.11, what differs alone is just what
// the rules say, for every layer, hook and behaviour.
func TestCompareRules(t *testing.T) {
	from, to := engine(t, "classic@1.11"), engine(t, "modern@1.11")
	rapid.Check(t, func(t *rapid.T) {
		stack := ruleStack(t, 8)
		may := Behaviours{Layers: AllBehaviours(stack).Layers}
		var want []Trigger
		for i := range stack {
			for hook, list := range may.Layers[stack[i].Name] {
				for _, behaviour := range list {
					if differsByRule(stack, i, hook, behaviour) {
						want = append(want, Trigger{stack[i].Name, hook, behaviour})
					}
				}
			}
		}
		got, err := Compare(&Scenario{Layers: stack}, from, to, may)
		if err != nil {
			t.Fatal(err)
		}
		var triggers []Trigger
		for _, d := range got {
			if len(d.Trigger) != 1 {
				t.Fatalf("%q: without the site nothing differs in company only", d.Key())
			}
			triggers = append(triggers, d.Trigger[0])
			checkAffected(t, stack, &d)
		}
		require.ElementsMatch(t, want, triggers)
	})
}

// checkAffected makes sure that an answer or error of process_request hides
// the process_response hooks that the rules say, and no others.
func checkAffected(t *rapid.T, stack []LayerSpec, d *Difference) {
	trigger := d.Trigger[0]
	if trigger.Hook != HookRequest || trigger.Behaviour == "return_false" {
		return
	}
	i := slices.IndexFunc(stack, func(l LayerSpec) bool { return l.Name == trigger.Layer })
	var inner []string
	for _, l := range stack[i+1:] {
		if _, has := l.Hooks[HookResponse]; has {
			inner = append(inner, l.Name)
		}
	}
	var own []string
	if _, has := stack[i].Hooks[HookResponse]; has && strings.HasPrefix(trigger.Behaviour, "raise:") {
		own = []string{trigger.Layer}
	}
	for _, e := range d.Effects {
		switch e.Name {
		case EffectResponseSkipped:
			require.Equal(t, inner, e.Layers, d.Key())
			inner = nil
		case EffectOwnSkipped:
			require.Equal(t, own, e.Layers, d.Key())
			own = nil
		case EffectOuterSkipped, EffectResponseRun, EffectOwnRuns, EffectOuterRun:
			t.Fatalf("%q: %s of %v", d.Key(), e.Name, e.Layers)
		}
	}
	if len(inner)+len(own) > 0 {
		t.Fatalf("%q: %v and %v should be skipped: %v", d.Key(), own, inner, d.Effects)
	}
}

// TestCompareNewReleases: from 2.2 on nothing that working layers do differs
// between releases.
func TestCompareNewReleases(t *testing.T) {
	releases := []string{"modern@2.2", "modern@3.2", "modern@4.2", "modern@5.0", "modern@5.2", "modern@6.0", "modern@6.1"}
	stack := fullStack(4)
	for i, name := range releases[1:] {
		got, err := Compare(&Scenario{Layers: stack}, engine(t, releases[i]), engine(t, name), AllBehaviours(stack))
		require.NoError(t, err)
		require.Empty(t, got, "%s to %s", releases[i], name)
	}
}
