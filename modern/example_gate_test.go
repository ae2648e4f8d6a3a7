package modern_test

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// requireKey lets only requests with the key go further in. The error becomes
// a page of status 403 in the film around the layer.
func requireKey(key string) modern.Factory {
	return modern.Func("api key", func(r *web.Request, next modern.Next) (*web.Response, error) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Api-Key")), []byte(key)) != 1 {
			return nil, fmt.Errorf("%w: wrong or missing X-Api-Key", web.ErrPermissionDenied)
		}
		return next(r), nil
	})
}

// A layer that does not call next answers in place of all that is further in.
func Example_gate() {
	app := web.App{Router: web.Paths{
		"/api": func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "data"), nil },
	}}
	stack, err := modern.New(modern.Config{App: app}, requireKey("s3cret"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range []string{"", "guess", "s3cret"} {
		req := httptest.NewRequest(http.MethodGet, "/api", nil)
		req.Header.Set("X-Api-Key", key)
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, req)
		fmt.Printf("%q: %d\n", key, rec.Code)
	}
	// Output:
	// "": 403
	// "guess": 403
	// "s3cret": 200
}
