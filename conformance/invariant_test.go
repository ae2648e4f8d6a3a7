package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/web"
)

var zeroProfile web.Profile

// event is one event of a trace, taken apart.
type event struct {
	text, layer, hook string
}

func parseEvents(trace Trace) []event {
	var list []event
	for _, text := range trace.Events {
		at, _, _ := strings.Cut(text, " ")
		layer, hook, found := strings.Cut(at, ".")
		if !found {
			layer, hook = "", at
		}
		list = append(list, event{text, layer, hook})
	}
	return list
}

// walk is what an invariant looks at: a stack of hook layers and what became
// of a request, under classic 1.11 or modern 5.2.
type walk struct {
	s      *Scenario
	family string
	trace  Trace
	events []event
}

// layers that ran the hook, in order.
func (w *walk) ran(hook string) []string {
	var names []string
	for _, e := range w.events {
		if e.hook == hook {
			names = append(names, e.layer)
		}
	}
	return names
}

// defined are the layers in use that have the hook, outermost first.
func (w *walk) defined(hook string) []string {
	var names []string
	for i := range w.s.Layers {
		if _, ok := w.s.Layers[i].Hooks[hook]; ok && w.s.Layers[i].Init == "" {
			names = append(names, w.s.Layers[i].Name)
		}
	}
	return names
}

func (w *walk) does(layer, hook string) string {
	for i := range w.s.Layers {
		if w.s.Layers[i].Name == layer {
			return w.s.Layers[i].Hooks[hook]
		}
	}
	return ""
}

func (w *walk) index(match func(event) bool) int { return slices.IndexFunc(w.events, match) }

func (w *walk) is(hook string) func(event) bool {
	return func(e event) bool { return e.hook == hook }
}

