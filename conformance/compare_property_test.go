package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// genPair draws two engines that can run the same hook stacks.
func genPair(t *rapid.T) (from, to Engine) {
	var list []Engine
	for _, e := range Engines() {
		if e.Family != FamilyAsync {
			list = append(list, e)
		}
	}
	pick := rapid.SampledFrom(list)
	return pick.Draw(t, "from"), pick.Draw(t, "to")
}

// genMay draws a calm stack and some of what it may do.
func genMay(t *rapid.T, depth int) (Scenario, Behaviours) {
	s := Scenario{ID: "may", Layers: []LayerSpec{}}
	may := Behaviours{Layers: map[string]map[string][]string{}}
	some := func(label string, list []string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(list), 0, 3, rapid.ID[string]).Draw(t, label)
	}
	for i := range rapid.IntRange(0, depth).Draw(t, "layers") {
		l := LayerSpec{Name: fmt.Sprintf("L%d", i), Style: "hooks", Hooks: map[string]string{}}
		does := map[string][]string{}
		for _, hook := range hookNames() {
			switch rapid.IntRange(0, 3).Draw(t, "has "+hook) {
			case 0:
				continue
			case 1:
				// A hook that only the behaviours name.
			default:
				l.Hooks[hook] = "pass"
			}
			if list := some(hook, allBehaviours(hook)); len(list) > 0 {
				does[hook] = list
			}
		}
		s.Layers = append(s.Layers, l)
		may.Layers[l.Name] = does
	}
	may.Views = some("views", allViews())
	may.ErrorHandlers = some("pages", []string{"django", "raise", "raise4xx", "template"})
	may.NotFound = rapid.Bool().Draw(t, "not found")
	may.Propagate = rapid.IntRange(0, 2).Draw(t, "propagate") == 0
	return s, may
}

// bruteAtoms lists what may be done without the help of Compare.
func bruteAtoms(s *Scenario, may Behaviours) []Trigger {
	var list []Trigger
	for i := range s.Layers {
		for _, hook := range hookNames() {
			for _, b := range may.Layers[s.Layers[i].Name][hook] {
				list = append(list, Trigger{s.Layers[i].Name, hook, b})
			}
		}
	}
	for _, v := range may.Views {
		list = append(list, Trigger{"", HookSiteView, v})
	}
	for _, v := range may.ErrorHandlers {
		list = append(list, Trigger{"", HookPages, v})
	}
	if may.NotFound {
		list = append(list, Trigger{"", HookURL, "not_found"})
	}
	if may.Propagate {
		list = append(list, Trigger{"", HookPropagate, "on"})
	}
	return list
}

// assigned is the scenario with a choice of behaviours, built from nothing.
func assigned(s *Scenario, may Behaviours, choice ...Trigger) *Scenario {
	out := &Scenario{ID: "assigned", Layers: []LayerSpec{}}
	for i := range s.Layers {
		l := LayerSpec{Name: s.Layers[i].Name, Style: "hooks", Hooks: map[string]string{}}
		for _, hook := range hookNames() {
			if _, has := s.Layers[i].Hooks[hook]; has || may.Layers[l.Name][hook] != nil {
				l.Hooks[hook] = "pass"
			}
			for _, c := range choice {
				if c.Layer == l.Name && c.Hook == hook {
					l.Hooks[hook] = c.Behaviour
				}
			}
		}
		out.Layers = append(out.Layers, l)
	}
	for _, c := range choice {
		switch {
		case c.Layer != "":
		case c.Hook == HookSiteView:
			out.View = c.Behaviour
		case c.Hook == HookPages:
			out.ErrorHandlers = c.Behaviour
		case c.Hook == HookURL:
			out.URL = c.Behaviour
		case c.Hook == HookPropagate:
			out.Propagate = true
		}
	}
	return out
}

func sameSlot(a, b Trigger) bool { return a.Layer == b.Layer && a.Hook == b.Hook }

// TestCompareAgainstBruteForce tries all single behaviours and all pairs of
// small stacks: Compare finds each behaviour that differs alone, a pair for
// each that differs in a pair only, and nothing else of those sizes.
func TestCompareAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := genPair(t)
		s, may := genMay(t, 3)
		atoms := bruteAtoms(&s, may)
		differs := func(choice ...Trigger) bool { return Differs(assigned(&s, may, choice...), from, to) }
		alone := map[Trigger]bool{}
		paired := map[Trigger]bool{}
		for _, a := range atoms {
			if differs(a) {
				alone[a] = true
			}
		}
		for i, a := range atoms {
			for _, b := range atoms[i+1:] {
				if !sameSlot(a, b) && !alone[a] && !alone[b] && differs(a, b) {
					paired[a], paired[b] = true, true
				}
			}
		}
		got, err := Compare(&s, from, to, may)
		if err != nil {
			t.Fatal(err)
		}
		gotAlone, gotPaired := map[Trigger]bool{}, map[Trigger]bool{}
		for _, d := range got {
			switch len(d.Trigger) {
			case 1:
				gotAlone[d.Trigger[0]] = true
			case 2:
				gotPaired[d.Trigger[0]], gotPaired[d.Trigger[1]] = true, true
			case 3:
			default:
				t.Fatalf("trigger %q", d.Key())
			}
			checkDifference(t, &s, may, from, to, &d)
		}
		require.Equal(t, alone, gotAlone, "%s to %s: alone", from.Name, to.Name)
		require.Equal(t, paired, gotPaired, "%s to %s: in pairs", from.Name, to.Name)
	})
}

