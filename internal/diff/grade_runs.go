package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// failures adds the hooks that fail in both traces, or that run in both and fail
// in one.
func (g *grader) failures() {
	for _, f := range g.d.ToFails {
		s := g.b.seatAt(f.Entry)
		if s == nil || slices.ContainsFunc(g.d.Consequences, func(c Consequence) bool { return c.Entry == f.Entry && strings.Contains(c.Text, f.Why) }) {
			continue
		}
		grade, text := Serious, "it fails: "+f.Why
		if slices.Contains(g.d.FromFails, f) {
			grade, text = Visible, "it fails in both: "+f.Why
		}
		g.layer(s, conformance.HookResponse, grade, s.facts.Hook(conformance.HookResponse).Span, text)
	}
}

// Why a hook does nothing with a response.
const (
	only404 = "it acts on 404 responses only, and this is none"
	noToken = "a redirect uses no CSRF token"
)

// skipped grades a hook that no longer runs.
func (g *grader) skipped(s *seat, hook string, span stack.Span) {
	if why := failureOf(g.d.FromFails, s, hook); why != "" {
		g.layer(s, hook, Visible, span, "under "+g.b.opts.From.Name+" it fails here: "+why+"; it no longer runs")
		return
	}
	lost, why := false, ""
	if text := g.again(s, hook, g.d.From, g.from); text != "" {
		g.layer(s, hook, NotKnown, span, "under "+g.b.opts.From.Name+" it may fail here: "+text+"; it no longer runs")
		lost = true
	}
	for _, u := range g.b.usesOf(s, hook, g.b.from) {
		if text := g.void(s, &u, g.d.From, g.from); text != "" {
			why = text
			continue
		}
		if u.undo {
			if text := g.nothingToUndo(s, &u, hook); text != "" {
				why = text
				continue
			}
		}
		grade, text := u.grade, u.absent
		if attr := g.doubtful(u.given, g.from); attr != "" {
			grade, text = min(grade, NotKnown), text+", if something has set request."+attr
		}
		if u.only404 {
			switch isError404(g.d) {
			case layers.No:
				why = only404
				continue
			case layers.Unknown:
				text += ", if the answer is one"
			}
		}
		if u.page {
			if g.redirects() {
				why = noToken
				continue
			}
			text += ", if the answer uses the token"
		}
		g.layer(s, hook, grade, u.span, text)
		lost = true
	}
	if lost {
		return
	}
	if why == "" && hook == conformance.HookTemplateResponse {
		g.layer(s, hook, Visible, span, "what it does to the template or its context is not done")
		return
	}
	if why == "" {
		why = idle(s, hook)
	}
	g.layer(s, hook, Harmless, span, why)
}

// idle says of a hook without any use that it has none.
func idle(s *seat, hook string) string {
	if hook == conformance.HookResponse && s.facts.Origin == layers.FromCatalog {
		return "with these settings it does nothing"
	}
	return "it does nothing that anybody would notice"
}

// failureOf says why a layer's process_response fails, "" where it does not.
func failureOf(list []Failure, s *seat, hook string) string {
	for _, f := range list {
		if f.Entry == s.entry && hook == conformance.HookResponse {
			return f.Why
		}
	}
	return ""
}

// redirects says that the trigger answers with a redirect.
func (g *grader) redirects() bool {
	for _, t := range g.d.Trigger {
		if t.Layer != "" && t.Kind != "redirect" {
			return false
		}
	}
	return true
}

// running grades a hook that runs now and did not before.
func (g *grader) running(s *seat, hook string, span stack.Span) {
	if why := failureOf(g.d.ToFails, s, hook); why != "" {
		g.layer(s, hook, Serious, span, "it fails: "+why)
		return
	}
	if slices.Equal(fields(g.d.To, s.name+"."+hook), []string{"status=None"}) {
		g.layer(s, hook, Visible, span, "it gets None in place of a response")
		return
	}
	some, why := false, ""
	if text := g.again(s, hook, g.d.To, g.to); text != "" {
		g.layer(s, hook, NotKnown, span, "it may fail: "+text)
		some = true
	}
	for _, u := range g.b.usesOf(s, hook, g.b.to) {
		if text := g.void(s, &u, g.d.To, g.to); text != "" {
			why = text
			continue
		}
		if u.only404 && isError404(g.d) == layers.No {
			why = only404
			continue
		}
		if u.page && g.redirects() {
			why = noToken
			continue
		}
		if u.page {
			u.present += ", if the answer uses the token"
		}
		grade := min(u.grade, Visible)
		if u.undo && u.grade != NotKnown && hook != conformance.HookException {
			grade = Harmless
		}
		g.layer(s, hook, grade, u.span, u.present)
		some = true
	}
	if !some {
		g.layer(s, hook, Harmless, span, cmp.Or(why, idle(s, hook)))
	}
}
