package chain

import (
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/gorilla/handlers"
	"github.com/justinas/alice"
	"github.com/rs/cors"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

var long = strings.Repeat("a line that compresses well\n", 400)

// shop is a router with a page, a stream that goes on when the test says so,
// and a view that panics.
func shop(step <-chan struct{}) web.Router {
	return web.Paths{
		"/page": func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, long), nil },
		"/stream": func(r *web.Request) (*web.Response, error) {
			return web.Stream(http.StatusOK, "text/plain", func(yield func([]byte, error) bool) {
				for i := range 3 {
					if !yield(fmt.Appendf(nil, "chunk %d\n", i), nil) {
						return
					}
					select {
					case <-step:
					case <-r.Context().Done():
						return
					}
				}
			}), nil
		},
		"/panic": func(*web.Request) (*web.Response, error) { panic("a bug in a view") },
	}
}

func listen(t *testing.T, h http.Handler, test func(t *testing.T, c *http.Client, url string)) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Proto != proto {
					t.Errorf("the request came by %s", r.Proto)
				}
				h.ServeHTTP(w, r)
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.EnableHTTP2 = proto == "HTTP/2.0"
			server.StartTLS()
			defer server.Close()
			c := server.Client()
			c.Timeout = 20 * time.Second
			// The test looks at the encoding itself.
			c.Transport.(*http.Transport).DisableCompression = true
			test(t, c, server.URL)
		})
	}
}

