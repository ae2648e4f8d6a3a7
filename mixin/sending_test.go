package mixin_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// brokenWriter is a client that cannot be written to.
type brokenWriter struct {
	*httptest.ResponseRecorder
	fail func() error
}

func (w *brokenWriter) Write([]byte) (int, error) { return 0, w.fail() }

// Both engines send a response in the frame that runs the hooks. What goes
// wrong there is no error of a layer: no hook sees it, no page is made of it,
// and the response is closed once all the same.
func TestFailuresOfSendingAreNoErrorOfALayer(t *testing.T) {
	t.Parallel()
	gone := errors.New("connection reset")
	for _, fail := range []struct {
		name   string
		fail   func() error
		panics bool
	}{
		{"client gone", func() error { return gone }, false},
		{"panic", func() error { panic(gone) }, true},
	} {
		for _, engine := range []string{"classic", "modern", "modern, native outside"} {
			t.Run(fail.name+", "+engine, func(t *testing.T) {
				t.Parallel()
				closed, finished, reported, hooks := 0, 0, 0, 0
				layer := &counting{&hooks}
				app := web.App{
					OnException: func(*web.Request, error) { reported++ },
					OnFinished:  func(*web.Request) { finished++ },
					Router: web.Paths{"/": func(*web.Request) (*web.Response, error) {
						res := web.Text(http.StatusOK, "body")
						res.OnClose(func() { closed++ })
						return res, nil
					}},
				}
				var h http.Handler
				var err error
				switch engine {
				case "classic":
					h, err = classic.New(classic.Config{App: app}, layer)
				case "modern":
					h, err = modern.New(modern.Config{App: app}, mixin.Upgrade(layer))
				default:
					pass := modern.Func("pass", func(r *web.Request, next modern.Next) (*web.Response, error) { return next(r), nil })
					h, err = modern.New(modern.Config{App: app}, pass, mixin.Upgrade(layer))
				}
				require.NoError(t, err)
				w := &brokenWriter{httptest.NewRecorder(), fail.fail}
				serve := func() { h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil)) }
				if fail.panics {
					require.PanicsWithValue(t, gone, serve)
				} else {
					serve()
				}
				require.Equal(t, []int{1, 1, 0, 1}, []int{closed, finished, reported, hooks}, "closed, finished, reported, response hooks")
				require.Equal(t, http.StatusOK, w.Code)
			})
		}
	}
}

// counting counts its response hook.
type counting struct{ hooks *int }

func (c *counting) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	*c.hooks++
	return res, nil
}
