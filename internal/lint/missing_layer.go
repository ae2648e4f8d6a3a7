package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
)

// missingLayer reports layers that another layer, or an installed app, cannot
// do without (django/contrib/admin/checks.py, django/contrib/auth/middleware.py
// and the like).
var missingLayer = Rule{
	ID: "MW103", Name: "missing-layer", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer that another one or an app needs is not listed",
	Doc: `A listed layer needs another one that is not in the list, or an app in
INSTALLED_APPS asks for a layer. Subclasses in the project count, unless the
check behind the fact compares the literal path.

Nothing is reported for a list that is not known entirely: the missing layer may
be in the part that is not known; a note says so. Where the list holds layers of
which nothing is known, and one of them may do the missing layer's work, the
error becomes a warning or a note.

## Why

AuthenticationMiddleware raises for every request without request.session
(django/contrib/auth/middleware.py, AuthenticationMiddleware.process_request:
AssertionError from Django 1.1, ImproperlyConfigured from 4.0). The admin refuses
to start without session, authentication and message layers
(django/contrib/admin/checks.py, check_dependencies: admin.E408 and E409 from
Django 2.2, E410 from 3.0).`,
	Fixes: Fixes{Safe: true, Unsafe: true, Text: `The layer is added next to the one that needs it, with what it needs itself. It is safe
where the finding is an error, the layer is one of Django's own, and its app is installed as
far as it has one; unsafe elsewhere.`},
	Bad: Example{Django: "4.2", Layers: []string{
		"django.middleware.common.CommonMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
	}},
	Good: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.middleware.common.CommonMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
	}},
	Run: runMissingLayer,
}

func runMissingLayer(p *Pass) {
	told := false
	report := func(f *applied, out Problem) {
		if !p.Stack.Complete {
			if !told {
				told = true
				p.Note(p.Stack.Span, "missing layers were not looked for: the list is not known entirely")
			}
			return
		}
		if f.unsure != "" {
			p.Note(out.Span, "the fact %s was not checked: the value of %s is not known", f.ID, f.unsure)
			return
		}
		out.Fact, out.Why = f.Fact, f.why()
		if out.Severity < f.severity {
			out.Why += ", unless a layer of which nothing is known does this work"
		}
		p.Report(out)
	}
	// Two facts may ask for one layer: the layer's own, and its base class's.
	type want struct {
		entry int
		layer string
	}
	wants := map[want]bool{}
	for _, exact := range []bool{true, false} {
		for _, f := range p.relation(catalog.Requires, catalog.RequiresAny) {
			for _, s := range p.players[f.Subject] {
				if (p.Layers[s].Entry.Path == f.Subject) != exact {
					continue
				}
				for _, out := range p.missing(&f, s) {
					w := want{s, out.Subject[1]}
					if !wants[w] {
						wants[w] = f.unsure == ""
						report(&f, out)
					}
				}
			}
		}
	}
	for _, f := range p.relation(catalog.RequiredByApp) {
		if out, ok := p.missingForApp(&f); ok {
			report(&f, out)
		}
	}
}

// missing returns a problem for every target of a fact that entry s lacks.
func (p *Pass) missing(f *applied, s int) []Problem {
	var lacking []string
	for _, t := range f.Targets {
		if p.present(f, t, s) {
			if f.Relation == catalog.RequiresAny {
				return nil
			}
			continue
		}
		lacking = append(lacking, t)
	}
	if f.Relation == catalog.RequiresAny && len(lacking) > 0 {
		lacking = lacking[:1]
	}
	e := p.Layers[s].Entry
	var out []Problem
	for _, t := range lacking {
		problem := Problem{Span: e.Span, Subject: []string{e.Path}, Label: "needs a layer that is not listed"}
		add := t
		if tag, ok := catalog.TagOf(t); ok {
			add = f.Suggest
			attr := "request." + strings.TrimPrefix(tag, "sets-")
			problem.What = fmt.Sprintf("%s is listed, and no layer that sets %s", p.at(s), attr)
			problem.Label = "needs " + attr
		} else {
			problem.What = fmt.Sprintf("%s is listed without %q", p.at(s), t)
		}
		if f.Relation == catalog.RequiresAny {
			problem.What = fmt.Sprintf("%s is listed without %q or another layer it can do with", p.at(s), t)
		}
		problem.Severity = p.doubt(f, add, s)
		problem.Action = fmt.Sprintf("add %q", add) + p.sideOf(f.Subject, add)
		if add == e.Path {
			continue
		}
		problem.Subject = append(problem.Subject, add)
		problem.Repairs = func() []Repair { return p.inserting(add, s, p.safetyOfAdding(add, problem.Severity)) }
		out = append(out, problem)
	}
	return out
}

