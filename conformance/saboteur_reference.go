package conformance

import (
	"net/http"
	"slices"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// reference is a second implementation of both models, written as Django's own
// source reads: exceptions are panics, every handler is a closure, nothing is
// resolved beforehand. It shares no code with the engines and is what they are
// compared with on stacks that no vector holds; saboteurs are copies of it with
// one fault.
type reference struct {
	app     *web.App
	version int // 108, 109, 110, 111, 202, 302 …
	fault   string

	request  []web.RequestHook
	view     []web.ViewHook
	template []web.TemplateResponseHook
	response []web.ResponseHook
	except   []web.ExceptionHook

	rendered  bool
	signalled error
	path      string                             // what answered: "view", "view-hook" or "view-error"
	chain     func(r *web.Request) *web.Response // nil: the classic model
}

// referenceEngine is the reference under a name of the vectors.
func referenceEngine(family string, version int, name, fault string) Engine {
	e := Engine{Name: family + "@" + name, Family: family}
	e.ExceptionTakesFalse = version == 108
	e.Build = func(s Stack) (Built, error) {
		app := s.App
		ref := &reference{app: &app, version: version, fault: fault}
		log, err := ref.load(s.Layers, family == FamilyModern)
		return Built{Handler: ref, LoadLog: log}, err
	}
	return e
}

func (ref *reference) has(fault string) bool { return ref.fault == fault }

// exception is a raised error.
type exception struct{ err error }

func must(res *web.Response, err error) *web.Response {
	if err != nil {
		panic(&web.Raised{Err: err})
	}
	return res
}

// try runs f and gives the exception it raises, if catches says so.
func try(f func() *web.Response, catches func(error) bool) (res *web.Response, failed *exception) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		err := web.Recovered(v)
		if !catches(err) {
			panic(v)
		}
		res, failed = nil, &exception{err}
	}()
	return f(), nil
}

func ordinary(err error) bool { return web.KindOf(err) < web.KindExit }
func butExit(err error) bool  { return web.KindOf(err) != web.KindExit }
func anything(error) bool     { return true }

func (ref *reference) signal(r *web.Request, err error) {
	if ref.has("no-signal") || ref.has("no-signal-for-pages") && !ref.app.Propagate || ref.has("signals-once") && ref.signalled == err {
		return
	}
	ref.signalled = err
	ref.app.OnException(r, err)
}

// uncaught is handle_uncaught_exception.
func (ref *reference) uncaught(r *web.Request, err error) *web.Response {
	if ref.app.Propagate && !ref.has("never-propagates") {
		panic(&web.Raised{Err: err})
	}
	return must(ref.app.ErrorPage(r, 500)(r, err))
}

// pageFor is response_for_exception.
func (ref *reference) pageFor(r *web.Request, err error) *web.Response {
	status := map[web.Kind]int{
		web.KindNotFound: 404, web.KindPermissionDenied: 403, web.KindBadRequest: 400, web.KindSuspicious: 400,
	}[web.KindOf(err)]
	if ref.has("permission-denied-is-500") && status == 403 {
		status = 0
	}
	var res *web.Response
	if status == 0 {
		ref.signal(r, err)
		res = ref.uncaught(r, err)
	} else {
		catches := ordinary
		if ref.version < 110 {
			catches = anything
		}
		page, failed := try(func() *web.Response { return must(ref.app.ErrorPage(r, status)(r, err)) }, catches)
		if failed != nil && ref.has("error-page-failure-leaves") {
			panic(&web.Raised{Err: failed.err})
		}
		if failed != nil {
			ref.signal(r, failed.err)
			page = ref.uncaught(r, failed.err)
		}
		res = page
	}
	if ref.version >= 111 && res != nil && res.Unrendered() {
		ref.render(r, res)
	}
	return res
}

func (ref *reference) render(r *web.Request, res *web.Response) {
	if err := res.Render(r); err != nil {
		panic(&web.Raised{Err: err})
	}
}

// film is convert_exception_to_response.
func (ref *reference) film(inner func(*web.Request) *web.Response) modern.Next {
	if ref.has("no-film") {
		return inner
	}
	catches := ordinary
	if ref.has("catches-exits") {
		catches = anything
	}
	return func(r *web.Request) *web.Response {
		res, failed := try(func() *web.Response { return inner(r) }, catches)
		if failed != nil {
			if _, from := describe(failed.err); from == "handler500" && ref.has("handler500-once") {
				panic(&web.Raised{Err: failed.err})
			}
			return ref.pageFor(r, failed.err)
		}
		return res
	}
}

