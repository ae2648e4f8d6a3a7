package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// noStore is a whole layer: what is before next sees the request, what is
// after it the response.
func noStore(r *web.Request, next modern.Next) (*web.Response, error) {
	res := next(r)
	res.Header().Set("Cache-Control", "no-store")
	return res, nil
}

// A function is the commonest layer.
func ExampleFunc() {
	app := web.App{Router: web.Paths{
		"/": func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "hello"), nil },
	}}
	stack, err := modern.New(modern.Config{App: app}, modern.Func("no-store", noStore))
	if err != nil {
		fmt.Println(err)
		return
	}
	rec := httptest.NewRecorder()
	stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Println(rec.Code, rec.Body, rec.Header().Get("Cache-Control"))
	// Output: 200 hello no-store
}
