package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Middleware of net/http, here the standard library's own, is a layer.
func ExampleFromHTTP() {
	limit := func(next http.Handler) http.Handler { return http.TimeoutHandler(next, time.Minute, "too slow") }
	strip := func(next http.Handler) http.Handler { return http.StripPrefix("/shop", next) }
	app := web.App{Router: web.Paths{
		"/books": func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "books"), nil },
	}}
	stack, err := modern.New(modern.Config{App: app}, modern.FromHTTP(limit), modern.FromHTTP(strip))
	if err != nil {
		fmt.Println(err)
		return
	}
	rec := httptest.NewRecorder()
	stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/shop/books", nil))
	fmt.Println(rec.Code, rec.Body)
	// Output: 200 books
}

// A stack is middleware of net/http: what it is put around answers in place of
// the App's views, and finds the attributes that the layers have set.
func ExampleHandler_Wrap() {
	lang := web.NewAttr[string]("lang")
	stack, err := modern.New(modern.Config{}, modern.Func("lang", func(r *web.Request, next modern.Next) (*web.Response, error) {
		lang.Set(r, "fr")
		return next(r), nil
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	var middleware func(http.Handler) http.Handler = stack.Wrap

	mux := http.NewServeMux()
	mux.HandleFunc("GET /books/{id}", func(w http.ResponseWriter, req *http.Request) {
		r, _ := web.FromContext(req.Context())
		fmt.Fprintf(w, "book %s in %s", req.PathValue("id"), lang.Value(r))
	})
	rec := httptest.NewRecorder()
	middleware(mux).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/books/7", nil))
	fmt.Println(rec.Code, rec.Body)
	// Output: 200 book 7 in fr
}