// mixin is MiddlewareMixin.__call__.
func (ref *reference) mixin(hooks web.HookSet, next modern.Next) func(*web.Request) *web.Response {
	inner := slices.Clone(ref.response)
	ref.response = collect(ref.response, []web.ResponseHook{hooks.Response})
	return func(r *web.Request) *web.Response {
		var res *web.Response
		if hooks.Request != nil {
			if ref.has("own-response-after-own-raise") {
				var failed *exception
				res, failed = try(func() *web.Response { return must(hooks.Request.ProcessRequest(r)) }, ordinary)
				if failed != nil {
					res = ref.pageFor(r, failed.err)
				}
			} else {
				res = must(hooks.Request.ProcessRequest(r))
			}
		}
		if res == nil {
			res = next(r)
		} else if ref.has("inner-response-hooks-too") {
			for _, hook := range inner {
				res = must(hook.ProcessResponse(r, res))
			}
		}
		if hooks.Response != nil {
			res = must(hooks.Response.ProcessResponse(r, res))
		}
		return res
	}
}

// innermost is _get_response.
func (ref *reference) innermost(r *web.Request) *web.Response {
	if ref.has("urlconf-ignored") {
		r.Router = nil
	}
	if err := ref.app.Resolve(r); err != nil {
		panic(&web.Raised{Err: err})
	}
	var res *web.Response
	ref.path = "view"
	for i, hook := range ref.view {
		if res = must(hook.ProcessView(r, &r.Match)); res != nil && !ref.has("goes-on-after-view-answer") {
			ref.path = "view-hook"
			if ref.has("asks-all-view-hooks") {
				for _, hook := range ref.view[i+1:] {
					must(hook.ProcessView(r, &r.Match))
				}
			}
			break
		}
	}
	if n := len(ref.request); n > 0 && ref.has("request-hook-late") {
		must(ref.request[n-1].ProcessRequest(r))
	}
	if res == nil {
		var failed *exception
		res, failed = try(func() *web.Response { return must(r.Match.View(r)) }, ordinary)
		if failed != nil {
			ref.path = "view-error"
			res = ref.excuse(r, failed.err)
		}
	}
	if res == nil && ref.has("view-none-passes") {
		res = web.New(http.StatusNoContent)
	}
	if res == nil {
		panic(&web.Raised{Err: &web.LayerError{Layer: "view", Err: web.ErrNilResponse}})
	}
	if res.Template() != nil {
		return ref.templated(r, res)
	}
	if ref.has("error-page-for-404-responses") && res.StatusCode() == http.StatusNotFound {
		return ref.pageFor(r, web.ErrNotFound)
	}
	return res
}

func (ref *reference) templated(r *web.Request, res *web.Response) *web.Response {
	for i, hook := range ref.template {
		if ref.has("skips-template-hooks") {
			break
		}
		if ref.has("skips-innermost-template-hook") && i == 0 && len(ref.template) > 1 {
			continue
		}
		before := res
		if res = must(hook.ProcessTemplateResponse(r, res)); res == nil && ref.has("template-none-ignored") {
			res = before
		}
		if res == nil {
			panic(&web.Raised{Err: &web.LayerError{Layer: "?", Err: web.ErrNilResponse}})
		}
	}
	if res.Template() == nil && ref.has("accepts-plain") || res.Template() != nil && ref.has("renders-at-the-end") {
		return res
	}
	if ref.version == 108 {
		ref.render(r, res)
		return res
	}
	_, failed := try(func() *web.Response { ref.render(r, res); return res }, ordinary)
	if failed != nil {
		res = ref.excuse(r, failed.err)
	}
	ref.rendered = true
	return res
}

// excuse is process_exception_by_middleware, which raises again what nobody
// answers.
func (ref *reference) excuse(r *web.Request, err error) *web.Response {
	hooks := ref.except
	if ref.has("exception-order") {
		hooks = slices.Clone(hooks)
		slices.Reverse(hooks)
	}
	var last *web.Response
	for _, hook := range hooks {
		if ref.has("exception-raise-ignored") {
			res, failed := try(func() *web.Response { return must(hook.ProcessException(r, err)) }, ordinary)
			if failed == nil && res != nil {
				return res
			}
			continue
		}
		res := must(hook.ProcessException(r, err))
		if res != nil && !ref.has("asks-all-exception-hooks") {
			return res
		}
		last = res
	}
	if last != nil {
		return last
	}
	panic(&web.Raised{Err: err})
}

// ServeHTTP is WSGIHandler.__call__ and a server that keeps to PEP 3333.
func (ref *reference) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r := web.NewRequest(req)
	ref.rendered = false
	var res *web.Response
	if ref.chain != nil {
		res = ref.chain(r)
	} else {
		res = ref.classic(r)
	}
	if res == nil {
		panic(&web.Raised{Err: web.ErrNoFinalResponse})
	}
	late := ref.version == 110 || ref.version == 111 || ref.version == 109 && !ref.rendered
	if ref.has("renders-late") || ref.has("renders-at-the-end") {
		late = true
	}
	if late && res.Unrendered() {
		ref.render(r, res)
	}
	if ref.has("consumes-stream") && res.Streaming() {
		for range res.Chunks() { // consumed on purpose
		}
	}
	err := web.Send(w, r, res)
	if !ref.has("never-closes") {
		if !ref.has("leaves-open") {
			res.Close()
		}
		ref.app.OnFinished(r)
	}
	if ref.has("finishes-twice") {
		ref.app.OnFinished(r)
	}
	if err != nil {
		panic(&web.Raised{Err: err})
	}
}
