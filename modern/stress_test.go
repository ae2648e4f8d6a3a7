package modern_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// tally counts what the hooks of one layer saw, and whether they pair.
type tally struct {
	state          web.Attr[int]
	in, out, wrong atomic.Int64
}

func (l *tally) ProcessRequest(r *web.Request) (*web.Response, error) {
	l.in.Add(1)
	l.state.Set(r, len(r.URL.RawQuery))
	return nil, nil
}

func (l *tally) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	l.out.Add(1)
	if l.state.Value(r) != len(r.URL.RawQuery) {
		l.wrong.Add(1)
	}
	return res, nil
}

// strain is what all stacks of the stress test share.
type strain struct {
	opened, closed, finished atomic.Int64
}

func (s *strain) app() web.App {
	track := func(res *web.Response) *web.Response {
		s.opened.Add(1)
		res.OnClose(func() { s.closed.Add(1) })
		return res
	}
	return web.App{
		OnFinished: func(*web.Request) { s.finished.Add(1) },
		Router: web.Paths{
			"/text": func(r *web.Request) (*web.Response, error) {
				return track(web.Text(http.StatusOK, r.URL.RawQuery)), nil
			},
			"/stream": func(r *web.Request) (*web.Response, error) {
				return track(web.Stream(http.StatusOK, "text/plain", func(yield func([]byte, error) bool) {
					for i := range 20 {
						if !yield(fmt.Appendf(nil, "%s %d\n", r.URL.RawQuery, i), nil) {
							return
						}
					}
				})), nil
			},
			// A stream that ends with its client.
			"/endless": func(r *web.Request) (*web.Response, error) {
				chunk := []byte(strings.Repeat("x", 8<<10))
				return track(web.Stream(http.StatusOK, "text/plain", func(yield func([]byte, error) bool) {
					for r.Context().Err() == nil && yield(chunk, nil) {
						runtime.Gosched()
					}
				})), nil
			},
			"/panic": func(*web.Request) (*web.Response, error) { panic("a bug") },
			"/abort": func(*web.Request) (*web.Response, error) { panic(http.ErrAbortHandler) },
			"/broken": func(*web.Request) (*web.Response, error) {
				return track(web.Stream(http.StatusOK, "text/plain", func(yield func([]byte, error) bool) {
					_ = yield([]byte("begun"), nil) && yield(nil, errors.New("the source went away"))
				})), nil
			},
		},
	}
}

// pass is a native layer that panics where the query says so.
func pass(name string) modern.Factory {
	return modern.Func(name, func(r *web.Request, next modern.Next) (*web.Response, error) {
		if r.Header.Get("X-Panic") == name {
			panic("a bug in " + name)
		}
		return next(r), nil
	})
}

func asyncPass(name string) modern.Factory {
	return modern.Factory{Name: name, NewAsync: func(next modern.AsyncNext) (modern.AsyncLayer, error) {
		return modern.AsyncLayerFunc(func(r *web.Request) *web.Future {
			return web.Go(func() (*web.Response, error) { return next(r).Await(), nil })
		}), nil
	}}
}

// A thousand requests at once through one handler: pages, streams, slow
// readers, clients that go away, panics of views and of layers, aborted
// connections. Every hook pairs, every response is closed, every answer is the
// asked one, and no goroutine stays behind.
func TestStress(t *testing.T) {
	plain := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) })
	}
	stacks := map[string]func(web.App, *tally) (http.Handler, error){
		"classic": func(app web.App, l *tally) (http.Handler, error) {
			return classic.New(classic.Config{App: app}, l)
		},
		"modern": func(app web.App, l *tally) (http.Handler, error) {
			return modern.New(modern.Config{App: app}, pass("A"), mixin.Upgrade(l), pass("B"))
		},
		"mixed modes": func(app web.App, l *tally) (http.Handler, error) {
			return modern.New(modern.Config{App: app, Async: true}, pass("A"), asyncPass("task"), mixin.Upgrade(l), pass("B"))
		},
		"net/http": func(app web.App, l *tally) (http.Handler, error) {
			return modern.New(modern.Config{App: app}, pass("A"), modern.FromHTTP(wrapping), mixin.Upgrade(l), modern.FromHTTP(plain), pass("B"))
		},
	}
	for name, build := range stacks {
		t.Run(name, func(t *testing.T) { stress(t, build, name != "classic") })
	}
}

