package lint

import (
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// iteratorKind reports generators around a stream that fit one kind of stream
// only.
var iteratorKind = Rule{
	ID: "MW506", Name: "iterator-kind", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer wraps a stream in a generator of one kind",
	Doc: `A hook sets response.streaming_content of a response from further in to a
generator, and neither the function nor its class looks at response.is_async.

An asynchronous generator is an error on Django 4.1 and earlier, which know
synchronous streams only, and a warning from 4.2 on. A synchronous one is a note
from 4.2 on. Where the version is not known both are notes.

## Why

From 4.2 on a StreamingHttpResponse holds a synchronous or an asynchronous
iterator (django/http/response.py, _set_streaming_content), and which one is the
view's choice: files and most views give a synchronous one. "async for" over it is
a TypeError, and so is "for" over an asynchronous one. Before 4.2 the response
takes nothing that iter() does not take. Django shows how a layer wraps either
(docs/topics/http/middleware.txt, "Dealing with streaming responses").`,
	Bad: Example{Django: "3.2", Layers: []string{"shop.middleware.Upper"}, Code: upperCode + `        if response.streaming:
            response.streaming_content = upper(response.streaming_content)
        return response
`},
	Good: Example{Django: "5.2", Layers: []string{"shop.middleware.Upper"}, Code: upperCode + `        if response.streaming and response.is_async:
            response.streaming_content = upper(response.streaming_content)
        return response
`},
	Run: runIteratorKind,
}

const upperCode = `from django.utils.deprecation import MiddlewareMixin


async def upper(chunks):
    async for chunk in chunks:
        yield chunk.upper()


class Upper(MiddlewareMixin):
    def process_response(self, request, response):
`

func runIteratorKind(p *Pass) {
	both := p.covers(catalog.Range{From: catalog.Version{Version: stack.Version{Major: 4, Minor: 2}}})
	for _, l := range p.sourced() {
		for _, h := range p.running(l) {
			for k := range l.Facts.Content {
				c := &l.Facts.Content[k]
				if c.Hook != h.Name || c.What != "streaming_content" || !c.Write || !c.Inner || c.Own || c.Iterator == "" {
					continue
				}
				async := c.Iterator != "sync"
				if l.Facts.Async.Streams == layers.Yes || !async && both == catalog.None || c.Iterator == "mixed" && both != catalog.None {
					continue
				}
				out := Problem{
					Severity: finding.Note, Label: "fits one kind of stream",
					What: hookOf(l, h) + " wraps any stream in a synchronous generator", Why: "an asynchronous stream cannot be read with for",
					Action: "look at response.is_async and wrap it in kind",
				}
				if async {
					out.What = hookOf(l, h) + " wraps any stream in an asynchronous generator"
					out.Why = "a synchronous stream, as of a file, cannot be read with async for"
				}
				switch {
				case async && both == catalog.None:
					out.Severity = finding.Error
					out.Why = "Django 4.1 and earlier take synchronous iterators only and raise TypeError"
					out.Action = "wrap it in a synchronous generator"
				case both == catalog.Some:
					out.Why = "from Django 4.2 on " + out.Why
				case async:
					out.Severity = finding.Warning
				}
				p.reportOn(l, h.Owner, c.Span, out)
				break
			}
		}
	}
}
