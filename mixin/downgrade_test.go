package mixin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// settle waits until no more goroutines run than before.
func settle(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(end), "%d goroutines are left of %d", runtime.NumGoroutine(), before)
	}
}

func around(name string, l *log) modern.Factory {
	return modern.Func(name, func(r *web.Request, next modern.Next) (*web.Response, error) {
		l.add(name + ".before")
		defer l.add(name + ".deferred")
		res := next(r)
		l.add(name + ".after")
		return res, nil
	})
}

// TestUnwinding: where the classic model never comes to process_response, the
// layer's deferred functions run, the rest of it does not, and nothing is left.
func TestUnwinding(t *testing.T) {
	boom := errors.New("boom")
	raise := func(err error) func(*web.Request) (*web.Response, error) {
		return func(*web.Request) (*web.Response, error) { return nil, err }
	}
	responseFails := &failing{boom}
	tests := map[string]struct {
		view  web.View
		inner any
		app   func(*web.App)
		want  string
		fails bool // an error leaves the handler
	}{
		"process_response further in fails": {inner: responseFails, want: "N.before N.deferred"},
		"exit in the view":                  {view: raise(web.ErrExit), want: "N.before N.deferred", fails: true},
		"abort in the view":                 {view: func(*web.Request) (*web.Response, error) { panic(http.ErrAbortHandler) }, want: "N.before N.deferred", fails: true},
		"propagated error":                  {view: raise(boom), app: func(a *web.App) { a.Propagate = true }, want: "N.before N.deferred", fails: true},
		"error page fails": {view: raise(boom), app: func(a *web.App) {
			a.Pages = map[int]web.ErrorView{500: func(*web.Request, error) (*web.Response, error) { return nil, boom }}
		}, want: "N.before N.deferred", fails: true},
		"error of the view is answered": {view: raise(boom), want: "N.before N.after N.deferred"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := new(log)
			app := hello(new(log))
			if test.view != nil {
				app.Router = web.Paths{"/": test.view}
			}
			if test.app != nil {
				test.app(&app)
			}
			layers := []any{mixin.Downgrade(around("N", l))}
			if test.inner != nil {
				layers = append(layers, test.inner)
			}
			h, err := classic.New(classic.Config{App: app}, layers...)
			require.NoError(t, err)
			before := runtime.NumGoroutine()
			for range 50 {
				*l = nil
				func() {
					defer func() { require.Equal(t, test.fails, recover() != nil) }()
					h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
				}()
				require.Equal(t, test.want, l.String())
			}
			settle(t, before)
		})
	}
}

type failing struct{ err error }

func (f *failing) ProcessResponse(*web.Request, *web.Response) (*web.Response, error) {
	return nil, f.err
}

// A layer that catches the unwinding sees an exit, and what it makes of it is
// dropped and closed.
func TestUnwindingCaught(t *testing.T) {
	var caught error
	closed := false
	f := modern.Func("N", func(r *web.Request, next modern.Next) (res *web.Response, err error) {
		defer func() {
			caught = web.Recovered(recover())
			res, err = web.Text(200, "too late"), nil
			res.OnClose(func() { closed = true })
		}()
		return next(r), nil
	})
	h, err := classic.New(classic.Config{App: hello(new(log))}, mixin.Downgrade(f), &failing{errors.New("boom")})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, 500, w.Code)
	require.ErrorIs(t, caught, mixin.ErrUnwound)
	require.True(t, web.KindOf(caught).Leaves())
	require.True(t, closed)
}

