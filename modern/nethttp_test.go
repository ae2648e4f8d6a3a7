package modern_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// overHTTP runs a test over a real listener, with HTTP/1.1 and with HTTP/2.
func overHTTP(t *testing.T, h http.Handler, test func(t *testing.T, c *http.Client, url string)) {
	t.Helper()
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Proto != proto {
					t.Errorf("the request came by %s", r.Proto)
				}
				h.ServeHTTP(w, r)
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			if server.EnableHTTP2 = proto == "HTTP/2.0"; server.EnableHTTP2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			c := server.Client()
			c.Timeout = 20 * time.Second
			test(t, c, server.URL)
		})
	}
}

func newStack(t *testing.T, view web.View, layers ...modern.Factory) *modern.Handler {
	t.Helper()
	h, err := modern.New(modern.Config{App: web.App{Router: web.RouterFunc(func(*web.Request) (web.Match, error) {
		return web.Match{View: view}, nil
	})}}, layers...)
	require.NoError(t, err)
	return h
}

func get(t *testing.T, c *http.Client, url string) (*http.Response, string) {
	t.Helper()
	res, err := c.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

func textView(text string) web.View {
	return func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, text), nil }
}

// wrapping is middleware that puts a writer of its own before the one it got,
// which writes in capitals.
func wrapping(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(upper{w}, r) })
}

type upper struct{ http.ResponseWriter }

func (u upper) Write(p []byte) (int, error) { return u.ResponseWriter.Write(bytes.ToUpper(p)) }

func (u upper) Flush() { _ = http.NewResponseController(u.ResponseWriter).Flush() }

func TestFromHTTPHeadersAndStatus(t *testing.T) {
	outer := modern.Func("outer", func(r *web.Request, next modern.Next) (*web.Response, error) {
		res := next(r)
		// What the middleware and the view made is one response here.
		res.Header().Set("X-Seen", res.Header().Get("X-Before")+" "+res.Header().Get("Content-Type"))
		return res, nil
	})
	header := modern.FromHTTP(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/stop" {
				http.Error(w, "stopped", http.StatusTeapot)
				return
			}
			w.Header().Set("X-Before", "set")
			w.Header().Set("Vary", "Origin")
			next.ServeHTTP(w, r)
			w.Header().Set("X-Late", "too late, as in net/http")
		})
	})
	view := func(*web.Request) (*web.Response, error) {
		res := web.Text(http.StatusAccepted, "view")
		res.Header().Add("Vary", "Cookie")
		return res, nil
	}
	overHTTP(t, newStack(t, view, outer, header), func(t *testing.T, c *http.Client, url string) {
		res, body := get(t, c, url)
		require.Equal(t, http.StatusAccepted, res.StatusCode)
		require.Equal(t, "view", body)
		require.Equal(t, "set text/plain; charset=utf-8", res.Header.Get("X-Seen"))
		require.Equal(t, []string{"Origin", "Cookie"}, res.Header["Vary"])
		require.Empty(t, res.Header.Get("X-Late"))

		res, body = get(t, c, url+"/stop")
		require.Equal(t, http.StatusTeapot, res.StatusCode)
		require.Equal(t, "stopped\n", body)
	})
}

func TestFromHTTPWrappedWriter(t *testing.T) {
	closed := make(chan string, 2)
	view := func(*web.Request) (*web.Response, error) {
		res := web.Text(http.StatusOK, strings.Repeat("long ", 1000))
		res.OnClose(func() { closed <- "view's" })
		return res, nil
	}
	overHTTP(t, newStack(t, view, modern.FromHTTP(wrapping)), func(t *testing.T, c *http.Client, url string) {
		res, body := get(t, c, url)
		require.Equal(t, strings.Repeat("LONG ", 1000), body)
		require.Equal(t, int64(5000), res.ContentLength)
		require.Equal(t, "view's", <-closed)
	})
}

