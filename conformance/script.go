package conformance

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// script plays the hooks of one LayerSpec.
type script struct {
	spec *LayerSpec
	rec  *recorder
	// other is the router that set_urlconf switches to.
	other web.Router
	// falseIsNil are the hooks whose False Django takes for None here, so that
	// Go's nil says the same: it only asks whether the answer is true. See
	// falseIsNil.
	falseIsNil []string
	// end, if set, makes this no layer but the end of a release's way out: the
	// error class that a False raises there.
	end string
}

// falseIsNil tells for which hooks of layer i a False is no answer: for
// process_exception from 1.9 on; for process_request under a mixin, which asks
// "response or"; for process_request in the classic model and for process_view
// where a later hook's result takes its place. Elsewhere False goes on as if
// it were a response.
func (s *Scenario) falseIsNil(e Engine, i int) []string {
	var hooks []string
	if !e.ExceptionTakesFalse {
		hooks = append(hooks, HookException)
	}
	if e.Family != FamilyClassic || s.overwritten(HookRequest, i) {
		hooks = append(hooks, HookRequest)
	}
	if s.overwritten(HookView, i) {
		hooks = append(hooks, HookView)
	}
	return hooks
}

// overwritten says that a layer in use further in than i has the hook.
func (s *Scenario) overwritten(hook string, i int) bool {
	for _, l := range s.Layers[i+1:] {
		if _, has := l.Hooks[hook]; has && l.Init != "not_used" && l.Init != "returns_none" {
			return true
		}
	}
	return false
}

// do plays a behaviour that makes an answer or an error. given is what the hook
// got and gives back for pass.
func (s *script) do(r *web.Request, event, behaviour string, given *web.Response, cause error) (*web.Response, error) {
	head, kind, _ := strings.Cut(behaviour, ":")
	switch head {
	case "", "pass":
		return given, nil
	case "touch":
		return touch(s.rec.touchable(given), event), nil
	case "respond", "replace":
		return respond(http.StatusOK, event), nil
	case "respond_template", "replace_template":
		return s.rec.respondTemplate(http.StatusOK, event, ""), nil
	case "respond_template_raises":
		if kind == "" {
			kind = "value_error"
		}
		return s.rec.respondTemplate(http.StatusOK, event, kind), nil
	case "respond_stream":
		return s.rec.respondStream(r, event), nil
	case "return_none":
		return nil, nil
	case "return_false":
		if hook, _ := strings.CutPrefix(event, s.spec.Name+"."); !slices.Contains(s.falseIsNil, hook) {
			return s.rec.takeFalse(), nil
		}
		return nil, nil
	case "raise":
		return nil, raise(kind, event)
	case "reraise":
		return nil, cause
	case "set_urlconf":
		r.Router = s.other
		return nil, nil
	}
	return nil, errors.New("unsupported behaviour " + behaviour)
}

func (s *script) event(hook string) string { return s.spec.Name + "." + hook }

func (s *script) request(r *web.Request) (*web.Response, error) {
	event := s.event(HookRequest)
	s.rec.note(r, event)
	return s.do(r, event, s.spec.Hooks[HookRequest], nil, nil)
}

func (s *script) view(r *web.Request) (*web.Response, error) {
	event := s.event(HookView)
	s.rec.note(r, event)
	return s.do(r, event, s.spec.Hooks[HookView], nil, nil)
}

func (s *script) response(r *web.Request, hook string, res *web.Response) (*web.Response, error) {
	if s.end != "" {
		return s.rec.finish(res, s.end)
	}
	event := s.event(hook)
	s.rec.note(r, event+s.rec.fields(res))
	return s.do(r, event, s.spec.Hooks[hook], res, nil)
}

func (s *script) exception(r *web.Request, cause error) (*web.Response, error) {
	event := s.event(HookException)
	s.rec.note(r, event+errorFields(cause))
	return s.do(r, event, s.spec.Hooks[HookException], nil, cause)
}

// The hooks as values, so that a layer has exactly those its spec names.
type (
	requestHook        struct{ *script }
	viewHook           struct{ *script }
	templateHook       struct{ *script }
	responseHook       struct{ *script }
	exceptionHook      struct{ *script }
	asyncViewHook      struct{ *script }
	asyncTemplateHook  struct{ *script }
	asyncExceptionHook struct{ *script }
)

