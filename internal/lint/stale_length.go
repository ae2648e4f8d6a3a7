package lint

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// staleLength reports layers that change a body behind the layer that has
// counted it.
var staleLength = Rule{
	ID: "MW503", Name: "stale-length", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer changes the body and leaves Content-Length as it was",
	Doc: `A hook sets response.content, or calls response.write(), on a response from
further in, a layer further in has set Content-Length by then, and the hook
neither sets nor deletes the header. It is a note where code that was not read may
set the header, or where the Django version decides.

Known to set the header are CommonMiddleware (Django 1.11 and later),
ConditionalGetMiddleware (1.10 and earlier) and layers of the project that set it
in their response hook.

## Why

CommonMiddleware.process_response (django/middleware/common.py, 1.11 and later)
sets Content-Length for every response that is no stream and has none. The
response hooks of layers further out run after it. A body that has grown is cut
off at the old length, one that has become shorter leaves the client waiting.
Django's own GZipMiddleware sets the header anew.`,
	Bad:  Example{Django: "4.2", Layers: []string{"shop.middleware.Footer", "django.middleware.common.CommonMiddleware"}, Code: footerCode},
	Good: Example{Django: "4.2", Layers: []string{"django.middleware.common.CommonMiddleware", "shop.middleware.Footer"}, Code: footerCode},
	Run:  runStaleLength,
}

const footerCode = `from django.utils.deprecation import MiddlewareMixin


class Footer(MiddlewareMixin):
    def process_response(self, request, response):
        if response.streaming:
            return response
        response.content += b"<!-- shop -->"
        return response
`

func runStaleLength(p *Pass) {
	for i := range min(len(p.Layers), maxOrder) {
		l := p.own(i)
		if l == nil || touchesLength(l) {
			continue
		}
		for _, h := range p.running(&p.Layers[i]) {
			c := bodyChange(l, h.Name)
			if c == nil {
				continue
			}
			j, only := p.countsLength(i)
			if j < 0 || p.setsLengthOutside(i) {
				continue
			}
			e := p.Layers[i].Entry
			out := Problem{
				Severity: finding.Error, Span: e.Span, Label: "changes the body", Subject: []string{e.Path, p.Layers[j].Entry.Path},
				What:   fmt.Sprintf("%s changes the body after %s has set Content-Length", p.at(i), p.at(j)),
				Why:    "the client gets a body that is cut off, or waits for more",
				Action: fmt.Sprintf("move it after %s, or delete the header", p.name(p.Layers[j].Entry.Path)),
				Related: []finding.Related{
					{Span: p.Layers[j].Entry.Span, Message: "sets Content-Length"},
					{Span: c.Span, Message: "changes the body"},
				},
			}
			if only != "" {
				out.Severity = finding.Note
				out.Why = only + ": " + out.Why
			}
			if unreadIn(l, h.Name, layers.ResponsePhase) {
				out.Severity = finding.Note
				out.Why += ", unless code that was not read sets the header"
			}
			p.Report(out)
		}
	}
}

// bodyChange is the first place where a hook changes the body of a response from
// further in.
func bodyChange(l *layers.Layer, hook string) *layers.ContentUse {
	var found *layers.ContentUse
	for k := range l.Content {
		c := &l.Content[k]
		if c.Hook == hook && c.Phase == layers.ResponsePhase && c.Write && c.Inner && !c.Own && (c.What == "content" || c.What == "write") {
			if found == nil || c.Always && !found.Always {
				found = c
			}
		}
	}
	return found
}

// touchesLength says that the layer does something to Content-Length, or to a
// header whose name is computed.
func touchesLength(l *layers.Layer) bool {
	for _, h := range l.Headers {
		if h.Name == "" || strings.EqualFold(h.Name, "Content-Length") {
			return true
		}
	}
	return false
}

func setsLength(l *layers.Layer) bool {
	if l == nil || l.Origin != layers.FromTree {
		return false
	}
	for _, h := range l.Headers {
		if strings.EqualFold(h.Name, "Content-Length") && h.Phase == layers.ResponsePhase && !h.Own && h.Effect != "delete" {
			return true
		}
	}
	return false
}

// countsLength finds a layer further in that sets Content-Length; only is the
// part of the versions in which it does.
func (p *Pass) countsLength(i int) (index int, only string) {
	since := catalog.Range{From: catalog.Version{Version: stack.Version{Major: 1, Minor: 11}}}
	until := catalog.Range{To: catalog.Version{Version: stack.Version{Major: 1, Minor: 10}}}
	for _, k := range []struct {
		path string
		when catalog.Range
	}{
		{"django.middleware.common.CommonMiddleware", since},
		{"django.middleware.http.ConditionalGetMiddleware", until},
	} {
		for _, j := range p.Players(k.path) {
			if j <= i {
				continue
			}
			switch p.covers(k.when) {
			case catalog.All:
				return j, ""
			case catalog.Some:
				return j, "on Django " + k.when.String()
			}
		}
	}
	for j := i + 1; j < len(p.Layers); j++ {
		if setsLength(p.Layers[j].Facts) {
			return j, ""
		}
	}
	return -1, ""
}

// setsLengthOutside says that a layer further out puts the header right.
func (p *Pass) setsLengthOutside(i int) bool {
	for j := range i {
		if setsLength(p.Layers[j].Facts) {
			return true
		}
	}
	return false
}
