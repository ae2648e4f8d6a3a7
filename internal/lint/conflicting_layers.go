package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
)

// conflictingLayers reports layers that are not to be listed together.
var conflictingLayers = Rule{
	ID: "MW104", Name: "conflicting-layers", Since: "0.1.0", Severity: finding.Error,
	Title: "Two layers are listed that do not go together",
	Doc: `Two layers do the same work, or one is documented to take the place of the other,
and both are listed. It is an error where the documentation says that they do not
work together, and a warning otherwise.

## Why

Each of the two sees what the other did. LocaleURLMiddleware of django-localeurl
and Django's LocaleMiddleware (django/middleware/locale.py) both choose the
language of the request and redirect; a second compressor compresses what is
compressed already; two session layers save two sessions under one cookie.`,
	Fixes: Fixes{Unsafe: true, Text: `Where one of the two takes the place of the other, the other is removed; that is unsafe, as
they may differ in what they do. Which of two that are alike has to go is a person's choice.`},
	Bad: Example{Django: "1.8", Model: "classic", Layers: []string{
		"localeurl.middleware.LocaleURLMiddleware",
		"django.middleware.locale.LocaleMiddleware",
		"django.middleware.common.CommonMiddleware",
	}},
	Good: Example{Django: "1.8", Model: "classic", Layers: []string{
		"localeurl.middleware.LocaleURLMiddleware",
		"django.middleware.common.CommonMiddleware",
	}},
	Run: runConflictingLayers,
}

func runConflictingLayers(p *Pass) {
	done := map[[2]int]bool{}
	for _, f := range p.relation(catalog.Conflicts, catalog.Replaces) {
		for _, s := range p.players[f.Subject] {
			for _, target := range f.Targets {
				for _, t := range p.players[target] {
					// A layer that itself counts as the subject is a second one
					// of its kind, not the layer it conflicts with.
					if t == s || p.Layers[t].Role.Plays(f.Subject) || done[pair(s, t)] {
						continue
					}
					done[pair(s, t)] = true
					me, it := p.Layers[s].Entry, p.Layers[t].Entry
					out := Problem{
						Fact: f.Fact, Severity: f.severity, Span: me.Span, Subject: []string{me.Path, it.Path},
						What:    fmt.Sprintf("%s and %s are listed together", p.at(s), p.at(t)),
						Why:     f.why(),
						Action:  "remove one of the two",
						Label:   "conflicts with " + p.name(it.Path),
						Related: []finding.Related{{Span: it.Span, Message: "conflicts with " + p.name(me.Path)}},
					}
					if f.Relation == catalog.Replaces {
						out.Action = "remove " + p.name(it.Path)
						out.Label = "takes the place of " + p.name(it.Path)
						out.Related[0].Message = "to be removed"
						out.Repairs = func() []Repair { return []Repair{p.dropping(t, finding.Unsafe)} }
					}
					p.Report(out)
				}
			}
		}
	}
}
