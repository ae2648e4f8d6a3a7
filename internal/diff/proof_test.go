package diff_test

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// The proof of the comparison: source text of classic projects, whose layers do
// what was recorded with real releases of Django, is read and compared; what
// comes out must be what the recordings say of the same behaviours, both ways.
// The truth is in the vectors alone: no engine of this repository takes part in
// it.

// oneAtom is a behaviour out of the ordinary: of the layer at an index, or of the
// site (-1).
type oneAtom struct {
	layer           int
	hook, behaviour string
}

func (a oneAtom) String() string { return fmt.Sprintf("%d.%s=%s", a.layer, a.hook, a.behaviour) }

// atoms is a set of them, as text that can be compared.
func keyOf(list []oneAtom) string {
	var words []string
	for _, a := range list {
		words = append(words, a.String())
	}
	sort.Strings(words)
	return strings.Join(words, " ")
}

// record is a recorded scenario of hook stacks.
type record struct {
	vector *conformance.Vector
	shape  string // the layers without what is out of the ordinary
	atoms  []oneAtom
}

// shapeOf writes down which hooks a stack has and which of them look at the
// response.
func shapeOf(s *conformance.Scenario) (shape string, list []oneAtom) {
	var b strings.Builder
	for i := range s.Layers {
		var hooks []string
		for hook, behaviour := range s.Layers[i].Hooks {
			calm := "pass"
			if hook == conformance.HookResponse {
				calm = "touch"
			}
			switch behaviour {
			case "pass", "touch":
				calm = behaviour
			default:
				list = append(list, oneAtom{i, hook, sameKind(behaviour)})
			}
			hooks = append(hooks, hook+"="+calm)
		}
		sort.Strings(hooks)
		b.WriteString(strings.Join(hooks, ",") + ";")
	}
	if s.View != "" && s.View != "ok" {
		list = append(list, oneAtom{-1, conformance.HookSiteView, sameKind(s.View)})
	}
	if s.URL == "not_found" {
		list = append(list, oneAtom{-1, conformance.HookURL, "not_found"})
	}
	return b.String(), list
}

// sameKind takes errors together that no release treats differently: facts say
// that an error becomes a 400, not by which class.
func sameKind(behaviour string) string {
	return strings.Replace(behaviour, "raise:bad_request", "raise:suspicious_operation", 1)
}

// truth finds recorded scenarios.
type truth struct {
	from, to string
	byAtoms  map[string]map[string]*record // shape, atoms
	byShape  map[string][]*record
}

func newTruth(t testing.TB, from, to string) *truth {
	t.Helper()
	all, err := conformance.Vectors()
	require.NoError(t, err)
	tr := &truth{from: from, to: to, byAtoms: map[string]map[string]*record{}, byShape: map[string][]*record{}}
	for i := range all {
		v := &all[i]
		s := &v.Scenario
		plain := !slices.ContainsFunc(s.Layers, func(l conformance.LayerSpec) bool { return l.Style != "hooks" || l.Init != "" && l.Init != "ok" })
		if !plain || s.Propagate || s.ErrorHandlers != "" || s.ViewObject || traceOf(v, from) == nil || traceOf(v, to) == nil {
			continue
		}
		shape, list := shapeOf(s)
		r := &record{v, shape, list}
		if tr.byAtoms[shape] == nil {
			tr.byAtoms[shape] = map[string]*record{}
		}
		tr.byAtoms[shape][keyOf(list)] = r
		tr.byShape[shape] = append(tr.byShape[shape], r)
	}
	return tr
}

func traceOf(v *conformance.Vector, engine string) *conformance.Trace {
	for i := range v.Traces {
		if slices.Contains(v.Traces[i].Engines, engine) {
			return &v.Traces[i].Trace
		}
	}
	return nil
}

// traces are the recorded ones of both sides.
func (tr *truth) traces(r *record) (from, to conformance.Trace) {
	return bare(*traceOf(r.vector, tr.from)), bare(*traceOf(r.vector, tr.to))
}

// bare is a trace without what the comparison leaves out: the order in which
// layers are built. Which layers write the header is left out as well: a hook
// that does something else as well does not always come to it.
func bare(t conformance.Trace) conformance.Trace {
	t.Load, t.LoadLog = nil, nil
	t.Outcome.XTrace = ""
	return t
}

func (tr *truth) differs(r *record) bool {
	from, to := tr.traces(r)
	return !cmp.Equal(from, to)
}

// effects are the recorded differences in words.
func (tr *truth) effects(r *record) []conformance.Effect {
	var trigger []conformance.Trigger
	for _, a := range r.atoms {
		one := conformance.Trigger{Hook: a.hook, Behaviour: a.behaviour}
		if a.layer >= 0 {
			one.Layer = r.vector.Scenario.Layers[a.layer].Name
		}
		trigger = append(trigger, one)
	}
	from, to := tr.traces(r)
	return conformance.Effects(r.vector.Scenario.Layers, trigger, from, to)
}

