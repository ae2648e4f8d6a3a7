package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// ignoredSetting reports a list under a name that Django does not read:
// MIDDLEWARE_CLASSES from 2.0 on (docs/releases/2.0.txt, "Features removed in
// 2.0"), MIDDLEWARE before 1.10.
var ignoredSetting = Rule{
	ID: "MW106", Name: "ignored-setting", Since: "0.1.0", Severity: finding.Error, Ignored: true,
	Title: "The list is in a setting that this Django version does not read",
	Doc: `MIDDLEWARE_CLASSES is set on Django 2.0 or later, or MIDDLEWARE on a version before
1.10, and the other setting is not set. Django says nothing and runs with no
layer at all, or with its default list.

Settings that assign both are the business of [both-settings](both-settings.md).

## Why

Django 2.0 removed support for MIDDLEWARE_CLASSES (docs/releases/2.0.txt,
"Features removed in 2.0"; django/core/handlers/base.py, load_middleware reads
settings.MIDDLEWARE only). Sessions, CSRF protection and clickjacking protection
are gone without a word; "manage.py check" reports secondary symptoms at most.`,
	Bad: Example{Django: "2.2", Model: "classic", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.middleware.common.CommonMiddleware",
	}},
	Good: Example{Django: "2.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.middleware.common.CommonMiddleware",
	}},
	Run: runIgnoredSetting,
}

func runIgnoredSetting(p *Pass) {
	s := p.Stack
	if !p.notRead(s.Model) || asksVersion(s) {
		return
	}
	if len(s.Entries) == 0 && s.Complete {
		return // nothing is lost with an empty list, which silenced a check of 1.10
	}
	for _, other := range p.Module {
		if other.Model != s.Model {
			return // the other setting is there: both-settings, or branches on the version
		}
	}
	other := stack.Modern
	if s.Model == stack.Modern {
		other = stack.Classic
	}
	what := fmt.Sprintf("%s is set, but Django %s reads only %s", s.Setting, p.Django.At, other.Setting())
	why := "none of its layers is loaded, and nothing says so"
	if n := len(s.Entries); n == 1 {
		why = "its layer is not loaded, and nothing says so"
	} else if n > 1 && s.Complete {
		why = fmt.Sprintf("none of its %d layers is loaded, and nothing says so", n)
	}
	action := "rename it to MIDDLEWARE and check that every layer takes get_response"
	if s.Model == stack.Modern {
		action = "rename it to MIDDLEWARE_CLASSES, or run under Django 1.10 or later"
	}
	p.Report(Problem{
		Severity: finding.Error, Span: s.Span, What: what, Why: why, Action: action,
		Label: "not read by Django " + p.Django.At.String(),
	})
}