// checkDifference makes sure that a difference is what it says: it is there
// with the trigger, with these traces, and not with a part of the trigger.
func checkDifference(t *rapid.T, s *Scenario, may Behaviours, from, to Engine, d *Difference) {
	twin := newTwin(assigned(s, may, d.Trigger...), from, to)
	a, b := twin.run()
	if sameTrace(a, b) || !sameTrace(a, d.From) || !sameTrace(b, d.To) {
		t.Fatalf("%s to %s, %q: not the traces of its trigger", from.Name, to.Name, d.Key())
	}
	for i := range d.Trigger {
		part := slices.Delete(slices.Clone(d.Trigger), i, i+1)
		if Differs(assigned(s, may, part...), from, to) {
			t.Fatalf("%s to %s, %q: %v is not needed", from.Name, to.Name, d.Key(), d.Trigger[i])
		}
	}
	checkEffects(t, s, d)
}

// checkEffects makes sure that the effects are of the list, in its order, and
// name layers of the stack.
func checkEffects(t *rapid.T, s *Scenario, d *Difference) {
	if len(d.Effects) == 0 {
		t.Fatalf("%q has no effect", d.Key())
	}
	at := -1
	for _, e := range d.Effects {
		i := slices.Index(EffectNames(), e.Name)
		if i <= at {
			t.Fatalf("%q: %q is out of order or of the list", d.Key(), e.Name)
		}
		at = i
		pos := -1
		for _, name := range e.Layers {
			p := slices.IndexFunc(s.Layers, func(l LayerSpec) bool { return l.Name == name })
			if p <= pos {
				t.Fatalf("%q: %s names %v", d.Key(), e.Name, e.Layers)
			}
			pos = p
		}
	}
}

// TestCompareDeepStacks: in deep stacks each difference is real and minimal,
// and each behaviour that differs alone is there.
func TestCompareDeepStacks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := genPair(t)
		s, may := genMay(t, 12)
		got, err := Compare(&s, from, to, may)
		if err != nil {
			t.Fatal(err)
		}
		alone := map[Trigger]bool{}
		for i := range got {
			checkDifference(t, &s, may, from, to, &got[i])
			if len(got[i].Trigger) == 1 {
				alone[got[i].Trigger[0]] = true
			}
		}
		for _, a := range bruteAtoms(&s, may) {
			if Differs(assigned(&s, may, a), from, to) != alone[a] {
				t.Fatalf("%s to %s: %v: found %v", from.Name, to.Name, a, alone[a])
			}
		}
	})
}

// TestCompareDeepPairs tries the pairs of deep stacks in which the layers of a
// class are more than those that stand for it.
func TestCompareDeepPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := genPair(t)
		s := Scenario{ID: "deep", Layers: []LayerSpec{}}
		may := Behaviours{Layers: map[string]map[string][]string{}}
		does := map[string][]string{}
		for _, hook := range hookNames() {
			does[hook] = []string{rapid.SampledFrom(allBehaviours(hook)).Draw(t, hook)}
		}
		for i := range 7 {
			l := LayerSpec{Name: fmt.Sprintf("L%d", i), Style: "hooks", Hooks: map[string]string{}}
			own := map[string][]string{}
			for _, hook := range hookNames() {
				if rapid.IntRange(0, 3).Draw(t, "has "+hook) > 0 {
					l.Hooks[hook] = "pass"
					if rapid.IntRange(0, 2).Draw(t, "does") > 0 {
						own[hook] = does[hook]
					}
				}
			}
			s.Layers = append(s.Layers, l)
			may.Layers[l.Name] = own
		}
		may.Views = []string{rapid.SampledFrom(allViews()).Draw(t, "view")}
		may.ErrorHandlers = []string{rapid.SampledFrom([]string{"raise", "template"}).Draw(t, "pages")}
		atoms := bruteAtoms(&s, may)
		differs := func(choice ...Trigger) bool { return Differs(assigned(&s, may, choice...), from, to) }
		alone := map[Trigger]bool{}
		for _, a := range atoms {
			alone[a] = differs(a)
		}
		paired := map[Trigger]bool{}
		for i, a := range atoms {
			for _, b := range atoms[i+1:] {
				if !sameSlot(a, b) && !alone[a] && !alone[b] && !(paired[a] && paired[b]) && differs(a, b) {
					paired[a], paired[b] = true, true
				}
			}
		}
		got, err := Compare(&s, from, to, may)
		if err != nil {
			t.Fatal(err)
		}
		found := map[Trigger]bool{}
		for _, d := range got {
			if len(d.Trigger) == 2 {
				found[d.Trigger[0]], found[d.Trigger[1]] = true, true
			}
		}
		require.Equal(t, paired, found, "%s to %s", from.Name, to.Name)
	})
}

