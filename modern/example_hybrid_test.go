package modern_test

import (
	"fmt"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

func mark(res *web.Response) *web.Response {
	res.Header().Set("X-Marked", "yes")
	return res
}

// marker can do both modes: it is built in that of what lies further in, and
// needs no adaptation.
var marker = modern.Factory{
	Name: "marker",
	New: func(next modern.Next) (modern.Layer, error) {
		return modern.LayerFunc(func(r *web.Request) (*web.Response, error) {
			return mark(next(r)), nil
		}), nil
	},
	NewAsync: func(next modern.AsyncNext) (modern.AsyncLayer, error) {
		return modern.AsyncLayerFunc(func(r *web.Request) *web.Future {
			return web.Go(func() (*web.Response, error) { return mark(next(r).Await()), nil })
		}), nil
	},
}

// The mode of a hybrid layer follows what is further in. One synchronous layer
// makes every hybrid layer outside it synchronous.
func Example_hybrid() {
	blocking := modern.Func("blocking", func(r *web.Request, next modern.Next) (*web.Response, error) {
		return next(r), nil
	})
	for _, layers := range [][]modern.Factory{{marker}, {marker, blocking}} {
		stack, err := modern.New(modern.Config{Async: true}, layers...)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%vadaptations: %d\n\n", stack.Plan(), stack.Plan().Adaptations())
	}
	// Output:
	// async marker
	// async handler
	// adaptations: 0
	//
	// sync marker
	// sync blocking (adapts what is further in)
	// async handler
	// adaptations: 2
}
