package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// timing tells the client how long what lies further in took.
type timing struct {
	next modern.Next
	now  func() time.Time
}

func (t *timing) Handle(r *web.Request) (*web.Response, error) {
	began := t.now()
	res := t.next(r)
	res.Header().Set("Server-Timing", fmt.Sprintf("app;dur=%d", t.now().Sub(began).Milliseconds()))
	return res, nil
}

// A layer with fields of its own: the factory is called once, when the stack
// is built, and gets what lies further in.
func Example_timing() {
	var clock time.Time
	factory := modern.Factory{Name: "timing", New: func(next modern.Next) (modern.Layer, error) {
		return &timing{next: next, now: func() time.Time { return clock }}, nil
	}}
	app := web.App{Router: web.Paths{
		"/slow": func(*web.Request) (*web.Response, error) {
			clock = clock.Add(125 * time.Millisecond)
			return web.Text(http.StatusOK, "done"), nil
		},
	}}
	stack, err := modern.New(modern.Config{App: app}, factory)
	if err != nil {
		fmt.Println(err)
		return
	}
	rec := httptest.NewRecorder()
	stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/slow", nil))
	fmt.Println(rec.Header().Get("Server-Timing"))
	// Output: app;dur=125
}