func do(t *testing.T, c *http.Client, method, url string, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

// Each of the three compressors, as a layer, compresses a page and a stream
// chunk by chunk, and a layer outside it sees the encoding.
func TestCompression(t *testing.T) {
	for name, compress := range map[string]func(http.Handler) http.Handler{
		"gorilla": handlers.CompressHandler,
		"chi":     middleware.Compress(5, "text/plain"),
	} {
		t.Run(name, func(t *testing.T) {
			step := make(chan struct{})
			outer := modern.Func("outer", func(r *web.Request, next modern.Next) (*web.Response, error) {
				res := next(r)
				res.Header().Set("X-Seen", fmt.Sprint(res.Header().Get("Content-Encoding"), " ", res.Streaming()))
				return res, nil
			})
			h := must(modern.New(modern.Config{App: web.App{Router: shop(step)}}, outer, modern.FromHTTP(compress)))
			listen(t, h, func(t *testing.T, c *http.Client, url string) {
				res := do(t, c, http.MethodGet, url+"/page", "Accept-Encoding", "gzip")
				require.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
				require.Equal(t, "gzip false", res.Header.Get("X-Seen"))
				require.Equal(t, []string{"Accept-Encoding"}, res.Header["Vary"])
				require.Less(t, res.ContentLength, int64(len(long)/10))
				zr, err := gzip.NewReader(res.Body)
				require.NoError(t, err)
				require.Equal(t, long, text(t, zr))

				res = do(t, c, http.MethodGet, url+"/page")
				require.Empty(t, res.Header.Get("Content-Encoding"))
				require.Equal(t, long, text(t, res.Body))

				res = do(t, c, http.MethodGet, url+"/stream", "Accept-Encoding", "gzip")
				require.Equal(t, "gzip true", res.Header.Get("X-Seen"))
				zr, err = gzip.NewReader(res.Body)
				require.NoError(t, err)
				chunk := make([]byte, len("chunk 0\n"))
				for i := range 3 {
					_, err = io.ReadFull(zr, chunk)
					require.NoError(t, err)
					require.Equal(t, fmt.Sprintf("chunk %d\n", i), string(chunk))
					step <- struct{}{}
				}
				require.Empty(t, text(t, zr))
			})
		})
	}
}

func TestCORS(t *testing.T) {
	layer := modern.FromHTTP(cors.New(cors.Options{AllowedOrigins: []string{"https://shop.example"}, AllowedMethods: []string{"GET", "PUT"}}).Handler)
	require.Equal(t, "cors.(*Cors).Handler", layer.Name)
	reached := make(chan string, 10)
	inner := modern.Func("inner", func(r *web.Request, next modern.Next) (*web.Response, error) {
		reached <- r.Method
		res := next(r)
		res.Header().Add("Vary", "Cookie")
		return res, nil
	})
	h := must(modern.New(modern.Config{App: web.App{Router: shop(nil)}}, layer, inner))
	listen(t, h, func(t *testing.T, c *http.Client, url string) {
		res := do(t, c, http.MethodOptions, url+"/page", "Origin", "https://shop.example", "Access-Control-Request-Method", "PUT")
		require.Equal(t, http.StatusNoContent, res.StatusCode)
		require.Equal(t, "https://shop.example", res.Header.Get("Access-Control-Allow-Origin"))
		require.Empty(t, reached, "a preflight is answered by the layer")

		res = do(t, c, http.MethodGet, url+"/page", "Origin", "https://shop.example")
		require.Equal(t, long, text(t, res.Body))
		require.Equal(t, "https://shop.example", res.Header.Get("Access-Control-Allow-Origin"))
		require.Equal(t, []string{"Origin", "Cookie"}, res.Header["Vary"])
		require.Equal(t, http.MethodGet, <-reached)

		// The page of an error from further in carries them as well.
		res = do(t, c, http.MethodGet, url+"/missing", "Origin", "https://shop.example")
		require.Equal(t, http.StatusNotFound, res.StatusCode)
		require.Equal(t, "https://shop.example", res.Header.Get("Access-Control-Allow-Origin"))
		<-reached
	})
}

// A run of chi's middleware in one stack.
func TestChiMiddleware(t *testing.T) {
	var logged []string
	logger := middleware.RequestLogger(&middleware.DefaultLogFormatter{
		Logger: log.New(writer(func(p []byte) { logged = append(logged, string(p)) }), "", 0), NoColor: true,
	})
	h := must(modern.New(modern.Config{App: web.App{Router: shop(nil)}},
		modern.FromHTTP(middleware.RequestID),
		modern.FromHTTP(logger),
		modern.FromHTTP(middleware.Recoverer),
		modern.FromHTTP(middleware.Heartbeat("/ping")),
		modern.FromHTTP(middleware.StripSlashes),
		modern.FromHTTP(middleware.SetHeader("X-Frame-Options", "DENY")),
		modern.FromHTTP(middleware.NoCache),
		modern.FromHTTP(middleware.Timeout(10*time.Second)),
		modern.Func("id", func(r *web.Request, next modern.Next) (*web.Response, error) {
			res := next(r)
			// What middleware put into the context is there.
			res.Header().Set("X-Id", middleware.GetReqID(r.Context()))
			return res, nil
		}),
	))
	listen(t, h, func(t *testing.T, c *http.Client, url string) {
		logged = nil
		res := do(t, c, http.MethodGet, url+"/ping")
		require.Equal(t, ".", text(t, res.Body))

		res = do(t, c, http.MethodGet, url+"/page")
		require.Equal(t, long, text(t, res.Body))
		require.Equal(t, "DENY", res.Header.Get("X-Frame-Options"))
		require.Contains(t, res.Header.Get("Cache-Control"), "no-cache")
		require.NotEmpty(t, res.Header.Get("X-Id"))

		res = do(t, c, http.MethodGet, url+"/panic")
		require.Equal(t, http.StatusInternalServerError, res.StatusCode)
		require.Equal(t, "DENY", res.Header.Get("X-Frame-Options"), "Recoverer has nothing to do: the film answered")

		require.Len(t, logged, 3)
		require.Contains(t, logged[1], fmt.Sprintf("/page %s\" from", res.Proto))
		require.Contains(t, logged[1], fmt.Sprintf(" 200 %dB ", len(long)))
		require.Contains(t, logged[2], " 500 ")
	})
}

type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

// Stacks of both models in a chi router and in an alice chain.
func TestStackInsidePeers(t *testing.T) {
	gate := modern.Func("gate", func(r *web.Request, next modern.Next) (*web.Response, error) {
		if r.Header.Get("X-Key") != "secret" {
			return nil, web.ErrPermissionDenied
		}
		return next(r), nil
	})
	modernStack := must(modern.New(modern.Config{}, gate))
	classicStack := must(classic.New(classic.Config{}, &hooks{}))

	router := chi.NewRouter()
	router.Use(middleware.RequestID, modernStack.Wrap, middleware.Compress(5, "text/plain"))
	router.With(classicStack.Wrap).Get("/page/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, chi.URLParam(r, "id")+long)
	})
	chain := alice.New(modernStack.Wrap, handlers.CompressHandler, classicStack.Wrap).ThenFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "7"+long)
	})
	for name, h := range map[string]http.Handler{"chi": router, "alice": chain} {
		t.Run(name, func(t *testing.T) {
			listen(t, h, func(t *testing.T, c *http.Client, url string) {
				res := do(t, c, http.MethodGet, url+"/page/7")
				require.Equal(t, http.StatusForbidden, res.StatusCode)
				res = do(t, c, http.MethodGet, url+"/page/7", "X-Key", "secret", "Accept-Encoding", "gzip")
				require.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
				zr, err := gzip.NewReader(res.Body)
				require.NoError(t, err)
				require.Equal(t, "7"+long, text(t, zr))
			})
		})
	}
}
