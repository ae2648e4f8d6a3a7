package conformance

import "slices"

// EffectName is one of a closed list of differences between two traces. Each is
// said from the first trace to the second.
type EffectName string

// Effect is a difference between two traces.
type Effect struct {
	Name EffectName `json:"effect"`
	// Layers are those it happens to, outermost first; empty where it happens to
	// the request as a whole.
	Layers []string `json:"layers"`
}

// The effects, the weightiest first. "Own" is said of the layers of the trigger,
// "outer" of those outside all of them, and what remains is further in.
const (
	EffectLoadFails EffectName = "load-fails"
	EffectLoadWorks EffectName = "load-works"
	EffectUnknown   EffectName = "unknown"

	EffectErrorLeaves      EffectName = "error-leaves"
	EffectErrorLeavesNot   EffectName = "error-no-longer-leaves"
	EffectUnrendered       EffectName = "unrendered"
	EffectRenderedNow      EffectName = "no-longer-unrendered"
	EffectOwnSkipped       EffectName = "own-response-hook-skipped"
	EffectResponseSkipped  EffectName = "response-hooks-skipped"
	EffectOuterSkipped     EffectName = "outer-response-hooks-skipped"
	EffectOwnRuns          EffectName = "own-response-hook-runs"
	EffectResponseRun      EffectName = "response-hooks-run"
	EffectOuterRun         EffectName = "outer-response-hooks-run"
	EffectViewSkipped      EffectName = "view-skipped"
	EffectViewRuns         EffectName = "view-runs"
	EffectStatusChanged    EffectName = "status-changed"
	EffectBodyChanged      EffectName = "body-changed"
	EffectErrorChanged     EffectName = "error-changed"
	EffectRequestSkipped   EffectName = "request-hooks-skipped"
	EffectRequestRun       EffectName = "request-hooks-run"
	EffectViewHookSkipped  EffectName = "view-hooks-skipped"
	EffectViewHookRun      EffectName = "view-hooks-run"
	EffectTemplateSkipped  EffectName = "template-hooks-skipped"
	EffectTemplateRun      EffectName = "template-hooks-run"
	EffectExceptionSkipped EffectName = "exception-hooks-skipped"
	EffectExceptionRun     EffectName = "exception-hooks-run"
	EffectCallSkipped      EffectName = "calls-skipped"
	EffectCallRun          EffectName = "calls-run"
	EffectCountChanged     EffectName = "hook-count-changed"
	EffectOtherResponse    EffectName = "hooks-see-other-response"
	EffectOtherError       EffectName = "hooks-see-other-error"
	EffectPagesChanged     EffectName = "error-pages-changed"
	EffectReportsChanged   EffectName = "error-reports-changed"
	EffectRenderChanged    EffectName = "rendering-changed"
	EffectStreamChanged    EffectName = "stream-changed"
	EffectHeaderChanged    EffectName = "header-changed"
	EffectFinishChanged    EffectName = "finish-changed"
	EffectOrderChanged     EffectName = "order-changed"
	EffectModeChanged      EffectName = "mode-changed"
)

// effectWords are the effects in the order of their weight.
func effectWords() []struct {
	name  EffectName
	words string
} {
	return []struct {
		name  EffectName
		words string
	}{
		{EffectLoadFails, "the stack can no longer be built: the site does not start"},
		{EffectLoadWorks, "the stack can be built"},
		{EffectUnknown, "what happens cannot be run here"},
		{EffectErrorLeaves, "an error leaves the handler: the server sees it and no response of the site is sent whole"},
		{EffectErrorLeavesNot, "the error that left the handler becomes a response"},
		{EffectUnrendered, "the response is sent with a template that nobody has rendered: it breaks off after the status line"},
		{EffectRenderedNow, "the template that nobody rendered is rendered, or is not sent"},
		{EffectOwnSkipped, "process_response of the triggering layer itself no longer runs"},
		{EffectResponseSkipped, "process_response of layers further in no longer runs"},
		{EffectOuterSkipped, "process_response of layers further out no longer runs"},
		{EffectOwnRuns, "process_response of the triggering layer itself runs now"},
		{EffectResponseRun, "process_response of layers further in runs now"},
		{EffectOuterRun, "process_response of layers further out runs now"},
		{EffectViewSkipped, "the view no longer runs"},
		{EffectViewRuns, "the view runs now"},
		{EffectStatusChanged, "the client gets another status"},
		{EffectBodyChanged, "the client gets the response of somebody else"},
		{EffectErrorChanged, "another error leaves the handler, or at another point"},
		{EffectRequestSkipped, "process_request no longer runs"},
		{EffectRequestRun, "process_request runs now"},
		{EffectViewHookSkipped, "process_view no longer runs"},
		{EffectViewHookRun, "process_view runs now"},
		{EffectTemplateSkipped, "process_template_response no longer runs"},
		{EffectTemplateRun, "process_template_response runs now"},
		{EffectExceptionSkipped, "process_exception no longer runs"},
		{EffectExceptionRun, "process_exception runs now"},
		{EffectCallSkipped, "the layer's own call, or a part of it, no longer runs"},
		{EffectCallRun, "the layer's own call, or a part of it, runs now"},
		{EffectCountChanged, "a hook runs more or less often"},
		{EffectOtherResponse, "a hook gets another response, or none"},
		{EffectOtherError, "process_exception gets another error"},
		{EffectPagesChanged, "other error pages are made"},
		{EffectReportsChanged, "got_request_exception is sent more or less often"},
		{EffectRenderChanged, "a template is rendered that was not, or the reverse"},
		{EffectStreamChanged, "a stream is consumed or closed that was not, or the reverse"},
		{EffectHeaderChanged, "the client gets other headers"},
		{EffectFinishChanged, "request_finished is sent more or less often"},
		{EffectOrderChanged, "the same happens in another order"},
		{EffectModeChanged, "hooks run in another mode"},
	}
}

// EffectNames are all effects, the weightiest first.
func EffectNames() []EffectName {
	var names []EffectName
	for _, e := range effectWords() {
		names = append(names, e.name)
	}
	return names
}

// Words are the effect in a sentence without a period.
func (n EffectName) Words() string {
	for _, e := range effectWords() {
		if e.name == n {
			return e.words
		}
	}
	return ""
}

// Effect is the weightiest one; the zero Effect for a Difference without any,
// which Compare does not give.
func (d *Difference) Effect() Effect {
	if len(d.Effects) == 0 {
		return Effect{}
	}
	return d.Effects[0]
}

// Has says that the difference has the effect.
func (d *Difference) Has(name EffectName) bool {
	return slices.ContainsFunc(d.Effects, func(e Effect) bool { return e.Name == name })
}
