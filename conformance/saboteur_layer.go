package conformance

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// LayerSaboteur is a layer that is broken in one way. CheckLayer fails it at
// the check it is there for, and at no other. They are meant for those who
// test a suite of their own.
type LayerSaboteur struct {
	// Check is the id of the check that it fails.
	Check string
	// Words say what it does wrong.
	Words string
	// Make gives what CheckLayer takes. The options hold what the check needs
	// to see the fault.
	Make func() (newLayer func() any, opts *LayerOptions)
}

// LayerSaboteurs are broken layers, at least one for each of LayerChecks.
func LayerSaboteurs() []LayerSaboteur {
	return slices.Concat(callSaboteurs(), errorSaboteurs(), streamSaboteurs(), bodySaboteurs(), headerSaboteurs(), requestSaboteurs(), hookSaboteurs(), modeSaboteurs(), httpSaboteurs())
}

// broken is a saboteur that needs no options.
func broken(check, words string, newLayer func() any) LayerSaboteur {
	return LayerSaboteur{check, words, func() (func() any, *LayerOptions) {
		return newLayer, &LayerOptions{Timeout: saboteurPatience}
	}}
}

// saboteurPatience is how long those that hang are waited for.
const saboteurPatience = 4 * time.Second

// after is a saboteur that does something to the answer from further in.
func after(check, words string, f func(r *web.Request, res *web.Response) (*web.Response, error)) LayerSaboteur {
	return around(check, words, func(r *web.Request, next modern.Next) (*web.Response, error) { return f(r, next(r)) })
}

func around(check, words string, f func(r *web.Request, next modern.Next) (*web.Response, error)) LayerSaboteur {
	return broken(check, words, func() any { return modern.Func("saboteur", f) })
}

// holder is a saboteur that holds something.
func holder(check, words string, f func(held *atomic.Int64, r *web.Request, next modern.Next) (*web.Response, error)) LayerSaboteur {
	return LayerSaboteur{check, words, func() (func() any, *LayerOptions) {
		var held *atomic.Int64
		newLayer := func() any {
			own := new(atomic.Int64)
			held = own
			return modern.Func("saboteur", func(r *web.Request, next modern.Next) (*web.Response, error) { return f(own, r, next) })
		}
		return newLayer, &LayerOptions{Timeout: saboteurPatience, Held: func() int { return int(held.Load()) }}
	}}
}
