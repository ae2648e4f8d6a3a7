package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// compare lists what the classic stacks of the project, as they were, do
// differently under the modern model. What keeps a site from starting is left
// out: the passes before have seen to it, or have said so.
func (r *run) compare(ctx context.Context, project *django.Project) error {
	to, ok := modernEngine(r.opts.To)
	if !ok {
		return fmt.Errorf("no engine stands for Django %s", r.opts.To)
	}
	facts := projectfacts.New(project)
	found := &found{byTrigger: map[string]*merged{}, absent: map[string]bool{}}
	for _, m := range project.Settings {
		if !m.Checked || runsModern(m) {
			continue
		}
		from := classicEngine(m.Django.Lint)
		reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: catalog.Default(), Django: diff.Version(from)})
		for i := range m.Stacks {
			s := &m.Stacks[i]
			if s.Model != stack.Classic || ctx.Err() != nil {
				continue
			}
			compare := func(s *stack.Stack) (*diff.Result, error) {
				return diff.Run(s, reader.Layer, diff.Options{From: from, To: to, Setting: func(name string) (any, bool, bool) { return settingOf(facts, s, name) }})
			}
			result, err := compare(s)
			if err != nil {
				return err
			}
			if err := r.differences(result, &adviser{stack: s, reader: reader, facts: facts, compare: compare}, found); err != nil {
				return err
			}
		}
	}
	r.conclude(found)
	return ctx.Err()
}

// runsModern says that a settings module has the new setting already, so that
// what it does now is what it will do.
func runsModern(m *django.SettingsModule) bool {
	return slices.ContainsFunc(m.Stacks, func(s stack.Stack) bool { return s.Setting == newName && s.Effective })
}

// settingOf is a setting beside a stack, in the form that diff asks for.
func settingOf(facts *projectfacts.Facts, s *stack.Stack, name string) (value any, set, known bool) {
	v := facts.Config().Setting(s, name)
	return v.Value, v.State != lint.Unset, v.State != lint.Unknown && !v.Partial
}

// modernEngine is the engine that stands for a release.
func modernEngine(v stack.Version) (conformance.Engine, bool) {
	e, _ := diff.EngineFor(stack.Modern, v)
	return e, v.AtLeast(stack.Version{Major: 1, Minor: 10})
}

// classicEngine is the engine for the release that a project runs on; 1.9, the
// last without the modern model, where it is not known or is a later one.
func classicEngine(v stack.Version) conformance.Engine {
	if v.AtLeast(stack.Version{Major: 2}) {
		v = stack.Version{}
	}
	e, _ := diff.EngineFor(stack.Classic, v)
	return e
}

// merged gathers the differences of one trigger over all stacks that share it.
type merged struct {
	diff.Difference
	stack  string
	span   stack.Span
	advice string
}

// differences keeps what is worth a line of a comparison. Stacks that are built
// on one another differ by the same triggers: each has one line, with all that
// follows from it in any of them.
func (r *run) differences(result *diff.Result, v *adviser, found *found) error {
	s, unknown := v.stack, 0
	for i := range result.Differences {
		d := &result.Differences[i]
		if atClass(d) && d.Has(conformance.EffectLoadFails) {
			r.leaveOutside(d, v)
		}
		if d.Static || len(d.Trigger) == 0 || atClass(d) {
			continue
		}
		if d.Grade == diff.NotKnown {
			unknown++
		}
		if d.Grade != diff.Serious && d.Grade != diff.Visible {
			continue
		}
		span := d.Trigger[0].Span
		if span.IsZero() && d.Trigger[0].Entry >= 0 {
			span = s.Entries[d.Trigger[0].Entry].Span
		}
		if span.IsZero() {
			span = s.Span
		}
		key := fmt.Sprintf("%s:%d", span.File, span.Start)
		key += " " + d.Words()
		m := found.byTrigger[key]
		if m == nil {
			m = &merged{Difference: *d, stack: s.ID, span: span}
			m.Consequences = nil
			found.byTrigger[key] = m
			found.order = append(found.order, m)
		}
		m.Grade = max(m.Grade, d.Grade)
		for _, c := range d.Consequences {
			if !slices.ContainsFunc(m.Consequences, func(o diff.Consequence) bool { return o.Layer == c.Layer && o.Text == c.Text }) {
				m.Consequences = append(m.Consequences, c)
			}
		}
		if m.advice == "" {
			a, err := v.advise(d)
			if err != nil {
				return err
			}
			m.advice = a.String()
		}
	}
	if unknown > 0 {
		more := "1 more difference is not known, \"mwcheck diff\" lists it"
		if unknown > 1 {
			more = fmt.Sprintf("%d more differences is not known, \"mwcheck diff\" lists them", unknown)
		}
		r.unknown(s.Span, s.ID+": the weight of "+more)
	}
	for _, u := range result.Unknown {
		// An unknown part of the list is told with the list.
		if unclear := u.Entry < len(s.Entries) && s.Entries[u.Entry].Unknown; u.Absent && !unclear && !found.absent[u.Layer] {
			found.absent[u.Layer] = true
			r.unknown(u.Span, fmt.Sprintf("what changes for %q is not known: %s", u.Layer, u.Why))
		}
	}
	return nil
}

