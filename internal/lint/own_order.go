package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// OwnOrder is what a project's configuration asks of the place of a layer, or
// of several.
type OwnOrder struct {
	// Layer is a dotted path, which also means the subclasses of that class, or
	// a pattern of dotted paths; see [MatchPattern].
	Layer string
	// Before and After name layers that it has to stand before and after.
	Before, After []OwnTarget
	// First and Last say, where they are not zero, that only layers of which
	// the same is asked stand further out, or further in. The value is the
	// place where that is written.
	First, Last stack.Span
	Reason      string // one clause, or ""
	Span        stack.Span
}

// OwnTarget is a layer that an [OwnOrder] speaks of, in the same form.
type OwnTarget struct {
	Layer string
	Span  stack.Span // where it is written
}

var ownOrder = Rule{
	ID: "MW130", Name: "own-order", Since: "0.1.0", Severity: finding.Error, Order: true,
	Title: "The list does not have the order that the configuration asks for",
	Doc: `A project can write down, in its configuration, which of its layers stand before,
after, outside of or inside of which others; see docs/configuration.md. The rule
holds every list against that. Without such a table it reports nothing.

A dotted path stands for that class and its subclasses, a pattern for all dotted
paths that fit it. What is asked of a layer that is not in the list is not missed.

## Why

Django itself knows no order but that of the list: it runs request hooks from the
top down and response hooks from the bottom up (django/core/handlers/base.py,
load_middleware). What a project's own layers need of each other is written
nowhere that Django reads.`,
	Fixes: Fixes{Safe: true, Unsafe: true, Text: `The fewest layers move that put the list in order. It is safe where it is known what every
layer does that moves or is passed, and unsafe elsewhere.`},
	Bad: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"shop.middleware.TenantMiddleware",
	}, Order: exampleOrder},
	Good: Example{Django: "4.2", Layers: []string{
		"shop.middleware.TenantMiddleware",
		"django.contrib.sessions.middleware.SessionMiddleware",
	}, Order: exampleOrder},
	Run: runOwnOrder,
}

var exampleOrder = []OwnOrder{{
	Layer: "shop.middleware.TenantMiddleware", Reason: "sessions are kept in the tenant's database",
	Before: []OwnTarget{{Layer: "django.contrib.sessions.middleware.SessionMiddleware"}},
}}

// side is one thing that is asked of an entry, and the entries that stand where
// they should not.
type side struct {
	asked  []stack.Span
	others []int
}

func runOwnOrder(p *Pass) {
	for k := range p.config.Order {
		o := &p.config.Order[k]
		for i := range min(len(p.Layers), maxOrder) {
			if p.stands(i, o.Layer) {
				p.ownOrder(o, i)
			}
		}
	}
}

// ownOrder reports what an entry does not follow: one finding for each way it
// has to go.
func (p *Pass) ownOrder(o *OwnOrder, i int) {
	n := min(len(p.Layers), maxOrder)
	var up, down side // it belongs further out, further in
	for j := range n {
		if j == i || p.Layers[j].Entry.Unknown {
			continue
		}
		targets, s := o.After, &down
		if j < i {
			targets, s = o.Before, &up
		}
		for _, t := range targets {
			if p.stands(j, t.Layer) && (!Pattern(t.Layer) || !p.stands(j, o.Layer)) {
				s.add(j, t.Span)
			}
		}
	}
	p.reportOwn(o, i, up, true, "")
	p.reportOwn(o, i, down, false, "")
	if !o.First.IsZero() {
		p.reportOwn(o, i, p.beyond(0, i, o.First, func(x *OwnOrder) bool { return !x.First.IsZero() }), true, "first")
	}
	if !o.Last.IsZero() {
		p.reportOwn(o, i, p.beyond(i+1, n, o.Last, func(x *OwnOrder) bool { return !x.Last.IsZero() }), false, "last")
	}
}

