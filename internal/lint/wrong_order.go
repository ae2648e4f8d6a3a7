package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
)

// wrongOrder reports layers that stand on the wrong side of another layer, or
// at the wrong end of the list (docs/ref/middleware.txt, "Middleware ordering",
// and the documentation of each package).
var wrongOrder = Rule{
	ID: "MW101", Name: "wrong-order", Since: "0.1.0", Severity: finding.Error, Order: true,
	Title: "A layer stands in the wrong place of the list",
	Doc: `Many layers only work before or after another one: they read what it sets, or
have to see the response before or after it was changed. The rule compares the
list with some two hundred such facts on Django and on packages; ` + "`fact`" + ` in the
JSON output is the id of the one that is not followed.

A fact that must be followed (the layer raises, data leaks, the response is
damaged) is an error. What documentation asks for is a warning. What rests on an
example only, what is a matter of degree ("near the start"), and what holds for
some of the possible Django versions is a note.

A project's own subclass counts as its base class. Nothing is reported for an
order that documentation allows, nor where two documents contradict each other,
nor where putting it right would break a fact that must be followed.

## Why

Request hooks run from the top of the list down, response hooks from the bottom
up. AuthenticationMiddleware, for instance, asks for request.session while the
request comes in, so SessionMiddleware has to stand above it; Django's own words
are in docs/ref/middleware.txt, "Middleware ordering". Django checks exactly one
order itself (auth.E013, Django 5.1 and later, django/contrib/auth/checks.py);
all others show at run time, some only under load or for one visitor.`,
	Fixes: Fixes{Safe: true, Unsafe: true, Text: `The fewest layers move that put the list in order; what must be goes before what
documentation asks for. It is safe where the finding is an error and it is known what every
layer does that moves or is passed, and unsafe elsewhere.`},
	Bad: Example{Django: "4.2", Layers: []string{
		"django.middleware.security.SecurityMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.middleware.common.CommonMiddleware",
	}},
	Good: Example{Django: "4.2", Layers: []string{
		"django.middleware.security.SecurityMiddleware",
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.middleware.common.CommonMiddleware",
	}},
	Run: runWrongOrder,
}

func runWrongOrder(p *Pass) {
	c := p.order()
	if c.n < len(p.Layers) {
		p.Note(p.Stack.Span, "the order of the first %d of %d layers was checked", c.n, len(p.Layers))
	}
	for _, v := range c.run() {
		if v.fact.unsure != "" {
			p.Note(p.Layers[v.subject].Entry.Span, "the fact %s was not checked: the value of %s is not known", v.fact.ID, v.fact.unsure)
			continue
		}
		problem := p.orderProblem(&v)
		problem.Order = &Ask{Pairs: v.pairs(), Subject: v.subject, Must: v.severity() == finding.Error}
		switch v.fact.Relation {
		case catalog.NearFirst:
			problem.Order.End = FirstEnd
		case catalog.NearLast:
			problem.Order.End = LastEnd
		}
		p.Report(problem)
	}
}

// order prepares the check of the order.
func (p *Pass) order() *orderCheck {
	c := &orderCheck{p: p, n: min(len(p.Layers), maxOrder)}
	c.facts = p.relation(catalog.After, catalog.Before, catalog.First, catalog.Last,
		catalog.DirectlyAfter, catalog.NearFirst, catalog.NearLast)
	return c
}

