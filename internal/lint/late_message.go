package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// lateMessage reports layers that add a message after the messages were stored.
var lateMessage = Rule{
	ID: "MW124", Name: "late-message", Since: "0.1.0", Severity: finding.Warning,
	Title: "A layer adds a message after the messages have been stored",
	Doc: `A layer of the project calls messages.add_message(), success() and the like when the
response goes out, and MessageMiddleware stands further in. It is a note where the
list may hold another MessageMiddleware further out.

## Why

MessageMiddleware.process_response stores what has been added, in a cookie or in the
session (django/contrib/messages/middleware.py), and response hooks run from the
bottom of the list to the top, in both models (Django:
docs/topics/http/middleware.txt, "Middleware order and layering"). What a layer
further out adds afterwards only stays in the memory of this request.`,
	Bad:  Example{Django: "4.2", Layers: messageLayers("shop.middleware.Saved", 1), Code: savedCode},
	Good: Example{Django: "4.2", Layers: messageLayers("shop.middleware.Saved", 2), Code: savedCode},
	Run:  runLateMessage,
}

func messageLayers(own string, at int) []string {
	out := []string{"django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.messages.middleware.MessageMiddleware"}
	return append(out[:at:at], append([]string{own}, out[at:]...)...)
}

const savedCode = `from django.contrib import messages


class Saved:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method == "POST":
            messages.success(request, "saved", fail_silently=True)
        return response
`

func runLateMessage(p *Pass) {
	stores := p.Players("django.contrib.messages.middleware.MessageMiddleware")
	if len(stores) == 0 {
		return
	}
	j := stores[0]
	for i := range min(j, maxOrder) {
		l := p.own(i)
		if l == nil {
			continue
		}
		for k := range l.Messages {
			m := &l.Messages[k]
			if m.Phase != layers.ResponsePhase || !p.surelyRuns(l, m.Hook) {
				continue
			}
			e, store := p.Layers[i].Entry, p.Layers[j].Entry
			out := Problem{
				Severity: finding.Warning, Span: e.Span, Label: "adds a message", Subject: []string{e.Path, store.Path},
				What:   fmt.Sprintf("%s adds a message after %s has stored them", p.at(i), p.at(j)),
				Why:    "nobody ever sees it",
				Action: fmt.Sprintf("move it after %s", p.name(store.Path)),
				Related: []finding.Related{
					{Span: store.Span, Message: "stores the messages, before"},
					{Span: m.Span, Message: "adds it"},
				},
			}
			if p.hasUnknown(0, j) || !p.Stack.Complete {
				out.Severity = finding.Note
				out.Why += ", unless a layer that is not known stores it"
			}
			p.Report(out)
			break
		}
	}
}
