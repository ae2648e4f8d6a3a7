package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// visit is one request as the analytics see it.
type visit struct {
	User   string
	URL    string
	At     time.Time
	Status int
}

var visitor = web.NewAttr[string]("visitor")

// analytics reports every request and changes nothing. It stands outside the
// layer that finds out the visitor: the attribute is there on the way out.
func analytics(now func() time.Time, report func(visit)) modern.Factory {
	return modern.Func("analytics", func(r *web.Request, next modern.Next) (*web.Response, error) {
		v := visit{URL: r.URL.Path, At: now()}
		res := next(r)
		v.User, v.Status = visitor.Value(r), res.StatusCode()
		report(v)
		return res, nil
	})
}

// Read-only analytics with user, URL and time.
func Example_analytics() {
	clock := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	report := func(v visit) { fmt.Println(v.At.Format(time.DateTime), v.User, v.URL, v.Status) }
	identify := modern.Func("identify", func(r *web.Request, next modern.Next) (*web.Response, error) {
		visitor.Set(r, "ada")
		return next(r), nil
	})
	app := web.App{Router: web.Paths{
		"/": func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "home"), nil },
	}}
	stack, err := modern.New(modern.Config{App: app}, analytics(func() time.Time { return clock }, report), identify)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/", "/missing"} {
		stack.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
		clock = clock.Add(time.Minute)
	}
	// Output:
	// 2026-01-02 15:04:05 ada / 200
	// 2026-01-02 15:05:05 ada /missing 404
}
