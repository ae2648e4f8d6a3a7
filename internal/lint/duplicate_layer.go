package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
)

// duplicateLayer reports a layer that is listed more than once: Django loads
// it as often (django/core/handlers/base.py, load_middleware).
var duplicateLayer = Rule{
	ID: "MW102", Name: "duplicate-layer", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer is listed more than once",
	Doc: `The same layer stands in the list twice, under one path or under two paths of the
same class. It is a warning, and an error where the layer's own check refuses it
(django-debug-toolbar, debug_toolbar.W002).

Often the list is put together from several parts, and two of them bring the
same layer: the finding then says under which conditions.

## Why

Django does not look for duplicates (django/core/handlers/base.py,
BaseHandler.load_middleware, in all versions): it builds the layer twice and runs
its hooks twice for every request. What was set the first time is overwritten,
counted or compressed again.`,
	Fixes: Fixes{Safe: true, Unsafe: true, Text: `One of the two is removed, the one whose removal leaves fewer findings on the order, or the
later one. It is safe where the finding is an error; elsewhere unsafe, as the hooks run once
from then on.`},
	Bad: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.middleware.common.CommonMiddleware",
		"django.contrib.sessions.middleware.SessionMiddleware",
	}},
	Good: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.middleware.common.CommonMiddleware",
	}},
	Run: runDuplicateLayer,
}

func runDuplicateLayer(p *Pass) {
	unique := map[string]*applied{}
	facts := p.relation(catalog.Unique)
	for i := range facts {
		unique[facts[i].Subject] = &facts[i]
	}
	first := map[string]int{}
	for i := range p.Layers {
		e := p.Layers[i].Entry
		if e.Unknown {
			continue
		}
		path := p.Catalog.Canonical(e.Path)
		before, listed := first[path]
		if !listed {
			first[path] = i
			continue
		}
		o := p.Layers[before].Entry
		out := Problem{
			Severity: finding.Warning, Span: e.Span, Subject: []string{e.Path},
			What:    fmt.Sprintf("%s is listed before, at %d", p.at(i), before+1),
			Why:     "Django loads it twice and runs its hooks twice for every request",
			Action:  "remove one of the two",
			Label:   "listed again",
			Related: []finding.Related{{Span: o.Span, Message: "listed here first"}},
		}
		if o.Path != e.Path {
			out.What = fmt.Sprintf("%q at %d is the same layer as %q at %d", e.Path, i+1, o.Path, before+1)
			out.Subject = append(out.Subject, o.Path)
		}
		if f := unique[path]; f != nil {
			out.Fact, out.Severity, out.Why = f.Fact, f.severity, f.why()
		}
		out.Repairs = func() []Repair { return p.duplicates(before, i, out.Severity == finding.Error) }
		p.Report(out)
	}
}
