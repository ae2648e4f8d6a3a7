// Command first is the smallest whole server: an old layer with hooks and a new
// one around a view.
//
//	go run ./first
package main

import (
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// maintenance is a layer of the classic model: it answers while the site is
// closed, and marks its answers for caches.
type maintenance struct{ closed bool }

func (m *maintenance) ProcessRequest(*web.Request) (*web.Response, error) {
	if m.closed {
		return web.Text(http.StatusServiceUnavailable, "back soon\n"), nil
	}
	return nil, nil
}

func (m *maintenance) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	if res.StatusCode() == http.StatusServiceUnavailable {
		res.Header().Set("Retry-After", "60")
	}
	return res, nil
}

// server is the stack, outermost layer first.
func server(closed bool) (http.Handler, error) {
	app := web.App{Router: web.Paths{
		"/": func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "welcome\n"), nil },
	}}
	return modern.New(modern.Config{App: app},
		modern.Func("timing", func(r *web.Request, next modern.Next) (*web.Response, error) {
			began := time.Now()
			res := next(r)
			res.Header().Set("Server-Timing", fmt.Sprintf("app;dur=%.3f", 1000*time.Since(began).Seconds()))
			return res, nil
		}),
		mixin.Upgrade(&maintenance{closed: closed}),
	)
}

func main() {
	h, err := server(false)
	if err != nil {
		log.Fatal(err)
	}
	s := &http.Server{Addr: "localhost:8000", Handler: h, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(s.ListenAndServe())
}