func (h requestHook) ProcessRequest(r *web.Request) (*web.Response, error) { return h.request(r) }

func (h viewHook) ProcessView(r *web.Request, _ *web.Match) (*web.Response, error) { return h.view(r) }

func (h templateHook) ProcessTemplateResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	return h.response(r, HookTemplateResponse, res)
}

func (h responseHook) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	return h.response(r, HookResponse, res)
}

func (h exceptionHook) ProcessException(r *web.Request, err error) (*web.Response, error) {
	return h.exception(r, err)
}

func (h asyncViewHook) ProcessViewAsync(r *web.Request, _ *web.Match) *web.Future {
	return web.Go(func() (*web.Response, error) { return h.view(r) })
}

func (h asyncTemplateHook) ProcessTemplateResponseAsync(r *web.Request, res *web.Response) *web.Future {
	return web.Go(func() (*web.Response, error) { return h.response(r, HookTemplateResponse, res) })
}

func (h asyncExceptionHook) ProcessExceptionAsync(r *web.Request, err error) *web.Future {
	return web.Go(func() (*web.Response, error) { return h.exception(r, err) })
}

// HookSet gives the hooks the spec names.
func (s *script) HookSet() web.HookSet {
	var set web.HookSet
	for hook := range s.spec.Hooks {
		async := slices.Contains(s.spec.AsyncHooks, hook)
		switch hook {
		case HookRequest:
			set.Request = requestHook{s}
		case HookResponse:
			set.Response = responseHook{s}
		case HookView:
			if async {
				set.AsyncView = asyncViewHook{s}
			} else {
				set.View = viewHook{s}
			}
		case HookTemplateResponse:
			if async {
				set.AsyncTemplateResponse = asyncTemplateHook{s}
			} else {
				set.TemplateResponse = templateHook{s}
			}
		case HookException:
			if async {
				set.AsyncException = asyncExceptionHook{s}
			} else {
				set.Exception = exceptionHook{s}
			}
		}
	}
	return set
}

// call plays the body of a modern layer. next waits for what is further in.
func (s *script) call(r *web.Request, next func() *web.Response) (*web.Response, error) {
	c := s.spec.Call
	if c == nil {
		c = &Call{}
	}
	before := s.event("call.before")
	s.rec.note(r, before)
	if c.Before != "" && c.Before != "pass" {
		return s.do(r, before, c.Before, nil, nil)
	}
	res, err := s.inside(r, c, next)
	if err != nil {
		return nil, err
	}
	after := s.event("call.after")
	s.rec.note(r, after+s.rec.fields(res))
	return s.do(r, after, c.After, res, nil)
}

// inside asks for what is further in, with the spec's try around it.
func (s *script) inside(r *web.Request, c *Call, next func() *web.Response) (res *web.Response, err error) {
	defer func() {
		if c.Try == "finally" {
			s.rec.note(r, s.event("call.finally"))
		}
		if c.Try != "record" && c.Try != "swallow" {
			return
		}
		v := recover()
		if v == nil {
			return
		}
		cause := web.Recovered(v)
		if web.KindOf(cause).Leaves() {
			panic(v) // "except Exception" does not catch an exit
		}
		caught := s.event("call.caught")
		s.rec.note(r, caught+errorFields(cause))
		if c.Try == "swallow" {
			res, err = respond(http.StatusOK, caught), nil
			return
		}
		res, err = nil, cause
	}()
	switch c.GetResponse {
	case "never":
		return nil, nil
	case "twice":
		next()
	}
	return next(), nil
}

// syncLayer and asyncLayer are a spec's modern layer.
type syncLayer struct {
	*script
	next modern.Next
}

func (l syncLayer) Handle(r *web.Request) (*web.Response, error) {
	return l.call(r, func() *web.Response { return l.next(r) })
}

type asyncLayer struct {
	*script
	next modern.AsyncNext
}

func (l asyncLayer) HandleAsync(r *web.Request) *web.Future {
	return web.Go(func() (*web.Response, error) {
		return l.call(r, func() *web.Response { return l.next(r).Await() })
	})
}
