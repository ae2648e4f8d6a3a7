package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
)

// effect adds what an effect means.
func (g *grader) effect(e *Effect) {
	from, to := g.d.From.Outcome, g.d.To.Outcome
	if g.d.late && e.Name != conformance.EffectOtherResponse {
		return // the way to a 404 page that nobody gets
	}
	switch e.Name {
	case conformance.EffectLoadFails:
		g.request(Serious, "the site does not start: %s", g.loadWords(to))
	case conformance.EffectLoadWorks:
		g.request(Visible, "the site starts, which it does not under %s: %s", g.b.opts.From.Name, g.loadWords(from))
	case conformance.EffectUnknown:
		g.request(NotKnown, "what happens cannot be run here")
	case conformance.EffectErrorLeaves:
		g.request(Serious, "%s leaves the handler: the server answers, not the site", g.errorOf(to.Exc, to.From))
	case conformance.EffectErrorLeavesNot:
		g.request(Visible, "%s no longer leaves the handler: the client gets %s", g.errorOf(from.Exc, from.From), g.answer(to))
	case conformance.EffectUnrendered:
		g.request(Serious, "nobody renders the template: ContentNotRenderedError, and the response breaks off after the status line")
	case conformance.EffectRenderedNow:
		g.request(Visible, "the template that nobody rendered no longer breaks the response off")
	case conformance.EffectViewSkipped:
		g.request(Serious, "the view no longer runs")
	case conformance.EffectViewRuns:
		g.request(Visible, "the view runs now")
	case conformance.EffectStatusChanged:
		grade := Serious
		if g.mended() {
			grade = Visible
		}
		g.request(grade, "the client gets %s instead of %s", g.answer(to), g.answer(from))
	case conformance.EffectBodyChanged:
		if !g.d.Has(conformance.EffectStatusChanged) {
			g.request(Visible, "the client gets %s instead of %s", g.answer(to), g.answer(from))
		}
	case conformance.EffectErrorChanged:
		g.request(Visible, "%s leaves the handler instead of %s", g.errorOf(to.Exc, to.From), g.errorOf(from.Exc, from.From))
	case conformance.EffectReportsChanged:
		g.request(Visible, "%s", g.reportWords())
	case conformance.EffectStreamChanged:
		g.request(Visible, "%s", g.eventWords(isStream, e.Name))
	case conformance.EffectFinishChanged:
		if to.Finished < from.Finished {
			g.request(Serious, "request_finished is not sent: what waits for it stays open, as database connections do")
		} else {
			g.request(Harmless, "request_finished is sent, as it should")
		}
	case conformance.EffectOrderChanged:
		g.request(Visible, "%s", e.Name.Words())
	case conformance.EffectRenderChanged:
		if !g.d.Has(conformance.EffectUnrendered) && !g.d.Has(conformance.EffectRenderedNow) {
			g.request(Visible, "%s", g.eventWords(isRendering, e.Name))
		}
	case conformance.EffectPagesChanged:
		if from.Status == to.Status && from.Kind == to.Kind {
			g.request(Visible, "%s", g.pageWords())
		}
	case conformance.EffectModeChanged:
		g.request(Harmless, "hooks run in another mode, with the same result")
	case conformance.EffectHeaderChanged:
		// It follows from hooks that run or do not: they are graded themselves.
	default:
		for _, entry := range e.Entries {
			g.hook(e.Name, g.b.seatAt(entry))
		}
	}
}

// loadWords says why a stack cannot be built.
func (g *grader) loadWords(o conformance.Outcome) string {
	for _, t := range g.d.Trigger {
		if t.Hook != conformance.HookStyle && t.Hook != conformance.HookInit {
			continue
		}
		name := catalog.ShortName(t.Layer)
		switch t.Behaviour {
		case "classic", "no_arg":
			return name + " takes no get_response"
		case "modern", "function":
			return name + " asks for get_response"
		case "returns_none":
			return name + " returns None in place of a layer"
		case "super_no_arg":
			return name + " calls the __init__ of MiddlewareMixin without get_response"
		}
		return name + ": " + ErrorName(o.Exc)
	}
	return ErrorName(o.Exc)
}

// mended says that a server error has become a response of the site.
func (g *grader) mended() bool {
	from, to := g.d.From.Outcome, g.d.To.Outcome
	return from.Status >= 500 && to.Kind == conformance.OutcomeResponse && to.Status < 400 && g.d.Has(conformance.EffectStatusChanged)
}

