package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
)

// futurePath reports layers that a later Django release brought.
var futurePath = Rule{
	ID: "MW110", Name: "future-path", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer is listed that the Django version does not have yet",
	Doc: `The path came with a later Django release than the one the project runs under. It
is a note where the project allows several releases, some of them with the layer.

## Why

Django imports every path of the list when it builds the handler
(django/core/handlers/base.py, BaseHandler.load_middleware); a path that does not
exist stops the server. LoginRequiredMiddleware came in Django 5.1
(docs/releases/5.1.txt), ContentSecurityPolicyMiddleware in 6.0.`,
	Fixes: Fixes{Safe: true, Text: `The path is taken that the layer had in the project's Django version, if it had one. A layer
that is really new is not removed: what it does, such as to ask for a login, would be
gone without a word.`},
	Bad: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.contrib.auth.middleware.LoginRequiredMiddleware",
	}},
	Good: Example{Django: "5.1", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.contrib.auth.middleware.LoginRequiredMiddleware",
	}},
	Run: runFuturePath,
}

func runFuturePath(p *Pass) {
	at := p.Django.At
	for i := range p.Layers {
		e := p.Layers[i].Entry
		m := p.Catalog.Find(e.Path)
		if at.IsZero() || m == nil || !m.Django() || at.Compare(m.Since.Version) >= 0 || p.resolves(e.Path) == InProject {
			continue
		}
		out := Problem{
			Severity: finding.Error, Span: e.Span, Subject: []string{e.Path},
			What:   fmt.Sprintf("%s came in Django %s, the project runs under %s", p.at(i), m.Since, at),
			Why:    "the server does not start",
			Action: fmt.Sprintf("remove it or require Django %s", m.Since),
			Label:  "not in Django " + at.String(),
		}
		if old := p.former(m); old != "" {
			out.Repairs = func() []Repair { return p.replacements(i, old, false, out.Severity) }
		}
		low, high := p.Django.Low, p.Django.High
		if !(low.IsZero() && high.IsZero()) && (high.IsZero() || high.Compare(m.Since.Version) >= 0) {
			out.Severity = finding.Note
			out.What = fmt.Sprintf("%s came in Django %s, the project also allows %s", p.at(i), m.Since, at)
			out.Why = "the server does not start there"
			out.Action = fmt.Sprintf("require Django %s or later", m.Since)
		}
		p.Report(out)
	}
}
