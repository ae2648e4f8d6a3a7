package diff_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
)

// replica goes the way of a request through layers with hooks as the handlers
// of Django do (get_response in django/core/handlers/base.py, 1.9 to 5.2, and
// MiddlewareMixin.__call__). It says what happens where nothing was recorded.
// It shares nothing with the engines: it knows no request, no body and no Go
// interface, only behaviours and events. TestReplica holds it against every
// recording of the scenarios it can play.
type replica struct {
	release  int // 109, 110, 111, 202, 302, 502
	classic  bool
	scenario *conformance.Scenario
	events   []string
	// rendered is response_is_rendered of 1.9.
	rendered bool
}

// thing is what a hook or a view returns: None (nil), False, or a response.
type thing struct {
	isFalse            bool
	status             int
	marker             string
	template, rendered bool
	fails              string // rendering raises it
	stream             bool
}

// pyError is an exception, as a panic.
type pyError struct{ kind, from string }

func raise(kind, from string) { panic(pyError{kind, from}) }

func (r *replica) note(format string, a ...any) {
	r.events = append(r.events, fmt.Sprintf(format, a...))
}

// attempt runs f and gives the exception that catches accepts.
func attempt(f func() *thing, catches func(kind string) bool) (out *thing, failed *pyError) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case pyError:
			if !catches(v.kind) {
				panic(v)
			}
			out, failed = nil, &v
		default:
			panic(v)
		}
	}()
	return f(), nil
}

// isException is what "except Exception" catches.
func isException(kind string) bool { return kind != "system_exit" && kind != "keyboard_interrupt" }
func notExit(kind string) bool     { return kind != "system_exit" }
func everything(string) bool       { return true }

// given is what a hook sees of a response.
func given(t *thing) string {
	switch {
	case t == nil:
		return "status=None"
	case t.isFalse:
		return "status=False"
	case t.template && !t.rendered:
		return fmt.Sprintf("status=%d marker=%s rendered=no", t.status, t.marker)
	}
	return fmt.Sprintf("status=%d marker=%s", t.status, t.marker)
}

// act does what a behaviour says at a place.
func (r *replica) act(at, behaviour string, got *thing, err *pyError) *thing {
	head, kind, _ := strings.Cut(behaviour, ":")
	switch head {
	case "pass":
		return got
	case "touch":
		if got == nil || got.isFalse {
			raise("AttributeError", "django")
		}
		return got
	case "respond", "replace":
		return &thing{status: 200, marker: at}
	case "respond_template", "replace_template":
		return &thing{status: 200, marker: at, template: true}
	case "respond_template_raises", "template_render_raises":
		if kind == "" {
			kind = "value_error"
		}
		return &thing{status: 200, marker: at, template: true, fails: kind}
	case "respond_stream":
		return &thing{status: 200, marker: at, stream: true}
	case "return_none":
		return nil
	case "return_false":
		return &thing{isFalse: true}
	case "raise":
		raise(kind, at)
	case "reraise":
		panic(*err)
	}
	panic("unknown behaviour " + behaviour)
}

// hooks are the layers that have a hook, outermost first.
func (r *replica) hooks(hook string) []*conformance.LayerSpec {
	var list []*conformance.LayerSpec
	for i := range r.scenario.Layers {
		if l := &r.scenario.Layers[i]; l.Hooks[hook] != "" {
			list = append(list, l)
		}
	}
	return list
}

