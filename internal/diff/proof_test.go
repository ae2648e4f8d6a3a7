package diff_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
)

// The proof of the comparison: source text of classic projects, whose layers do
// what was recorded with real releases of Django, is read and compared; what
// comes out must be what the recordings say of the same behaviours, both ways.
// Of a stack that was recorded with some of its behaviours only, the replica
// says the rest (replica_test.go), which equals all recordings there are. No
// engine of this repository takes part in the truth.

// oneAtom is a behaviour out of the ordinary: of the layer at an index, or of the
// site (-1).
type oneAtom struct {
	layer           int
	hook, behaviour string
}

func (a oneAtom) String() string { return fmt.Sprintf("%d.%s=%s", a.layer, a.hook, a.behaviour) }

// sameSlot says that two cannot be done by one request.
func (a oneAtom) sameSlot(b oneAtom) bool { return a.layer == b.layer && a.hook == b.hook }

// keyOf is a set of atoms as text that can be compared.
func keyOf(list []oneAtom) string {
	var words []string
	for _, a := range list {
		words = append(words, a.String())
	}
	sort.Strings(words)
	return strings.Join(words, " ")
}

// atomsOf is what is out of the ordinary in a scenario.
func atomsOf(s *conformance.Scenario) (list []oneAtom) {
	for i := range s.Layers {
		if c := s.Layers[i].Call; c != nil {
			for hook, behaviour := range map[string]string{conformance.HookBefore: c.Before, conformance.HookAfter: c.After} {
				if !ordinary(behaviour) {
					list = append(list, oneAtom{i, hook, sameKind(behaviour)})
				}
			}
		}
		for hook, behaviour := range s.Layers[i].Hooks {
			if !ordinary(behaviour) {
				list = append(list, oneAtom{i, hook, sameKind(behaviour)})
			}
		}
	}
	if s.View != "" && s.View != "ok" {
		list = append(list, oneAtom{-1, conformance.HookSiteView, sameKind(s.View)})
	}
	if s.URL == "not_found" {
		list = append(list, oneAtom{-1, conformance.HookURL, "not_found"})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].String() < list[j].String() })
	return list
}

func ordinary(behaviour string) bool {
	return behaviour == "" || behaviour == "pass" || behaviour == "touch"
}

// sameKind takes together what is the same: errors that no release treats
// differently, as facts say that an error becomes a 400, not by which class; and
// the kind of error that is meant where none is named.
func sameKind(behaviour string) string {
	if behaviour == "template_render_raises" || behaviour == "respond_template_raises" {
		return behaviour + ":value_error"
	}
	return strings.Replace(behaviour, "raise:bad_request", "raise:suspicious_operation", 1)
}

// siteAtoms is what sites do in the comparison: a choice of what was recorded.
func siteAtoms() []oneAtom {
	list := []oneAtom{{-1, conformance.HookURL, "not_found"}}
	for _, view := range []string{
		"raise:value_error", "raise:http404", "raise:permission_denied", "template", "template_render_raises:value_error", "stream",
	} {
		list = append(list, oneAtom{-1, conformance.HookSiteView, view})
	}
	return list
}

// possible says that the comparison may come to it.
func possible(a oneAtom) bool { return a.layer >= 0 || slices.Contains(siteAtoms(), a) }

// within says that one set is part of another.
func within(small, big []oneAtom) bool {
	return !slices.ContainsFunc(small, func(a oneAtom) bool { return !slices.Contains(big, a) })
}

// withinSlots says so of the places alone.
func withinSlots(small, big []oneAtom) bool {
	return !slices.ContainsFunc(small, func(a oneAtom) bool { return !slices.ContainsFunc(big, a.sameSlot) })
}

// truth says what happens under two engines.
type truth struct {
	from, to string
	recorded map[string]*conformance.Vector // by scenarioKey
	// broken stands in for the engine of from in the predictions, to show that
	// this is found out.
	broken conformance.Engine
}

// recordings are all that was recorded, read once.
var recordings = sync.OnceValues(conformance.Vectors)

// newTruth takes the recordings of two engines.
func newTruth(t testing.TB, from, to string) *truth {
	t.Helper()
	all, err := recordings()
	require.NoError(t, err)
	tr := &truth{from: from, to: to, recorded: map[string]*conformance.Vector{}}
	for i := range all {
		if v := &all[i]; plays(&v.Scenario, from) && plays(&v.Scenario, to) && traceOf(v, from) != nil && traceOf(v, to) != nil {
			tr.recorded[scenarioKey(&v.Scenario)] = v
		}
	}
	return tr
}

