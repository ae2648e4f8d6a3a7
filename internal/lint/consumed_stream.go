package lint

import (
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// consumedStream reports layers that read a streaming response to its end.
var consumedStream = Rule{
	ID: "MW502", Name: "consumed-stream", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer consumes the stream of a response",
	Doc: `A hook iterates over response.streaming_content, or over the response itself, in
its own body: list(), b"".join(), a for loop. It is an error where the hook then
hands the same response on, with nothing in the stream's place, and a warning
where it puts something else there, or where code that was not read may do so.
Generators that are made in the hook and run later are what is asked for and are
left alone.

## Why

A stream can be read once. What the layer has read the client does not get: the
page is empty. Where it is put back, the whole of it lies in memory first, and a
stream without an end never comes out. "streaming_content should be assumed to be
too large to hold in memory. Response middleware may wrap it in a new generator,
but must not consume it" (Django: docs/topics/http/middleware.txt, "Dealing with
streaming responses").`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.Count"}, Code: countCode + `        if response.streaming:
            for chunk in response.streaming_content:
                total.append(len(chunk))
        return response
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Count"}, Code: countCode + `        if response.streaming and not getattr(response, "is_async", False):
            response.streaming_content = counted(response.streaming_content)
        return response


def counted(chunks):
    for chunk in chunks:
        total.append(len(chunk))
        yield chunk
`},
	Run: runConsumedStream,
}

const countCode = `from django.utils.deprecation import MiddlewareMixin

total = []


class Count(MiddlewareMixin):
    def process_response(self, request, response):
`

func runConsumedStream(p *Pass) {
	for _, l := range p.sourced() {
		for _, h := range p.running(l) {
			var use *layers.ContentUse
			replaced := h.Replaces != layers.No
			for k := range l.Facts.Content {
				c := &l.Facts.Content[k]
				if c.Hook != h.Name || c.Phase != layers.ResponsePhase || !c.Inner {
					continue
				}
				replaced = replaced || c.Write && c.What != "write"
				sure := c.What == "consume"
				if sure || c.What == "iterate" && c.Guarded == layers.No {
					if use == nil || sure && use.What != "consume" {
						use = c
					}
				}
			}
			if use == nil {
				continue
			}
			out := Problem{
				Severity: finding.Error, What: hookOf(l, h) + " reads the stream of a response to its end",
				Why: "the client gets an empty body", Action: "wrap it in a generator", Label: "consumed",
			}
			if replaced || use.What == "iterate" || unreadIn(l.Facts, h.Name, layers.ResponsePhase) {
				out.Severity = finding.Warning
				out.Why = "all of it lies in memory before the client gets anything"
			}
			if use.What == "iterate" {
				out.What = hookOf(l, h) + " iterates over a response that may be a stream"
				out.Why = "what is read here does not reach the client"
			}
			p.reportOn(l, h.Owner, use.Span, out)
		}
	}
}

// unreadIn says that in a phase of a hook the request or response was given to
// code that was not read.
func unreadIn(l *layers.Layer, hook string, phase layers.Phase) bool {
	for _, u := range l.Unread {
		if u.Hook == hook && u.Phase == phase {
			return true
		}
	}
	return false
}
