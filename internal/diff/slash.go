package diff

import (
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// CommonMiddleware appends a slash in process_request in some releases, and in
// process_response of a 404 in others. That is no behaviour that both engines
// could be given, so that the two requests are run and compared here.

// slashEarly says that CommonMiddleware appends a slash in process_request: up to
// 1.8 and from 1.11 to 3.2. In the other releases it does so there only together
// with PREPEND_WWW, and else in process_response (django/middleware/common.py).
func slashEarly(v stack.Version) bool {
	return !v.AtLeast(stack.Version{Major: 1, Minor: 9}) || v.AtLeast(stack.Version{Major: 1, Minor: 11}) && !v.AtLeast(stack.Version{Major: 4})
}

// redirectsSlash says that CommonMiddleware redirects in process_request in both
// releases. Where it does in the first alone it is noted for lateSlash.
func (b *builder) redirectsSlash(s *seat) bool {
	if b.on("APPEND_SLASH", true) == layers.No {
		return false
	}
	before, after := slashEarly(b.from), slashEarly(b.to)
	switch {
	case before && !after:
		b.late = append(b.late, s)
	case after && !before:
		b.unsure(s.entry, stack.Span{}, "the redirect that appends a slash comes from its process_response in Django %s and from its process_request in %s; what that changes is not compared",
			b.from, b.to)
	}
	return before && after
}

// lateSlash compares the redirect of process_request with that of
// process_response, which takes the place of a 404 page that the layers further
// in have seen.
func (b *builder) lateSlash(s *seat) (Difference, bool) {
	trigger := []conformance.Trigger{{Layer: s.name, Hook: conformance.HookRequest, Behaviour: "respond"}}
	for _, hook := range []string{conformance.HookRequest, conformance.HookResponse} {
		if _, has := b.scenario.Layers[b.byName[s.name]].Hooks[hook]; !has {
			return Difference{}, false
		}
	}
	from := b.opts.From.Run(b.withTrigger(trigger))
	to := b.opts.To.Run(b.withTrigger([]conformance.Trigger{
		{Hook: conformance.HookURL, Behaviour: "not_found"}, {Layer: s.name, Hook: conformance.HookResponse, Behaviour: "replace"},
	}))
	if len(from.Unsupported)+len(to.Unsupported) > 0 || from.Outcome.Kind != conformance.OutcomeResponse || to.Outcome.Kind != conformance.OutcomeResponse {
		return Difference{}, false
	}
	// Either is the redirect.
	same := func(text string) string {
		return strings.ReplaceAll(text, s.name+"."+conformance.HookResponse, s.name+"."+conformance.HookRequest)
	}
	to.Outcome.Body, to.Outcome.XTrace = same(to.Outcome.Body), same(to.Outcome.XTrace)
	events := make([]string, len(to.Events))
	for i, event := range to.Events {
		at, rest, found := strings.Cut(event, " ")
		if events[i] = at; found {
			events[i] += " " + same(rest)
		}
	}
	to.Events = events
	effects := conformance.Effects(b.scenario.Layers, trigger, from, to)
	if len(effects) == 0 {
		return Difference{}, false
	}
	d := b.difference(&conformance.Difference{Trigger: trigger, Effects: effects, From: from, To: to})
	d.Trigger[0].Kind = "redirect"
	d.late = true
	return d, true
}

// unsent grades a process_response whose response is thrown away.
func (g *grader) unsent(s *seat, span stack.Span) {
	lost, why := false, ""
	for _, u := range g.b.usesOf(s, conformance.HookResponse, g.b.from) {
		if !u.response {
			continue
		}
		if text := g.void(s, &u, g.d.From, g.from); text != "" {
			why = text
			continue
		}
		if u.page {
			why = noToken
			continue
		}
		grade, text := u.grade, u.absent
		if attr := g.doubtful(u.given, g.from); attr != "" {
			grade, text = min(grade, NotKnown), text+", if something has set request."+attr
		}
		g.layer(s, conformance.HookResponse, grade, u.span, text)
		lost = true
	}
	if !lost {
		if why == "" {
			why = "it changes nothing in the response"
		}
		g.layer(s, conformance.HookResponse, Harmless, span, why)
	}
}