// A stream goes through untouched where the writer is not wrapped, and chunk
// by chunk where it is.
func TestFromHTTPStreams(t *testing.T) {
	plain := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) })
	}
	for name, mw := range map[string]func(http.Handler) http.Handler{"plain": plain, "wrapping": wrapping} {
		t.Run(name, func(t *testing.T) {
			step := make(chan struct{})
			view := func(r *web.Request) (*web.Response, error) {
				return web.Stream(http.StatusOK, "text/plain", func(yield func([]byte, error) bool) {
					for _, chunk := range []string{"a", "b", "c"} {
						if !yield([]byte(chunk), nil) {
							return
						}
						select {
						case <-step:
						case <-r.Context().Done():
							return
						}
					}
				}), nil
			}
			streaming := modern.Func("outer", func(r *web.Request, next modern.Next) (*web.Response, error) {
				res := next(r)
				if !res.Streaming() {
					return nil, errors.New("no stream")
				}
				return res, nil
			})
			overHTTP(t, newStack(t, view, streaming, modern.FromHTTP(mw), modern.FromHTTP(plain)), func(t *testing.T, c *http.Client, url string) {
				res, err := c.Get(url)
				require.NoError(t, err)
				defer res.Body.Close()
				one := make([]byte, 1)
				for _, want := range []string{"a", "b", "c"} {
					// The chunk is here while the view waits.
					_, err := io.ReadFull(res.Body, one)
					require.NoError(t, err)
					require.Equal(t, want, strings.ToLower(string(one)))
					step <- struct{}{}
				}
				_, err = res.Body.Read(one)
				require.Equal(t, io.EOF, err)
			})
		})
	}
}

func TestFromHTTPFlush(t *testing.T) {
	step := make(chan struct{})
	flushing := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, "first")
			w.(http.Flusher).Flush()
			<-step
			_, _ = io.WriteString(w, "second")
		})
	}
	overHTTP(t, newStack(t, textView("unseen"), modern.FromHTTP(flushing)), func(t *testing.T, c *http.Client, url string) {
		res, err := c.Get(url)
		require.NoError(t, err)
		defer res.Body.Close()
		require.Equal(t, http.StatusCreated, res.StatusCode)
		first := make([]byte, 5)
		_, err = io.ReadFull(res.Body, first)
		require.NoError(t, err)
		require.Equal(t, "first", string(first))
		step <- struct{}{}
		rest, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, "second", string(rest))
	})
}

func TestFromHTTPInformational(t *testing.T) {
	hints := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			next.ServeHTTP(w, r)
		})
	}
	overHTTP(t, newStack(t, textView("view"), modern.FromHTTP(hints), modern.FromHTTP(wrapping)), func(t *testing.T, c *http.Client, url string) {
		var hinted []string
		ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
			Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
				require.Equal(t, http.StatusEarlyHints, code)
				hinted = append(hinted, header.Get("Link"))
				return nil
			},
		})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		require.NoError(t, err)
		res, err := c.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, "VIEW", string(body))
		require.Equal(t, []string{"</style.css>; rel=preload"}, hinted)
		require.Equal(t, []string{"</style.css>; rel=preload"}, res.Header["Link"])
	})
}

func TestFromHTTPHijackIsRefused(t *testing.T) {
	var refused error
	hijack := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _, refused = http.NewResponseController(w).Hijack()
			next.ServeHTTP(w, r)
		})
	}
	rec := httptest.NewRecorder()
	newStack(t, textView("view"), modern.FromHTTP(hijack)).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, "view", rec.Body.String())
	require.ErrorIs(t, refused, http.ErrNotSupported)
	require.ErrorContains(t, refused, "cannot hijack the connection")
}

