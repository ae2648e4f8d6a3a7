package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// grade says what a difference means for the layers and for the request, and
// whether it matters.
func (b *builder) grade(d *Difference) {
	g := &grader{b: b, d: d, from: ranIn(d.From), to: ranIn(d.To)}
	if !d.Static {
		for i := range d.Effects {
			g.effect(&d.Effects[i])
		}
		g.failures()
	}
	slices.SortStableFunc(d.Consequences, func(a, b Consequence) int { return cmp.Compare(b.Grade, a.Grade) })
	d.Grade = NotKnown
	if len(d.Consequences) > 0 {
		d.Grade = d.Consequences[0].Grade
	}
	d.Reason = reason(d)
}

// grader grades one difference.
type grader struct {
	b        *builder
	d        *Difference
	from, to map[string]bool // events without their fields
}

// ranIn are the events of a trace without their fields.
func ranIn(t conformance.Trace) map[string]bool {
	ran := map[string]bool{}
	for _, event := range t.Events {
		at, _, _ := strings.Cut(event, " ")
		ran[at] = true
	}
	return ran
}

// request adds a consequence for the request as a whole.
func (g *grader) request(grade Grade, format string, args ...any) {
	g.d.Consequences = append(g.d.Consequences, Consequence{Entry: -1, Text: fmt.Sprintf(format, args...), Grade: grade})
}

// layer adds a consequence for a layer.
func (g *grader) layer(s *seat, hook string, grade Grade, span stack.Span, text string) {
	g.d.Consequences = append(g.d.Consequences, Consequence{
		Layer: g.b.stack.Entries[s.entry].Path, Entry: s.entry, Hook: hook, Text: text, Grade: grade, Span: span,
	})
}

// effect adds what an effect means.
func (g *grader) effect(e *Effect) {
	from, to := g.d.From.Outcome, g.d.To.Outcome
	switch e.Name {
	case conformance.EffectLoadFails:
		g.request(Serious, "the site does not start: %s", g.loadWords(to))
	case conformance.EffectLoadWorks:
		g.request(Visible, "the site starts, which it does not under %s: %s", g.b.opts.From.Name, g.loadWords(from))
	case conformance.EffectUnknown:
		g.request(NotKnown, "what happens cannot be run here")
	case conformance.EffectErrorLeaves:
		g.request(Serious, "%s leaves the handler: the server answers, not the site", to.Exc)
	case conformance.EffectErrorLeavesNot:
		g.request(Visible, "%s no longer leaves the handler: the client gets a %d", from.Exc, to.Status)
	case conformance.EffectUnrendered:
		g.request(Serious, "nobody renders the template: the response breaks off after the status line, or where a layer reads its content")
	case conformance.EffectRenderedNow:
		g.request(Visible, "the template that nobody rendered no longer breaks the response off")
	case conformance.EffectViewSkipped:
		g.request(Serious, "the view no longer runs")
	case conformance.EffectViewRuns:
		g.request(Visible, "the view runs now")
	case conformance.EffectStatusChanged:
		if g.mended() {
			g.request(Visible, "the client gets the response of %s instead of %s", g.maker(to), status(from))
			break
		}
		g.request(Serious, "the client gets %s instead of %s", status(to), status(from))
	case conformance.EffectBodyChanged:
		if !g.mended() {
			g.request(Visible, "the client gets the response of %s instead of that of %s", g.maker(to), g.maker(from))
		}
	case conformance.EffectErrorChanged:
		g.request(Visible, "%s leaves the handler instead of %s", to.Exc, from.Exc)
	case conformance.EffectReportsChanged:
		g.request(Visible, "got_request_exception is sent %d instead of %d times: error reports come that often",
			count(g.d.To, "signal.got_request_exception"), count(g.d.From, "signal.got_request_exception"))
	case conformance.EffectStreamChanged:
		g.request(Visible, "%s", e.Name.Words())
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
			g.request(Visible, "%s", e.Name.Words())
		}
	case conformance.EffectPagesChanged:
		if from.Status == to.Status && from.Kind == to.Kind {
			g.request(Visible, "%s", e.Name.Words())
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
		case "super_no_arg":
			return name + " calls the __init__ of MiddlewareMixin without get_response"
		}
		return name + ": " + o.Exc
	}
	return o.Exc
}

// mended says that a server error has become a response of the site.
func (g *grader) mended() bool {
	from, to := g.d.From.Outcome, g.d.To.Outcome
	return from.Status >= 500 && to.Kind == conformance.OutcomeResponse && to.Status < 400 && g.d.Has(conformance.EffectStatusChanged)
}