func answersAt(behaviour string) bool { return strings.HasPrefix(behaviour, "respond") }
func raisesAt(behaviour string) bool  { return strings.HasPrefix(behaviour, "raise:") }
func exitsAt(behaviour string) bool {
	return behaviour == "raise:system_exit" || behaviour == "raise:keyboard_interrupt"
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

func isPrefix(prefix, list []string) bool {
	return len(prefix) <= len(list) && slices.Equal(prefix, list[:len(prefix)])
}

// lastRequest is the layer whose process_request ended the request phase, and
// how; "" if all of them passed.
func (w *walk) lastRequest() (layer, behaviour string) {
	ran := w.ran(HookRequest)
	if len(ran) == 0 {
		return "", ""
	}
	layer = ran[len(ran)-1]
	if behaviour = w.does(layer, HookRequest); answersAt(behaviour) || raisesAt(behaviour) {
		return layer, behaviour
	}
	return "", ""
}

// left says that the request ended outside any page.
func (w *walk) left() bool { return w.trace.Outcome.Kind == OutcomeRaised }

// invariants are the rules of the two models, each on its own; the names are
// the numbers of docs/models.
var invariants = map[string]func(w *walk) error{
	"S1 request and view hooks outermost first": func(w *walk) error {
		for _, hook := range []string{HookRequest, HookView} {
			if !isPrefix(w.ran(hook), w.defined(hook)) {
				return fmt.Errorf("%s ran as %v in a stack of %v", hook, w.ran(hook), w.defined(hook))
			}
		}
		return nil
	},
	"S1 template, exception and response hooks innermost first": func(w *walk) error {
		if !isPrefix(w.ran(HookTemplateResponse), reversed(w.defined(HookTemplateResponse))) {
			return fmt.Errorf("template hooks ran as %v", w.ran(HookTemplateResponse))
		}
		for _, hook := range []string{HookException, HookResponse} {
			order := reversed(w.defined(hook))
			at := -1
			for _, name := range w.ran(hook) {
				i := slices.Index(order, name)
				if i <= at && hook == HookResponse {
					return fmt.Errorf("%s ran as %v", hook, w.ran(hook))
				}
				at = i
			}
		}
		return nil
	},
	"S2 all request hooks before all view hooks and the view": func(w *walk) error {
		first := w.index(func(e event) bool { return e.hook == HookView || e.hook == "view" })
		for i, e := range w.events {
			if e.hook == HookRequest && first >= 0 && i > first {
				return fmt.Errorf("%s after %s", e.text, w.events[first].text)
			}
		}
		return nil
	},
	"S3 an answer of process_request stops the way in": func(w *walk) error {
		if layer, behaviour := w.lastRequest(); layer != "" && answersAt(behaviour) {
			for _, e := range w.events {
				if e.hook == HookView || e.hook == "view" || e.hook == HookException || strings.Contains(e.text, "exc=http404 from=django") {
					return fmt.Errorf("%s after the answer of %s", e.text, layer)
				}
			}
		}
		return nil
	},
	"S4 an answer of process_view stops later ones and the view": func(w *walk) error {
		ran := w.ran(HookView)
		for i, name := range ran {
			behaviour := w.does(name, HookView)
			if answersAt(behaviour) || raisesAt(behaviour) {
				if i != len(ran)-1 || w.index(w.is("view")) >= 0 {
					return fmt.Errorf("the way in went on after %s of %s", behaviour, name)
				}
			}
		}
		return nil
	},
	"S8 process_exception sees errors of view and rendering only": func(w *walk) error {
		for _, e := range w.events {
			if e.hook != HookException {
				continue
			}
			from := e.text[strings.Index(e.text, " from=")+len(" from="):]
			if from != "view" && !strings.HasSuffix(from, ".render") && !strings.Contains(e.text, "exc=AttributeError from=django") {
				return fmt.Errorf("%s", e.text)
			}
		}
		return nil
	},
	"S9 S10 an answer or error of process_exception ends the round": func(w *walk) error {
		order := reversed(w.defined(HookException))
		ran := w.ran(HookException)
		for i, name := range ran[:max(0, len(ran)-1)] {
			behaviour := w.does(name, HookException)
			ends := answersAt(behaviour) || raisesAt(behaviour) || behaviour == "reraise"
			// A template answer can fail to render and start a second round.
			second := slices.Index(order, ran[i+1]) <= slices.Index(order, name)
			if ends && !second {
				return fmt.Errorf("%s was asked after %s of %s", ran[i+1], behaviour, name)
			}
		}
		return nil
	},
	"S12 the signal comes before handler500 and only then": func(w *walk) error {
		for i, e := range w.events {
			before := ""
			if i > 0 {
				before = w.events[i-1].text
			}
			isServerError := strings.HasPrefix(e.text, "handler500 ") || strings.HasPrefix(e.text, "urlconf2.handler500 ")
			if isServerError && before != "signal.got_request_exception" {
				return fmt.Errorf("%s after %q", e.text, before)
			}
			if strings.HasPrefix(e.text, "handler4") && before == "signal.got_request_exception" {
				return fmt.Errorf("%s after the signal", e.text)
			}
		}
		return nil
	},
	"S16 propagating never makes a 500 page": func(w *walk) error {
		if w.s.Propagate && w.index(func(e event) bool { return strings.Contains(e.text, "handler500 ") }) >= 0 {
			return fmt.Errorf("handler500 ran")
		}
		return nil
	},
	"S17 an exit ends everything": func(w *walk) error {
		for i, e := range w.events {
			behaviour := w.does(e.layer, e.hook)
			if e.hook == "view" && e.layer == "" {
				behaviour = w.s.View
			}
			if exitsAt(behaviour) && (i != len(w.events)-1 || !w.left() || "raise:"+w.trace.Outcome.Exc != behaviour) {
				return fmt.Errorf("%s is followed by %v and %+v", e.text, w.trace.Events[i+1:], w.trace.Outcome)
			}
		}
		return nil
	},
	"S18 a stream is consumed and closed once, at the end, or never": func(w *walk) error {
		for i, e := range w.events {
			if !strings.Contains(e.text, ".stream.") {
				continue
			}
			rest := strings.Join(w.trace.Events[i:], "|")
			source := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(e.text, ".stream.first"), ".stream.end"), ".stream.close")
			want := source + ".stream.first|" + source + ".stream.end|" + source + ".stream.close"
			if strings.HasSuffix(e.text, ".stream.first") && rest != want {
				return fmt.Errorf("the stream of %s ended with %s", source, rest)
			}
			if w.trace.Outcome.Body != source+"+" {
				return fmt.Errorf("the stream of %s was consumed, the body is %q", source, w.trace.Outcome.Body)
			}
		}
		return nil
	},
	"finished exactly when a response was sent": func(w *walk) error {
		want := 1
		if w.left() && w.trace.Outcome.Started == 0 {
			want = 0
		}
		if w.trace.Outcome.Finished != want {
			return fmt.Errorf("finished %d times with %+v", w.trace.Outcome.Finished, w.trace.Outcome)
		}
		return nil
	},
	"D1 D2 who sees the answer or error of process_request": func(w *walk) error {
		layer, behaviour := w.lastRequest()
		if layer == "" || w.left() || exitsAt(behaviour) {
			return nil
		}
		var due []string
		inside := false
		for _, name := range w.defined(HookResponse) {
			at, own := w.position(name), w.position(layer)
			inside = at > own
			switch {
			case w.family == FamilyClassic:
				due = append(due, name)
			case inside, at == own && raisesAt(behaviour):
			default:
				due = append(due, name)
			}
		}
		return w.responses(due)
	},
	"S4 S11 all response hooks run when all layers were entered": func(w *walk) error {
		if layer, _ := w.lastRequest(); layer != "" || w.left() {
			return nil
		}
		return w.responses(w.defined(HookResponse))
	},
	"D3 D4 classic: a failing response hook skips the outer ones": func(w *walk) error {
		ran := w.ran(HookResponse)
		for i, name := range ran {
			behaviour := w.does(name, HookResponse)
			failed := raisesAt(behaviour) || behaviour == "return_none"
			if w.family != FamilyClassic || !failed || exitsAt(behaviour) {
				continue
			}
			if i != len(ran)-1 {
				return fmt.Errorf("%s ran after %s of %s", ran[i+1], behaviour, name)
			}
			if o := w.trace.Outcome; o.Kind == OutcomeResponse && o.Status != 500 {
				return fmt.Errorf("status %d after %s of %s", o.Status, behaviour, name)
			}
		}
		return nil
	},
	"modern: process_response only after the own process_request passed": func(w *walk) error {
		if w.family != FamilyModern {
			return nil
		}
		for _, name := range w.ran(HookResponse) {
			if w.does(name, HookRequest) != "" && !slices.Contains(w.ran(HookRequest), name) {
				return fmt.Errorf("process_response of %s without its process_request", name)
			}
		}
		return nil
	},
	"D7 signals of a propagated error": func(w *walk) error {
		if !w.s.Propagate || !w.left() || w.trace.Outcome.From != "view" || exitsAt(w.s.View) {
			return nil
		}
		want := 1
		if w.family == FamilyModern {
			want = 1 + w.inUse()
		}
		if got := strings.Count(strings.Join(w.trace.Events, "\n"), "signal.got_request_exception"); got != want {
			return fmt.Errorf("%d signals, want %d", got, want)
		}
		return nil
	},
	"D8 how often a failing handler500 is called": func(w *walk) error {
		if w.s.ErrorHandlers != "raise" || w.s.View != "raise:value_error" || !w.left() || w.trace.Outcome.From != "handler500" || w.family != FamilyModern {
			return nil
		}
		if w.index(w.is("view")) < 0 || len(w.defined(HookException)) > 0 {
			return nil
		}
		if got := len(slices.DeleteFunc(slices.Clone(w.trace.Events), func(e string) bool { return !strings.HasPrefix(e, "handler500 ") })); got != 1+w.inUse() {
			return fmt.Errorf("%d calls under %d layers", got, w.inUse())
		}
		return nil
	},
}

