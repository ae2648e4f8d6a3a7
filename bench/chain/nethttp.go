package chain

import (
	"net/http"

	"github.com/mwcheck/mwcheck/modern"
)

// NetHTTP are stacks of layers that are made of net/http middleware, and a
// stack that is net/http middleware.
func NetHTTP() []Case {
	return []Case{
		{"modern", Modern},
		{"FromHTTP", func(n int) http.Handler { return fromHTTP(n, pass) }},
		{"FromHTTP, wrapped writer", func(n int) http.Handler { return fromHTTP(n, wrap) }},
		{"Wrap", func(n int) http.Handler {
			return Modern(n).(*modern.Handler).Wrap(http.HandlerFunc(answer))
		}},
	}
}

func fromHTTP(n int, mw func(http.Handler) http.Handler) http.Handler {
	layers := make([]modern.Factory, n)
	for i := range layers {
		layers[i] = modern.FromHTTP(mw)
	}
	return must(modern.New(modern.Config{App: app()}, layers...))
}

type wrapper struct{ http.ResponseWriter }

func wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(wrapper{w}, r) })
}
