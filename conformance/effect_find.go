package conformance

import (
	"slices"
	"strings"
)

// Effects tells what is different between two traces of a stack, the weightiest
// first; nothing if they are equal. The trigger decides which layers are inner,
// outer or the layer itself.
func Effects(stack []LayerSpec, trigger []Trigger, from, to Trace) []Effect {
	w := &weigher{stack: stack, found: map[EffectName][]string{}}
	w.outermost, w.own = triggered(stack, trigger)
	switch loadFrom, loadTo := from.Outcome.Kind == OutcomeLoadError, to.Outcome.Kind == OutcomeLoadError; {
	case from.Unsupported != nil || to.Unsupported != nil:
		w.note(from.Outcome.Kind != to.Outcome.Kind || !sameTrace(from, to), EffectUnknown)
	case loadTo && !loadFrom:
		w.note(true, EffectLoadFails)
	case loadFrom && !loadTo:
		w.note(true, EffectLoadWorks)
	default:
		w.outcome(from.Outcome, to.Outcome)
		w.events(stepsOf(from), stepsOf(to))
		if len(w.found) == 0 {
			w.rest(from, to)
		}
	}
	return w.sorted()
}

// triggered is the position of the outermost layer of a trigger, and its
// layers.
func triggered(stack []LayerSpec, trigger []Trigger) (outermost int, own map[string]bool) {
	outermost, own = -1, map[string]bool{}
	for _, t := range trigger {
		own[t.Layer] = t.Layer != ""
	}
	for i := range stack {
		if own[stack[i].Name] {
			return i, own
		}
	}
	return outermost, own
}

// weigher collects effects.
type weigher struct {
	stack     []LayerSpec
	outermost int
	own       map[string]bool
	found     map[EffectName][]string
}

// note adds an effect, on a layer or on none.
func (w *weigher) note(yes bool, name EffectName, layer ...string) {
	if yes {
		w.found[name] = append(w.found[name], layer...)
	}
}

func (w *weigher) sorted() []Effect {
	var list []Effect
	for _, name := range EffectNames() {
		if layers, found := w.found[name]; found {
			list = append(list, Effect{name, append([]string{}, layers...)})
		}
	}
	return list
}

func (w *weigher) outcome(from, to Outcome) {
	raisedFrom, raisedTo := from.Kind == OutcomeRaised, to.Kind == OutcomeRaised
	const unrendered = "ContentNotRenderedError"
	w.note(raisedTo && to.Exc == unrendered && from.Exc != unrendered, EffectUnrendered)
	w.note(raisedFrom && from.Exc == unrendered && to.Exc != unrendered, EffectRenderedNow)
	switch {
	case raisedTo && !raisedFrom:
		w.note(to.Exc != unrendered, EffectErrorLeaves)
		w.note(from.Kind == OutcomeResponse && to.Started != 0 && to.Started != from.Status, EffectStatusChanged)
	case raisedFrom && !raisedTo:
		w.note(from.Exc != unrendered, EffectErrorLeavesNot)
		w.note(to.Kind == OutcomeResponse && from.Started != 0 && from.Started != to.Status, EffectStatusChanged)
	case raisedFrom:
		w.note(from.Exc != to.Exc || from.From != to.From || from.Started != to.Started, EffectErrorChanged)
	case from.Kind == OutcomeResponse:
		w.note(from.Status != to.Status, EffectStatusChanged)
		w.note(from.Body != to.Body, EffectBodyChanged)
		w.note(from.Body == to.Body && from.XTrace != to.XTrace, EffectHeaderChanged)
	default:
		w.note(from != to, EffectErrorChanged)
	}
	w.note(from.Finished != to.Finished, EffectFinishChanged)
}

// step is one event, taken apart.
type step struct {
	at   string // without its fields
	text string // without its mode
}

func stepsOf(t Trace) []step {
	list := make([]step, len(t.Events))
	for i, event := range t.Events {
		event = strings.TrimSuffix(event, modeMark)
		at, _, _ := strings.Cut(event, " ")
		list[i] = step{at, event}
	}
	return list
}

// group gathers the events at one place, in order.
func group(steps []step) map[string][]string {
	all := make(map[string][]string, len(steps))
	for _, s := range steps {
		all[s.at] = append(all[s.at], s.text)
	}
	return all
}

func (w *weigher) events(from, to []step) {
	before, after := group(from), group(to)
	known := map[string]bool{"view": true}
	for i := range w.stack {
		name := w.stack[i].Name
		for _, hook := range []string{
			HookRequest, HookView, HookTemplateResponse, HookException, HookResponse,
			HookBefore, HookAfter, "call.caught", "call.finally",
		} {
			at := name + "." + hook
			known[at] = true
			w.hook(i, hook, before[at], after[at])
		}
	}
	w.note(len(before["view"]) > len(after["view"]), EffectViewSkipped)
	w.note(len(before["view"]) < len(after["view"]), EffectViewRuns)
	w.others(before, after, known)
	w.others(after, before, known)
}

// hook weighs what one hook of one layer came by.
func (w *weigher) hook(i int, hook string, before, after []string) {
	name := w.stack[i].Name
	skipped, runs := w.presence(i, hook)
	switch {
	case slices.Equal(before, after):
	case len(after) == 0:
		w.note(true, skipped, name)
	case len(before) == 0:
		w.note(true, runs, name)
	case len(before) != len(after):
		w.note(true, EffectCountChanged, name)
	case hook == HookException || hook == "call.caught":
		w.note(true, EffectOtherError, name)
	default:
		w.note(true, EffectOtherResponse, name)
	}
}

// presence names what it is called if a hook of layer i runs on one side only.
func (w *weigher) presence(i int, hook string) (skipped, runs EffectName) {
	switch hook {
	case HookRequest:
		return EffectRequestSkipped, EffectRequestRun
	case HookView:
		return EffectViewHookSkipped, EffectViewHookRun
	case HookTemplateResponse:
		return EffectTemplateSkipped, EffectTemplateRun
	case HookException:
		return EffectExceptionSkipped, EffectExceptionRun
	case HookResponse:
		switch {
		case w.own[w.stack[i].Name]:
			return EffectOwnSkipped, EffectOwnRuns
		case i < w.outermost:
			return EffectOuterSkipped, EffectOuterRun
		}
		return EffectResponseSkipped, EffectResponseRun
	}
	return EffectCallSkipped, EffectCallRun
}

// others weighs the events that are no hook: pages, reports, rendering,
// streams.
func (w *weigher) others(before, after map[string][]string, known map[string]bool) {
	for at, list := range before {
		if known[at] || slices.Equal(list, after[at]) {
			continue
		}
		name := EffectPagesChanged
		switch {
		case at == "signal.got_request_exception":
			name = EffectReportsChanged
		case strings.HasSuffix(at, ".render"):
			name = EffectRenderChanged
		case strings.Contains(at, ".stream."):
			name = EffectStreamChanged
		}
		w.note(true, name)
	}
}

// rest is for traces that differ in none of the above.
func (w *weigher) rest(from, to Trace) {
	if sameTrace(from, to) {
		return
	}
	a, b := stepsOf(from), stepsOf(to)
	name := EffectModeChanged
	if !slices.Equal(a, b) {
		name = EffectOrderChanged
	}
	w.note(true, name)
}
