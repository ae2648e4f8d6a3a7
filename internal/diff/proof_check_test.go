package diff_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
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

// checked counts what was compared.
type checked struct {
	stacks, whole int // stacks, and those of which all was right
	differences   int // predicted, each found in the truth with its traces and effects
	recorded      int // of these, those that were recorded in just this way
	tried         int // behaviours and pairs that the truth was asked about
	places        int // triggers and consequences whose place was looked at
}

// check compares the predictions for one stack with the truth; it returns what
// is wrong.
func (tr *truth) check(s *conformance.Scenario, style pyscenario.Style, n *checked, t testing.TB) []string {
	return tr.checkOf(s, style, n, t, func(*diff.Result) {})
}

// checkOf lets spoil change the predictions first.
func (tr *truth) checkOf(s *conformance.Scenario, style pyscenario.Style, n *checked, t testing.TB, spoil func(*diff.Result)) []string {
	p, err := pyscenario.Write(s, pyscenario.Options{Model: tr.model(), Style: style})
	require.NoError(t, err)
	read, result := tr.run(t, p)
	var paths, names []string
	for _, e := range read.Entries {
		paths = append(paths, e.Path)
	}
	require.Equal(t, p.Layers, paths, "the stack that was read")
	for i := range s.Layers {
		names = append(names, s.Layers[i].Name)
	}
	spoil(result)

	c := &checker{truth: tr, scenario: s, project: p, n: n, own: atomsOf(s)}
	c.own = slices.DeleteFunc(c.own, func(a oneAtom) bool { return a.layer < 0 })
	if !result.Complete {
		c.bad("not complete: %v", result.Unknown)
	}
	var classes int
	c.list, classes = predict(result, names)
	// A plain class does not load under the modern model, as recorded in
	// n/classic-class-in-modern-setting.
	if want := len(s.Layers); tr.model() == stack.Classic && strings.HasPrefix(tr.to, "modern") && classes != want {
		c.bad("%d of %d classes are said to be plain", classes, want)
	}
	n.stacks++
	c.forward()
	c.backward()
	if len(c.wrong) == 0 {
		n.whole++
	}
	return c.wrong
}

// checker compares one stack.
type checker struct {
	*truth
	scenario *conformance.Scenario
	project  *pyscenario.Project
	own      []oneAtom // what the layers do
	list     []prediction
	n        *checked
	wrong    []string
}