func (w *walk) position(name string) int {
	return slices.IndexFunc(w.s.Layers, func(l LayerSpec) bool { return l.Name == name })
}

func (w *walk) inUse() int {
	n := 0
	for i := range w.s.Layers {
		if w.s.Layers[i].Init == "" {
			n++
		}
	}
	return n
}

// responses checks that of the layers due (outermost first) all response hooks
// ran, innermost first; under classic up to the first that fails.
func (w *walk) responses(due []string) error {
	due = reversed(due)
	if w.family == FamilyClassic {
		for i, name := range due {
			if b := w.does(name, HookResponse); raisesAt(b) || b == "return_none" {
				due = due[:i+1]
				break
			}
		}
	}
	if got := w.ran(HookResponse); !slices.Equal(got, due) {
		return fmt.Errorf("process_response ran for %v, due were %v", got, due)
	}
	return nil
}

// TestInvariants checks the rules of both models, one by one, on stacks of up
// to 12 layers.
func TestInvariants(t *testing.T) {
	gen := genScenario(12, hookStyles, false)
	for _, name := range []string{"classic@1.11", "modern@5.2"} {
		engine, _ := EngineByName(name)
		for rule, holds := range invariants {
			t.Run(name+"/"+rule, func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					for range 5 {
						s := gen.Draw(t, "scenario")
						trace := engine.Run(&s)
						if trace.Outcome.Kind == OutcomeLoadError || trace.Unsupported != nil {
							continue
						}
						w := &walk{&s, engine.Family, trace, parseEvents(trace)}
						if err := holds(w); err != nil {
							t.Fatalf("%v\nevents: %s\noutcome: %+v", err, strings.Join(trace.Events, "; "), trace.Outcome)
						}
					}
				})
			})
		}
	}
}

