package conformance

import (
	"slices"
	"strings"
)

// Rule is one rule of the models, in words. What it is about is compared in the
// recorded traces of its evidence; the rest of these traces is left to the
// vectors.
type Rule struct {
	ID       string // stable
	Words    string
	Citation string
	Families []string // nil: all
	// Evidence are ids of vectors. An engine is asked those that were recorded
	// for the release it follows.
	Evidence []string
	// Needs are ids of rules that this one builds on: where one of them fails,
	// this one is not blamed as well.
	Needs []string

	same sameness
}

const (
	citeClassic = "Django 1.9 django/core/handlers/base.py get_response"
	citeLegacy  = "Django 1.11 django/core/handlers/base.py"
	citeModern  = "Django 5.2 django/core/handlers/base.py _get_response"
	citeErrors  = "Django 5.2 django/core/handlers/exception.py response_for_exception"
	citeAdapt   = "Django 5.2 django/core/handlers/base.py adapt_method_mode"
)

func onion() []string { return []string{FamilyModern, FamilyAsync} }

// Rules are the rules of both models.
func Rules() []Rule {
	return slices.Concat(orderRules(), answerRules(), errorRules(), templateRules(), buildRules(), modelRules(), asyncRules())
}

func orderRules() []Rule {
	return []Rule{
		{ID: "way-in-order", Words: "process_request and process_view run outermost layer first", Citation: citeClassic,
			Evidence: []string{"n/order-all-hooks"}, same: sameOrder(HookRequest, HookView)},
		{ID: "way-out-order", Words: "process_response runs innermost layer first", Citation: citeClassic,
			Evidence: []string{"n/order-all-hooks"}, same: sameOrder(HookResponse)},
		{ID: "template-hook-order", Words: "process_template_response runs innermost layer first", Citation: citeClassic,
			Evidence: []string{"n/order-template-response"}, same: sameOrder(HookTemplateResponse)},
		{ID: "exception-hook-order", Words: "process_exception runs innermost layer first", Citation: citeClassic,
			Evidence: []string{"n/order-exception-hooks"}, same: sameOrder(HookException)},
		{ID: "request-before-view", Words: "all process_request hooks run before the URL is resolved and the first process_view", Citation: citeClassic,
			Evidence: []string{"n/order-all-hooks"}, same: func(_ *Scenario, want, got Trace) bool {
				return lateRequests(want) == lateRequests(got)
			}},
		{ID: "response-hooks-run", Words: "every layer that was entered runs its process_response", Citation: citeClassic,
			Evidence: []string{"n/order-all-hooks", "n/order-stream"}, same: sameRan(HookResponse)},
		{ID: "stream-untouched", Words: "a stream passes all hooks unconsumed and is consumed once, at the end", Citation: "Django 5.2 django/core/handlers/wsgi.py",
			Evidence: []string{"n/order-stream", "n/modern-stream"}, same: sameTexts(func(e event) bool {
				return strings.HasSuffix(e.text, ".stream.first") || strings.HasSuffix(e.text, ".stream.end")
			})},
		{ID: "closed-once", Words: "the final response is closed once", Citation: "Django 5.2 django/http/response.py close",
			Evidence: []string{"n/order-stream", "n/modern-stream"}, same: sameTexts(func(e event) bool { return strings.HasSuffix(e.text, ".stream.close") })},
		{ID: "finished-once", Words: "request_finished is sent once for each response that was sent", Citation: "Django 5.2 django/http/response.py close",
			Evidence: []string{"n/no-layers-ok", "n/order-all-hooks"}, same: func(_ *Scenario, want, got Trace) bool { return want.Outcome.Finished == got.Outcome.Finished }},
	}
}

// lateRequests counts process_request events after the first process_view.
func lateRequests(t Trace) int {
	n, views := 0, false
	for _, e := range parseEvents(t) {
		views = views || e.hook == HookView
		if views && e.hook == HookRequest {
			n++
		}
	}
	return n
}