// answer is what the client gets. The status of a page is known; what a layer or
// the view answers with is their own business.
func (g *grader) answer(o conformance.Outcome) string {
	switch {
	case o.Kind == conformance.OutcomeResponse && o.Body != "":
		return g.responseOf(strings.TrimSuffix(o.Body, "+"))
	case o.Started != 0:
		return "a response that breaks off"
	}
	return "no response"
}

// responseOf names a response by the event that made it.
func (g *grader) responseOf(marker string) string {
	if strings.HasPrefix(marker, "handler") {
		return "the " + strings.TrimPrefix(marker, "handler") + " page"
	}
	return "the response of " + g.who(marker)
}

// who names the one behind an event: a layer, the view, Django.
func (g *grader) who(event string) string {
	name, _, _ := strings.Cut(event, ".")
	if i, ok := g.b.byName[name]; ok {
		return catalog.ShortName(g.b.seats[i].facts.Path)
	}
	switch {
	case name == "view":
		return "the view"
	case name == "django":
		return "Django"
	case strings.HasPrefix(name, "handler"):
		return "the " + strings.TrimPrefix(name, "handler") + " page"
	}
	return name
}

// errorOf names an error and the event that raised it. The engines play errors
// of any class that becomes a 500 as one kind; the source may have its name.
func (g *grader) errorOf(kind, from string) string {
	if kind != "value_error" || from == "django" {
		return ErrorName(kind)
	}
	for _, t := range g.d.Trigger {
		if s := g.b.seatAt(t.Entry); s != nil && s.name+"."+t.Hook == from && t.Kind != "" {
			return t.Kind
		}
	}
	return "an error"
}

// reportWords say how often errors are reported.
func (g *grader) reportWords() string {
	const signal = "signal.got_request_exception"
	from, to := count(g.d.From, signal), count(g.d.To, signal)
	switch {
	case to == 0:
		return "got_request_exception is no longer sent: no error is reported"
	case from == 0:
		return "got_request_exception is sent now: an error is reported"
	}
	return fmt.Sprintf("got_request_exception is sent %s instead of %s: an error is reported that often", times(to), times(from))
}

func isRendering(at string) bool { return strings.HasSuffix(at, ".render") }
func isStream(at string) bool    { return strings.Contains(at, ".stream.") }

// eventWords say which renderings, or which parts of a stream, are only in one
// of the traces.
func (g *grader) eventWords(kind func(at string) bool, name conformance.EffectName) string {
	var parts []string
	only := func(a, b conformance.Trace, word string) {
		for _, event := range a.Events {
			at, _, _ := strings.Cut(event, " ")
			if !kind(at) || count(b, at) > 0 {
				continue
			}
			made, what, _ := cutLast(at)
			text := "the template of " + g.who(made) + " is " + word + " rendered"
			if isStream(at) {
				text = "the stream of " + g.who(made) + " is " + word + " sent"
				if what == "close" {
					text = "the stream of " + g.who(made) + " is " + word + " closed"
				}
			}
			if !slices.Contains(parts, text) {
				parts = append(parts, text)
			}
		}
	}
	only(g.d.From, g.d.To, "no longer")
	only(g.d.To, g.d.From, "now")
	if len(parts) == 0 {
		return name.Words()
	}
	return strings.Join(parts, ", ")
}

// cutLast cuts at the last dot.
func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// pageWords say which error pages are made.
func (g *grader) pageWords() string {
	from, to := g.pages(g.d.From), g.pages(g.d.To)
	words := func(list [][2]string) string {
		var out []string
		for _, p := range list {
			out = append(out, "the "+p[0]+" page for "+p[1])
		}
		if out == nil {
			return "none"
		}
		return strings.Join(out, " and ")
	}
	switch {
	case slices.Equal(from, to):
		return conformance.EffectPagesChanged.Words()
	case len(from) == 1 && len(to) == 1 && from[0][0] == to[0][0]:
		return fmt.Sprintf("the %s page is made for %s instead of %s", to[0][0], to[0][1], from[0][1])
	}
	return fmt.Sprintf("another error page is made: %s instead of %s", words(to), words(from))
}

// pages are the error pages that are made in a trace, with their errors.
func (g *grader) pages(t conformance.Trace) [][2]string {
	var out [][2]string
	for _, event := range t.Events {
		at, rest, _ := strings.Cut(event, " ")
		if status, ok := strings.CutPrefix(at, "handler"); ok && !strings.Contains(at, ".") {
			out = append(out, [2]string{status, g.given(rest)})
		}
	}
	return out
}

func count(t conformance.Trace, at string) int {
	n := 0
	for _, event := range t.Events {
		if event == at || strings.HasPrefix(event, at+" ") {
			n++
		}
	}
	return n
}