// find gives the record of what a prediction is about. A layer whose
// process_response does something out of the ordinary at times may, at others,
// look at the response or not: where both were recorded, either will do.
func (tr *truth) find(shape string, own []oneAtom, d prediction) *record {
	best := tr.byAtoms[shape][keyOf(d.atoms)]
	if best != nil && cmp.Equal(tr.effects(best), d.effects) {
		return best
	}
	parts := strings.Split(shape, ";")
	for _, a := range own {
		if a.hook == conformance.HookResponse && a.layer >= 0 && !slices.Contains(d.atoms, a) {
			parts[a.layer] = strings.Replace(parts[a.layer], "process_response=touch", "process_response=pass", 1)
		}
	}
	if other := strings.Join(parts, ";"); other != shape {
		// What is not recorded in this way says nothing against the prediction.
		return tr.byAtoms[other][keyOf(d.atoms)]
	}
	return best
}

// prediction is a difference in the terms of the truth.
type prediction struct {
	*diff.Difference
	atoms   []oneAtom
	effects []conformance.Effect
}

// predict reads the differences in behaviour; those of the construction are
// counted.
func predict(r *diff.Result, names []string) (list []prediction, classes int) {
	for i := range r.Differences {
		d := &r.Differences[i]
		p := prediction{Difference: d}
		for _, t := range d.Trigger {
			p.atoms = append(p.atoms, oneAtom{t.Entry, t.Hook, sameKind(t.Behaviour)})
		}
		if len(p.atoms) == 1 && p.atoms[0].hook == conformance.HookStyle {
			classes++
			continue
		}
		for _, e := range d.Effects {
			if e.Name == conformance.EffectHeaderChanged {
				continue
			}
			layers := []string{}
			for _, entry := range e.Entries {
				layers = append(layers, names[entry])
			}
			p.effects = append(p.effects, conformance.Effect{Name: e.Name, Layers: layers})
		}
		list = append(list, p)
	}
	return list, classes
}

// possible says that the facts can hold a behaviour of the recordings: what
// sites do in the comparison is a choice of it.
func possible(a oneAtom) bool {
	if a.layer >= 0 {
		return true
	}
	return a.hook == conformance.HookURL || slices.Contains([]string{
		"raise:value_error", "raise:http404", "raise:permission_denied", "template", "template_render_raises:value_error", "stream",
	}, a.behaviour)
}

// within says that one set is part of another.
func within(small, big []oneAtom) bool {
	return !slices.ContainsFunc(small, func(a oneAtom) bool { return !slices.Contains(big, a) })
}

// withinSlots says so of the places alone.
func withinSlots(small, big []oneAtom) bool {
	return !slices.ContainsFunc(small, func(a oneAtom) bool {
		return !slices.ContainsFunc(big, func(b oneAtom) bool { return a.layer == b.layer && a.hook == b.hook })
	})
}

// checked counts what was compared: stacks and, of them, those whose predicted
// differences were all recorded; differences that were predicted and, of them,
// those that were not recorded; recordings that were looked up.
type checked struct {
	stacks, whole, differences, unrecorded, recordings int
}

