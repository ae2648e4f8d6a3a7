package lint

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Bounds of one run: how many classes are repaired, and how many entries of
// stacks are read again for that. What is beyond comes in the next round of
// "mwcheck lint --fix".
const (
	maxClasses = 50
	maxReread  = 20_000
)

// repairClass are the ways to make the class of a layer fit for the modern model:
// what "mwcheck migrate" would do with it. The project does not run as it is, so
// that the edits are safe unless the project builds the class by itself.
func (p *Pass) repairClass(l *Layer) func() []Repair {
	return func() []Repair {
		if p.config.Editing == nil || p.config.Editing.Class == nil {
			return nil
		}
		c := p.config.Editing.Class(p.Stack, l.Entry.Path)
		if c == nil {
			return nil
		}
		r := Repair{Title: c.Title, Safety: finding.Safe, Edits: c.Edits}
		if c.Breaks {
			r.Safety = finding.Unsafe
		}
		return []Repair{r}
	}
}

// repairReturns are the ways to let a hook return its response on every path.
func (p *Pass) repairReturns(h *layers.Hook) func() []Repair {
	return p.returning(h.Span, func(m layers.Module) *classes.Returns {
		end := slices.ContainsFunc(h.Nothing, func(s layers.Site) bool { return s.Span == h.Span })
		return classes.ReturnResponse(m, h.Span.Start, end)
	})
}

// repairFactory are the ways to let a factory return the layer that it defines.
func (p *Pass) repairFactory(l *Layer) func() []Repair {
	return p.returning(l.Facts.Span, func(m layers.Module) *classes.Returns { return classes.ReturnInner(m, l.Facts.Span.Start) })
}

// returning are the ways to let a function return something on each path: where it
// never returns anything else the edits are safe.
func (p *Pass) returning(def stack.Span, find func(layers.Module) *classes.Returns) func() []Repair {
	return func() []Repair {
		if p.config.Editing == nil || p.config.Editing.Source == nil {
			return nil
		}
		src := p.config.Editing.Source(def.File)
		if src == nil {
			return nil
		}
		r := find(layers.Module{File: def.File, Src: src})
		if r == nil {
			return nil
		}
		out := Repair{Title: "return " + r.Name, Safety: finding.Safe, Edits: r.Edits}
		if r.Mixed {
			out.Safety = finding.Unsafe
		}
		return []Repair{out}
	}
}

// holdsClass reads the classes again in their new texts: the finding is gone
// from all stacks that had it, and no rule finds more wrong with the source of any
// layer. What is said of the order of a list, and of the hooks of a layer that
// could not even be built before, comes to light by the repair, not from it.
func (x *fixer) holdsClass(g *merged, texts map[string][]byte) bool {
	if x.classes == maxClasses {
		return false
	}
	x.classes++
	var stacks []*stack.Stack
	for _, s := range x.stacks {
		if slices.ContainsFunc(g.in, func(in *stack.Stack) bool { return in.ID == s.ID }) || x.reads(s, texts) {
			stacks = append(stacks, s)
			x.reread += len(s.Entries)
		}
	}
	if x.reread > maxReread {
		return false
	}
	config := *x.config
	facts := config.Editing.Reread(texts)
	config.Editing = nil
	config.Layer, config.Writes = facts.Layer, facts.Writes
	slices.SortFunc(stacks, func(a, b *stack.Stack) int { return strings.Compare(a.ID, b.ID) })
	after := map[string]*Pass{}
	for _, p := range run(stacks, config) {
		after[p.Stack.ID] = p
		for i := range p.reports {
			rule := p.reports[i].rule
			if strings.HasPrefix(rule.ID, "MW1") || ofBuilding(g.report.rule) && !ofBuilding(rule) {
				continue
			}
			for _, k := range p.reports[i].keys() {
				if !x.keys[p.Stack.ID][k] {
					return false
				}
			}
		}
	}
	return x.gone(g, after)
}

// ofBuilding says that a rule finds layers that cannot be built or called at all,
// so that no rule says what their hooks do.
func ofBuilding(r *Rule) bool {
	switch r.ID {
	case oldClass.ID, newClass.ID, mixinInit.ID, factoryReturnsNothing.ID, notAFactory.ID:
		return true
	}
	return false
}

// reads says that a layer of a stack has a part in one of some files.
func (x *fixer) reads(s *stack.Stack, texts map[string][]byte) bool {
	if x.config.Layer == nil {
		return false
	}
	in := func(span stack.Span) bool { _, ok := texts[span.File]; return ok }
	for i := range s.Entries {
		if s.Entries[i].Unknown {
			continue
		}
		l := x.config.Layer(s, s.Entries[i].Path)
		if l != nil && (in(l.Span) || in(l.Init.Span) || slices.ContainsFunc(l.Hooks, func(h layers.Hook) bool { return in(h.Span) })) {
			return true
		}
	}
	return false
}