// status is the answer that a client gets.
func status(o conformance.Outcome) string {
	switch {
	case o.Status != 0:
		return fmt.Sprintf("a %d", o.Status)
	case o.Started != 0:
		return fmt.Sprintf("a broken %d", o.Started)
	}
	return "no response"
}

// maker is who made the response.
func (g *grader) maker(o conformance.Outcome) string {
	if o.Kind != conformance.OutcomeResponse || o.Body == "" {
		return "nobody"
	}
	body := strings.TrimSuffix(o.Body, "+")
	if name, _, _ := strings.Cut(body, "."); len(name) < len(body) {
		if i, ok := g.b.byName[name]; ok {
			return catalog.ShortName(g.b.seats[i].facts.Path)
		}
	}
	switch {
	case strings.HasPrefix(body, "handler"):
		return "the " + strings.TrimPrefix(body, "handler") + " page"
	case body == "view":
		return "the view"
	}
	return body
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

func (b *builder) seatAt(entry int) *seat {
	for i := range b.seats {
		if b.seats[i].entry == entry {
			return &b.seats[i]
		}
	}
	return nil
}

// hooksOf are the hooks that an effect is about, and whether they run now.
func (g *grader) hooksOf(name conformance.EffectName, s *seat) (hooks []string, runs bool) {
	switch name {
	case conformance.EffectOwnSkipped, conformance.EffectResponseSkipped, conformance.EffectOuterSkipped:
		return []string{conformance.HookResponse}, false
	case conformance.EffectOwnRuns, conformance.EffectResponseRun, conformance.EffectOuterRun:
		return []string{conformance.HookResponse}, true
	case conformance.EffectRequestSkipped:
		return []string{conformance.HookRequest}, false
	case conformance.EffectRequestRun:
		return []string{conformance.HookRequest}, true
	case conformance.EffectViewHookSkipped:
		return []string{conformance.HookView}, false
	case conformance.EffectViewHookRun:
		return []string{conformance.HookView}, true
	case conformance.EffectTemplateSkipped:
		return []string{conformance.HookTemplateResponse}, false
	case conformance.EffectTemplateRun:
		return []string{conformance.HookTemplateResponse}, true
	case conformance.EffectExceptionSkipped:
		return []string{conformance.HookException}, false
	case conformance.EffectExceptionRun:
		return []string{conformance.HookException}, true
	case conformance.EffectCallSkipped, conformance.EffectCallRun:
		runs = name == conformance.EffectCallRun
		for _, part := range []string{conformance.HookBefore, conformance.HookAfter} {
			if at := s.name + "." + part; g.from[at] != g.to[at] && g.to[at] == runs {
				hooks = append(hooks, part)
			}
		}
		return hooks, runs
	}
	return nil, false
}

// hook adds what it means for a layer that one of its hooks runs or does not, or
// gets something else.
func (g *grader) hook(name conformance.EffectName, s *seat) {
	if s == nil {
		return
	}
	hooks, runs := g.hooksOf(name, s)
	if hooks == nil {
		words, hook := g.otherWords(name, s)
		span := s.facts.Span
		if h := s.facts.Hook(strings.Split(hook, ".")[0]); h != nil {
			span = h.Span
		}
		if failureOf(g.d.ToFails, s, hook) != "" {
			return // see failures
		}
		if at, reads := g.readsUnrendered(s, hook); reads {
			g.layer(s, hook, Serious, at, "where it reads the content of the response, that is not rendered: ContentNotRenderedError, a 500 for the client")
			return
		}
		g.layer(s, hook, Visible, span, words)
		return
	}
	for _, hook := range hooks {
		span := s.facts.Span
		if h := s.facts.Hook(strings.Split(hook, ".")[0]); h != nil {
			span = h.Span
		}
		if runs {
			g.running(s, hook, span)
		} else {
			g.skipped(s, hook, span)
		}
	}
}

// otherWords says what an effect on a layer is that is not about its running.
func (g *grader) otherWords(name conformance.EffectName, s *seat) (words, in string) {
	for _, hook := range []string{
		conformance.HookResponse, conformance.HookTemplateResponse, conformance.HookException, conformance.HookAfter,
		conformance.HookRequest, conformance.HookView, conformance.HookBefore,
	} {
		at := s.name + "." + hook
		from, to := fields(g.d.From, at), fields(g.d.To, at)
		if slices.Equal(from, to) {
			continue
		}
		if len(from) != len(to) {
			return fmt.Sprintf("%s runs %s instead of %s", hook, times(len(to)), times(len(from))), hook
		}
		for i := range from {
			if from[i]+" rendered=no" == to[i] {
				return hook + " gets the response before it is rendered", hook
			}
			if from[i] != to[i] {
				return fmt.Sprintf("%s gets %s instead of %s", hook, given(to[i]), given(from[i])), hook
			}
		}
	}
	return name.Words(), ""
}

// readsUnrendered says that a layer's hook reads the content of a response that
// is not rendered in the second trace and was in the first.
func (g *grader) readsUnrendered(s *seat, hook string) (at stack.Span, yes bool) {
	if hook != conformance.HookResponse && hook != conformance.HookAfter {
		return at, false
	}
	unrendered := func(t conformance.Trace) bool {
		return slices.ContainsFunc(fields(t, s.name+"."+hook), func(f string) bool { return strings.HasSuffix(f, "rendered=no") })
	}
	if unrendered(g.d.From) || !unrendered(g.d.To) {
		return at, false
	}
	name := strings.Replace(hook, conformance.HookAfter, "__call__", 1)
	for _, c := range s.facts.Content {
		if c.Hook == name && c.What == "content" && !c.Write && !c.Own && c.Guarded != layers.Yes {
			return c.Span, true
		}
	}
	return at, false
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// fields are those of the events at one place.
func fields(t conformance.Trace, at string) []string {
	var out []string
	for _, event := range t.Events {
		if head, rest, _ := strings.Cut(event, " "); head == at {
			out = append(out, rest)
		}
	}
	return out
}

// given says what a hook got, from the fields of its event.
func given(text string) string {
	values := map[string]string{}
	for _, f := range strings.Fields(text) {
		k, v, _ := strings.Cut(f, "=")
		values[k] = v
	}
	switch {
	case values["exc"] != "":
		return values["exc"] + " from " + values["from"]
	case values["status"] == "None", values["status"] == "False":
		return values["status"]
	case values["status"] == "":
		return "nothing"
	}
	maker, _, _ := strings.Cut(values["marker"], ".")
	out := "a " + values["status"] + " of " + maker
	if strings.HasPrefix(values["marker"], "handler") {
		out = "the " + values["status"] + " page"
	}
	if values["rendered"] == "no" {
		out += " that is not rendered"
	}
	return out
}

// skipped grades a hook that no longer runs.
func (g *grader) skipped(s *seat, hook string, span stack.Span) {
	if why := failureOf(g.d.FromFails, s, hook); why != "" {
		g.layer(s, hook, Visible, span, "under "+g.b.opts.From.Name+" it fails here: "+why+"; it no longer runs")
		return
	}
	lost, why := false, ""
	for _, u := range g.b.usesOf(s, hook) {
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
		if u.only404 {
			switch isError404(g.d) {
			case layers.No:
				why = "it acts on 404 responses only, and this is none"
				continue
			case layers.Unknown:
				text += ", if the answer is one"
			}
		}
		if u.page {
			if g.redirects() {
				why = "a redirect uses no CSRF token"
				continue
			}
			text += ", if the answer uses it"
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
		why = "it does nothing that lasts"
		if hook == conformance.HookResponse && s.facts.Origin == layers.FromCatalog {
			why = "with these settings it does nothing"
		}
	}
	g.layer(s, hook, Harmless, span, why)
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
	for _, u := range g.b.usesOf(s, hook) {
		if text := g.void(s, &u, g.d.To, g.to); text != "" {
			why = text
			continue
		}
		if u.only404 && isError404(g.d) == layers.No || u.page && g.redirects() {
			continue
		}
		if u.page {
			u.present += ", if the answer uses it"
		}
		grade := min(u.grade, Visible)
		if u.undo && u.grade != NotKnown && hook != conformance.HookException {
			grade = Harmless
		}
		g.layer(s, hook, grade, u.span, u.present)
		some = true
	}
	if !some {
		g.layer(s, hook, Harmless, span, cmp.Or(why, "it does nothing that lasts"))
	}
}

// reason is the sentence that explains the grade.
func reason(d *Difference) string {
	var parts []string
	more := 0
	for _, c := range d.Consequences {
		if c.Grade != d.Grade {
			continue
		}
		text := c.Text
		if c.Layer != "" {
			text = catalog.ShortName(c.Layer) + ": " + text
		}
		if slices.Contains(parts, text) {
			continue
		}
		if len(parts) == 3 {
			more++
			continue
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "what it means is not known"
	}
	out := strings.Join(parts, "; ")
	if more > 0 {
		out += fmt.Sprintf("; and %d more", more)
	}
	return out
}