func stress(t *testing.T, build func(web.App, *tally) (http.Handler, error), native bool) {
	const requests = 1000
	before := runtime.NumGoroutine()
	var s strain
	l := &tally{state: web.NewAttr[int]("state")}
	h, err := build(s.app(), l)
	require.NoError(t, err)

	var served, left atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer served.Add(1)
		defer func() {
			if v := recover(); v != nil {
				left.Add(1)
				panic(v)
			}
		}()
		h.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	transport := &http.Transport{MaxIdleConnsPerHost: 100, DialContext: (&net.Dialer{Timeout: 30 * time.Second}).DialContext}
	client := &http.Client{Transport: transport, Timeout: 60 * time.Second}

	var wg sync.WaitGroup
	start := make(chan struct{})
	problems := make(chan error, requests)
	for i := range requests {
		wg.Go(func() {
			<-start
			if err := ask(client, server.URL, i, native); err != nil {
				problems <- fmt.Errorf("request %d: %w", i, err)
			}
		})
	}
	close(start)
	wg.Wait()
	close(problems)
	for err := range problems {
		t.Error(err)
	}
	transport.CloseIdleConnections()
	server.Close() // waits for the handlers

	require.Equal(t, int64(requests), served.Load())
	// What leaves the handler: aborts and broken streams, two of ten.
	require.Equal(t, int64(requests/5), left.Load())
	require.Zero(t, l.wrong.Load(), "a layer saw the state of another request")
	// An abort leaves before any response hook; all else pairs, the client gone
	// or not.
	unpaired := int64(requests / 10)
	require.Equal(t, l.in.Load()-unpaired, l.out.Load())
	require.Equal(t, s.opened.Load(), s.closed.Load(), "every response is closed")
	require.Equal(t, int64(requests)-unpaired, s.finished.Load())

	deadline := time.Now().Add(20 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		stacks := make([]byte, 1<<20)
		t.Fatalf("%d goroutines, %d before\n%s", n, before, stacks[:runtime.Stack(stacks, true)])
	}
}

// ask sends request i and checks its answer. native says that there are the
// layers A and B, which panic when they are told to.
func ask(c *http.Client, url string, i int, native bool) error {
	page := wantBody(func(q string) string { return q })
	panics := page
	if native {
		panics = wantStatus(http.StatusInternalServerError)
	}
	kinds := []struct {
		path, panics string
		check        func(res *http.Response, query string) error
	}{
		{path: "/text", check: page},
		{path: "/text", panics: "A", check: panics},
		{path: "/text", panics: "B", check: panics},
		{path: "/panic", check: wantStatus(http.StatusInternalServerError)},
		{path: "/missing", check: wantStatus(http.StatusNotFound)},
		{path: "/stream", check: wantBody(wholeStream)},
		{path: "/stream", check: slowly},
		{path: "/endless", check: goAway},
		{path: "/abort"},
		{path: "/broken", check: wantBroken},
	}
	kind := kinds[i%len(kinds)]
	query := fmt.Sprintf("n%d%s", i, strings.Repeat("y", i%7))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	// A transport repeats a GET whose connection was aborted.
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+kind.path+"?"+query, nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-Panic", kind.panics)
	res, err := c.Do(req)
	if kind.check == nil {
		if err == nil {
			res.Body.Close()
			return fmt.Errorf("%s: status %d for an aborted connection", kind.path, res.StatusCode)
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := kind.check(res, query); err != nil {
		return fmt.Errorf("%s: %w", kind.path, err)
	}
	return nil
}

func wholeStream(query string) string {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "%s %d\n", query, i)
	}
	return b.String()
}

func wantBody(want func(query string) string) func(*http.Response, string) error {
	return func(res *http.Response, query string) error {
		body, err := io.ReadAll(res.Body)
		if err == nil && !strings.EqualFold(string(body), want(query)) {
			err = fmt.Errorf("got %q, want %q", body, want(query))
		}
		return err
	}
}

func wantStatus(want int) func(*http.Response, string) error {
	return func(res *http.Response, _ string) error {
		_, err := io.Copy(io.Discard, res.Body)
		if res.StatusCode != want {
			return fmt.Errorf("status %d, want %d", res.StatusCode, want)
		}
		return err
	}
}

func slowly(res *http.Response, query string) error {
	var b strings.Builder
	p := make([]byte, 37)
	for {
		n, err := res.Body.Read(p)
		b.Write(p[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	if !strings.EqualFold(b.String(), wholeStream(query)) {
		return fmt.Errorf("got %q", b.String())
	}
	return nil
}

func goAway(res *http.Response, _ string) error {
	_, err := io.ReadFull(res.Body, make([]byte, 10<<10))
	return err
}

func wantBroken(res *http.Response, _ string) error {
	if body, err := io.ReadAll(res.Body); err == nil {
		return fmt.Errorf("got the whole body %q of a broken stream", body)
	}
	return nil
}