// TestCompareOwnBehaviours: of a scenario that misbehaves by itself, Compare
// says that it differs if and only if it does, and blames behaviours that are
// its own.
func TestCompareOwnBehaviours(t *testing.T) {
	gen, onion := genScenario(10, hookStyles, false), genScenario(8, onionStyles, false)
	rapid.Check(t, func(t *rapid.T) {
		from, to := genPair(t)
		s := rapid.OneOf(gen, onion).Draw(t, "scenario")
		got, err := Compare(&s, from, to, Behaviours{})
		if err != nil {
			t.Fatal(err)
		}
		if Differs(&s, from, to) != (len(got) > 0) {
			t.Fatalf("%s to %s: differs %v, %d differences", from.Name, to.Name, len(got) == 0, len(got))
		}
		own := map[Trigger]bool{}
		for i := range s.Layers {
			l := &s.Layers[i]
			own[Trigger{l.Name, HookInit, l.Init}] = true
			own[Trigger{l.Name, HookStyle, l.Style}] = true
			if c := l.Call; c != nil {
				own[Trigger{l.Name, HookBefore, c.Before}] = true
				own[Trigger{l.Name, HookAfter, c.After}] = true
				own[Trigger{l.Name, HookGetResponse, c.GetResponse}] = true
				own[Trigger{l.Name, HookTry, c.Try}] = true
			}
			for hook, b := range l.Hooks {
				own[Trigger{l.Name, hook, b}] = true
			}
		}
		for i := range got {
			checkEffects(t, &s, &got[i])
			if len(got[i].Trigger) == 0 {
				t.Fatal("no trigger: a calm stack differs")
			}
			for _, trigger := range got[i].Trigger {
				if trigger.Layer != "" && !own[trigger] {
					t.Fatalf("%v is not what the scenario does", trigger)
				}
			}
		}
	})
}

// TestCompareTheSameEngine: an engine does not differ from itself.
func TestCompareTheSameEngine(t *testing.T) {
	stack := []LayerSpec{fullLayer("A"), {Name: "B", Style: "hooks", Hooks: map[string]string{HookResponse: "touch"}}}
	for _, e := range Engines() {
		some := stack
		if e.Family == FamilyAsync {
			some = stack[1:] // its goroutines take time
		}
		got, err := Compare(&Scenario{ID: "same", Layers: some}, e, e, AllBehaviours(some))
		require.NoError(t, err)
		require.Empty(t, got, e.Name)
	}
}

// fullLayer is a layer with all hooks.
func fullLayer(name string) LayerSpec {
	l := LayerSpec{Name: name, Style: "hooks", Hooks: map[string]string{}}
	for _, hook := range hookNames() {
		l.Hooks[hook] = "pass"
	}
	return l
}

// TestCompareDeterministic: the result does not depend on how the work is
// shared out.
func TestCompareDeterministic(t *testing.T) {
	stack := []LayerSpec{fullLayer("A"), fullLayer("B"), fullLayer("C"), fullLayer("D"), fullLayer("E")}
	from, to := engine(t, "classic@1.9"), engine(t, "modern@6.1")
	first, err := Compare(&Scenario{ID: "again", Layers: stack}, from, to, AllBehaviours(stack))
	require.NoError(t, err)
	require.NotEmpty(t, first)
	for range 3 {
		again, err := Compare(&Scenario{ID: "again", Layers: stack}, from, to, AllBehaviours(stack))
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
}

// TestCompareRefuses: what is not in the vocabulary is named.
func TestCompareRefuses(t *testing.T) {
	from, to := engine(t, "classic@1.9"), engine(t, "modern@6.1")
	one := func() *Scenario { return &Scenario{Layers: []LayerSpec{fullLayer("A")}} }
	layer := func(hook, behaviour string) Behaviours {
		return Behaviours{Layers: map[string]map[string][]string{"A": {hook: {behaviour}}}}
	}
	tests := []struct {
		name string
		s    *Scenario
		may  Behaviours
		want string
	}{
		{"no such layer", one(), Behaviours{Layers: map[string]map[string][]string{"B": {}}}, `"B"`},
		{"no such hook", one(), layer("process_nothing", "respond"), "A.process_nothing=respond"},
		{"no call", one(), layer(HookBefore, "respond"), "A.call.before=respond"},
		{"no such behaviour", one(), layer(HookRequest, "explode"), "explode"},
		{"no such view", one(), Behaviours{Views: []string{"explode"}}, "view=explode"},
		{"no such page", one(), Behaviours{ErrorHandlers: []string{"explode"}}, "error_handlers=explode"},
		{"a name twice", &Scenario{Layers: []LayerSpec{fullLayer("A"), fullLayer("A")}}, Behaviours{}, `"A"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Compare(test.s, from, to, test.may)
			require.ErrorContains(t, err, test.want)
		})
	}
	s := one()
	before := strings.Clone(s.Layers[0].Hooks[HookRequest])
	_, err := Compare(s, from, to, layer(HookRequest, "respond"))
	require.NoError(t, err)
	require.Equal(t, before, s.Layers[0].Hooks[HookRequest], "the scenario was changed")
}
