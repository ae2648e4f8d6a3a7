package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// bothSettings reports settings modules that set MIDDLEWARE and
// MIDDLEWARE_CLASSES at once (django/core/checks/compatibility/django_1_10.py,
// 1.10 and 1.11).
var bothSettings = Rule{
	ID: "MW107", Name: "both-settings", Since: "0.1.0", Severity: finding.Warning, Ignored: true,
	Title: "MIDDLEWARE and MIDDLEWARE_CLASSES are both set",
	Doc: `A settings module assigns both settings. Only one of them counts: MIDDLEWARE_CLASSES
up to Django 1.9, MIDDLEWARE from 1.10 on. Where the setting that counts lists
all layers of the other one, it is a note; where layers are left out, a warning.

Settings that assign one or the other by a condition are not reported.

## Why

From Django 1.10 on a MIDDLEWARE that is not None wins and MIDDLEWARE_CLASSES is
ignored (django/core/handlers/base.py, load_middleware, 1.10 and 1.11; check
1_10.W001 in django/core/checks/compatibility/django_1_10.py; from 2.0 on it is
never read). Whoever edits the wrong one of the two changes nothing.`,
	Bad: Example{Django: "1.11", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
	}, Classic: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"shop.middleware.BasketMiddleware",
	}},
	Good: Example{Django: "1.11", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"shop.middleware.BasketMiddleware",
	}},
	Run: runBothSettings,
}

func runBothSettings(p *Pass) {
	if p.Stack.Model != stack.Modern || !p.hasBoth(p.Stack) {
		return
	}
	// The variants of a module may differ in where the lists are put together;
	// the worst of them speaks for all.
	var worst *Problem
	for _, modern := range p.Module {
		if modern.Model != stack.Modern {
			continue
		}
		for _, classic := range p.Module {
			if classic.Model == stack.Modern || deliberate(modern, classic) || oneList(modern, classic) {
				continue
			}
			if out := p.both(modern, classic); worst == nil || out.Severity > worst.Severity {
				worst = &out
			}
		}
	}
	p.Report(*worst)
}

func (p *Pass) hasBoth(modern *stack.Stack) bool {
	return slices.ContainsFunc(p.Module, func(classic *stack.Stack) bool {
		return classic.Model == stack.Classic && !deliberate(modern, classic) && !oneList(modern, classic)
	})
}

// both is the problem of two lists that are there at once.
func (p *Pass) both(modern, classic *stack.Stack) Problem {
	counts, idle := modern, classic
	what := fmt.Sprintf("MIDDLEWARE and MIDDLEWARE_CLASSES are both set, Django %s reads MIDDLEWARE", p.Django.At)
	switch {
	case p.Django.At.IsZero():
		what = "MIDDLEWARE and MIDDLEWARE_CLASSES are both set, Django reads MIDDLEWARE from 1.10 on"
	case p.notRead(stack.Modern):
		counts, idle = classic, modern
		what = fmt.Sprintf("MIDDLEWARE and MIDDLEWARE_CLASSES are both set, Django %s reads MIDDLEWARE_CLASSES", p.Django.At)
	}
	out := Problem{
		Severity: finding.Note, Span: idle.Span, What: what,
		Action: fmt.Sprintf("delete %s", idle.Setting), Label: "not read",
		Related: []finding.Related{{Span: counts.Span, Message: "this one counts"}},
		Why:     "a change here has no effect",
		Advice:  fmt.Sprintf("delete %s", idle.Setting),
	}
	if lost := leftOut(idle, counts); len(lost) > 0 && counts.Complete {
		out.Severity = finding.Warning
		out.Subject = lost
		out.Why = fmt.Sprintf("%q is not loaded", lost[0])
		if len(lost) > 1 {
			out.Why = fmt.Sprintf("%q and %d more are not loaded", lost[0], len(lost)-1)
		}
		out.Action = fmt.Sprintf("move what is needed to %s and delete %s", counts.Setting, idle.Setting)
	}
	return out
}

// deliberate says that two lists never are at once, since they assume different
// outcomes of the same condition, or that one of them is there for a Django
// version that a condition asks for.
func deliberate(a, b *stack.Stack) bool {
	return exclusive(a, b) || asksVersion(a) || asksVersion(b)
}

// oneList says that both settings hold the entries of one list in the source,
// as after "MIDDLEWARE = MIDDLEWARE_CLASSES": a change of it changes both.
func oneList(a, b *stack.Stack) bool {
	return len(a.Entries) > 0 && slices.EqualFunc(a.Entries, b.Entries, func(x, y stack.Entry) bool {
		return x.Span == y.Span && x.Path == y.Path && x.Span.Line > 0
	})
}

func asksVersion(s *stack.Stack) bool {
	return slices.ContainsFunc(s.Conditions, func(c stack.Condition) bool {
		text := strings.ToLower(c.Text)
		return strings.Contains(text, "django") && strings.Contains(text, "version")
	})
}

// exclusive says that two stacks never are at once: they assume different
// outcomes of the same condition.
func exclusive(a, b *stack.Stack) bool {
	return slices.ContainsFunc(a.Conditions, func(x stack.Condition) bool {
		return slices.ContainsFunc(b.Conditions, func(y stack.Condition) bool {
			return x.Span == y.Span && x.Text == y.Text && x.Value != y.Value
		})
	})
}

// leftOut are the layers of idle that counts does not have. What startproject
// wrote for older versions and newer ones do without is not missed.
func leftOut(idle, counts *stack.Stack) []string {
	var out []string
	for _, e := range idle.Entries {
		has := slices.ContainsFunc(counts.Entries, func(c stack.Entry) bool { return c.Path == e.Path })
		if !e.Unknown && !has && catalog.ShortName(e.Path) != "SessionAuthenticationMiddleware" {
			out = append(out, e.Path)
		}
	}
	return out
}