// TestInvariantsBite breaks an engine and expects the rule that is about that
// to say so: a rule that cannot fail proves nothing.
func TestInvariantsBite(t *testing.T) {
	gen := genScenario(12, hookStyles, false)
	tests := []struct{ family, fault, rule string }{
		{FamilyClassic, "response-order", "S1 template, exception and response hooks innermost first"},
		{FamilyModern, "builds-outermost-first", "S1 request and view hooks outermost first"},
		{FamilyClassic, "view-hooks-first", "S2 all request hooks before all view hooks and the view"},
		{FamilyClassic, "runs-view-after-answer", "S3 an answer of process_request stops the way in"},
		{FamilyModern, "goes-on-after-view-answer", "S4 an answer of process_view stops later ones and the view"},
		{FamilyClassic, "exception-hooks-see-request-errors", "S8 process_exception sees errors of view and rendering only"},
		{FamilyModern, "asks-all-exception-hooks", "S9 S10 an answer or error of process_exception ends the round"},
		{FamilyModern, "no-signal", "S12 the signal comes before handler500 and only then"},
		{FamilyModern, "never-propagates", "S16 propagating never makes a 500 page"},
		{FamilyModern, "catches-exits", "S17 an exit ends everything"},
		{FamilyClassic, "consumes-stream", "S18 a stream is consumed and closed once, at the end, or never"},
		{FamilyClassic, "never-closes", "finished exactly when a response was sent"},
		{FamilyModern, "finishes-twice", "finished exactly when a response was sent"},
		{FamilyClassic, "response-hooks-of-entered-layers-only", "D1 D2 who sees the answer or error of process_request"},
		{FamilyModern, "own-response-after-own-raise", "D1 D2 who sees the answer or error of process_request"},
		{FamilyClassic, "drops-outermost-response", "S4 S11 all response hooks run when all layers were entered"},
		{FamilyClassic, "kind-of-response-errors", "D3 D4 classic: a failing response hook skips the outer ones"},
		{FamilyModern, "inner-response-hooks-too", "modern: process_response only after the own process_request passed"},
		{FamilyModern, "signals-once", "D7 signals of a propagated error"},
		{FamilyModern, "handler500-once", "D8 how often a failing handler500 is called"},
	}
	covered := map[string]bool{}
	for _, test := range tests {
		covered[test.rule] = true
		version, name := 111, "1.11"
		if test.family == FamilyModern {
			version, name = 502, "5.2"
		}
		t.Run(test.fault, func(t *testing.T) {
			engine := referenceEngine(test.family, version, name, test.fault)
			holds := invariants[test.rule]
			require.NotNil(t, holds, test.rule)
			for i := range 20_000 {
				s := gen.Example(i)
				trace := engine.Run(&s)
				if trace.Outcome.Kind == OutcomeLoadError || trace.Unsupported != nil {
					continue
				}
				if holds(&walk{&s, engine.Family, trace, parseEvents(trace)}) != nil {
					return
				}
			}
			t.Fatal("the rule does not notice")
		})
	}
	for rule := range invariants {
		require.True(t, covered[rule], "no fault is there for %q", rule)
	}
}