// beyond are the entries in [from, to) of which the same is not asked.
func (p *Pass) beyond(from, to int, asked stack.Span, same func(*OwnOrder) bool) side {
	var s side
	for j := from; j < to; j++ {
		invited := slices.ContainsFunc(p.config.Order, func(x OwnOrder) bool { return same(&x) && p.stands(j, x.Layer) })
		if !p.Layers[j].Entry.Unknown && !invited {
			s.add(j, asked)
		}
	}
	return s
}

func (s *side) add(j int, asked stack.Span) {
	if !slices.Contains(s.others, j) {
		s.others = append(s.others, j)
	}
	if !slices.Contains(s.asked, asked) {
		s.asked = append(s.asked, asked)
	}
}

// stands says that the entry is one that a dotted path or pattern names.
func (p *Pass) stands(i int, layer string) bool {
	l := &p.Layers[i]
	switch {
	case l.Entry.Unknown:
		return false
	case Pattern(layer):
		return MatchPattern(layer, l.Entry.Path)
	case l.Entry.Path == layer || slices.Contains(l.Role.Paths, layer):
		return true
	case p.config.Bases == nil:
		return false
	}
	bases, _ := p.config.Bases(l.Entry.Path)
	return slices.Contains(bases, layer)
}

// reportOwn reports an entry that has to go up, or down. end is "first" or
// "last" where it is an end of the list that it belongs to.
func (p *Pass) reportOwn(o *OwnOrder, i int, s side, up bool, end string) {
	if len(s.others) == 0 {
		return
	}
	e := p.Layers[i].Entry
	is, want, edge := "before", "after", s.others[len(s.others)-1]
	if up {
		is, want, edge = "after", "before", s.others[0]
	}
	goal := p.name(p.Layers[edge].Entry.Path)
	out := Problem{
		Severity: finding.Error, Span: e.Span, Subject: []string{e.Path},
		What:   fmt.Sprintf("%s comes %s %s", p.at(i), is, p.list(s.others)),
		Why:    "the configuration wants it the other way round",
		Action: fmt.Sprintf("move it %s %s", want, goal),
		Label:  fmt.Sprintf("belongs %s %s", want, goal),
	}
	if end != "" {
		out.What = fmt.Sprintf("%s is not %s, %s %s it", p.at(i), end, comes(p, s.others), want)
		out.Why = "the configuration wants it " + end
	}
	if o.Reason != "" {
		out.Why += ", " + clause(strings.Join(strings.Fields(o.Reason), " "))
	}
	for k, j := range s.others {
		x := p.Layers[j].Entry
		out.Subject = append(out.Subject, x.Path)
		if k < 5 {
			out.Related = append(out.Related, finding.Related{Span: x.Span, Message: fmt.Sprintf("belongs %s %s", is, p.name(e.Path))})
		}
	}
	for _, span := range s.asked {
		out.Related = append(out.Related, finding.Related{Span: span, Message: "asked for here"})
	}
	out.Order = &Ask{Subject: i, Must: true}
	for _, j := range s.others {
		pair := [2]int{j, i}
		if up {
			pair = [2]int{i, j}
		}
		out.Order.Pairs = append(out.Order.Pairs, pair)
	}
	p.Report(out)
}

// ownSatisfied yields the pairs of entries of which the configuration asks what
// they have.
func (p *Pass) ownSatisfied(yield func(before, behind int)) {
	n := min(len(p.Layers), maxOrder)
	for k := range p.config.Order {
		o := &p.config.Order[k]
		for i := range n {
			if !p.stands(i, o.Layer) {
				continue
			}
			for j := range n {
				named := func(t OwnTarget) bool {
					return p.stands(j, t.Layer) && (!Pattern(t.Layer) || !p.stands(j, o.Layer))
				}
				switch {
				case j > i && (slices.ContainsFunc(o.Before, named) || !o.First.IsZero()):
					yield(i, j)
				case j < i && (slices.ContainsFunc(o.After, named) || !o.Last.IsZero()):
					yield(j, i)
				}
			}
		}
	}
}
