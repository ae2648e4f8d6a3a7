package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// An effect of a hook that stands behind a look for an attribute of the request
// happens only if somebody has set it. In a trace it can be seen who has: this
// is how a hook is told that does nothing without its own request hook.

// void says why a use does not happen in a trace, "" where it may.
func (g *grader) void(s *seat, u *use, t conformance.Trace, ran map[string]bool) string {
	for _, attr := range u.given {
		if why := g.missing(s, attr, t, ran); why != "" {
			return "it does nothing here: " + why
		}
	}
	if u.response && !g.sent(s, t) {
		return "the response that it changes is not the one that is sent"
	}
	return ""
}

// sent says that the response that a layer's process_response gets in a trace is
// the one that the client gets.
func (g *grader) sent(s *seat, t conformance.Trace) bool {
	list := fields(t, s.name+"."+conformance.HookResponse)
	if len(list) == 0 || t.Outcome.Kind != conformance.OutcomeResponse {
		return true
	}
	for _, text := range list {
		for _, f := range strings.Fields(text) {
			if marker, ok := strings.CutPrefix(f, "marker="); ok && marker == strings.TrimSuffix(t.Outcome.Body, "+") {
				return true
			}
		}
	}
	return false
}

// missing says why an attribute of the request is surely not there in a trace,
// "" where it may be: those in the stack that set it have not run, and neither
// has the view, which may set anything.
func (g *grader) missing(s *seat, attr string, t conformance.Trace, ran map[string]bool) string {
	if ran["view"] {
		return ""
	}
	own, writers := false, 0
	for i := range g.b.seats {
		o := &g.b.seats[i]
		for _, w := range o.facts.Writes {
			switch {
			case w.Attr == "" && o != s:
				return ""
			case w.Attr != attr || w.Op == "delete":
				continue
			}
			writers++
			own = own || o == s
			if g.reached(o, w, ran) {
				return ""
			}
		}
		if o.facts.Whole != layers.Yes && o != s && !own {
			return ""
		}
	}
	if writers == 0 || !own && slices.ContainsFunc(g.b.unknown, func(u Unknown) bool { return u.Absent }) {
		return ""
	}
	if own {
		return fmt.Sprintf("its own request hook has not set request.%s", attr)
	}
	return fmt.Sprintf("nobody has set request.%s", attr)
}

// doubtful is an attribute of the request, of those given, that no layer of the
// stack is known to set, where the view has not run either; "" if there is none.
// Something that is not in the stack may set it, or nothing does.
func (g *grader) doubtful(given []string, ran map[string]bool) string {
	if ran["view"] {
		return ""
	}
	for _, attr := range given {
		set := false
		for i := range g.b.seats {
			for _, w := range g.b.seats[i].facts.Writes {
				set = set || (w.Attr == attr || w.Attr == "") && w.Op != "delete"
			}
		}
		if !set {
			return attr
		}
	}
	return ""
}

// reached says that a write was reached: its hook ran, and not only up to a
// return or raise of the trigger that stands before it.
func (g *grader) reached(o *seat, w layers.Access, ran map[string]bool) bool {
	hook := w.Hook
	if hook == "__call__" || hook == "__acall__" {
		hook = conformance.HookBefore
	}
	if !ran[o.name+"."+hook] {
		return false
	}
	return !g.stopped(o, hook, w.Span)
}

// stopped says that the trigger leaves a hook before it comes to a place.
func (g *grader) stopped(o *seat, hook string, place stack.Span) bool {
	for _, t := range g.d.Trigger {
		if t.Entry != o.entry || t.Hook != hook || t.Span.IsZero() || t.Span.File != place.File || !inHook(o, hook, place) {
			continue
		}
		before := true
		for _, at := range append([]stack.Span{t.Span}, t.Also...) {
			before = before && at.Start < place.Start
		}
		if before {
			return true
		}
	}
	return false
}

// inHook says that a place lies in the body of a hook itself, not in a helper:
// after its name and before that of the next hook.
func inHook(o *seat, hook string, place stack.Span) bool {
	name := hook
	if strings.HasPrefix(hook, "call.") {
		name = "__call__"
	}
	h := o.facts.Hook(name)
	if h == nil || h.Span.File != place.File || place.Start < h.Span.Start {
		return false
	}
	for i := range o.facts.Hooks {
		x := &o.facts.Hooks[i]
		if x.Span.File == place.File && x.Span.Start > h.Span.Start && x.Span.Start < place.Start {
			return false
		}
	}
	return true
}

// nothingToUndo says why there is nothing that a use could end, "" where there
// may be.
func (g *grader) nothingToUndo(s *seat, u *use, hook string) string {
	if hook != conformance.HookResponse && hook != conformance.HookAfter {
		return ""
	}
	request := conformance.HookRequest
	if hook == conformance.HookAfter {
		request = conformance.HookBefore
	}
	h := s.facts.Hook(strings.Replace(request, conformance.HookBefore, "__call__", 1))
	switch {
	case h == nil:
		return ""
	case !g.to[s.name+"."+request]:
		return "it only ends what its own request hook begins, which does not run either"
	case !u.since.IsZero() && g.stopped(s, request, u.since):
		return "its own request hook stops before it begins what would have to be ended"
	}
	return ""
}

// again says that a hook may fail in a trace because it reads an attribute of the
// request once more behind a look for it that is not its test, as in the handler
// of the error that the first read was; "" where it does not.
func (g *grader) again(s *seat, hook string, t conformance.Trace, ran map[string]bool) string {
	if hook != conformance.HookResponse {
		return ""
	}
	for _, first := range s.facts.Reads {
		if first.Hook != hook || first.Guard != "try" || !first.Always || first.Attr == "" {
			continue
		}
		for _, r := range s.facts.Reads {
			if r.Hook != hook || r.Attr != first.Attr || r.Guarded != layers.No || r.Span.File != first.Span.File || r.Span.Start < first.Span.Start {
				continue
			}
			if why := g.missing(s, r.Attr, t, ran); why != "" {
				return fmt.Sprintf("it reads request.%s again at line %d, and %s", r.Attr, r.Span.Line, why)
			}
		}
	}
	return ""
}

// broken says that a hook fails in a trace because it needs an attribute of the
// request that its own request hook would have set; "" where it does not.
func (g *grader) broken(s *seat, hook string, t conformance.Trace, ran map[string]bool) string {
	if hook != conformance.HookResponse {
		return ""
	}
	for _, r := range s.facts.Reads {
		if r.Hook != hook || r.Guarded != layers.No || !r.Always || r.Attr == "" {
			continue
		}
		if why := g.missing(s, r.Attr, t, ran); why != "" {
			return fmt.Sprintf("AttributeError at line %d, as %s", r.Span.Line, why)
		}
	}
	return ""
}
