package lint

import (
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// contentOfStream reports the use of a response's content where the response may
// be a stream.
var contentOfStream = Rule{
	ID: "MW501", Name: "content-of-stream", Since: "0.1.0", Severity: finding.Warning,
	Title: "A layer uses the content of a response that may be a stream",
	Doc: `A hook reads or sets response.content, or calls response.write(), and nothing
before it makes sure that the response is no stream: no look at
response.streaming, no isinstance, hasattr or try. Responses that the layer makes
itself do not count. It is a note where the place depends on some other condition,
as a status or a content type.

## Why

A StreamingHttpResponse, and with it every FileResponse, has no content: reading
it raises AttributeError (django/http/response.py), and the file or stream becomes
a page with status 500. Django asks to test response.streaming
(docs/topics/http/middleware.txt, "Dealing with streaming responses").`,
	Bad:  Example{Django: "4.2", Layers: []string{"shop.middleware.Size"}, Code: sizeCode + sizeSet},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Size"}, Code: sizeCode + "        if not response.streaming:\n    " + sizeSet},
	Run:  runContentOfStream,
}

const (
	sizeCode = `from django.utils.deprecation import MiddlewareMixin


class Size(MiddlewareMixin):
    def process_response(self, request, response):
`
	sizeSet = `        response["X-Size"] = str(len(response.content))
        return response
`
)

func runContentOfStream(p *Pass) {
	for _, l := range p.sourced() {
		for _, h := range p.running(l) {
			var found []*layers.ContentUse
			for k := range l.Facts.Content {
				c := &l.Facts.Content[k]
				if c.Hook == h.Name && c.Phase == layers.ResponsePhase && c.Inner && c.Guarded == layers.No && (c.What == "content" || c.What == "write") {
					found = append(found, c)
				}
			}
			if len(found) == 0 {
				continue
			}
			out := Problem{
				Severity: finding.Note, What: hookOf(l, h) + " uses " + contentName(found[0]) + " without a look at response.streaming",
				Why: "a stream or file has none and its request fails", Action: "test response.streaming before",
				Label: "a stream has no content",
			}
			first := found[0]
			for _, c := range found {
				if c.Always {
					out.Severity, first = finding.Warning, c
					break
				}
			}
			for _, c := range found {
				if c.Span != first.Span && len(out.Related) < 2 {
					out.Related = append(out.Related, finding.Related{Span: c.Span, Message: "and here"})
				}
			}
			p.reportOn(l, h.Owner, first.Span, out)
		}
	}
}

func contentName(c *layers.ContentUse) string {
	if c.What == "write" {
		return "response.write()"
	}
	return "response." + c.What
}
