package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
)

var malformedSuppression = Rule{
	ID: "MW901", Name: "malformed-suppression", Since: "0.1.0", Severity: finding.Warning, Late: true,
	Title: "A comment that is to accept a finding is not of the form that does so",
	Doc: `A comment accepts the findings of its line, or of the line below where it is alone
on its line:

    "shop.middleware.Basket",  # mwcheck: ignore[wrong-order] the basket needs no session

It names rules, by id or name, or facts, and it has to say why. The rule reports
comments that name something that mwcheck does not know, that give no reason, or
that are written in another way. A comment of the wrong form accepts nothing; of
several names the known ones do. docs/suppression.md has the whole form.

## Why

Nothing in Django reads such a comment. Whoever wrote it took a finding to be
accepted that is still reported, or will not be known later why it was.`,
	Bad: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
	}, Comment: "mwcheck: ignore[wrong-order]"},
	Good: Example{Django: "4.2", Layers: []string{
		"django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.contrib.sessions.middleware.SessionMiddleware",
	}, Comment: "mwcheck: ignore[wrong-order] our own backend asks for no session"},
	Run: runMalformedSuppression,
}

func runMalformedSuppression(p *Pass) {
	for _, c := range p.mine() {
		if c.Malformed != "" {
			p.Report(Problem{
				Severity: finding.Warning, Span: c.Span, Label: "not a suppression",
				What:   "the comment accepts nothing: " + c.Malformed,
				Why:    "what it is there for is still reported",
				Action: "write it as \"mwcheck: ignore[wrong-order] reason\"",
			})
			continue
		}
		for k, n := range c.names {
			if !n.unknown {
				continue
			}
			action := `name a rule or a fact, as "mwcheck explain" lists them`
			if n.near != "" {
				action = fmt.Sprintf("write %q", n.near)
			}
			p.Report(Problem{
				Severity: finding.Warning, Span: c.Names[k].Span, Label: "no rule or fact",
				What:   fmt.Sprintf("the comment names %q, which is no rule or fact", c.Names[k].Text),
				Why:    "the name accepts nothing",
				Action: action,
			})
		}
	}
}
