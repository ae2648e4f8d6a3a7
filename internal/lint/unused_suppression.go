package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
)

var unusedSuppression = Rule{
	ID: "MW902", Name: "unused-suppression", Since: "0.1.0", Severity: finding.Warning, Late: true,
	Title: "A comment accepts a finding that is not there",
	Doc: `A comment names a rule or a fact of which there is no finding in the lines that it
covers. Each of its names is looked at for itself.

It is only reported where mwcheck can tell: the rules that are named are reported
in this file, the run was given the whole project, all stacks that depend on the
file are known entirely, also those of settings that are not checked (as settings
for tests) show no such finding, and the comment stands in the settings, at a
class that a stack names or at a base of one. docs/suppression.md has the rest.

## Why

The comment outlives its cause: the list was put in order, or Django was upgraded.
If the mistake comes back, nobody hears of it.`,
	Bad: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
	}, Comment: "mwcheck: ignore[wrong-order] our own backend asks for no session"},
	Good: Example{Django: "4.2", Layers: []string{
		"django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.contrib.sessions.middleware.SessionMiddleware",
	}, Comment: "mwcheck: ignore[wrong-order] our own backend asks for no session"},
	Run: runUnusedSuppression,
}

func runUnusedSuppression(p *Pass) {
	for _, c := range p.mine() {
		for _, n := range c.idleNames() {
			out := Problem{
				Severity: finding.Warning, Span: n.Span, Label: "accepts nothing",
				What:   fmt.Sprintf("the comment accepts %q, and there is no such finding on %s", n.Text, c.covered()),
				Why:    "it would hide the mistake if it came back",
				Action: "remove it",
			}
			if len(c.Names) > 1 {
				out.Action = fmt.Sprintf("remove %q from it", n.Text)
			}
			p.Report(out)
		}
	}
}

// covered says which lines a comment covers.
func (c *accepting) covered() string {
	if c.First == c.Last {
		return fmt.Sprintf("line %d", c.First)
	}
	return fmt.Sprintf("lines %d to %d", c.First, c.Last)
}