func answerRules() []Rule {
	return []Rule{
		{ID: "request-answer-stops", Words: "an answer from process_request stops the later ones, URL resolution, process_view and the view", Citation: citeClassic,
			Evidence: []string{"n/short-circuit-request-outermost", "n/short-circuit-request-middle", "n/short-circuit-request-innermost", "n/short-circuit-skips-url-resolution"}, Needs: []string{"way-in-order"},
			same: sameRan(HookRequest, HookView, "view")},
		{ID: "view-hook-answer-stops", Words: "an answer from process_view stops the later ones and the view", Citation: citeClassic,
			Evidence: []string{"n/short-circuit-view-middle", "n/short-circuit-view-outermost"}, same: sameRan(HookView, "view")},
		{ID: "view-hook-answer-goes-out", Words: "an answer from process_view goes through every layer's process_response", Citation: citeClassic,
			Evidence: []string{"n/short-circuit-view-middle", "n/short-circuit-view-outermost"}, same: sameRan(HookResponse)},
		{ID: "exception-answer-ends", Words: "the first process_exception that answers ends the round", Citation: citeClassic,
			Evidence: []string{"n/exception-handled-innermost", "n/exception-handled-outermost"}, same: func(s *Scenario, want, got Trace) bool {
				return afterAnswer(s, want) == afterAnswer(s, got) && len(layersAt(got, HookException)) > 0
			}},
		{ID: "view-none", Words: "a view that returns nothing is an error of status 500", Citation: "Django 5.2 django/core/handlers/base.py check_response",
			Evidence: []string{"n/view-returns-none"}, same: sameStatus},
		{ID: "own-404", Words: "a response of status 404 is no error: no error handler is called", Citation: citeModern,
			Evidence: []string{"n/view-returns-404"}, same: sameTexts(isErrorPage)},
	}
}

// afterAnswer counts process_exception events after one that answered.
func afterAnswer(s *Scenario, t Trace) int {
	n, answered := 0, false
	for _, e := range parseEvents(t) {
		if e.hook != HookException {
			continue
		}
		if answered {
			n++
		}
		if i := place(s, e.layer); i >= 0 && strings.HasPrefix(s.Layers[i].Hooks[HookException], "respond") {
			answered = true
		}
	}
	return n
}

func errorRules() []Rule {
	return []Rule{
		{ID: "exception-hook-scope", Words: "process_exception is asked for errors of the view and of rendering only", Citation: citeClassic + "; the documentation says otherwise of process_request",
			Evidence: []string{"n/request-raises-exception-hook-would-respond", "n/response-raises-exception-hook-would-respond", "n/view-hook-raises", "n/template-hook-raises", "n/order-url-not-found"},
			same:     sameRan(HookException)},
		{ID: "exception-hook-raises", Words: "an error that process_exception raises replaces the first one", Citation: citeClassic,
			Evidence: []string{"n/exception-hook-raises-404"}, same: sameStatus},
		{ID: "view-error-goes-out", Words: "an error of the view becomes a page before any process_response, so that every layer sees the page", Citation: citeClassic,
			Evidence: []string{"n/order-exception-hooks"}, same: sameRan(HookResponse)},
		{ID: "error-kinds", Words: "Http404 is 404, PermissionDenied 403, SuspiciousOperation and MultiPartParserError 400, all else 500", Citation: citeErrors,
			Evidence: []string{"n/view-raises-404", "n/view-raises-permission-denied", "n/view-raises-suspicious", "n/view-raises-multipart"}, same: sameStatus},
		{ID: "signal", Words: "got_request_exception is sent for errors of status 500, before the page is made", Citation: citeErrors,
			Evidence: []string{"n/order-exception-hooks"}, same: sameTexts(func(e event) bool { return isSignal(e) || isErrorPage(e) })},
		{ID: "error-page-fails", Words: "if the page for 400, 403 or 404 fails, that of 500 is made", Citation: citeErrors,
			Evidence: []string{"n/error-handler-raise4xx-404"}, same: sameStatus},
		{ID: "propagate", Words: "under DEBUG_PROPAGATE_EXCEPTIONS an error of the 500 family leaves the handler", Citation: "Django 5.2 django/core/handlers/exception.py handle_uncaught_exception",
			Evidence: []string{"n/propagate-request-error", "n/propagate-view-404"}, same: func(_ *Scenario, want, got Trace) bool { return want.Outcome.Kind == got.Outcome.Kind }},
		{ID: "exit", Words: "SystemExit leaves the handler at once", Citation: "Django 5.2 convert_exception_to_response catches Exception, not BaseException",
			Evidence: []string{"n/request-hook-system-exit", "n/view-hook-system-exit", "n/exception-hook-system-exit"}, same: sameStatus},
		{ID: "urlconf", Words: "request.urlconf, set in process_request, counts from URL resolution on, for the error pages too", Citation: "Django 5.2 django/core/handlers/base.py resolve_request",
			Evidence: []string{"n/urlconf-switch-then-view-error", "n/urlconf-switch-then-404"}, same: sameTexts(func(e event) bool { return isErrorPage(e) || e.layer == "urlconf2" })},
	}
}

