package modern_test

import (
	"fmt"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// debugToolbar is only for development.
func debugToolbar(debug bool) modern.Factory {
	return modern.Factory{Name: "debug toolbar", New: func(next modern.Next) (modern.Layer, error) {
		if !debug {
			return nil, web.ErrNotUsed
		}
		return modern.LayerFunc(func(r *web.Request) (*web.Response, error) { return next(r), nil }), nil
	}}
}

// A factory that returns web.ErrNotUsed drops its layer; the plan tells.
func Example_notUsed() {
	for _, debug := range []bool{true, false} {
		stack, err := modern.New(modern.Config{}, debugToolbar(debug))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("debug", debug, "layers", len(stack.Plan().Layers))
		for _, event := range stack.Plan().Log {
			fmt.Println(event.Layer, event.Kind)
		}
	}
	// Output:
	// debug true layers 1
	// debug false layers 0
	// debug toolbar not_used
}