func (c *checker) bad(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// forward: nothing is predicted that does not happen just so.
func (c *checker) forward() {
	for i := range c.list {
		d := &c.list[i]
		c.n.differences++
		if slices.ContainsFunc(d.atoms, func(a oneAtom) bool { return !possible(a) || a.layer >= 0 && !slices.Contains(c.own, a) }) {
			c.bad("predicted %v, which the source does not do", d.atoms)
			continue
		}
		if slices.ContainsFunc(c.list[:i], func(x prediction) bool { return keyOf(x.atoms) == keyOf(d.atoms) }) {
			c.bad("predicted %v twice", d.atoms)
		}
		why := ""
		for _, happens := range c.outcomes(d.atoms) {
			if why = c.compare(d, &happens); why == "" {
				if happens.recorded {
					c.n.recorded++
				}
				break
			}
		}
		if why != "" {
			c.bad("%v: %s", d.atoms, why)
		}
		for j := range d.atoms {
			part := slices.Delete(slices.Clone(d.atoms), j, j+1)
			if happens := c.of(c.scenario, part, "pass"); len(part) > 0 && happens.differs() {
				c.bad("predicted %v, of which %v is enough", d.atoms, part)
			}
		}
		c.places(d)
	}
}

// outcomes are what happens where the process_response hooks that do not show
// their own behaviour look at the response or do not: one that raises at times
// may do either at others. What was recorded comes first.
func (c *checker) outcomes(atoms []oneAtom) []outcome {
	list := []outcome{c.of(c.scenario, atoms, "pass")}
	for _, a := range c.own {
		if (a.hook == conformance.HookResponse || a.hook == conformance.HookAfter) && !slices.Contains(atoms, a) {
			if o := c.of(c.scenario, atoms, "touch"); o.recorded {
				return append([]outcome{o}, list...)
			} else {
				return append(list, o)
			}
		}
	}
	return list
}

// compare says what is wrong with a prediction, "" if nothing.
func (c *checker) compare(d *prediction, happens *outcome) string {
	if !happens.differs() {
		return "predicted, but it is the same"
	}
	if diff := cmp.Diff(happens.effects, d.effects); diff != "" {
		return "other effects (-truth +predicted)\n" + diff
	}
	for _, x := range []struct{ want, got conformance.Trace }{{happens.from, d.From}, {happens.to, d.To}} {
		if diff := cmp.Diff(x.want, bare(renamed(x.got, d.Names, c.scenario.Layers))); diff != "" {
			return "another trace (-truth +predicted)\n" + diff
		}
	}
	return ""
}

// backward: nothing happens that is not predicted. All behaviours of the stack
// and the site are tried alone and in pairs.
func (c *checker) backward() {
	all := append(slices.Clone(c.own), siteAtoms()...)
	alone := map[oneAtom]bool{}
	for _, a := range all {
		c.n.tried++
		happens := c.of(c.scenario, []oneAtom{a}, "pass")
		alone[a] = happens.differs()
		if alone[a] && !slices.ContainsFunc(c.list, func(d prediction) bool { return len(d.atoms) == 1 && d.atoms[0] == a }) {
			c.bad("not predicted: %v: %v", a, happens.effects)
		}
	}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if alone[a] || alone[b] || a.sameSlot(b) || a.layer < 0 && b.layer < 0 {
				continue
			}
			c.n.tried++
			pair := []oneAtom{a, b}
			happens := c.of(c.scenario, pair, "pass")
			if happens.differs() && !slices.ContainsFunc(c.list, func(d prediction) bool {
				return within(d.atoms, pair) || len(d.atoms) > 1 && withinSlots(d.atoms, pair)
			}) && !c.said(pair) {
				c.bad("not predicted: %v: %v", pair, happens.effects)
			}
		}
	}
}

// said says that of several pairs that hold a behaviour and otherwise the same
// hooks, another one is predicted: for each of the two.
func (c *checker) said(pair []oneAtom) bool {
	for i, a := range pair {
		other := pair[1-i]
		if !slices.ContainsFunc(c.list, func(d prediction) bool {
			return len(d.atoms) == 2 && slices.Contains(d.atoms, a) && slices.ContainsFunc(d.atoms, func(b oneAtom) bool { return b != a && b.hook == other.hook })
		}) {
			return false
		}
	}
	return true
}

// mark is where the source of a project tells which hook it is in.
var mark = regexp.MustCompile(`["']([A-Z])\.(process_\w+|call\.\w+)["']|def (?:on)?_([a-z])_(process_\w+|call_\w+)\(`)

// handedOn is a method that only calls the one of the base class.
var handedOn = regexp.MustCompile(`^\s*return super\((?:Plain)?(\w+), self\)\.(process_\w+)\(`)

