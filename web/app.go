package web

import (
	"fmt"
	"html"
	"log/slog"
	"net/http"
)

// View answers a request that no layer answered. Its arguments are in r.Match.
type View func(r *Request) (*Response, error)

// AsyncView is a view that answers through a Future.
type AsyncView func(r *Request) *Future

// Match is what a URL resolved to (Django's ResolverMatch). One of View and
// AsyncView is set; AsyncView wins.
type Match struct {
	View      View
	AsyncView AsyncView
	Name      string // of the route or view, for logs and layers
	Args      []string
	Kwargs    map[string]string
}

// Resolved says that the URL has been resolved.
func (m *Match) Resolved() bool { return m.View != nil || m.AsyncView != nil }

// Router resolves URLs, as a Django URLconf does.
type Router interface {
	// Resolve finds the view of a request. An error that wraps ErrNotFound is
	// the answer for a URL nobody serves.
	Resolve(r *Request) (Match, error)
}

// ErrorView makes the page for an error (Django's handler404 and so on).
type ErrorView func(r *Request, err error) (*Response, error)

// ErrorPager is a Router with error pages of its own.
type ErrorPager interface {
	// ErrorPage gives the view for a status (400, 403, 404, 500), or nil for
	// the App's.
	ErrorPage(status int) ErrorView
}

// RouterFunc makes a Router of a function.
type RouterFunc func(r *Request) (Match, error)

// Resolve calls f.
func (f RouterFunc) Resolve(r *Request) (Match, error) { return f(r) }

// Paths is a Router for exact URL paths.
type Paths map[string]View

// Resolve looks the URL's path up.
func (p Paths) Resolve(r *Request) (Match, error) {
	view, ok := p[r.URL.Path]
	if !ok {
		return Match{}, fmt.Errorf("%w: path %q", ErrNotFound, r.URL.Path)
	}
	return Match{View: view, Name: r.URL.Path}, nil
}

// App is what a stack of layers is wrapped around. The zero value answers 404
// to everything. An App in use must not be changed.
type App struct {
	Router Router
	// Pages are the error pages by status (400, 403, 404, 500); a status
	// without one gets a plain page.
	Pages map[int]ErrorView
	// Propagate lets errors of the 500 family leave the handler instead of
	// becoming a page (DEBUG_PROPAGATE_EXCEPTIONS).
	Propagate bool
	// OnException sees each error that becomes a 500 page or is propagated
	// (the signal got_request_exception). An exit and the 400 family are not
	// reported.
	OnException func(r *Request, err error)
	// OnFinished is called when the final response has been closed (the
	// signal request_finished).
	OnFinished func(r *Request)
	// OnAttr sees each access to the attributes of each request.
	OnAttr func(r *Request, e AttrEvent)
	// Logger gets one record for each error page: WARN for the 400 family,
	// ERROR for the 500 family. nil logs nothing.
	Logger *slog.Logger
}

// Resolve resolves the request's URL with the router in force and fills
// r.Match (resolve_request in django/core/handlers/base.py, 3.1 and later).
func (a *App) Resolve(r *Request) error {
	router := a.Router
	if r.Router != nil {
		router = r.Router
		r.rarely().resolved = router
	} else if r.rare != nil {
		r.rare.resolved = nil
	}
	if router == nil {
		return fmt.Errorf("%w: the App has no router", ErrNotFound)
	}
	var m Match
	var err error
	if f, ok := router.(RouterFunc); ok {
		// One copy of the Match less than through the interface.
		m, err = f(r)
	} else {
		m, err = router.Resolve(r)
	}
	if err != nil {
		return err
	}
	if !m.Resolved() {
		return fmt.Errorf("%w: the router gave no view for %q", ErrNotFound, r.URL.Path)
	}
	r.Match = m
	return nil
}

// ErrorPage is the view for error pages of the status: the router's in force
// since resolution, else the App's, else a plain one.
func (a *App) ErrorPage(r *Request, status int) ErrorView {
	router := a.Router
	if r.rare != nil && r.rare.resolved != nil {
		router = r.rare.resolved
	}
	if pager, ok := router.(ErrorPager); ok {
		if view := pager.ErrorPage(status); view != nil {
			return view
		}
	}
	if view := a.Pages[status]; view != nil {
		return view
	}
	return func(*Request, error) (*Response, error) { return DefaultPage(status), nil }
}

// DefaultPage is the plain page for a status (django/views/defaults.py without
// a template).
func DefaultPage(status int) *Response {
	text := html.EscapeString(http.StatusText(status))
	return HTML(status, "<!doctype html>\n<html lang=\"en\">\n<head><title>"+text+
		"</title></head>\n<body><h1>"+text+"</h1></body>\n</html>\n")
}
