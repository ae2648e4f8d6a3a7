package diff

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// behave collects what the layers, and the site around them, may do.
func (b *builder) behave() {
	b.may.NotFound = true
	b.may.Views = []string{
		"raise:value_error", "raise:http404", "raise:permission_denied", "template", "template_render_raises:value_error", "stream",
	}
	for i := range b.seats {
		s := &b.seats[i]
		for j := range s.facts.Hooks {
			b.hook(s, &s.facts.Hooks[j])
		}
		b.raises(s)
		b.unread(s)
	}
}

// add says that a layer may do something in a hook.
func (b *builder) add(s *seat, hook, behaviour string, p place) {
	spec := &b.scenario.Layers[b.byName[s.name]]
	if _, has := spec.Hooks[hook]; !has && (spec.Call == nil || !strings.HasPrefix(hook, "call.")) {
		return // a hook that is never called as the scenario has it
	}
	hooks := b.may.Layers[s.name]
	if hooks == nil {
		hooks = map[string][]string{}
		b.may.Layers[s.name] = hooks
	}
	if !slices.Contains(hooks[hook], behaviour) {
		hooks[hook] = append(hooks[hook], behaviour)
	}
	k := key{s.name, hook, behaviour}
	if !slices.Contains(b.places[k], p) {
		b.places[k] = append(b.places[k], p)
	}
}

// slots are the hooks in which something happens; in a __call__ it may be on
// the way in, on the way out, or on both.
func slots(hook string, phase layers.Phase) []string {
	if hook != "__call__" && hook != "__acall__" {
		return []string{hook}
	}
	switch phase {
	case layers.RequestPhase:
		return []string{conformance.HookBefore}
	case layers.ResponsePhase:
		return []string{conformance.HookAfter}
	case layers.EitherPhase:
		return []string{conformance.HookBefore, conformance.HookAfter}
	}
	return nil
}

// slot is the hook in which something happens on the way in.
func slot(hook string, phase layers.Phase) string { return slots(hook, phase)[0] }

// hook adds what one hook may answer, exchange and leave out.
func (b *builder) hook(s *seat, h *layers.Hook) {
	if h.Name == "__acall__" {
		return
	}
	if !h.Read && h.Answers == layers.Yes && len(h.Returns) == 0 || !h.Read && b.ofCatalog(h.Owner) {
		b.catalogHook(s, h)
		return
	}
	for _, a := range h.Returns {
		at := slot(h.Name, layers.RequestPhase)
		if a.Certain != layers.Yes {
			b.unsure(s.entry, a.Span, "%s may answer: what it returns here is the result of code that was not read", h.Name)
			continue
		}
		b.add(s, at, respond(a.Kind), place{a.Span, a.Kind})
	}
	for _, f := range h.Falsy {
		for _, at := range slots(h.Name, f.Phase) {
			b.add(s, at, "return_false", place{f.Span, ""})
		}
	}
	switch h.Name {
	case conformance.HookResponse, conformance.HookTemplateResponse, "__call__":
		at := slot(h.Name, layers.ResponsePhase)
		for _, a := range h.Others {
			b.add(s, at, exchange(a.Kind), place{a.Span, a.Kind})
		}
		for _, n := range h.Nothing {
			for _, at := range slots(h.Name, n.Phase) {
				b.add(s, at, "return_none", place{n.Span, ""})
			}
		}
	}
}

// respond is the behaviour of a response of a kind.
func respond(kind string) string {
	switch kind {
	case "template":
		return "respond_template"
	case "stream", "file":
		return "respond_stream"
	}
	return "respond"
}

// exchange is the behaviour of another response that takes the place of the one
// that a hook was given.
func exchange(kind string) string {
	switch respond(kind) {
	case "respond_template":
		return "replace_template"
	case "respond_stream":
		return "respond_stream"
	}
	return "replace"
}