// The film sees what middleware throws as it sees what a layer throws.
func TestFromHTTPPanics(t *testing.T) {
	throwing := func(v any) modern.Factory {
		return modern.FromHTTP(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r)
				panic(v)
			})
		})
	}
	serve := func(v any) (rec *httptest.ResponseRecorder, thrown any) {
		h := newStack(t, textView("view"), modern.Func("outer", func(r *web.Request, next modern.Next) (*web.Response, error) {
			res := next(r)
			res.Header().Set("X-Outer", "ran")
			return res, nil
		}), throwing(v))
		rec = httptest.NewRecorder()
		defer func() { thrown = recover() }()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
		return rec, nil
	}
	rec, thrown := serve("a bug")
	require.Nil(t, thrown)
	require.Equal(t, http.StatusInternalServerError, rec.Code)
	require.Equal(t, "ran", rec.Header().Get("X-Outer"))

	rec, thrown = serve(http.ErrAbortHandler)
	require.Equal(t, http.ErrAbortHandler, thrown)
	require.Empty(t, rec.Header().Get("X-Outer"))
}

// A stream that fails is an aborted connection, whatever wraps the writer.
func TestFromHTTPFailingStream(t *testing.T) {
	view := func(*web.Request) (*web.Response, error) {
		var stream iter.Seq2[[]byte, error] = func(yield func([]byte, error) bool) {
			_ = yield([]byte("begun"), nil) && yield(nil, errors.New("the database went away"))
		}
		return web.Stream(http.StatusOK, "text/plain", stream), nil
	}
	overHTTP(t, newStack(t, view, modern.FromHTTP(wrapping)), func(t *testing.T, c *http.Client, url string) {
		res, err := c.Get(url)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.Error(t, err)
		require.Equal(t, "BEGUN", string(body))
	})
}

// http.TimeoutHandler gives up on what is further in while it still runs.
func TestFromHTTPTimeoutHandler(t *testing.T) {
	user := web.NewAttr[string]("user")
	release, closed := make(chan struct{}), make(chan struct{})
	slow := func(r *web.Request) (*web.Response, error) {
		user.Set(r, "set too late")
		<-release
		user.Set(r, "set much too late")
		res := web.Text(http.StatusOK, "late")
		res.OnClose(func() { close(closed) })
		return res, nil
	}
	outer := modern.Func("outer", func(r *web.Request, next modern.Next) (*web.Response, error) {
		user.Set(r, "outer")
		res := next(r)
		res.Header().Set("X-User", user.Value(r))
		return res, nil
	})
	h := newStack(t, slow, outer, modern.FromHTTP(func(next http.Handler) http.Handler {
		return http.TimeoutHandler(next, 10*time.Millisecond, "gave up")
	}))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusServiceUnavailable, rec.Code)
	require.Equal(t, "gave up", rec.Body.String())
	require.Equal(t, "outer", rec.Header().Get("X-User"))
	close(release)
	<-closed
}

func TestFromHTTPAttributesComeBack(t *testing.T) {
	user := web.NewAttr[string]("user")
	view := func(r *web.Request) (*web.Response, error) {
		user.Set(r, user.Value(r)+" view")
		return web.New(http.StatusOK), nil
	}
	var finished []string
	outer := modern.Func("outer", func(r *web.Request, next modern.Next) (*web.Response, error) {
		user.Set(r, "outer")
		res := next(r)
		res.Header().Set("X-User", user.Value(r)+" "+r.Match.Name)
		return res, nil
	})
	inner := modern.Func("inner", func(r *web.Request, next modern.Next) (*web.Response, error) {
		r.OnClose(func() { finished = append(finished, "inner") })
		return next(r), nil
	})
	h, err := modern.New(modern.Config{App: web.App{Router: web.RouterFunc(func(*web.Request) (web.Match, error) {
		return web.Match{View: view, Name: "home"}, nil
	})}}, outer, modern.FromHTTP(wrapping), inner)
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, "outer view home", rec.Header().Get("X-User"))
	require.Equal(t, []string{"inner"}, finished)
}