func templateRules() []Rule {
	return []Rule{
		{ID: "template-hooks", Words: "an answer with a template goes through every process_template_response", Citation: citeClassic,
			Evidence: []string{"n/order-template-response", "n/view-hook-template"}, same: sameRan(HookTemplateResponse)},
		{ID: "rendered-between", Words: "a template is rendered after the template response hooks and before process_response", Citation: citeClassic,
			Evidence: []string{"n/order-template-response"}, same: func(_ *Scenario, want, got Trace) bool { return unrendered(want) == unrendered(got) }},
		{ID: "template-hook-plain", Words: "process_template_response may only return a response with a template", Citation: citeClassic,
			Evidence: []string{"n/template-hook-replaces", "n/template-hook-replaced-plain-outermost"}, same: sameStatus},
		{ID: "template-hook-none", Words: "process_template_response that returns nothing is an error of status 500", Citation: citeClassic,
			Evidence: []string{"n/template-hook-returns-none"}, same: sameStatus},
		{ID: "late-template", Words: "what becomes of a template from process_response is the release's: rendered at the end, or an error", Citation: "Django 1.9, 1.11 and 2.2 django/core/handlers/base.py",
			Evidence: []string{"n/response-replaces-with-template"}, same: func(_ *Scenario, want, got Trace) bool { return want.Outcome.Kind == got.Outcome.Kind }},
	}
}

// unrendered counts the response hooks that saw an unrendered template.
func unrendered(t Trace) int {
	return len(texts(t, func(e event) bool {
		return e.hook == HookResponse && strings.Contains(e.text, "rendered=no")
	}))
}

func buildRules() []Rule {
	return []Rule{
		{ID: "not-used", Words: "MiddlewareNotUsed drops the layer", Citation: citeLoad,
			Evidence: []string{"n/init-not-used", "n/init-not-used-all"}, same: sameStatus},
		{ID: "load-order", Words: "the classic model builds its layers outermost first, the modern one innermost first", Citation: citeLegacy + " load_middleware",
			Evidence: []string{"n/load-order"}, same: func(_ *Scenario, want, got Trace) bool { return slices.Equal(want.Load, got.Load) }},
		{ID: "factory-none", Words: "a factory that returns nothing: dropped in the classic model, a mistake in the modern one", Citation: citeLoad,
			Evidence: []string{"n/init-returns-none"}, same: func(_ *Scenario, want, got Trace) bool { return want.Outcome.Kind == got.Outcome.Kind }},
		{ID: "other-model", Words: "a layer of the other model cannot be built", Citation: citeLegacy + " load_middleware",
			Evidence: []string{"n/modern-class-in-classic-setting", "n/modern-function-in-classic-setting", "n/classic-class-in-modern-setting"},
			same:     func(_ *Scenario, want, got Trace) bool { return want.Outcome.Kind == got.Outcome.Kind }},
	}
}