func (p *Pass) orderProblem(v *violation) Problem {
	f := v.fact
	subject := p.Layers[v.subject].Entry
	out := Problem{Fact: f.Fact, Severity: v.severity(), Why: f.why(), Span: subject.Span, Subject: []string{subject.Path}}
	if v.perhaps {
		out.Why += ", unless the part of the list that is not known holds another one"
	}
	out.Label = "belongs elsewhere"
	for k, j := range v.others {
		e := p.Layers[j].Entry
		out.Subject = append(out.Subject, e.Path)
		if k < 5 {
			out.Related = append(out.Related, finding.Related{Span: e.Span, Message: "collides with this one"})
		}
	}
	me := p.name(subject.Path)
	switch f.Relation {
	case catalog.NearFirst, catalog.NearLast:
		end, action := "near the end", "towards the start"
		if f.Relation == catalog.NearLast {
			end, action = "near the start", "towards the end"
		}
		out.What = fmt.Sprintf("%s of %d stands %s of the list", p.at(v.subject), len(p.Layers), end)
		out.Action = "move it " + action
		out.Label = "belongs further " + map[bool]string{true: "up", false: "down"}[f.Relation == catalog.NearFirst]
		return out
	case catalog.DirectlyAfter:
		if v.others[0] < v.subject {
			target := p.directTarget(f, v.subject)
			out.What = fmt.Sprintf("%s does not directly follow %s, %s between them", p.at(v.subject), p.at(target), stands(p, v.others))
			out.Action = fmt.Sprintf("move it right after %s", p.name(p.Layers[target].Entry.Path))
			out.Label = "belongs right after " + p.name(p.Layers[target].Entry.Path)
			label(out.Related, "stands between")
			return out
		}
	case catalog.First, catalog.Last:
		end, side := "first", "before"
		if f.Relation == catalog.Last {
			end, side = "last", "after"
		}
		out.What = fmt.Sprintf("%s is not %s, %s %s it", p.at(v.subject), end, comes(p, v.others), side)
		out.Label = "belongs " + side + " all others"
		if f.Relation == catalog.First {
			out.Action = "move it before " + p.name(p.Layers[v.edge].Entry.Path)
		} else {
			out.Action = "move it after " + p.name(p.Layers[v.edge].Entry.Path)
		}
		label(out.Related, "comes "+side+" it")
		return out
	}
	// After, Before, and a direct successor that stands before its target.
	side, other := "before", "after"
	if v.up() {
		side, other = "after", "before"
	}
	goal := p.name(p.Layers[v.edge].Entry.Path)
	out.What = fmt.Sprintf("%s comes %s %s", p.at(v.subject), side, p.list(v.others))
	out.Action = fmt.Sprintf("move it %s %s", other, goal)
	out.Label = fmt.Sprintf("belongs %s %s", other, goal)
	label(out.Related, fmt.Sprintf("belongs %s %s", side, me))
	if f.Relation == catalog.After && len(v.others) == 1 {
		if attr := p.sharedAttribute(v.subject, v.others[0]); attr != "" {
			out.Label = "needs " + attr
			label(out.Related, "sets "+attr)
		}
	}
	return out
}

func label(related []finding.Related, text string) {
	for i := range related {
		related[i].Message = text
	}
}

func stands(p *Pass, indices []int) string {
	if len(indices) == 1 {
		return p.list(indices) + " stands"
	}
	return p.list(indices) + " stand"
}

func comes(p *Pass, indices []int) string {
	if len(indices) == 1 {
		return p.list(indices) + " comes"
	}
	return p.list(indices) + " come"
}

// directTarget is the last entry before the subject that it has to follow.
func (p *Pass) directTarget(f *applied, subject int) int {
	target := subject
	for _, t := range p.players[f.Targets[0]] {
		if t < subject {
			target = t
		}
	}
	return target
}

// sharedAttribute is what the layer b sets and the layer a reads while the
// request comes in, as "request.session"; "" where the catalog knows of nothing.
func (p *Pass) sharedAttribute(a, b int) string {
	for _, reader := range p.Layers[a].Role.Paths {
		m := p.Catalog.Find(reader)
		if m == nil {
			continue
		}
		for _, read := range m.Reads {
			if p.covers(catalog.Range{From: read.From, To: read.To}) != catalog.All {
				continue
			}
			for _, writer := range p.Layers[b].Role.Paths {
				w := p.Catalog.Find(writer)
				if w != nil && strings.HasPrefix(read.Attr, "request.") && slices.ContainsFunc(w.Writes, func(x catalog.Attribute) bool { return x.Attr == read.Attr }) {
					return read.Attr
				}
			}
		}
	}
	return ""
}