// TestNextCalls: next must be called exactly once, or not at all by a layer that
// answers; anything else is an error with the layer's name.
func TestNextCalls(t *testing.T) {
	ok := web.Text(200, "own")
	tests := map[string]struct {
		handle func(r *web.Request, next modern.Next) (*web.Response, error)
		cause  error
		text   string
	}{
		"once":                {handle: func(r *web.Request, next modern.Next) (*web.Response, error) { return next(r), nil }},
		"not, with an answer": {handle: func(*web.Request, modern.Next) (*web.Response, error) { return ok, nil }},
		"not":                 {func(*web.Request, modern.Next) (*web.Response, error) { return nil, nil }, mixin.ErrNextNever, `layer "N" returned no response and did not call next`},
		"twice":               {func(r *web.Request, next modern.Next) (*web.Response, error) { next(r); return next(r), nil }, mixin.ErrNextTwice, `layer "N" called next a second time`},
		"twice, and hides it": {func(r *web.Request, next modern.Next) (*web.Response, error) {
			res := next(r)
			func() {
				defer func() { _ = recover() }()
				next(r)
			}()
			return res, nil
		}, mixin.ErrNextTwice, `layer "N" called next a second time`},
		"with a foreign request": {func(_ *web.Request, next modern.Next) (*web.Response, error) { return next(get("/")), nil }, mixin.ErrNextForeign, `layer "N" called next with a request that is not the one it was given`},
		"and nothing after":      {func(r *web.Request, next modern.Next) (*web.Response, error) { next(r); return nil, nil }, web.ErrNilResponse, `process_response of layer "N" returned no response`},
		"and ends its goroutine": {func(r *web.Request, next modern.Next) (*web.Response, error) {
			next(r)
			runtime.Goexit()
			return nil, nil
		}, nil, `layer "N" ended its goroutine`},
		"and panics": {func(r *web.Request, next modern.Next) (*web.Response, error) { next(r); panic("ouch") }, nil, "panic: ouch"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var seen error
			app := hello(new(log))
			app.OnException = func(_ *web.Request, err error) { seen = err }
			h, err := classic.New(classic.Config{App: app}, mixin.Downgrade(modern.Func("N", test.handle)))
			require.NoError(t, err)
			before := runtime.NumGoroutine()
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			settle(t, before)
			if test.text == "" {
				require.NoError(t, seen)
				require.Equal(t, 200, w.Code)
				return
			}
			require.Equal(t, 500, w.Code)
			require.ErrorContains(t, seen, test.text)
			if test.cause != nil {
				require.ErrorIs(t, seen, test.cause)
			}
		})
	}
}

// Calling next when the layer has answered is an error of whoever calls.
func TestNextLate(t *testing.T) {
	var next modern.Next
	var kept *web.Request
	f := modern.Func("N", func(r *web.Request, n modern.Next) (*web.Response, error) {
		next, kept = n, r
		return web.Text(200, "own"), nil
	})
	h, err := classic.New(classic.Config{App: hello(new(log))}, mixin.Downgrade(f))
	require.NoError(t, err)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	require.PanicsWithError(t, `layer "N" called next after it had answered`, func() { next(kept) })
}

// What a layer puts on the request, and the request it hands on, is what lies
// further in sees; and the other way round on the way back.
func TestDowngradeRequest(t *testing.T) {
	user, answer := web.NewAttr[string]("user"), web.NewAttr[string]("answer")
	f := modern.Func("N", func(r *web.Request, next modern.Next) (*web.Response, error) {
		user.Set(r, "ada")
		changed := r.Fork()
		changed.SetHTTP(r.Clone(r.Context()))
		changed.Header.Set("X-Inner", "yes")
		res := next(changed)
		res.Header().Set("X-Answer", answer.Value(changed))
		return res, nil
	})
	var outer string
	var events []web.AttrEvent
	app := web.App{
		Router: web.Paths{"/": func(r *web.Request) (*web.Response, error) {
			answer.Set(r, "view of "+user.Value(r))
			return web.Text(200, r.Header.Get("X-Inner")), nil
		}},
		OnAttr: func(_ *web.Request, e web.AttrEvent) { events = append(events, e) },
	}
	h, err := classic.New(classic.Config{App: app}, &outerLook{&outer}, mixin.Downgrade(f))
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, "yes", w.Body.String())
	require.Equal(t, "view of ada", w.Header().Get("X-Answer"))
	require.Empty(t, outer, "the layer outside has its own request again")
	require.Equal(t, []web.AttrEvent{
		{Op: web.AttrWrite, Name: "user"},
		{Op: web.AttrRead, Name: "user", Found: true},
		{Op: web.AttrWrite, Name: "answer"},
		{Op: web.AttrRead, Name: "answer", Found: true},
	}, events, "the bridge's own attribute is not seen")
}

type outerLook struct{ header *string }

func (o *outerLook) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	*o.header = r.Header.Get("X-Inner")
	return res, nil
}

