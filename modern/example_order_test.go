package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// logging prints when a request enters a layer and when its response leaves it.
func logging(name string) modern.Factory {
	return modern.Func(name, func(r *web.Request, next modern.Next) (*web.Response, error) {
		fmt.Println(name, "before")
		res := next(r)
		fmt.Println(name, "after", res.StatusCode())
		return res, nil
	})
}

// Layers nest: the first one is the outermost. The error of a view is a
// response already when the innermost layer sees it.
func Example_order() {
	app := web.App{Router: web.Paths{
		"/": func(*web.Request) (*web.Response, error) {
			fmt.Println("view")
			return nil, web.ErrNotFound
		},
	}}
	stack, err := modern.New(modern.Config{App: app}, logging("A"), logging("B"), logging("C"))
	if err != nil {
		fmt.Println(err)
		return
	}
	stack.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	// Output:
	// A before
	// B before
	// C before
	// view
	// C after 404
	// B after 404
	// A after 404
}
