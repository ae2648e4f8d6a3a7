// Package core is what both models share: everything inside the innermost
// layer (URL resolution, view hooks, the view, exception hooks, template
// response hooks, rendering), the error pages, and the way of a response to
// the client.
//
// Within one Django version the recorded traces show no difference between the
// models in these parts, so there is one implementation.
package core

import (
	"net/http"
	"strconv"

	"github.com/mwcheck/mwcheck/web"
)

// Core holds the resolved hooks of a stack. It is read-only once built.
type Core struct {
	App     *web.App
	Profile web.Profile

	View      []web.ViewHook // outermost first
	Template  []TemplateHook // innermost first
	Exception []web.ExceptionHook

	// The same hooks in an asynchronous handler, which has none of the above
	// but Exception. See async.go.
	AsyncView     []web.AsyncViewHook
	AsyncTemplate []AsyncTemplateHook
}

// TemplateHook is a template response hook with its layer's name.
type TemplateHook struct {
	Layer string
	Hook  web.TemplateResponseHook
}

// AsyncTemplateHook is the same for the asynchronous side.
type AsyncTemplateHook struct {
	Layer string
	Hook  web.AsyncTemplateResponseHook
}

// AddOuter puts the shared hooks of a layer outside those added before.
func (c *Core) AddOuter(layer string, s web.HookSet, async bool) {
	if s.View != nil || s.AsyncView != nil {
		if async {
			c.AsyncView = prepend(c.AsyncView, asyncView(s))
		} else {
			c.View = prepend(c.View, syncView(s))
		}
	}
	if s.TemplateResponse != nil || s.AsyncTemplateResponse != nil {
		if async {
			c.AsyncTemplate = append(c.AsyncTemplate, AsyncTemplateHook{layer, asyncTemplate(s)})
		} else {
			c.Template = append(c.Template, TemplateHook{layer, syncTemplate(s)})
		}
	}
	// Exception hooks run on the synchronous side in both handlers
	// (load_middleware in django/core/handlers/base.py, 3.1 to 6.0).
	if s.Exception != nil || s.AsyncException != nil {
		c.Exception = append(c.Exception, syncException(s))
	}
}

func prepend[T any](list []T, first T) []T { return append([]T{first}, list...) }

// Answer turns an error into the response of its kind, or gives the error that
// leaves: an exit, a propagated error, or the failure of the 500 page. It is
// response_for_exception in django/core/handlers/exception.py (1.11 to 6.0)
// and get_exception_response with handle_uncaught_exception in
// django/core/handlers/base.py (1.8, 1.9). render is false where the release
// leaves the page to rendering at the end.
func (c *Core) Answer(r *web.Request, err error, render bool) (*web.Response, error) {
	if c.leaves(err, false) {
		return nil, err
	}
	render = render && !c.Profile.ErrorPagesStayUnrendered
	if status := web.KindOf(err).Status(); status != 0 && status != http.StatusInternalServerError {
		res, failed := c.page(r, status, err)
		if failed == nil {
			c.log(r, status, err)
			return rendered(r, res, render)
		}
		if c.leaves(failed, true) {
			return nil, failed
		}
		err = failed
	}
	res, err := c.serverError(r, err)
	if err != nil {
		return nil, err
	}
	return rendered(r, res, render)
}

// AnswerServerError is Answer for an error of a classic response hook, which
// is of the 500 family whatever it wraps. Its page is not rendered at once.
func (c *Core) AnswerServerError(r *web.Request, err error) (*web.Response, error) {
	if c.leaves(err, true) {
		return nil, err
	}
	return c.serverError(r, err)
}

// serverError reports the error and makes the page for status 500.
func (c *Core) serverError(r *web.Request, err error) (*web.Response, error) {
	c.report(r, err)
	if c.App.Propagate {
		return nil, err
	}
	c.log(r, http.StatusInternalServerError, err)
	return c.page(r, http.StatusInternalServerError, err)
}

// report tells the observer, whose panic is not the request's.
func (c *Core) report(r *web.Request, err error) {
	if c.App.OnException == nil {
		return
	}
	defer func() { _ = recover() }()
	c.App.OnException(r, err)
}

// leaves says that no page is made of err. bare is the catch-all of 1.8 and
// 1.9 that takes an exit, too.
func (c *Core) leaves(err error, bare bool) bool {
	switch web.KindOf(err) {
	case web.KindAbort:
		return true
	case web.KindExit:
		return !(bare && c.Profile.BareExcept)
	case web.KindInterrupt:
		return !c.Profile.BareExcept
	}
	return false
}

// page calls an error page; its panic is its error.
func (c *Core) page(r *web.Request, status int, cause error) (res *web.Response, err error) {
	defer catch(&err)
	res, err = c.App.ErrorPage(r, status)(r, cause)
	if res == nil && err == nil && !c.Profile.NilPassesOutward {
		err = &web.LayerError{Layer: "error page " + strconv.Itoa(status), Err: web.ErrNilResponse}
	}
	return res, err
}

func rendered(r *web.Request, res *web.Response, render bool) (*web.Response, error) {
	if !render || res == nil || !res.Unrendered() {
		return res, nil
	}
	if err := Render(r, res); err != nil {
		return nil, err
	}
	return res, nil
}

// Render renders a response; a panic of its template is its error.
func Render(r *web.Request, res *web.Response) (err error) {
	defer catch(&err)
	return res.Render(r)
}

func (c *Core) log(r *web.Request, status int, err error) {
	if c.App.Logger == nil {
		return
	}
	if status >= http.StatusInternalServerError {
		c.App.Logger.ErrorContext(r.Context(), "internal server error", "path", r.URL.Path, "status", status, "error", err)
		return
	}
	c.App.Logger.WarnContext(r.Context(), "request refused", "path", r.URL.Path, "status", status, "error", err)
}

// catch makes a panic the error of the function that defers it.
func catch(err *error) {
	if v := recover(); v != nil {
		*err = web.Recovered(v)
	}
}
