package modern_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// through lets requests and responses pass.
type through struct{}

func (through) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	return res, nil
}

// everyWay is the same stack of one layer in each of the ways in which stacks
// are served.
func everyWay(t *testing.T, app web.App) map[string]http.Handler {
	t.Helper()
	pass := modern.Func("pass", func(r *web.Request, next modern.Next) (*web.Response, error) { return next(r), nil })
	old, err := classic.New(classic.Config{App: app}, through{})
	require.NoError(t, err)
	handlers := map[string]http.Handler{"classic": old}
	for name, c := range map[string]struct {
		layer modern.Factory
		async bool
	}{"modern": {pass, false}, "run": {mixin.Upgrade(through{}), false}, "async": {pass, true}} {
		h, err := modern.New(modern.Config{App: app, Async: c.async}, c.layer)
		require.NoError(t, err)
		handlers[name] = h
	}
	return handlers
}

// A page that is made once and sent again and again is closed the first time;
// each request is over all the same.
func TestSharedResponse(t *testing.T) {
	page := web.Text(http.StatusOK, "page")
	closed, finished := 0, 0
	app := web.App{
		Router: web.Paths{"/": func(r *web.Request) (*web.Response, error) {
			r.OnClose(func() { closed++ })
			return page, nil
		}},
		OnFinished: func(*web.Request) { finished++ },
	}
	for name, h := range everyWay(t, app) {
		t.Run(name, func(t *testing.T) {
			closed, finished = 0, 0
			for n := 1; n <= 3; n++ {
				rec := httptest.NewRecorder()
				h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
				require.Equal(t, "page", rec.Body.String())
				require.Equal(t, n, closed, "closers of the request")
				require.Equal(t, n, finished, "OnFinished")
			}
		})
	}
}

// exploding is a writer that panics where the body is written, as that of a
// handler around the stack may.
type exploding struct{ *httptest.ResponseRecorder }

func (exploding) Write([]byte) (int, error) { panic("the writer is broken") }

// What a writer throws is the server's: it goes on from the stack as it is, and
// the request is over.
func TestWriterThatPanics(t *testing.T) {
	var events []string
	note := func(what string) func() { return func() { events = append(events, what) } }
	app := web.App{
		Router: web.Paths{"/": func(r *web.Request) (*web.Response, error) {
			res := web.Text(http.StatusOK, "page")
			res.OnClose(note("response closed"))
			r.OnClose(note("request closed"))
			return res, nil
		}},
		OnException: func(*web.Request, error) { note("reported")() },
		OnFinished:  func(*web.Request) { note("finished")() },
	}
	for name, h := range everyWay(t, app) {
		t.Run(name, func(t *testing.T) {
			events = nil
			require.PanicsWithValue(t, "the writer is broken", func() {
				h.ServeHTTP(exploding{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "/", nil))
			})
			require.Equal(t, []string{"response closed", "request closed", "finished"}, events)
		})
	}
}

// The page for a view that gives nothing names it by its route, if it has one.
func TestNamelessView(t *testing.T) {
	for route, want := range map[string]string{"": `view "view" returned no response`, "basket": `view "basket" returned no response`} {
		var got error
		h, err := modern.New(modern.Config{App: web.App{
			Router: web.RouterFunc(func(*web.Request) (web.Match, error) {
				return web.Match{Name: route, View: func(*web.Request) (*web.Response, error) { return nil, nil }}, nil
			}),
			OnException: func(_ *web.Request, err error) { got = err },
		}})
		require.NoError(t, err)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		require.EqualError(t, got, want)
	}
}