// sideOf says where a layer has to be added, as " before it"; "" where no fact
// speaks of it.
func (p *Pass) sideOf(subject, add string) string {
	for _, f := range p.relation(catalog.After, catalog.Before) {
		if f.Subject == subject && slices.Contains(f.Targets, add) {
			if f.Relation == catalog.After {
				return " before it"
			}
			return " after it"
		}
	}
	return ""
}

// present says that an entry other than s plays the target.
func (p *Pass) present(f *applied, target string, s int) bool {
	attr := ""
	if tag, ok := catalog.TagOf(target); ok {
		attr = strings.TrimPrefix(tag, "sets-")
	}
	for i := range p.Layers {
		l := &p.Layers[i]
		if i == s || l.Entry.Unknown {
			continue
		}
		if f.Literal {
			if l.Entry.Path == target {
				return true
			}
			continue
		}
		if l.Role.Plays(target) {
			return true
		}
		if attr != "" && !l.Role.Known && p.writes(l.Entry.Path, attr) {
			return true
		}
	}
	return false
}

func (p *Pass) writes(path, attr string) bool {
	if p.config.Writes == nil {
		return false
	}
	attrs, _ := p.config.Writes(path)
	for _, a := range attrs {
		if a == attr {
			return true
		}
	}
	return false
}

// doubt is the severity of a missing layer: less than the fact's where a layer
// of which too little is known may do its work, the least where its name says so.
func (p *Pass) doubt(f *applied, missing string, s int) finding.Severity {
	severity := f.severity
	if f.Literal {
		return severity
	}
	// A fact that asks for a class is about base classes; one that asks for an
	// attribute of the request is about what is set.
	class := !slices.ContainsFunc(f.Targets, func(t string) bool {
		_, tag := catalog.TagOf(t)
		return tag
	})
	for i := range p.Layers {
		l := &p.Layers[i]
		if i == s || l.Entry.Unknown || l.Role.Known || (l.Sure && (class || p.writesKnown(l.Entry.Path))) {
			continue
		}
		severity = min(severity, finding.Warning)
		if alike(l.Entry.Path, missing) {
			severity = finding.Note
		}
	}
	return severity
}

func (p *Pass) writesKnown(path string) bool {
	if p.config.Writes == nil {
		return false
	}
	_, known := p.config.Writes(path)
	return known
}

// alike says that a layer's name speaks of what the missing layer does.
func alike(path, missing string) bool {
	path = strings.ToLower(path)
	for _, word := range [][2]string{
		{"SessionMiddleware", "session"}, {"AuthenticationMiddleware", "auth"}, {"AuthenticationMiddleware", "user"},
		{"AuthenticationMiddleware", "login"}, {"MessageMiddleware", "message"}, {"CacheMiddleware", "cache"},
	} {
		if strings.HasSuffix(missing, word[0]) && strings.Contains(path, word[1]) {
			return true
		}
	}
	return false
}

// missingForApp looks for a layer that an installed app asks for.
func (p *Pass) missingForApp(f *applied) (Problem, bool) {
	app := f.Targets[0]
	apps := p.apps()
	installed, _ := apps.has(app)
	if !installed || p.present(f, f.Subject, -1) {
		return Problem{}, false
	}
	out := Problem{
		Severity: p.doubt(f, f.Subject, -1), Span: p.Stack.Span, Subject: []string{f.Subject},
		What:   fmt.Sprintf("%q is not listed, and the app %q is installed", f.Subject, app),
		Action: "add it to " + p.Stack.Setting,
		Label:  "lacks " + catalog.ShortName(f.Subject),
	}
	out.Repairs = func() []Repair { return p.inserting(f.Subject, -1, p.safetyOfAdding(f.Subject, out.Severity)) }
	if f.Literal && len(p.players[f.Subject]) > 0 {
		out.What = fmt.Sprintf("%q itself is not listed, only a subclass, and the app %q is installed", f.Subject, app)
	}
	if !apps.span.IsZero() {
		out.Related = []finding.Related{{Span: apps.span, Message: fmt.Sprintf("installs %q", app)}}
	}
	return out, true
}
