package core

import (
	"errors"

	"github.com/mwcheck/mwcheck/web"
)

// Inner is how far a request has come inside the innermost layer.
type Inner struct {
	Res      *web.Response
	Err      error
	fromView bool // Err is the view's own
	busy     bool // in a hook or the view: a panic belongs to it
	inView   bool
}

// Straight says that the view or a view hook answered with what can go out as
// it is; otherwise there is something left for Complete.
func (in *Inner) Straight() bool {
	return in.Err == nil && in.Res != nil && in.Res.Template() == nil
}

// Enter resolves the URL, runs the view hooks and the view. It does not panic:
// what they throw is in.Err. Complete has to follow unless in.Straight.
func (c *Core) Enter(r *web.Request, in *Inner) {
	defer func() {
		if in.busy {
			in.Caught(recover())
		}
	}()
	c.EnterBare(r, in)
}

// Caught notes a panic of EnterBare.
func (in *Inner) Caught(v any) {
	if v != nil {
		in.Res, in.Err, in.fromView = nil, web.Recovered(v), in.inView
	}
}

// EnterBare is Enter for an engine that recovers itself.
func (c *Core) EnterBare(r *web.Request, in *Inner) {
	in.busy = true
	if in.Err = c.App.Resolve(r); in.Err != nil {
		in.busy = false
		return
	}
	for _, hook := range c.View {
		in.Res, in.Err = hook.ProcessView(r, &r.Match)
		if in.Res != nil || in.Err != nil {
			in.busy = false
			return
		}
	}
	in.inView = true
	if r.Match.AsyncView != nil {
		in.Res, in.Err = Wait(r, func() *web.Future { return r.Match.AsyncView(r) })
	} else {
		in.Res, in.Err = r.Match.View(r)
	}
	in.fromView = in.Err != nil
	in.busy = false
}

// Complete does what is left after Enter: the exception hooks for an error of
// the view, the template response hooks and rendering. Together they are
// _get_response in django/core/handlers/base.py. templated says that a
// template was rendered on the way (response_is_rendered in 1.9).
func (c *Core) Complete(r *web.Request, in *Inner) (res *web.Response, templated bool, err error) {
	if in.Err != nil {
		if !in.fromView {
			return nil, false, in.Err
		}
		in.Res, err = c.Excuse(r, in.Err)
		if err != nil {
			return nil, false, err
		}
	}
	if in.Res == nil {
		return nil, false, &web.LayerError{Layer: viewName(r), Hook: "view", Err: web.ErrNilResponse}
	}
	if in.Res.Template() == nil {
		return in.Res, false, nil
	}
	return c.Templated(r, in.Res)
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
		r.NoteRendered()
		return res, true, nil
	}
	if errors.Is(err, web.ErrNotTemplate) {
		err = &web.LayerError{Layer: culprit, Hook: "process_template_response", Err: web.ErrNotTemplate}
	}
	if c.Profile.RenderErrorsSkipExceptionHooks {
		return nil, false, err
	}
	if res, err = c.Excuse(r, err); err == nil {
		r.NoteRendered()
	}
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
