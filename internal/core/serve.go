package core

import (
	"errors"

	"github.com/mwcheck/mwcheck/web"
)

// state is how far a request has come inside the innermost layer.
type state struct {
	res      *web.Response
	err      error
	fromView bool // err is the view's own
	busy     bool // in a hook or the view: a panic belongs to it
	inView   bool
}

// Serve runs everything inside the innermost layer (_get_response in
// django/core/handlers/base.py). It does not panic: what a hook or the view
// throws is the error. templated says that a template was rendered on the way
// (response_is_rendered in 1.9).
func (c *Core) Serve(r *web.Request) (res *web.Response, templated bool, err error) {
	var s state
	c.view(r, &s)
	if s.err != nil {
		if !s.fromView {
			return nil, false, s.err
		}
		res, err := c.Excuse(r, s.err)
		if err != nil {
			return nil, false, err
		}
		s.res = res
	}
	if s.res == nil {
		return nil, false, &web.LayerError{Layer: viewName(r), Hook: "view", Err: web.ErrNilResponse}
	}
	if s.res.Template() == nil {
		return s.res, false, nil
	}
	return c.Templated(r, s.res)
}

// view resolves the URL, runs the view hooks and the view.
func (c *Core) view(r *web.Request, s *state) {
	defer func() {
		if !s.busy {
			return
		}
		if v := recover(); v != nil {
			s.res, s.err, s.fromView = nil, web.Recovered(v), s.inView
		}
	}()
	s.busy = true
	if s.err = c.App.Resolve(r); s.err != nil {
		s.busy = false
		return
	}
	for _, hook := range c.View {
		s.res, s.err = hook.ProcessView(r, &r.Match)
		if s.res != nil || s.err != nil {
			s.busy = false
			return
		}
	}
	s.inView = true
	if r.Match.AsyncView != nil {
		s.res, s.err = Wait(r, func() *web.Future { return r.Match.AsyncView(r) })
	} else {
		s.res, s.err = r.Match.View(r)
	}
	s.fromView = s.err != nil
	s.busy = false
}

func viewName(r *web.Request) string {
	if r.Match.Name != "" {
		return r.Match.Name
	}
	return "view"
}

// Excuse gives an error to the exception hooks, innermost first. It answers
// with the first response, or with the error that goes on: the one given, or
// the one a hook raised in its place.
func (c *Core) Excuse(r *web.Request, cause error) (res *web.Response, err error) {
	if web.KindOf(cause).Leaves() {
		return nil, cause
	}
	defer catch(&err)
	for _, hook := range c.Exception {
		res, err := hook.ProcessException(r, cause)
		if res != nil || err != nil {
			return res, err
		}
	}
	return nil, cause
}

// Templated runs the template response hooks and renders what they leave.
func (c *Core) Templated(r *web.Request, res *web.Response) (_ *web.Response, templated bool, err error) {
	res, culprit, err := c.templateHooks(r, res)
	if err != nil {
		return nil, false, err
	}
	return c.renderOrExcuse(r, res, culprit)
}

// templateHooks also names the layer whose hook took the template away.
func (c *Core) templateHooks(r *web.Request, res *web.Response) (_ *web.Response, culprit string, err error) {
	defer catch(&err)
	for _, t := range c.Template {
		res, err = t.Hook.ProcessTemplateResponse(r, res)
		if err != nil {
			return nil, "", err
		}
		if res == nil {
			return nil, "", templateNil(t.Layer)
		}
		culprit = blame(culprit, t.Layer, res)
	}
	return res, culprit, nil
}

// blame keeps the innermost layer since which the response has no template.
func blame(culprit, layer string, res *web.Response) string {
	switch {
	case res.Template() != nil:
		return ""
	case culprit == "":
		return layer
	}
	return culprit
}

func templateNil(layer string) error {
	return &web.LayerError{Layer: layer, Hook: "process_template_response", Err: web.ErrNilResponse}
}

func (c *Core) renderOrExcuse(r *web.Request, res *web.Response, culprit string) (_ *web.Response, templated bool, err error) {
	err = Render(r, res)
	if err == nil {
		return res, true, nil
	}
	if errors.Is(err, web.ErrNotTemplate) {
		err = &web.LayerError{Layer: culprit, Hook: "process_template_response", Err: web.ErrNotTemplate}
	}
	if c.Profile.RenderErrorsSkipExceptionHooks {
		return nil, false, err
	}
	res, err = c.Excuse(r, err)
	return res, err == nil, err
}

// Late deals with a response that came out of the stack, as the profile says.
// templated is Serve's. The error leaves the handler.
func (c *Core) Late(r *web.Request, res *web.Response, templated bool) (*web.Response, error) {
	if res == nil {
		return nil, web.ErrNoFinalResponse
	}
	if !res.Unrendered() {
		return res, nil
	}
	switch c.Profile.LateRender {
	case web.LateNever:
		return res, nil
	case web.LateOnce:
		if templated {
			return res, nil
		}
	}
	err := Render(r, res)
	if err == nil {
		return res, nil
	}
	if c.Profile.LateRender == web.LatePage {
		return c.Answer(r, err, true)
	}
	return nil, err
}