// unknown notes what the comparison does not tell. It has the files as they were,
// so that places need no way back.
func (r *run) unknown(span stack.Span, reason string) {
	r.result.Left = append(r.result.Left, Left{Pass: PassBehave, Severity: finding.Note, Reason: reason, Span: span})
}

// found is what the comparisons of all stacks have shown.
type found struct {
	byTrigger map[string]*merged
	order     []*merged
	absent    map[string]bool
}

// conclude puts what was found into the result, the weightiest first.
func (r *run) conclude(f *found) {
	slices.SortStableFunc(f.order, func(a, b *merged) int { return int(b.Grade - a.Grade) })
	for _, m := range f.order {
		slices.SortStableFunc(m.Consequences, func(a, b diff.Consequence) int { return int(b.Grade - a.Grade) })
		d := Difference{Stack: m.stack, Grade: m.Grade, Text: sentence(&m.Difference), Advice: m.advice, Span: m.span}
		for _, t := range m.Trigger {
			d.Layers = append(d.Layers, t.Layer)
		}
		for _, c := range m.Consequences {
			if c.Layer != "" && c.Grade >= diff.Visible && !slices.Contains(d.Layers, c.Layer) {
				d.Layers = append(d.Layers, c.Layer)
			}
		}
		r.result.Differences = append(r.result.Differences, d)
		r.marks = append(r.marks, marksOf(&m.Difference)...)
	}
}

// leaveOutside leaves layers of other packages that cannot be built in the new
// model: the classes of the project have been changed, theirs have not. A later
// or another release of the package may well be fit for it.
func (r *run) leaveOutside(d *diff.Difference, v *adviser) {
	for _, t := range d.Trigger {
		if t.Entry < 0 || t.Entry >= len(v.stack.Entries) {
			continue
		}
		e := v.stack.Entries[t.Entry]
		l := v.reader.Layer(e.Path)
		if l.Origin != layers.FromCatalog || l.Package == "django" {
			continue
		}
		left := Left{Pass: PassClasses, Severity: finding.Warning, Span: e.Span, Reason: fmt.Sprintf(
			"%s is left as it is: as %s is known it takes no get_response, and the server does not start with it; "+
				"take a release of it that does, or list a class of your own that derives from MiddlewareMixin and from it", e.Path, l.Package)}
		if !slices.ContainsFunc(r.result.Left, func(o Left) bool { return o.Span == left.Span && o.Reason == left.Reason }) {
			r.result.Left = append(r.result.Left, left)
		}
	}
}

// atClass says that a difference is about how a layer is built.
func atClass(d *diff.Difference) bool {
	return slices.ContainsFunc(d.Trigger, func(t diff.Trigger) bool { return t.Hook == conformance.HookStyle || t.Hook == conformance.HookInit })
}

// sentence says a difference in one line: who does what, and what follows.
func sentence(d *diff.Difference) string {
	return "where " + d.Words() + ": " + follows(d)
}

// follows is what a difference leads to, its weightiest consequences.
func follows(d *diff.Difference) string {
	const most = 4
	var parts []string
	for _, c := range d.Consequences {
		if c.Grade < diff.Visible {
			continue
		}
		text := c.Text
		if c.Layer != "" && !strings.HasPrefix(text, catalog.ShortName(c.Layer)) {
			text += " (" + catalog.ShortName(c.Layer) + ")"
		}
		if !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return d.Reason
	}
	if n := len(parts) - most; n > 1 {
		parts = append(parts[:most], fmt.Sprintf("%d more", n))
	}
	return strings.Join(parts, "; ")
}

// summary is the pass that compares the two models; it changes nothing by itself.
func (r *run) summary(ctx context.Context) error {
	project, err := django.Load(ctx, r.files, r.load())
	if err != nil && !errors.Is(err, django.ErrNothing) {
		return err
	}
	return r.compare(ctx, project)
}
