package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

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
		if g.d.late && hook == conformance.HookResponse {
			if s.entry != g.d.Trigger[0].Entry {
				g.unsent(s, span)
			}
			return
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
				return fmt.Sprintf("%s gets %s instead of %s", hook, g.given(to[i]), g.given(from[i])), hook
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
func (g *grader) given(text string) string {
	values := map[string]string{}
	for _, f := range strings.Fields(text) {
		k, v, _ := strings.Cut(f, "=")
		values[k] = v
	}
	switch {
	case values["exc"] != "":
		out := g.errorOf(values["exc"], values["from"])
		if from := values["from"]; strings.HasSuffix(from, ".render") {
			out += " of a template of " + g.who(from)
		} else if from != "" && from != "django" { // else of Python, in whatever place
			out += " of " + g.who(from)
		}
		return out
	case values["status"] == "None", values["status"] == "False":
		return values["status"]
	case values["status"] == "":
		return "nothing"
	}
	out := g.responseOf(values["marker"])
	if values["rendered"] == "no" {
		out += ", not rendered"
	}
	return out
}
