package conformance

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/web"
)

// EngineSaboteur is an engine that is broken in one way. Of the rules, Check
// fails it at the one it is there for and at no other; the vectors in which the
// fault shows fail besides.
type EngineSaboteur struct {
	// Rule is the id of the rule that it fails.
	Rule string
	// Words say what it does wrong.
	Words string
	// Engine goes by the name of the release whose vectors it is held against.
	Engine Engine
	// Options declare what the engine does not have at all.
	Options *Options
}

// EngineSaboteurs are broken engines, one for each of Rules.
func EngineSaboteurs() []EngineSaboteur {
	classic := func(rule, fault, words string) EngineSaboteur {
		return EngineSaboteur{rule, words, referenceEngine(FamilyClassic, 111, "1.11", fault), nil}
	}
	modern := func(rule, fault, words string) EngineSaboteur {
		return EngineSaboteur{rule, words, referenceEngine(FamilyModern, 502, "5.2", fault), &Options{
			Unsupported: map[Feature]string{FeatureAsync: "the reference has one mode"},
		}}
	}
	return []EngineSaboteur{
		classic("way-in-order", "request-order", "it runs process_request innermost layer first"),
		classic("way-out-order", "response-order", "it runs process_response outermost layer first"),
		classic("template-hook-order", "template-hook-order", "it runs process_template_response outermost layer first"),
		classic("exception-hook-order", "exception-order", "it runs process_exception outermost layer first"),
		classic("request-before-view", "request-hook-late", "it runs the innermost process_request again before the view"),
		classic("response-hooks-run", "drops-outermost-after-view", "it forgets the outermost process_response"),
		classic("stream-untouched", "consumes-stream", "it consumes a stream before it sends it"),
		classic("closed-once", "leaves-open", "it never closes a response"),
		classic("finished-once", "finishes-twice", "it sends request_finished twice"),
		classic("request-answer-stops", "runs-view-after-answer", "it runs the view after an answer of process_request"),
		classic("view-hook-answer-stops", "asks-all-view-hooks", "it runs the process_view hooks after one that answered"),
		classic("view-hook-answer-goes-out", "drops-outermost-after-view-hook", "it forgets the outermost process_response after an answer of process_view"),
		classic("exception-answer-ends", "asks-all-exception-hooks", "it asks the process_exception hooks after one that answered"),
		classic("view-none", "view-none-passes", "it takes nothing from a view for an empty response"),
		classic("own-404", "error-page-for-404-responses", "it calls handler404 for a response of status 404"),
		classic("exception-hook-scope", "exception-hooks-see-request-errors", "it asks process_exception for errors of process_request"),
		classic("exception-hook-raises", "exception-raise-ignored", "it goes on with the first error when process_exception raises"),
		classic("view-error-goes-out", "drops-outermost-after-view-error", "it forgets the outermost process_response after an error of the view"),
		classic("error-kinds", "permission-denied-is-500", "it makes a 500 of PermissionDenied"),
		classic("signal", "no-signal-for-pages", "it does not send got_request_exception"),
		classic("error-page-fails", "error-page-failure-leaves", "it lets the error of a failing handler404 out"),
		classic("propagate", "never-propagates", "it ignores DEBUG_PROPAGATE_EXCEPTIONS"),
		modern("exit", "catches-exits", "it makes pages of SystemExit"),
		classic("urlconf", "urlconf-ignored", "it ignores request.urlconf"),
		classic("template-hooks", "skips-innermost-template-hook", "it forgets the innermost process_template_response"),
		classic("rendered-between", "renders-at-the-end", "it renders after process_response"),
		classic("template-hook-plain", "accepts-plain", "it takes a plain response from process_template_response"),
		classic("template-hook-none", "template-none-ignored", "it ignores nothing from process_template_response"),
		modern("late-template", "renders-late", "it renders at the end, which 5.2 does not"),
		classic("not-used", "not-used-fails", "it does not start with a layer that raises MiddlewareNotUsed"),
		classic("load-order", "constructs-innermost-first", "it builds the layers of the classic model innermost first"),
		modern("factory-none", "factory-none-dropped", "it drops a factory that returns nothing"),
		classic("other-model", "modern-layers-dropped", "it drops layers of the modern model"),
		classic("short-circuit", "response-hooks-of-entered-layers-only", "it skips process_response of layers that were not entered"),
		modern("own-request-error", "own-response-after-own-raise", "it runs a layer's process_response on the page of its own failed process_request"),
		classic("response-error-kind", "kind-of-response-errors", "it makes a 404 of Http404 from process_response"),
		classic("response-error-outside", "outer-hooks-after-response-error", "it runs the outer process_response hooks after one that failed"),
		classic("response-none", "response-none-ignored", "it goes on with the old response when process_response returns nothing"),
		modern("propagate-signals", "signals-once", "it reports a propagated error once"),
		modern("server-error-page-fails", "handler500-once", "it does not make the page for 500 again at the next boundary"),
		modern("film", "film-missing-inside", "it lets errors of the view through to the innermost layer"),
		modern("as-often-as-called", "calls-once", "it answers the second call of get_response with the first answer"),
		{"adaptations", "it says nothing of what it adapts", silentEngine(), nil},
		{"async-sides", "it runs asynchronous views in a thread", threadEngine(), nil},
	}
}

// silentEngine drops the adaptations from its log.
func silentEngine() Engine {
	e := ModernEngine(FamilyAsync+"@6.1", web.Django61(), true)
	build := e.Build
	e.Build = func(s Stack) (Built, error) {
		built, err := build(s)
		built.LoadLog = slices.DeleteFunc(built.LoadLog, func(line string) bool { return strings.Contains(line, "_to_") })
		if len(built.LoadLog) == 0 {
			built.LoadLog = nil
		}
		return built, err
	}
	return e
}

// threadEngine makes synchronous views of asynchronous ones.
func threadEngine() Engine {
	e := ModernEngine(FamilyAsync+"@6.1", web.Django61(), true)
	build := e.Build
	e.Build = func(s Stack) (Built, error) {
		s.App.Router = threadRouter{s.App.Router}
		return build(s)
	}
	return e
}

type threadRouter struct{ web.Router }

// Resolve gives a synchronous view.
func (t threadRouter) Resolve(r *web.Request) (web.Match, error) {
	m, err := t.Router.Resolve(r)
	if view := m.AsyncView; view != nil {
		m.AsyncView = nil
		m.View = func(r *web.Request) (*web.Response, error) { return view(r).Await() }
	}
	return m, err
}

// ErrorPage is the router's own.
func (t threadRouter) ErrorPage(status int) web.ErrorView {
	if pager, ok := t.Router.(web.ErrorPager); ok {
		return pager.ErrorPage(status)
	}
	return nil
}
