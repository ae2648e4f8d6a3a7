package lint

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// removedPath reports dotted paths that Django or a package removed, moved,
// renamed or deprecated (docs/releases and docs/internals/deprecation.txt).
var removedPath = Rule{
	ID: "MW105", Name: "removed-path", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer is listed that was removed, moved, renamed or deprecated",
	Doc: `The path is gone in the project's Django version: an error. It is deprecated
there, or Django has taken the layer over: a warning. For packages whose version
is not known a note says what became of the path.

## Why

Django imports the list when it builds the handler
(django/core/handlers/base.py, BaseHandler.load_middleware); one path that is
gone stops the server, and "manage.py check" does not see it because it does not
load the list. SessionAuthenticationMiddleware, for instance, was deleted in
Django 2.0 (docs/releases/2.0.txt, "Features removed in 2.0").`,
	Fixes: Fixes{Safe: true, Unsafe: true, Text: `The new path is taken if every Django version that the project allows has it; an entry that
nothing took the place of, or whose successor is in the list already, is removed. It is safe
where the server does not start as it is, and unsafe for paths that are only deprecated.`},
	Bad: Example{Django: "2.0", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.contrib.auth.middleware.SessionAuthenticationMiddleware",
	}},
	Good: Example{Django: "2.0", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
	}},
	Run: runRemovedPath,
}

func runRemovedPath(p *Pass) {
	facts := map[string]*applied{}
	all := p.relation(catalog.Remove, catalog.ReplacedBy)
	for i := range all {
		facts[all[i].Subject] = &all[i]
	}
	for i := range p.Layers {
		e := p.Layers[i].Entry
		if e.Unknown || p.resolves(e.Path) == InProject {
			continue
		}
		m := p.Catalog.Find(e.Path)
		var out Problem
		var ok bool
		switch f := facts[e.Path]; {
		case m == nil:
			out, ok = p.movedAway(i)
		case m.Django():
			out, ok = p.removedFromDjango(i, m)
		default:
			out, ok = p.removedFromPackage(i, m)
			if f != nil && !ok {
				out, ok = Problem{
					Severity: f.severity, Why: f.why(),
					What:   fmt.Sprintf("%s is superseded", p.at(i)),
					Action: useInstead(f.Targets[0], ""),
				}, true
			}
		}
		if !ok {
			continue
		}
		if f := facts[e.Path]; f != nil {
			out.Fact = f.Fact
		}
		out.Repairs = p.pathRepairs(i, &out)
		out.Span, out.Subject = e.Span, append([]string{e.Path}, out.Subject...)
		if out.Label == "" {
			out.Label = "not to be listed any more"
		}
		p.Report(out)
	}
}

// pathRepairs are the ways to do as a problem's action says: to take the path
// that it names, if all releases of the project have it, or to remove the entry
// where the data says that nothing has to take its place.
func (p *Pass) pathRepairs(i int, out *Problem) func() []Repair {
	m := p.Catalog.Find(p.Layers[i].Entry.Path)
	severity, next := out.Severity, ""
	if len(out.Subject) > 0 {
		next = out.Subject[0]
	}
	nothing := m != nil && next == "" && strings.HasPrefix(m.Replacement, "nothing")
	return func() []Repair {
		if next != "" && !p.exists(next) {
			return nil
		}
		return p.replacements(i, next, nothing, severity)
	}
}

// resolves says where a path leads; Django's own source may lie in the project.
func (p *Pass) resolves(path string) Resolution {
	if p.config.Resolve == nil {
		return Unresolved
	}
	return p.config.Resolve(path)
}

func useInstead(path, prose string) string {
	switch {
	case path != "":
		return fmt.Sprintf("use %q", path)
	case prose != "":
		head, tail, found := strings.Cut(prose, ":")
		if found && head == "nothing" {
			return "remove it," + strings.ReplaceAll(tail, ";", ",")
		}
		if strings.Contains(prose, ".") && !strings.Contains(prose, " ") {
			return fmt.Sprintf("use %q", prose)
		}
		return "replacement: " + strings.ReplaceAll(prose, ";", ",")
	}
	return "remove it"
}

