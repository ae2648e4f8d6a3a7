package core

import "github.com/mwcheck/mwcheck/web"

// Hand runs f, which may block, on a goroutine of the synchronous side while
// the calling task waits (sync_to_async in asgiref). A panic in f is its error.
func Hand(r *web.Request, f func() (*web.Response, error)) (*web.Response, error) {
	prev := r.EnterMode(web.Sync)
	res, err := web.Go(f).Await()
	r.EnterMode(prev)
	return res, err
}

// Wait starts work on the asynchronous side and waits for it (async_to_sync
// in asgiref).
func Wait(r *web.Request, start func() *web.Future) (*web.Response, error) {
	prev := r.EnterMode(web.Async)
	defer r.EnterMode(prev)
	return start().Await()
}

// ServeAsync is Enter and Complete for a handler on the asynchronous side
// (_get_response_async in django/core/handlers/base.py, 3.1 and later). It
// runs in the task of its caller.
func (c *Core) ServeAsync(r *web.Request) (*web.Response, error) {
	var s Inner
	c.viewAsync(r, &s)
	if s.Err != nil {
		if !s.fromView {
			return nil, s.Err
		}
		res, err := c.excuseAsync(r, s.Err)
		if err != nil {
			return nil, err
		}
		s.Res = res
	}
	if s.Res == nil {
		return nil, &web.LayerError{Layer: viewName(r), Hook: "view", Err: web.ErrNilResponse}
	}
	if s.Res.Template() == nil {
		return s.Res, nil
	}
	res, culprit := s.Res, ""
	for _, t := range c.AsyncTemplate {
		var err error
		res, err = guard(func() *web.Future { return t.Hook.ProcessTemplateResponseAsync(r, res) })
		if err != nil {
			return nil, err
		}
		if res == nil {
			return nil, templateNil(t.Layer)
		}
		culprit = blame(culprit, t.Layer, res)
	}
	return Hand(r, func() (*web.Response, error) {
		res, _, err := c.renderOrExcuse(r, res, culprit)
		return res, err
	})
}

func (c *Core) viewAsync(r *web.Request, s *Inner) {
	s.Err = protect(func() error { return c.App.Resolve(r) })
	if s.Err != nil {
		return
	}
	for _, hook := range c.AsyncView {
		s.Res, s.Err = guard(func() *web.Future { return hook.ProcessViewAsync(r, &r.Match) })
		if s.Res != nil || s.Err != nil {
			return
		}
	}
	if r.Match.AsyncView != nil {
		s.Res, s.Err = guard(func() *web.Future { return r.Match.AsyncView(r) })
	} else {
		s.Res, s.Err = Hand(r, func() (*web.Response, error) { return r.Match.View(r) })
	}
	s.fromView = s.Err != nil
}

func (c *Core) excuseAsync(r *web.Request, cause error) (*web.Response, error) {
	if len(c.Exception) == 0 || web.KindOf(cause).Leaves() {
		return nil, cause
	}
	return Hand(r, func() (*web.Response, error) { return c.Excuse(r, cause) })
}

// guard starts and awaits; a panic while starting is the error.
func guard(start func() *web.Future) (res *web.Response, err error) {
	defer catch(&err)
	return start().Await()
}

func protect(f func() error) (err error) {
	defer catch(&err)
	return f()
}

// The adapters below put a hook of one kind where the other is called
// (adapt_method_mode in django/core/handlers/base.py).

func syncView(s web.HookSet) web.ViewHook {
	if s.AsyncView != nil {
		return waitView{s.AsyncView}
	}
	return s.View
}

func asyncView(s web.HookSet) web.AsyncViewHook {
	if s.AsyncView != nil {
		return s.AsyncView
	}
	return handView{s.View}
}

func syncTemplate(s web.HookSet) web.TemplateResponseHook {
	if s.AsyncTemplateResponse != nil {
		return waitTemplate{s.AsyncTemplateResponse}
	}
	return s.TemplateResponse
}

func asyncTemplate(s web.HookSet) web.AsyncTemplateResponseHook {
	if s.AsyncTemplateResponse != nil {
		return s.AsyncTemplateResponse
	}
	return handTemplate{s.TemplateResponse}
}

func syncException(s web.HookSet) web.ExceptionHook {
	if s.AsyncException != nil {
		return waitException{s.AsyncException}
	}
	return s.Exception
}

type waitView struct{ hook web.AsyncViewHook }

func (w waitView) ProcessView(r *web.Request, m *web.Match) (*web.Response, error) {
	return Wait(r, func() *web.Future { return w.hook.ProcessViewAsync(r, m) })
}

type handView struct{ hook web.ViewHook }

func (h handView) ProcessViewAsync(r *web.Request, m *web.Match) *web.Future {
	return handed(r, func() (*web.Response, error) { return h.hook.ProcessView(r, m) })
}

type waitTemplate struct {
	hook web.AsyncTemplateResponseHook
}

func (w waitTemplate) ProcessTemplateResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	return Wait(r, func() *web.Future { return w.hook.ProcessTemplateResponseAsync(r, res) })
}

type handTemplate struct{ hook web.TemplateResponseHook }

func (h handTemplate) ProcessTemplateResponseAsync(r *web.Request, res *web.Response) *web.Future {
	return handed(r, func() (*web.Response, error) { return h.hook.ProcessTemplateResponse(r, res) })
}

type waitException struct{ hook web.AsyncExceptionHook }

func (w waitException) ProcessException(r *web.Request, err error) (*web.Response, error) {
	return Wait(r, func() *web.Future { return w.hook.ProcessExceptionAsync(r, err) })
}

// handed is Hand for hooks that are called and awaited in one go by
// ServeAsync: the task waits here, so the Future is there already.
func handed(r *web.Request, f func() (*web.Response, error)) *web.Future {
	return web.Resolved(Hand(r, f))
}
