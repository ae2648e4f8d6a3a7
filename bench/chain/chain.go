// Package chain measures the engines beside their peers: the same pass-through
// layers around the same answer, in every way a Go program can stack them.
//
// A case builds an http.Handler of n layers. The benchmarks of this package and
// the command in table/, which prints the table of docs/performance.md, run the
// same cases.
package chain

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/justinas/alice"
	"github.com/labstack/echo/v4"
	"github.com/urfave/negroni"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Case is one way to stack n layers.
type Case struct {
	Name  string
	Build func(n int) http.Handler
}

// Depths are the numbers of layers that are measured.
func Depths() []int { return []int{1, 5, 10, 20, 40} }

// Table is a set of cases that are measured beside each other; the first one is
// what the others are compared with.
type Table struct {
	Title  string
	Depths []int
	Cases  []Case
}

// Tables are all that is measured.
func Tables() []Table {
	return []Table{
		{"Nested layers", Depths(), Nested(answer)},
		{"Nested layers around the same answer", Depths(), Nested(Flat(0).ServeHTTP)},
		{"Hooks", Depths(), Hooks()},
		{"Modes", []int{1, 2, 10, 20}, Modes()},
		{"Middleware of net/http", []int{1, 2, 5}, NetHTTP()},
	}
}

var body = []byte("ok")

// answer is the least that can lie inside layers.
func answer(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
}

// view is the same for the engines.
func view(*web.Request) (*web.Response, error) {
	return web.Bytes(http.StatusOK, "", body), nil
}

func app() web.App {
	return web.App{Router: web.RouterFunc(func(*web.Request) (web.Match, error) {
		return web.Match{View: view}, nil
	})}
}

// Nested are the cases whose layers are functions around functions. inner is
// what lies inside the layers of the peers: answer, which only writes, or what
// the engine does inside its layers as well, with a Request, a Response and a
// resolved URL, so that nothing but the layers differs.
func Nested(inner http.HandlerFunc) []Case {
	around := func(name string, build func(n int, inner http.HandlerFunc) http.Handler) Case {
		return Case{name, func(n int) http.Handler { return build(n, inner) }}
	}
	return []Case{
		around("alice", Alice),
		around("closures", Closures),
		{"modern", Modern},
		around("echo", Echo),
		around("gin", Gin),
		around("negroni", Negroni),
		around("chi", Chi),
	}
}

// Hooks are the cases whose layers are pairs of hooks.
func Hooks() []Case {
	return []Case{
		{"flat loop", Flat},
		{"classic", Classic},
		{"modern, upgraded layers", Upgraded},
	}
}

// pass is the layer of everything that is made of func(http.Handler)
// http.Handler.
func pass(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) })
}

// Closures nests plain handlers by hand.
func Closures(n int, inner http.HandlerFunc) http.Handler {
	var h http.Handler = inner
	for range n {
		h = pass(h)
	}
	return h
}

// Alice is justinas/alice.
func Alice(n int, inner http.HandlerFunc) http.Handler {
	chain := alice.New()
	for range n {
		chain = chain.Append(pass)
	}
	return chain.Then(inner)
}

// Chi is go-chi/chi, its router included.
func Chi(n int, inner http.HandlerFunc) http.Handler {
	r := chi.NewRouter()
	for range n {
		r.Use(pass)
	}
	r.Get("/", inner)
	return r
}

// Negroni is urfave/negroni.
func Negroni(n int, inner http.HandlerFunc) http.Handler {
	h := negroni.New()
	for range n {
		h.UseFunc(func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) { next(w, r) })
	}
	h.UseHandlerFunc(inner)
	return h
}

// Echo is labstack/echo, its router included.
func Echo(n int, inner http.HandlerFunc) http.Handler {
	e := echo.New()
	for range n {
		e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error { return next(c) }
		})
	}
	e.GET("/", func(c echo.Context) error {
		inner(c.Response(), c.Request())
		return nil
	})
	return e
}

// Gin is gin-gonic/gin, its router included. It keeps a chain to 63 handlers.
func Gin(n int, inner http.HandlerFunc) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	for range n {
		e.Use(func(c *gin.Context) { c.Next() })
	}
	e.GET("/", func(c *gin.Context) { inner(c.Writer, c.Request) })
	return e
}

// Modern is package modern with native layers, a film around each.
func Modern(n int) http.Handler {
	layers := make([]modern.Factory, n)
	for i := range layers {
		layers[i] = modern.Func("pass", func(r *web.Request, next modern.Next) (*web.Response, error) {
			return next(r), nil
		})
	}
	return must(modern.New(modern.Config{App: app()}, layers...))
}

// hooks is a classic layer that lets everything pass.
type hooks struct{}

func (h *hooks) ProcessRequest(*web.Request) (*web.Response, error) { return nil, nil }

func (h *hooks) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	return res, nil
}

// Classic is package classic.
func Classic(n int) http.Handler {
	layers := make([]any, n)
	for i := range layers {
		layers[i] = &hooks{}
	}
	return must(classic.New(classic.Config{App: app()}, layers...))
}

// Upgraded is package modern with the layers of Classic.
func Upgraded(n int) http.Handler {
	layers := make([]modern.Factory, n)
	for i := range layers {
		layers[i] = mixin.Upgrade(&hooks{})
	}
	return must(modern.New(modern.Config{App: app()}, layers...))
}

// Flat is the loop over the hooks of Classic that one writes by hand, around
// the same App. It holds neither the rules of a model nor a film: an error or a
// panic is the server's.
func Flat(n int) http.Handler {
	var request []web.RequestHook
	var response []web.ResponseHook
	for range n {
		h := &hooks{}
		request = append(request, h)
		response = append(response, h)
	}
	app := app()
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r := web.NewRequest(req)
		var res *web.Response
		var err error
		for _, hook := range request {
			if res, err = hook.ProcessRequest(r); res != nil || err != nil {
				break
			}
		}
		if res == nil && err == nil {
			if err = app.Resolve(r); err == nil {
				res, err = r.Match.View(r)
			}
		}
		for _, hook := range response {
			if err != nil {
				break
			}
			res, err = hook.ProcessResponse(r, res)
		}
		if err == nil {
			err = web.Send(w, r, res)
		}
		if err != nil {
			panic(err)
		}
		res.Close()
	})
}

func must[H http.Handler](h H, err error) H {
	if err != nil {
		panic(err)
	}
	return h
}

// Sink is a ResponseWriter that takes everything and keeps the header.
type Sink struct{ header http.Header }

// NewSink makes a Sink.
func NewSink() *Sink { return &Sink{header: make(http.Header)} }

// Header is the header.
func (s *Sink) Header() http.Header { return s.header }

// WriteHeader does nothing.
func (s *Sink) WriteHeader(int) {}

// Write takes p.
func (s *Sink) Write(p []byte) (int, error) { return len(p), nil }
