package conformance

import (
	"fmt"
	"slices"
	"strings"
)

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
