package conformance

import "github.com/mwcheck/mwcheck/web"

// classic is get_response under MIDDLEWARE_CLASSES.
func (ref *reference) classic(r *web.Request) *web.Response {
	catches := ordinary
	if ref.version < 110 {
		catches = butExit
	}
	ref.path = ""
	entered := len(ref.request)
	res, failed := try(func() *web.Response {
		var res *web.Response
		if ref.has("view-hooks-first") {
			for _, hook := range ref.view {
				must(hook.ProcessView(r, &r.Match))
			}
		}
		for i, hook := range ref.request {
			if ref.has("exception-hooks-see-request-errors") {
				var failed *exception
				res, failed = try(func() *web.Response { return must(hook.ProcessRequest(r)) }, ordinary)
				if failed != nil {
					res = ref.excuse(r, failed.err)
				}
			} else {
				res = must(hook.ProcessRequest(r))
			}
			if res != nil {
				entered = i + 1
				break
			}
		}
		if res == nil || ref.has("runs-view-after-answer") {
			return ref.innermost(r)
		}
		if ref.version < 110 && res.Template() != nil {
			res = ref.templated(r, res)
		}
		return res
	}, catches)
	if failed != nil {
		res = ref.pageFor(r, failed.err)
	}
	hooks := ref.response
	if ref.has("response-hooks-of-entered-layers-only") && entered < len(hooks) {
		hooks = hooks[len(hooks)-entered:]
	}
	if n := len(hooks); n > 0 && ref.path != "" && ref.has("drops-outermost-after-"+ref.path) {
		hooks = hooks[:n-1]
	}
	catches = ordinary
	if ref.version < 110 {
		catches = anything
	}
	res, failed = try(func() *web.Response {
		for _, hook := range hooks {
			before := res
			if ref.has("outer-hooks-after-response-error") {
				var failed *exception
				res, failed = try(func() *web.Response { return must(hook.ProcessResponse(r, before)) }, ordinary)
				if failed != nil {
					ref.signal(r, failed.err)
					res = ref.uncaught(r, failed.err)
				}
			} else {
				res = must(hook.ProcessResponse(r, res))
			}
			if res == nil && ref.has("response-none-ignored") {
				res = before
			}
			if res == nil {
				panic(&web.Raised{Err: &web.LayerError{Layer: "?", Err: web.ErrNilResponse}})
			}
		}
		return res
	}, catches)
	if failed != nil {
		if ref.has("kind-of-response-errors") {
			return ref.pageFor(r, failed.err)
		}
		ref.signal(r, failed.err)
		res = ref.uncaught(r, failed.err)
	}
	return res
}
