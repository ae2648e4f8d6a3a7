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
	pass := modern.Func("pass", func(r *web.Request, next modern.Next) (*web.Response, error) { return next(r), nil })
	stacks := map[string]func() (http.Handler, error){
		"classic": func() (http.Handler, error) { return classic.New(classic.Config{App: app}, through{}) },
		"modern":  func() (http.Handler, error) { return modern.New(modern.Config{App: app}, pass) },
		"run":     func() (http.Handler, error) { return modern.New(modern.Config{App: app}, mixin.Upgrade(through{})) },
		"async":   func() (http.Handler, error) { return modern.New(modern.Config{App: app, Async: true}, pass) },
	}
	for name, build := range stacks {
		t.Run(name, func(t *testing.T) {
			h, err := build()
			require.NoError(t, err)
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