// places looks at where the prediction points to.
func (c *checker) places(d *prediction) {
	for _, tg := range d.Trigger {
		if tg.Entry < 0 {
			continue
		}
		c.n.places++
		text, at, ok := c.at(tg.Span)
		word := "return"
		if strings.HasPrefix(tg.Behaviour, "raise") || tg.Behaviour == "reraise" {
			word = "raise"
		}
		if !ok || !strings.HasPrefix(text[at:], word) {
			c.bad("%v points to no %s", d.atoms, word)
			continue
		}
		end := at + strings.IndexByte(text[at:]+"\n", '\n')
		if got, want := lastMark(text[:end]), c.scenario.Layers[tg.Entry].Name+"."+tg.Hook; got != want {
			c.bad("%v points into %s", d.atoms, got)
		}
	}
	for _, x := range d.Consequences {
		if x.Entry < 0 || !strings.HasPrefix(x.Hook, "process_") {
			continue
		}
		c.n.places++
		text, at, ok := c.at(x.Span)
		if strings.HasSuffix(x.Span.File, "/recorder.py") {
			continue // in what all layers call
		}
		if !ok {
			c.bad("%v: the place of %q is not in the project", d.atoms, x.Text)
			continue
		}
		want := c.scenario.Layers[x.Entry].Name + "." + x.Hook
		got := c.placeOf(text, at)
		if got != want {
			c.bad("%v: %q of %s is said to be in %s", d.atoms, x.Text, want, got)
		}
	}
}

// placeOf tells which hook a place is in. What tells of it stands behind a
// definition and before a statement; a hook by assignment has its own name.
func (c *checker) placeOf(text string, at int) string {
	begin := strings.LastIndexByte(text[:at], '\n') + 1
	end := at + strings.IndexByte(text[at:]+"\n", '\n')
	line := strings.TrimSpace(text[begin:end])
	if method, ok := strings.CutPrefix(line, "def "); ok && !strings.HasPrefix(method, "on_") || strings.HasPrefix(line, "class ") {
		if m := handedOn.FindStringSubmatch(text[end:]); m != nil {
			for i, path := range c.project.Layers {
				if strings.HasSuffix(path, "."+m[1]) {
					return c.scenario.Layers[i].Name + "." + m[2]
				}
			}
		}
		if m := mark.FindStringSubmatch(text[end:]); m != nil {
			return markOf(m)
		}
	}
	if hook, method, ok := strings.Cut(line, " = "); ok && strings.HasPrefix(method, "_at_") {
		name, _, _ := strings.Cut(lastMark(text[:end]), ".")
		return name + "." + hook
	}
	return lastMark(text[:end])
}

// at is the text of a file and the place of a span in it.
func (c *checker) at(span stack.Span) (text string, at int, ok bool) {
	text = string(c.project.Files[span.File])
	return text, span.Start, span.Start < span.End && span.End <= len(text)
}

func lastMark(text string) string {
	all := mark.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return "nothing"
	}
	return markOf(all[len(all)-1])
}

func markOf(m []string) string {
	return strings.ToUpper(m[1]+m[3]) + "." + m[2] + strings.Replace(m[4], "call_", "call.", 1)
}

// renamed gives a predicted trace with the names of another scenario.
func renamed(t conformance.Trace, from []string, to []conformance.LayerSpec) conformance.Trace {
	swap := func(text string) string {
		return eventName.ReplaceAllStringFunc(text, func(m string) string {
			parts := eventName.FindStringSubmatch(m)
			if i := slices.Index(from, parts[2]); i >= 0 {
				return parts[1] + to[i].Name + "."
			}
			return m
		})
	}
	out := t
	out.Events = []string{}
	for _, e := range t.Events {
		out.Events = append(out.Events, swap(e))
	}
	out.Outcome.Body, out.Outcome.From = swap(t.Outcome.Body), swap(t.Outcome.From)
	return out
}

var eventName = regexp.MustCompile(`(^|[= ])([A-Za-z_0-9]+)\.`)

// run reads a project and compares the stack of its settings.
func (tr *truth) run(t testing.TB, p *pyscenario.Project) (*stack.Stack, *diff.Result) {
	t.Helper()
	fs := fstest.MapFS{}
	for name, text := range p.Files {
		fs[name] = &fstest.MapFile{Data: text, Mode: 0o644}
	}
	opts := diff.Options{From: engine(t, tr.from), To: engine(t, tr.to)}
	if tr.broken.Build != nil {
		opts.From = tr.broken
	}
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
