package classic

import (
	"net/http"

	"github.com/mwcheck/mwcheck/web"
)

// Wrap puts the stack around an http.Handler, which then answers in place of
// the App's router: the method value is net/http middleware, a
// func(http.Handler) http.Handler. See web.HandlerView for how the handler is
// run. Its status 404 is a response like any other, not an error.
func (h *Handler) Wrap(next http.Handler) http.Handler {
	match := web.Match{View: web.HandlerView(next)}
	router := web.RouterFunc(func(*web.Request) (web.Match, error) { return match, nil })
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r := web.Incoming(w, req)
		r.Router = router
		h.serve(w, r)
	})
}
