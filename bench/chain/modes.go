package chain

import (
	"net/http"

	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Modes are stacks that differ in the modes of their layers, and so in how
// often a request is handed over between goroutines.
func Modes() []Case {
	return []Case{
		{"sync", Modern},
		{"async handler, sync layers", func(n int) http.Handler { return modes(n, true, syncPass) }},
		{"async handler, async layers", func(n int) http.Handler { return modes(n, true, asyncPass) }},
		{"async handler, alternating", func(n int) http.Handler { return modes(n, true, asyncPass, syncPass) }},
		{"sync handler, alternating", func(n int) http.Handler { return modes(n, false, syncPass, asyncPass) }},
		{"async handler, upgraded layers", func(n int) http.Handler { return modes(n, true, mixin.Upgrade(&hooks{})) }},
	}
}

var syncPass = modern.Func("sync", func(r *web.Request, next modern.Next) (*web.Response, error) {
	return next(r), nil
})

var asyncPass = modern.Factory{Name: "async", NewAsync: func(next modern.AsyncNext) (modern.AsyncLayer, error) {
	return modern.AsyncLayerFunc(func(r *web.Request) *web.Future {
		return web.Go(func() (*web.Response, error) { return next(r).Await(), nil })
	}), nil
}}

// modes is a stack of n layers that go through the given ones again and again,
// outermost first.
func modes(n int, async bool, cycle ...modern.Factory) http.Handler {
	layers := make([]modern.Factory, n)
	for i := range layers {
		layers[i] = cycle[i%len(cycle)]
	}
	return must(modern.New(modern.Config{App: app(), Async: async}, layers...))
}
