package lint

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// lateSession reports layers that change the session after it was saved.
var lateSession = Rule{
	ID: "MW121", Name: "late-session", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer changes the session after it has been saved",
	Doc: `A layer of the project changes request.session when the response goes out, by an
assignment, a method, or login() and logout(), and SessionMiddleware stands further
in. Hooks that call save() themselves are left alone. It is a note where the list
may hold another SessionMiddleware further out.

## Why

SessionMiddleware.process_response saves the session and sets its cookie
(django/contrib/sessions/middleware.py), and response hooks run from the bottom of
the list to the top, in both models (Django: docs/topics/http/middleware.txt,
"Middleware order and layering"). What a layer further out changes afterwards is
kept nowhere. After cycle_key() or flush() the client even has a key that is no
longer there.`,
	Bad:  Example{Django: "4.2", Layers: []string{"shop.middleware.Visits", "django.contrib.sessions.middleware.SessionMiddleware"}, Code: visitsCode},
	Good: Example{Django: "4.2", Layers: []string{"django.contrib.sessions.middleware.SessionMiddleware", "shop.middleware.Visits"}, Code: visitsCode},
	Run:  runLateSession,
}

const visitsCode = `class Visits:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        request.session["visits"] = request.session.get("visits", 0) + 1
        return response
`

func runLateSession(p *Pass) {
	savers := p.Players("django.contrib.sessions.middleware.SessionMiddleware")
	if len(savers) == 0 {
		return
	}
	j := savers[0]
	for i := range min(j, maxOrder) {
		l := p.own(i)
		if l == nil {
			continue
		}
		var change *layers.Site
		for k := range l.Session {
			s := &l.Session[k]
			if s.Phase != layers.ResponsePhase || !p.surelyRuns(l, s.Hook) {
				continue
			}
			if strings.HasSuffix(s.Text, ".save") || strings.HasSuffix(s.Text, ".asave") {
				change = nil
				break
			}
			if change == nil {
				change = s
			}
		}
		if change == nil {
			continue
		}
		e, saver := p.Layers[i].Entry, p.Layers[j].Entry
		out := Problem{
			Severity: finding.Error, Span: e.Span, Label: "changes the session", Subject: []string{e.Path, saver.Path},
			What:   fmt.Sprintf("%s changes the session after %s has saved it", p.at(i), p.at(j)),
			Why:    "the change is lost",
			Action: fmt.Sprintf("move it after %s", p.name(saver.Path)),
			Related: []finding.Related{
				{Span: saver.Span, Message: "saves the session, before"},
				{Span: change.Span, Message: "changes it"},
			},
		}
		if p.hasUnknown(0, i) || !p.Stack.Complete {
			out.Severity = finding.Note
			out.Why += ", unless a layer that is not known saves it again"
		}
		p.Report(out)
	}
}