func (p *Pass) removedFromDjango(i int, m *catalog.Middleware) (Problem, bool) {
	next := ""
	if m.MovedTo != nil {
		next = p.lastOf(m.MovedTo.Path)
	}
	out := Problem{Action: useInstead(next, m.Replacement)}
	if next != "" {
		out.Subject = []string{next}
	}
	if m.Removed != nil {
		gone, _ := stack.ParseVersion(m.Removed.In)
		coverage := p.covers(catalog.Range{From: catalog.Version{Version: gone}})
		what, why := "was removed in Django "+gone.String(), "the server does not start"
		if !m.Last.IsZero() && m.Last.Compare(gone) >= 0 && p.covers(catalog.Range{From: catalog.Version{Version: gone}, To: m.Last}) == catalog.All {
			why = clause(m.Removed.How)
		}
		if next != "" {
			what = "is gone since Django " + gone.String() + ", it moved"
		}
		switch coverage {
		case catalog.All:
			out.Severity = finding.Error
			out.What, out.Why = p.at(i)+" "+what, why
			return out, true
		case catalog.Some:
			out.Severity = finding.Note
			out.What, out.Why = p.at(i)+" "+what, "the server does not start on that version and later"
		}
	}
	if m.Deprecated != "" {
		since, _ := stack.ParseVersion(m.Deprecated)
		if p.covers(catalog.Range{From: catalog.Version{Version: since}}) == catalog.All {
			out.Severity = finding.Warning
			out.What = fmt.Sprintf("%s is deprecated since Django %s", p.at(i), since)
			out.Why = "it stops working with an update"
			if m.Removed != nil {
				out.Why = "Django " + m.Removed.In + " does not have it any more"
			}
		}
	}
	return out, out.Severity != 0
}

// lastOf is the path at the end of the moves that exists in the project's version.
func (p *Pass) lastOf(path string) string {
	m := p.Catalog.Find(path)
	if m == nil || m.Last.IsZero() || m.MovedTo == nil {
		return path
	}
	return m.MovedTo.Path
}

func (p *Pass) removedFromPackage(i int, m *catalog.Middleware) (Problem, bool) {
	out := Problem{Severity: finding.Note}
	have := ""
	if p.config.PackageVersion != nil {
		have = p.config.PackageVersion(m.Package)
	}
	switch {
	case m.Removed != nil:
		if have != "" && compareText(have, m.Removed.In) < 0 {
			return out, false
		}
		if have != "" {
			out.Severity = finding.Error
		}
		out.What = fmt.Sprintf("%s was removed in %s %s", p.at(i), m.Package, m.Removed.In)
		out.Why = clause(m.Removed.How)
		out.Action = useInstead("", m.Replacement)
	case m.RenamedTo != "":
		if have != "" && m.RenamedIn != "" && compareText(have, m.RenamedIn) < 0 {
			return out, false
		}
		out.What = fmt.Sprintf("%s is an old name in %s", p.at(i), m.Package)
		out.Why = "it goes away with an update"
		out.Action = useInstead(m.RenamedTo, "")
		out.Subject = []string{m.RenamedTo}
	case m.Obsolete || m.Deprecated != "":
		out.What = fmt.Sprintf("%s is deprecated in %s", p.at(i), m.Package)
		if m.Deprecated != "" {
			out.What += " since " + m.Deprecated
		}
		out.Why = "it goes away with an update"
		out.Action = useInstead("", m.Replacement)
	default:
		return out, false
	}
	return out, true
}

// movedAway speaks of paths that are known only as former paths.
func (p *Pass) movedAway(i int) (Problem, bool) {
	e := p.Layers[i].Entry
	next := p.Catalog.Successor(e.Path)
	m := p.Catalog.Find(next)
	if m == nil {
		return Problem{}, false
	}
	out := Problem{
		Severity: finding.Note, What: fmt.Sprintf("%s moved in %s", p.at(i), m.Package),
		Why: "the old path is gone there", Action: useInstead(next, ""), Subject: []string{next},
	}
	for _, old := range m.MovedFrom {
		if old.Path == e.Path {
			out.What += " " + old.In
		}
	}
	return out, true
}
