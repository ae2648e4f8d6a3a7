package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// blockPaths answers 404 for whatever is below one of the prefixes.
func blockPaths(prefixes ...string) modern.Factory {
	return modern.Func("path block", func(r *web.Request, next modern.Next) (*web.Response, error) {
		for _, prefix := range prefixes {
			if strings.HasPrefix(r.URL.Path+"/", prefix) {
				return nil, web.ErrNotFound
			}
		}
		return next(r), nil
	})
}

// A layer runs before the URL is resolved, so it may block paths that views
// serve as well as paths that nobody does.
func Example_pathBlock() {
	page := func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "page"), nil }
	app := web.App{Router: web.Paths{"/admin/users": page, "/administration": page}}
	stack, err := modern.New(modern.Config{App: app}, blockPaths("/admin/", "/.git/"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/admin/users", "/.git/config", "/administration"} {
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(path, rec.Code)
	}
	// Output:
	// /admin/users 404
	// /.git/config 404
	// /administration 200
}
