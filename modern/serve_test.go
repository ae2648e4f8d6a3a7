package modern_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// handlers are both engines and both modes around the same App.
func handlers(t *testing.T, app web.App) map[string]http.Handler {
	t.Helper()
	old, err := classic.New(classic.Config{App: app})
	require.NoError(t, err)
	sync, err := modern.New(modern.Config{App: app})
	require.NoError(t, err)
	async, err := modern.New(modern.Config{App: app, Async: true})
	require.NoError(t, err)
	return map[string]http.Handler{"classic": old, "modern": sync, "async": async}
}

func server(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func TestServeOverHTTP(t *testing.T) {
	var finished atomic.Int32
	sent := make(chan struct{})
	app := web.App{
		Router: web.Paths{
			"/":      func(*web.Request) (*web.Response, error) { return web.Text(200, "hello"), nil },
			"/long":  func(*web.Request) (*web.Response, error) { return web.Text(200, strings.Repeat("x", 1<<20)), nil },
			"/fails": func(*web.Request) (*web.Response, error) { return nil, errors.New("boom") },
			"/exit":  func(*web.Request) (*web.Response, error) { return nil, web.ErrExit },
			"/abort": func(*web.Request) (*web.Response, error) { panic(http.ErrAbortHandler) },
			"/stream": func(*web.Request) (*web.Response, error) {
				return web.Stream(200, "text/plain", func(yield func([]byte, error) bool) {
					if yield([]byte("first\n"), nil) {
						<-sent // the client has seen the first chunk
						yield([]byte("second\n"), nil)
					}
				}), nil
			},
			"/breaks": func(*web.Request) (*web.Response, error) {
				return web.Stream(200, "text/plain", func(yield func([]byte, error) bool) {
					if yield([]byte("part"), nil) {
						yield(nil, errors.New("broken"))
					}
				}), nil
			},
		},
		OnFinished: func(*web.Request) { finished.Add(1) },
	}
	for name, h := range handlers(t, app) {
		t.Run(name, func(t *testing.T) {
			s := server(t, h)
			get := func(path string) (int, string, error) {
				res, err := http.Get(s.URL + path)
				if err != nil {
					return 0, "", err
				}
				defer res.Body.Close()
				body, err := io.ReadAll(res.Body)
				return res.StatusCode, string(body), err
			}
			status, body, err := get("/")
			require.NoError(t, err)
			require.Equal(t, 200, status)
			require.Equal(t, "hello", body)
			_, body, err = get("/long")
			require.NoError(t, err)
			require.Len(t, body, 1<<20)
			status, _, err = get("/fails")
			require.NoError(t, err)
			require.Equal(t, 500, status)
			status, _, err = get("/nowhere")
			require.NoError(t, err)
			require.Equal(t, 404, status)
			for _, path := range []string{"/exit", "/abort"} {
				_, _, err = get(path)
				require.Error(t, err, "the connection is aborted")
			}
			status, body, err = get("/breaks")
			require.Equal(t, 200, status)
			require.Equal(t, "part", body)
			require.Error(t, err, "a broken stream must not look whole")

			res, err := http.Head(s.URL + "/long")
			require.NoError(t, err)
			require.Equal(t, int64(1<<20), res.ContentLength)
			res.Body.Close()
		})
	}
	require.Positive(t, finished.Load())

	for name, h := range handlers(t, app) {
		t.Run(name+" flushes each chunk", func(t *testing.T) {
			res, err := http.Get(server(t, h).URL + "/stream")
			require.NoError(t, err)
			defer res.Body.Close()
			body := bufio.NewReader(res.Body)
			line, err := body.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "first\n", line)
			sent <- struct{}{}
			line, err = body.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "second\n", line)
		})
	}
}

// A client that goes away ends the stream, and the response is closed.
func TestClientGoesAway(t *testing.T) {
	closed := make(chan string, 3)
	app := web.App{Router: web.Paths{"/": func(*web.Request) (*web.Response, error) {
		res := web.Stream(200, "text/plain", func(yield func([]byte, error) bool) {
			for yield([]byte("again\n"), nil) {
				time.Sleep(time.Millisecond)
			}
		})
		res.OnClose(func() { closed <- "closed" })
		return res, nil
	}}}
	for name, h := range handlers(t, app) {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			req, err := http.NewRequestWithContext(ctx, "GET", server(t, h).URL, nil)
			require.NoError(t, err)
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			_, err = bufio.NewReader(res.Body).ReadString('\n')
			require.NoError(t, err)
			cancel()
			res.Body.Close()
			select {
			case <-closed:
			case <-time.After(time.Minute):
				t.Fatal("the response was not closed")
			}
		})
	}
}

// What leaves a handler is a panic that tells what it was.
func TestServePanics(t *testing.T) {
	boom := errors.New("boom")
	app := web.App{Propagate: true, Router: web.Paths{"/": func(*web.Request) (*web.Response, error) { return nil, boom }}}
	for name, h := range handlers(t, app) {
		t.Run(name, func(t *testing.T) {
			defer func() {
				err, ok := recover().(error)
				require.True(t, ok)
				require.ErrorIs(t, err, boom)
			}()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
			t.Fatal("nothing left")
		})
	}
}