func inwardsOut(list []*conformance.LayerSpec) []*conformance.LayerSpec {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

func (r *replica) call(l *conformance.LayerSpec, hook string) *thing {
	at := l.Name + "." + hook
	r.note("%s", at)
	return r.act(at, l.Hooks[hook], nil, nil)
}

func (r *replica) callWith(l *conformance.LayerSpec, hook string, got *thing) *thing {
	at := l.Name + "." + hook
	r.note("%s %s", at, given(got))
	return r.act(at, l.Hooks[hook], got, nil)
}

// page is the response of an error handler.
func (r *replica) page(status int, err *pyError) *thing {
	at := fmt.Sprintf("handler%d", status)
	r.note("%s exc=%s from=%s", at, err.kind, err.from)
	return &thing{status: status, marker: at}
}

func (r *replica) uncaught(err *pyError) *thing {
	r.note("signal.got_request_exception")
	return r.page(500, err)
}

// pageOfKind is response_for_exception.
func (r *replica) pageOfKind(err *pyError) *thing {
	switch err.kind {
	case "http404":
		return r.page(404, err)
	case "permission_denied":
		return r.page(403, err)
	case "suspicious_operation", "multipart_error":
		return r.page(400, err)
	}
	return r.uncaught(err)
}

// excuse is process_exception_by_middleware.
func (r *replica) excuse(err *pyError) *thing {
	for _, l := range inwardsOut(r.hooks("process_exception")) {
		at := l.Name + ".process_exception"
		r.note("%s exc=%s from=%s", at, err.kind, err.from)
		if t := r.act(at, l.Hooks["process_exception"], nil, err); t != nil && !t.isFalse {
			return t
		}
	}
	panic(*err)
}

func (r *replica) render(t *thing) *thing {
	switch {
	case t == nil || !t.template:
		raise("AttributeError", "django")
	case t.rendered:
		return t
	}
	r.note("%s.render", t.marker)
	if t.fails != "" {
		raise(t.fails, t.marker+".render")
	}
	t.rendered = true
	return t
}

// view is what is between process_request and process_response.
func (r *replica) view() *thing {
	s := r.scenario
	if s.URL == "not_found" {
		raise("http404", "django")
	}
	var t *thing
	for _, l := range r.hooks("process_view") {
		if t = r.call(l, "process_view"); t != nil && !t.isFalse {
			break
		}
	}
	if t == nil {
		var failed *pyError
		t, failed = attempt(func() *thing {
			r.note("view")
			switch head, _, _ := strings.Cut(s.View, ":"); head {
			case "", "ok":
				return &thing{status: 200, marker: "view"}
			case "notfound":
				return &thing{status: 404, marker: "view"}
			case "template":
				return &thing{status: 200, marker: "view", template: true}
			case "stream":
				return &thing{status: 200, marker: "view", stream: true}
			}
			return r.act("view", s.View, nil, nil)
		}, isException)
		if failed != nil {
			t = r.excuse(failed)
		}
	}
	if t == nil {
		raise("value_error", "django")
	}
	return r.templated(t)
}

// templated is what happens to a response that has render.
func (r *replica) templated(t *thing) *thing {
	if !t.template {
		return t
	}
	for _, l := range inwardsOut(r.hooks("process_template_response")) {
		if t = r.callWith(l, "process_template_response", t); t == nil {
			raise("value_error", "django")
		}
	}
	out, failed := attempt(func() *thing { return r.render(t) }, isException)
	if failed != nil {
		out = r.excuse(failed)
	}
	r.rendered = true
	return out
}

// asked runs process_request; True is for the value that ends the round.
func (r *replica) asked() *thing {
	var t *thing
	for _, l := range r.hooks("process_request") {
		if t = r.call(l, "process_request"); t != nil && !t.isFalse {
			break
		}
	}
	return t
}

func (r *replica) answered(t *thing) *thing {
	for _, l := range inwardsOut(r.hooks("process_response")) {
		if t = r.callWith(l, "process_response", t); t == nil {
			raise("value_error", "django")
		}
	}
	return t
}

// old is get_response of the classic model.
func (r *replica) old() *thing {
	catches := isException
	if r.release < 110 {
		catches = notExit
	}
	t, failed := attempt(func() *thing {
		t := r.asked()
		switch {
		case t == nil:
			return r.view()
		case r.release < 110:
			return r.templated(t)
		}
		return t
	}, catches)
	if failed != nil {
		t = r.pageOfKind(failed)
	}
	if r.release < 110 {
		catches = everything
	}
	out, failed := attempt(func() *thing {
		out := r.answered(t)
		if out.isFalse && r.release < 110 { // apply_response_fixes
			raise("AttributeError", "django")
		}
		return out
	}, catches)
	if failed != nil {
		return r.uncaught(failed)
	}
	return out
}

// onion is the chain of the modern model from a layer on.
func (r *replica) onion(i int) *thing {
	t, failed := attempt(func() *thing {
		if i == len(r.scenario.Layers) {
			return r.view()
		}
		l := &r.scenario.Layers[i]
		if onion(l) {
			return r.called(l, i)
		}
		var t *thing
		if l.Hooks["process_request"] != "" {
			t = r.call(l, "process_request")
		}
		if t == nil || t.isFalse {
			t = r.onion(i + 1)
		}
		if l.Hooks["process_response"] != "" {
			t = r.callWith(l, "process_response", t)
		}
		return t
	}, isException)
	if failed != nil {
		return r.pageOfKind(failed)
	}
	return t
}

// called is the __call__ of a layer of the modern model.
func (r *replica) called(l *conformance.LayerSpec, i int) *thing {
	c := l.Call
	if c == nil {
		c = &conformance.Call{}
	}
	at := l.Name + ".call."
	r.note("%sbefore", at)
	if c.Before != "" && c.Before != "pass" {
		return r.act(at+"before", c.Before, nil, nil)
	}
	ask := func() (t *thing) {
		if c.GetResponse == "never" {
			return nil
		}
		if c.GetResponse == "twice" {
			r.onion(i + 1)
		}
		return r.onion(i + 1)
	}
	var t *thing
	switch c.Try {
	case "finally":
		func() {
			defer r.note("%sfinally", at)
			t = ask()
		}()
	case "record", "swallow":
		var failed *pyError
		if t, failed = attempt(ask, isException); failed != nil {
			r.note("%scaught exc=%s from=%s", at, failed.kind, failed.from)
			if c.Try == "record" {
				panic(*failed)
			}
			t = &thing{status: 200, marker: at + "caught"}
		}
	default:
		t = ask()
	}
	r.note("%safter %s", at, given(t))
	after := c.After
	if after == "" {
		after = "pass"
	}
	return r.act(at+"after", after, t, nil)
}

// run is the handler and a server behind it.
func (r *replica) run() (trace conformance.Trace) {
	started := 0
	finished := 0
	defer func() {
		if v := recover(); v != nil {
			e, ok := v.(pyError)
			if !ok {
				panic(v)
			}
			trace.Outcome = conformance.Outcome{Kind: conformance.OutcomeRaised, Exc: e.kind, From: e.from, Started: started, Finished: finished}
		}
		trace.Events = append([]string{}, r.events...)
	}()
	var t *thing
	if r.classic {
		t = r.old()
	} else {
		t = r.onion(0)
	}
	if t == nil || t.isFalse {
		raise("AttributeError", "django")
	}
	if r.release == 110 || r.release == 111 || r.release == 109 && !r.rendered {
		if t.template && !t.rendered {
			r.render(t)
		}
	}
	started, finished = t.status, 1
	body := t.marker
	switch {
	case t.template && !t.rendered:
		raise("ContentNotRenderedError", "django")
	case t.stream:
		r.note("%s.stream.first", t.marker)
		r.note("%s.stream.end", t.marker)
		r.note("%s.stream.close", t.marker)
		body += "+"
	}
	trace.Outcome = conformance.Outcome{Kind: conformance.OutcomeResponse, Status: t.status, Body: body, Finished: 1}
	return trace
}