// stacks are the recorded scenarios of hooks, one for each make of layers.
func (tr *truth) stacks() []*conformance.Scenario {
	var all, out []*conformance.Scenario
	for _, v := range tr.recorded {
		if !slices.ContainsFunc(v.Scenario.Layers, func(l conformance.LayerSpec) bool { return l.Style != "hooks" }) {
			all = append(all, &v.Scenario)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	seen := map[string]bool{}
	for _, s := range all {
		kind, rest, _ := strings.Cut(s.ID, "/")
		codes, _, _ := strings.Cut(rest, "/")
		if kind != "n" && !seen[codes] {
			seen[codes] = true
			out = append(out, s)
		}
	}
	return out
}

// scenarioKey names what a scenario does.
func scenarioKey(s *conformance.Scenario) string {
	var b strings.Builder
	for i := range s.Layers {
		var hooks []string
		for hook, behaviour := range s.Layers[i].Hooks {
			hooks = append(hooks, hook+"="+sameKind(behaviour))
		}
		sort.Strings(hooks)
		b.WriteString(s.Layers[i].Name + ":" + strings.Join(hooks, ","))
		if c := s.Layers[i].Call; c != nil {
			fmt.Fprintf(&b, " %s,%s,%s,%s", strings.TrimPrefix(c.Before, "pass"), strings.TrimPrefix(c.After, "pass"), c.GetResponse, c.Try)
		} else if onion(&s.Layers[i]) {
			b.WriteString(" ,,,")
		}
		b.WriteByte(';')
	}
	view := sameKind(s.View)
	if view == "ok" {
		view = ""
	}
	return b.String() + view + ";" + s.URL
}

func traceOf(v *conformance.Vector, engine string) *conformance.Trace {
	for i := range v.Traces {
		if slices.Contains(v.Traces[i].Engines, engine) {
			return &v.Traces[i].Trace
		}
	}
	return nil
}

// bare is a trace without what the comparison leaves out: the order in which
// layers are built. Which layers write the header is left out as well: a hook
// that does something else as well does not always come to it.
func bare(t conformance.Trace) conformance.Trace {
	t.Load, t.LoadLog = nil, nil
	t.Outcome.XTrace = ""
	return t
}

// onion says that a layer has its own __call__.
func onion(l *conformance.LayerSpec) bool { return l.Style == "modern" || l.Style == "function" }

// only is a scenario in which of all that is out of the ordinary these atoms are
// done, and calm is what each other hook with a response does that may do more.
func only(s *conformance.Scenario, atoms []oneAtom, calm string) *conformance.Scenario {
	out := &conformance.Scenario{ID: s.ID}
	for i, l := range s.Layers {
		hooks := map[string]string{}
		for hook, behaviour := range l.Hooks {
			switch {
			case ordinary(behaviour):
			case hook == conformance.HookResponse:
				behaviour = calm
			default:
				behaviour = "pass"
			}
			hooks[hook] = behaviour
		}
		one := conformance.LayerSpec{Name: l.Name, Style: l.Style, Hooks: hooks}
		if l.Call != nil {
			one.Call = &conformance.Call{After: l.Call.After, GetResponse: l.Call.GetResponse, Try: l.Call.Try}
			if !ordinary(l.Call.After) {
				one.Call.After = calm
			}
		}
		for _, a := range atoms {
			switch {
			case a.layer != i:
			case a.hook == conformance.HookBefore:
				one.Call.Before = a.behaviour
			case a.hook == conformance.HookAfter:
				one.Call.After = a.behaviour
			default:
				hooks[a.hook] = a.behaviour
			}
		}
		out.Layers = append(out.Layers, one)
	}
	for _, a := range atoms {
		switch a.hook {
		case conformance.HookSiteView:
			out.View = a.behaviour
		case conformance.HookURL:
			out.URL = a.behaviour
		}
	}
	return out
}

// outcome is what happens under both engines.
type outcome struct {
	from, to conformance.Trace
	effects  []conformance.Effect // none: it is the same
	recorded bool                 // it was recorded like this, under both
}

// differs says that it is not the same.
func (o *outcome) differs() bool { return len(o.effects) > 0 }

// of says what happens if the layers of a scenario do these things only.
func (tr *truth) of(s *conformance.Scenario, atoms []oneAtom, calm string) outcome {
	does := only(s, atoms, calm)
	o := outcome{}
	if v := tr.recorded[scenarioKey(does)]; v != nil {
		o.from, o.to, o.recorded = bare(*traceOf(v, tr.from)), bare(*traceOf(v, tr.to)), true
	} else {
		o.from, o.to = replay(does, tr.from), replay(does, tr.to)
	}
	if cmp.Equal(o.from, o.to) {
		return o
	}
	var trigger []conformance.Trigger
	for _, a := range atoms {
		one := conformance.Trigger{Hook: a.hook, Behaviour: a.behaviour}
		if a.layer >= 0 {
			one.Layer = s.Layers[a.layer].Name
		}
		trigger = append(trigger, one)
	}
	o.effects = conformance.Effects(does.Layers, trigger, o.from, o.to)
	return o
}