func TestFromHTTPMistakes(t *testing.T) {
	_, err := modern.New(modern.Config{}, modern.FromHTTP(nil))
	require.ErrorContains(t, err, "the middleware is nil")
	_, err = modern.New(modern.Config{}, modern.FromHTTP(func(http.Handler) http.Handler { return nil }))
	require.ErrorContains(t, err, "the middleware returned no handler")

	var seen error
	h, err := modern.New(modern.Config{App: web.App{OnException: func(_ *web.Request, err error) { seen = err }}},
		modern.FromHTTP(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(context.Background()))
			})
		}))
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusInternalServerError, rec.Code)
	require.ErrorIs(t, seen, web.ErrContextLost)
	require.Equal(t, "modern_test.wrapping", modern.FromHTTP(wrapping).Name)
}

// A stack is net/http middleware, too, of both models.
func TestWrap(t *testing.T) {
	user := web.NewAttr[string]("user")
	handler := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/" {
			http.NotFound(w, req)
			return
		}
		r, ok := web.FromContext(req.Context())
		if !ok {
			t.Error("no request in the context")
			return
		}
		_, _ = io.WriteString(w, "hello "+user.Value(r))
	})
	modernStack, err := modern.New(modern.Config{}, modern.Func("user", func(r *web.Request, next modern.Next) (*web.Response, error) {
		user.Set(r, "ada")
		res := next(r)
		res.Header().Set("X-Stack", "modern")
		return res, nil
	}))
	require.NoError(t, err)
	classicStack, err := classic.New(classic.Config{}, &named{user})
	require.NoError(t, err)

	for name, wrap := range map[string]func(http.Handler) http.Handler{"modern": modernStack.Wrap, "classic": classicStack.Wrap} {
		t.Run(name, func(t *testing.T) {
			overHTTP(t, wrap(handler), func(t *testing.T, c *http.Client, url string) {
				res, body := get(t, c, url)
				require.Equal(t, "hello ada", body)
				require.Equal(t, name, res.Header.Get("X-Stack"))
				res, body = get(t, c, url+"/missing")
				require.Equal(t, http.StatusNotFound, res.StatusCode)
				require.Equal(t, "404 page not found\n", body)
				require.Equal(t, name, res.Header.Get("X-Stack"))
			})
		})
	}
}

type named struct{ user web.Attr[string] }

func (n *named) ProcessRequest(r *web.Request) (*web.Response, error) {
	n.user.Set(r, "ada")
	return nil, nil
}

func (n *named) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	res.Header().Set("X-Stack", "classic")
	return res, nil
}

// A handler that never flushes is a stream from its first mebibyte on, so that
// memory is bounded.
func TestHandlerViewLongBody(t *testing.T) {
	const size = 5 << 20
	streamed := make(chan bool, 1)
	h, err := modern.New(modern.Config{}, modern.Func("look", func(r *web.Request, next modern.Next) (*web.Response, error) {
		res := next(r)
		streamed <- res.Streaming()
		return res, nil
	}))
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	h.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range size / 1024 {
			_, _ = w.Write(make([]byte, 1024))
		}
	})).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, size, rec.Body.Len())
	require.True(t, <-streamed)
}

// A stream that a layer throws away must not keep its goroutine.
func TestHandlerViewReplacedStream(t *testing.T) {
	gone := make(chan error, 1)
	h, err := modern.New(modern.Config{}, modern.Func("replace", func(r *web.Request, next modern.Next) (*web.Response, error) {
		next(r)
		return web.Text(http.StatusOK, "replaced"), nil
	}))
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	h.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		buffered := bufio.NewWriter(w)
		var err error
		for err == nil {
			_, _ = buffered.WriteString("x")
			if err = buffered.Flush(); err == nil {
				err = http.NewResponseController(w).Flush()
			}
		}
		gone <- err
	})).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, "replaced", rec.Body.String())
	require.ErrorContains(t, <-gone, "given up")
}
