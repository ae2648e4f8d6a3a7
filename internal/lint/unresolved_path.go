package lint

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
)

// unresolvedPath reports dotted paths that lead nowhere: in the project, or in
// the modules of Django's own middleware.
var unresolvedPath = Rule{
	ID: "MW108", Name: "unresolved-path", Since: "0.1.0", Severity: finding.Error,
	Title: "A dotted path leads to nothing",
	Doc: `The top package of the path is part of the project, but the module or the name in
it is not there; or the path is in one of the modules in which Django keeps its
middleware, and no Django release has that name; or it has no dot. Paths into
packages that are not part of the project are not looked up.

It is an error, and a warning for a name in Django's modules where the project's
Django is not known, or newer than the newest release that is.

## Why

Django imports every path with import_string (django/utils/module_loading.py)
when it builds the handler; one that leads to nothing is an ImportError and the
server does not start. "manage.py check" does not load the list and says nothing.`,
	Bad: Example{Django: "4.2", Layers: []string{
		"django.middleware.security.SecurityMiddleware",
		"django.middleware.csrf.CsrfViewMiddlware",
	}},
	Good: Example{Django: "4.2", Layers: []string{
		"django.middleware.security.SecurityMiddleware",
		"django.middleware.csrf.CsrfViewMiddleware",
	}},
	Run: runUnresolvedPath,
}

func runUnresolvedPath(p *Pass) {
	for i := range p.Layers {
		e := p.Layers[i].Entry
		if e.Unknown {
			continue
		}
		out := Problem{
			Severity: finding.Error, Span: e.Span, Subject: []string{e.Path},
			Why: "the server does not start", Action: "correct the path or remove it", Label: "leads to nothing",
		}
		resolution := p.resolves(e.Path)
		switch {
		case !strings.Contains(e.Path, "."):
			out.What = fmt.Sprintf("%q at %d is not a dotted path", e.Path, i+1)
		case resolution == Missing:
			out.What = fmt.Sprintf("%q at %d is not in the project, its top package is", e.Path, i+1)
		case resolution != InProject && !p.Catalog.Known(e.Path) && p.Catalog.SpeaksOf(e.Path):
			newest := p.Catalog.Newest()
			out.What = fmt.Sprintf("%q at %d is in no Django release from 1.0 to %s", e.Path, i+1, newest)
			if p.Django.At.IsZero() || p.Django.At.Compare(newest) > 0 {
				out.Severity = finding.Warning
			}
		default:
			continue
		}
		if near := p.Catalog.Nearest(e.Path); near != "" && near != e.Path {
			out.Action = fmt.Sprintf("did you mean %q", near)
			out.Subject = append(out.Subject, near)
		}
		p.Report(out)
	}
}
