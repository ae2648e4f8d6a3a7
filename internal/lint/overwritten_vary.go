package lint

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// overwrittenVary reports layers that set the Vary header instead of adding to it.
var overwrittenVary = Rule{
	ID: "MW504", Name: "overwritten-vary", Since: "0.1.0", Severity: finding.Warning,
	Title: "A layer overwrites the Vary header",
	Doc: `A hook assigns response["Vary"] of a response from further in, and its function
does not look at what the header held. It is a warning where a layer of the list
further in adds to the header, and a note where only views may.

## Why

Vary says by which headers of the request a page differs, and every layer adds its
own: SessionMiddleware and CsrfViewMiddleware "Cookie", LocaleMiddleware
"Accept-Language", GZipMiddleware "Accept-Encoding". Who assigns it takes theirs
away, and a cache gives one user's page to another. Django has
patch_vary_headers (django/utils/cache.py) for it; FetchFromCacheMiddleware goes
by the same header.`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Device", "django.contrib.sessions.middleware.SessionMiddleware"}, Code: `from django.utils.deprecation import MiddlewareMixin


class Device(MiddlewareMixin):
    def process_response(self, request, response):
        response["Vary"] = "User-Agent"
        return response
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Device", "django.contrib.sessions.middleware.SessionMiddleware"}, Code: `from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin


class Device(MiddlewareMixin):
    def process_response(self, request, response):
        patch_vary_headers(response, ["User-Agent"])
        return response
`},
	Run: runOverwrittenVary,
}

func runOverwrittenVary(p *Pass) {
	for i := range p.Layers {
		l := &p.Layers[i]
		if p.own(i) == nil || l.Facts.Span.Line < 1 {
			continue
		}
		for _, h := range p.running(l) {
			for k := range l.Facts.Headers {
				x := &l.Facts.Headers[k]
				if x.Hook != h.Name || x.Phase != layers.ResponsePhase || !strings.EqualFold(x.Name, "Vary") || x.Effect != "set" ||
					x.Own || !x.Inner || x.Keeps {
					continue
				}
				out := Problem{
					Severity: finding.Note, What: hookOf(l, h) + " overwrites the Vary header",
					Why: "what views have put there is lost and caches mix up pages", Action: "call patch_vary_headers", Label: "overwritten",
				}
				if j := p.addsVary(i); j >= 0 {
					e := p.Layers[j].Entry
					out.Severity = finding.Warning
					out.What += fmt.Sprintf(", to which %s has added", p.name(e.Path))
					out.Why = "caches give the page of one request to another"
					out.Related = append(out.Related, finding.Related{Span: e.Span, Message: "adds to Vary"})
				}
				p.reportOn(l, h.Owner, x.Span, out)
				break
			}
		}
	}
}

// addsVary is a layer further in that adds to the Vary header, -1 for none.
func (p *Pass) addsVary(i int) int {
	for j := i + 1; j < len(p.Layers); j++ {
		for _, path := range p.Layers[j].Role.Paths {
			m := p.Catalog.Find(path)
			if m == nil {
				continue
			}
			for _, s := range m.Response.Sets {
				if strings.HasPrefix(s, "Vary") {
					return j
				}
			}
		}
		if f := p.Layers[j].Facts; f != nil {
			for _, x := range f.Headers {
				if strings.EqualFold(x.Name, "Vary") && x.Effect != "delete" && !x.Own {
					return j
				}
			}
		}
	}
	return -1
}