// check compares the predictions for one stack with the truth; it returns what
// is wrong.
func (tr *truth) check(s *conformance.Scenario, style pyscenario.Style, n *checked, t testing.TB) []string {
	p, err := pyscenario.Write(s, pyscenario.Options{Model: tr.model(), Style: style})
	require.NoError(t, err)
	read, result := tr.run(t, p)
	var paths []string
	for _, e := range read.Entries {
		paths = append(paths, e.Path)
	}
	require.Equal(t, p.Layers, paths, "the stack that was read")

	var wrong []string
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !result.Complete {
		bad("not complete: %v", result.Unknown)
	}
	var names []string
	for i := range s.Layers {
		names = append(names, s.Layers[i].Name)
	}
	list, classes := predict(result, names)
	shape, own := shapeOf(s)
	// A plain class does not load under the modern model, as recorded in
	// n/classic-class-in-modern-setting.
	if want := len(s.Layers); tr.model() == stack.Classic && strings.HasPrefix(tr.to, "modern") && classes != want {
		bad("%d of %d classes are said to be plain", classes, want)
	}
	n.stacks++
	unrecorded := n.unrecorded

	// Nothing predicted that is not recorded.
	for _, d := range list {
		n.differences++
		r := tr.find(shape, own, d)
		switch {
		case !within(d.atoms, own) && slices.ContainsFunc(d.atoms, func(a oneAtom) bool { return a.layer >= 0 && !slices.Contains(own, a) }):
			bad("predicted %v, which the source does not do", d.atoms)
		case r == nil:
			n.unrecorded++
		case !tr.differs(r):
			bad("predicted %v, recorded as equal in %s", d.atoms, r.vector.Scenario.ID)
		default:
			if diff := cmp.Diff(tr.effects(r), d.effects); diff != "" {
				bad("%v: other effects than recorded in %s (-recorded +predicted)\n%s", d.atoms, r.vector.Scenario.ID, diff)
			}
		}
	}

	if n.unrecorded == unrecorded {
		n.whole++
	}
	for _, d := range list {
		for _, tg := range d.Trigger {
			if tg.Entry < 0 {
				continue
			}
			text := string(p.Files[tg.Span.File])
			at := ""
			if tg.Span.Start < tg.Span.End && tg.Span.End <= len(text) {
				at = text[tg.Span.Start:tg.Span.End]
			}
			if word := map[bool]string{true: "raise", false: "return"}[strings.HasPrefix(tg.Behaviour, "raise:")]; !strings.HasPrefix(at, word) {
				bad("%v points to %q, which is no %s", d.atoms, at, word)
			}
		}
	}

	// Nothing recorded that is not predicted.
	for _, r := range tr.byShape[shape] {
		if slices.ContainsFunc(r.atoms, func(a oneAtom) bool { return a.layer >= 0 && !slices.Contains(own, a) || !possible(a) }) {
			continue // it does what this source does not
		}
		n.recordings++
		if !tr.differs(r) {
			continue
		}
		found := slices.ContainsFunc(list, func(d prediction) bool {
			return within(d.atoms, r.atoms) || len(d.atoms) > 1 && withinSlots(d.atoms, r.atoms)
		})
		if !found {
			bad("recorded in %s, not predicted: %v", r.vector.Scenario.ID, tr.effects(r))
		}
	}
	return wrong
}

// run reads a project and compares the stack of its settings.
func (tr *truth) run(t testing.TB, p *pyscenario.Project) (*stack.Stack, *diff.Result) {
	t.Helper()
	fs := fstest.MapFS{}
	for name, text := range p.Files {
		fs[name] = &fstest.MapFile{Data: text, Mode: 0o644}
	}
	opts := diff.Options{From: engine(t, tr.from), To: engine(t, tr.to)}
	version := diff.Version(opts.From)
	project, err := django.Load(context.Background(), django.FS{FS: fs}, django.Options{Paths: []string{"."}, Django: version})
	require.NoError(t, err)
	for _, m := range project.Settings {
		if m.Module != p.Settings {
			continue
		}
		require.Len(t, m.Stacks, 1)
		reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: catalog.Default(), Django: version})
		r, err := diff.Run(&m.Stacks[0], reader.Layer, opts)
		require.NoError(t, err)
		return &m.Stacks[0], r
	}
	t.Fatalf("%s was not found", p.Settings)
	return nil, nil
}

// model is the one that the projects are written for.
func (tr *truth) model() stack.Model {
	if strings.HasPrefix(tr.from, "classic") {
		return stack.Classic
	}
	return stack.Modern
}

// TestProofRecorded is about hook stacks of one to three layers, all that were
// recorded, each in a way of writing of its own.
func TestProofRecorded(t *testing.T) {
	styles := pyscenario.Styles()
	for _, pair := range [][2]string{
		{"classic@1.9", "modern@5.2"}, {"classic@1.11", "modern@3.2"}, {"classic@1.9", "classic@1.10"}, {"modern@1.11", "modern@2.2"},
	} {
		t.Run(pair[0]+" "+pair[1], func(t *testing.T) {
			tr := newTruth(t, pair[0], pair[1])
			var stacks []*conformance.Scenario
			seen := map[string]bool{}
			var all []*record
			for _, list := range tr.byShape {
				all = append(all, list...)
			}
			sort.Slice(all, func(i, j int) bool { return all[i].vector.Scenario.ID < all[j].vector.Scenario.ID })
			for _, r := range all {
				s := &r.vector.Scenario
				kind, rest, _ := strings.Cut(s.ID, "/")
				codes, _, _ := strings.Cut(rest, "/")
				if kind == "n" || seen[codes] {
					continue
				}
				seen[codes] = true
				stacks = append(stacks, s)
			}
			n, bad := checked{}, 0
			for i, s := range stacks {
				for _, w := range tr.check(s, styles.Example(i), &n, t) {
					t.Errorf("%s: %s", s.ID, w)
					bad++
				}
				if bad > 25 {
					t.FailNow()
				}
			}
			require.Greater(t, n.stacks, 1000)
			require.Greater(t, n.whole, 500)
			require.Greater(t, n.recordings, 5000)
			t.Logf("%+v", n)
		})
	}
}