// TestDowngradeHTTP puts net/http middleware into a classic stack, over a real
// connection: one that changes the context, one that wraps the writer, one that
// streams, and one that gives up on what is further in.
func TestDowngradeHTTP(t *testing.T) {
	type key struct{}
	slow := make(chan struct{})
	withContext := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Context", "set")
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "value")))
		})
	}
	timeout := func(next http.Handler) http.Handler {
		return http.TimeoutHandler(next, 50*time.Millisecond, "too slow")
	}
	router := web.Paths{
		"/": func(r *web.Request) (*web.Response, error) {
			return web.Text(200, r.Context().Value(key{}).(string)), nil
		},
		"/slow": func(*web.Request) (*web.Response, error) { <-slow; return web.Text(200, "late"), nil },
		"/stream": func(*web.Request) (*web.Response, error) {
			return web.Stream(200, "text/plain", func(yield func([]byte, error) bool) {
				_ = yield([]byte("a"), nil) && yield([]byte("b"), nil)
			}), nil
		},
		"/fail": func(*web.Request) (*web.Response, error) { return nil, errors.New("boom") },
	}
	h, err := classic.New(classic.Config{App: web.App{Router: router}},
		mixin.Downgrade(modern.FromHTTP(withContext)), &old{name: "O", log: new(log)}, mixin.Downgrade(modern.FromHTTP(timeout)))
	require.NoError(t, err)
	before := runtime.NumGoroutine()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
	}))
	fetch := func(path string) (int, string) {
		res, err := srv.Client().Get(srv.URL + path)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, "set", res.Header.Get("X-Context"))
		return res.StatusCode, string(body)
	}
	for path, want := range map[string]string{"/": "value", "/stream": "ab"} {
		status, body := fetch(path)
		require.Equal(t, 200, status)
		require.Equal(t, want, body)
	}
	status, _ := fetch("/fail")
	require.Equal(t, 500, status)
	time.AfterFunc(200*time.Millisecond, func() { close(slow) })
	status, body := fetch("/slow")
	require.Equal(t, 503, status)
	require.Equal(t, "too slow", body)
	srv.Close()
	settle(t, before)
}

// TestDowngradeConcurrent serves many requests through one handler at once.
func TestDowngradeConcurrent(t *testing.T) {
	name := web.NewAttr[string]("name")
	layer := func(header string) modern.Factory {
		return modern.Func(header, func(r *web.Request, next modern.Next) (*web.Response, error) {
			mine := r.URL.Query().Get("n") + header
			name.Set(r, mine)
			res := next(r)
			res.Header().Set(header, mine)
			return res, nil
		})
	}
	view := func(r *web.Request) (*web.Response, error) {
		if strings.HasPrefix(r.URL.Query().Get("n"), "3") {
			return nil, web.ErrNotFound
		}
		return web.Text(200, name.Value(r)), nil
	}
	h, err := classic.New(classic.Config{App: web.App{Router: web.Paths{"/": view}}},
		mixin.Downgrade(layer("A")), mixin.Downgrade(layer("B")), mixin.Downgrade(layer("C")))
	require.NoError(t, err)
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			n := string(rune('0'+i%10)) + "x"
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", "/?n="+n, nil))
			if i%10 == 3 {
				if w.Code != 404 {
					t.Errorf("%s: status %d", n, w.Code)
				}
			} else if w.Body.String() != n+"C" {
				t.Errorf("%s: body %q", n, w.Body)
			}
			for _, header := range []string{"A", "B", "C"} {
				if got := w.Header().Get(header); got != n+header {
					t.Errorf("%s: header %q", n, got)
				}
			}
		})
	}
	wg.Wait()
	settle(t, before)
}

// A downgraded layer in an island of a modern chain is unwound with the chain's
// request, whether the island answers or an error leaves the handler.
func TestUnwindingInIsland(t *testing.T) {
	boom := errors.New("boom")
	for _, propagate := range []bool{false, true} {
		l := new(log)
		app := hello(new(log))
		app.Propagate = propagate
		h, err := modern.New(modern.Config{App: app}, around("M", l), mixin.Island(mixin.Downgrade(around("N", l)), &failing{boom}))
		require.NoError(t, err)
		before := runtime.NumGoroutine()
		func() {
			defer func() { require.Equal(t, propagate, recover() != nil) }()
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			require.Equal(t, 500, w.Code)
		}()
		settle(t, before)
		want := "M.before N.before M.after M.deferred N.deferred"
		if propagate {
			want = "M.before N.before M.deferred N.deferred"
		}
		require.Equal(t, want, l.String())
	}
}