// catalogHook adds what the catalog says of a hook.
func (b *builder) catalogHook(s *seat, h *layers.Hook) {
	m := b.find(h.Owner)
	if m == nil {
		return
	}
	for _, c := range m.ShortCircuit {
		at := ""
		switch {
		case strings.HasPrefix(c.Phase, "response"):
			continue // it exchanges a response, which changes nothing for the others
		case strings.HasPrefix(c.Phase, "view"):
			at = conformance.HookView
		case strings.HasPrefix(c.Phase, "exception"):
			at = conformance.HookException
		case strings.HasPrefix(c.Phase, "request"):
			at = conformance.HookRequest
			if h.Name == "__call__" {
				at = conformance.HookBefore
			}
		case c.Phase == "":
			if h.Answers == layers.Unknown {
				b.unsure(s.entry, stack.Span{}, "%s may answer, but the catalog does not say in which hook: %s", s.facts.Path, c.When)
			}
			if h.Answers != layers.Yes {
				continue
			}
			at = slot(h.Name, layers.RequestPhase)
		}
		if slot(h.Name, layers.RequestPhase) != at || !b.possible(s, m.Path, c.Response) {
			continue
		}
		switch {
		case strings.Contains(c.Response, "PermissionDenied"):
			b.add(s, at, "raise:permission_denied", place{})
		case strings.Contains(c.Response, "Http404"):
			b.add(s, at, "raise:http404", place{})
		default:
			b.add(s, at, "respond", place{kind: catalogKind(c.Response)})
		}
	}
}

// catalogKind is the kind of a response in the catalog's words.
func catalogKind(text string) string {
	if strings.Contains(text, "redirect") {
		return "redirect"
	}
	return ""
}

// raises adds the errors that a layer raises by itself.
func (b *builder) raises(s *seat) {
	for _, e := range s.facts.Raises {
		if e.Kind == layers.Reraise && slot(e.Hook, layers.RequestPhase) != e.Hook {
			continue // a __call__ that lets an error pass does nothing of its own
		}
		if e.Phase == layers.LazyPhase || e.Kind == layers.NotUsed || e.Name == "ImproperlyConfigured" || e.Name == "AssertionError" {
			continue // the last two are raised where the site is set up wrongly, and then by each request
		}
		for _, at := range slots(e.Hook, e.Phase) {
			behaviour := "raise:" + kindOf(e)
			if e.Kind == layers.Reraise && at == conformance.HookException {
				behaviour = "reraise"
			}
			b.add(s, at, behaviour, place{e.Span, e.Name})
		}
	}
}

// kindOf is an error in the vocabulary of the vectors. One whose class is not
// known counts as one that becomes a 500.
func kindOf(e layers.Raise) string {
	switch e.Kind {
	case layers.NotFound:
		return "http404"
	case layers.Denied:
		return "permission_denied"
	case layers.Bad:
		if e.Name == "MultiPartParserError" {
			return "multipart_error"
		}
		return "suspicious_operation"
	case layers.Exit:
		if e.Name == "KeyboardInterrupt" {
			return "keyboard_interrupt"
		}
		return "system_exit"
	}
	return "value_error"
}

// unread lists what a layer hands the request or the response to and nobody
// read: it may raise or answer.
func (b *builder) unread(s *seat) {
	var list []layers.Site
	for _, u := range s.facts.Unread {
		known := unsureAnswer(s.facts, u.Span) || slices.ContainsFunc(s.facts.Calls, func(c layers.Call) bool {
			return c.Span == u.Span && (strings.HasPrefix(c.Path, "django.") || classify(c.Path, c.Text) != callUnknown)
		})
		if !known {
			list = append(list, u)
		}
	}
	if len(list) == 0 {
		return
	}
	word := "is given the request or the response and was not read; an error of it"
	if len(list) > 1 {
		word = "and further calls are given the request or the response and were not read; an error of theirs"
	}
	b.unsure(s.entry, list[0].Span, "%s %s would be a difference that is not listed", list[0].Text, word)
}

// unsureAnswer says that a call makes an answer that is listed as not known.
func unsureAnswer(l *layers.Layer, call stack.Span) bool {
	for i := range l.Hooks {
		for _, a := range l.Hooks[i].Returns {
			if a.Certain != layers.Yes && slices.Contains(a.Made, call) {
				return true
			}
		}
	}
	return false
}