func modelRules() []Rule {
	return []Rule{
		{ID: "short-circuit", Words: "after an answer of process_request the layers further in run process_response in the classic model and see nothing in the modern one", Citation: citeLegacy,
			Evidence: []string{"n/short-circuit-request-outermost", "n/short-circuit-request-middle"}, same: sameRanAt(inside(HookRequest), HookResponse)},
		{ID: "own-request-error", Words: "after an error of process_request the layer's own process_response, and those further in, run in the classic model and not in the modern one", Citation: citeLegacy,
			Evidence: []string{"n/request-raises-value-error", "n/request-raises-innermost"}, same: sameRanAt(notOutside(HookRequest), HookResponse)},
		{ID: "response-error-kind", Words: "an error of process_response is always a 500 in the classic model and a page of its kind in the modern one", Citation: citeLegacy,
			Evidence: []string{"n/response-raises-http404", "n/response-raises-permission-denied"}, same: sameStatus},
		{ID: "response-error-outside", Words: "after an error of process_response the layers further out are skipped in the classic model and see the page in the modern one", Citation: citeLegacy,
			Evidence: []string{"n/response-raises-value-error"}, Needs: []string{"way-out-order"}, same: sameRanAt(outside(HookResponse), HookResponse)},
		{ID: "response-none", Words: "process_response that returns nothing: a 500 at once in the classic model, handed to the next layer out in the modern one", Citation: citeLegacy,
			Evidence: []string{"n/response-returns-none-middle"}, Needs: []string{"way-out-order"}, same: both(sameStatus, sameRanAt(outside(HookResponse), HookResponse))},
		{ID: "propagate-signals", Words: "a propagated error is reported once in the classic model and once per boundary in the modern one", Citation: citeFilm,
			Evidence: []string{"n/propagate-signal-count", "n/propagate-view-error"}, Needs: []string{"film"}, same: sameTexts(isSignal)},
		{ID: "server-error-page-fails", Words: "if the page for 500 fails it is made once in the classic model and again at each boundary in the modern one, then the error leaves", Citation: citeFilm,
			Evidence: []string{"n/error-handler-raise-500"}, same: sameTexts(isErrorPage)},
		{ID: "film", Words: "what a layer calls never raises: it gets the page of an error", Citation: citeFilm, Families: onion(),
			Evidence: []string{"n/modern-try-never-sees-view-404", "n/modern-try-never-sees-view-error"}, same: sameTexts(isHook("call.caught"))},
		{ID: "as-often-as-called", Words: "what is further in runs as often as a layer calls it", Citation: citeFilm, Families: onion(),
			Evidence: []string{"n/modern-twice"}, same: sameTexts(isHook("view"))},
	}
}

func asyncRules() []Rule {
	return []Rule{
		{ID: "adaptations", Words: "a layer is synchronous if it can be and what is below is too, else asynchronous if it can be; what does not fit is adapted", Citation: citeAdapt, Families: onion(),
			Evidence: []string{"n/async-alternating", "n/async-sync-in-the-middle", "n/async-async-in-the-middle"}, same: func(_ *Scenario, want, got Trace) bool { return slices.Equal(want.LoadLog, got.LoadLog) }},
		{ID: "async-sides", Words: "asynchronous layers and views run in the event loop; synchronous ones, and a mixin's hooks, in a thread", Citation: citeAdapt, Families: onion(),
			Evidence: []string{"n/async-all-async", "n/async-mixin"}, same: func(_ *Scenario, want, got Trace) bool { return marks(want) == marks(got) }},
	}
}

// marks counts the events on the asynchronous side.
func marks(t Trace) int {
	return len(texts(t, func(e event) bool { return strings.HasSuffix(e.text, " mode=async") }))
}
