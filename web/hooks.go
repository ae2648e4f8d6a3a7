package web

// RequestHook is process_request. It runs before the URL is resolved,
// outermost layer first; nil, nil lets the request go on.
type RequestHook interface {
	ProcessRequest(r *Request) (*Response, error)
}

// ViewHook is process_view. It runs just before the view, outermost layer
// first; nil, nil lets the request go on. The view gets m as the hooks left it.
type ViewHook interface {
	ProcessView(r *Request, m *Match) (*Response, error)
}

// TemplateResponseHook is process_template_response. It runs innermost layer
// first on responses that hold a deferred template, and must return one.
type TemplateResponseHook interface {
	ProcessTemplateResponse(r *Request, res *Response) (*Response, error)
}

// ResponseHook is process_response. It runs innermost layer first and must
// return a response.
type ResponseHook interface {
	ProcessResponse(r *Request, res *Response) (*Response, error)
}

// ExceptionHook is process_exception. It runs innermost layer first on errors
// of the view and of rendering; the first response ends the round, nil, nil
// passes the error on.
type ExceptionHook interface {
	ProcessException(r *Request, err error) (*Response, error)
}

// AsyncViewHook is a process_view that answers through a Future.
type AsyncViewHook interface {
	ProcessViewAsync(r *Request, m *Match) *Future
}

// AsyncTemplateResponseHook is a process_template_response that answers
// through a Future.
type AsyncTemplateResponseHook interface {
	ProcessTemplateResponseAsync(r *Request, res *Response) *Future
}

// AsyncExceptionHook is a process_exception that answers through a Future.
type AsyncExceptionHook interface {
	ProcessExceptionAsync(r *Request, err error) *Future
}

// HookSet holds the hooks of one layer; nil fields are hooks it does not have.
// Where a hook is there in both kinds, engines use the asynchronous one.
type HookSet struct {
	Request          RequestHook
	View             ViewHook
	TemplateResponse TemplateResponseHook
	Response         ResponseHook
	Exception        ExceptionHook

	AsyncView             AsyncViewHook
	AsyncTemplateResponse AsyncTemplateResponseHook
	AsyncException        AsyncExceptionHook
}

// HookSetter is a layer that says itself which hooks it has, instead of by its
// method set: a layer put together at run time, or one that wraps another.
type HookSetter interface {
	HookSet() HookSet
}

// HooksOf finds the hooks of a layer, as hasattr does in load_middleware of
// django/core/handlers/base.py. Engines ask once, when the stack is built.
func HooksOf(layer any) HookSet {
	if s, ok := layer.(HookSetter); ok {
		return s.HookSet()
	}
	var set HookSet
	set.Request, _ = layer.(RequestHook)
	set.View, _ = layer.(ViewHook)
	set.TemplateResponse, _ = layer.(TemplateResponseHook)
	set.Response, _ = layer.(ResponseHook)
	set.Exception, _ = layer.(ExceptionHook)
	set.AsyncView, _ = layer.(AsyncViewHook)
	set.AsyncTemplateResponse, _ = layer.(AsyncTemplateResponseHook)
	set.AsyncException, _ = layer.(AsyncExceptionHook)
	return set
}

// Empty says that the layer has no hook at all.
func (s HookSet) Empty() bool { return s == HookSet{} }
