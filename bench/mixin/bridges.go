// Package mixin measures the bridges between the models beside the engines:
// layers that count a request on its way in and out, in every way they can be
// put into a stack.
//
// The benchmarks of this package and the command in table/, which prints the
// table of docs/performance.md, run the same cases.
package mixin

import (
	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Respond runs one request through a stack.
type Respond func(*web.Request) (*web.Response, error)

// Case is one way to stack n layers.
type Case struct {
	Name  string
	Build func(n int) (Respond, error)
}

// Cases are all that is measured.
func Cases() []Case {
	return []Case{
		{"native", Native},
		{"upgraded", Upgraded},
		{"classic", Classic},
		{"island", Island},
		{"downgraded", Downgraded},
	}
}

// layer is the work: a count on the way in and on the way out.
type layer struct{ in, out int }

func (l *layer) ProcessRequest(*web.Request) (*web.Response, error) {
	l.in++
	return nil, nil
}

func (l *layer) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	l.out++
	return res, nil
}

func native() modern.Factory {
	l := new(layer)
	return modern.Func("native", func(r *web.Request, next modern.Next) (*web.Response, error) {
		l.in++
		res := next(r)
		l.out++
		return res, nil
	})
}

// app answers every request with one response, so that what is measured is the
// stack alone.
func app() web.App {
	answer := web.New(204)
	match := web.Match{View: func(*web.Request) (*web.Response, error) { return answer, nil }}
	return web.App{Router: web.RouterFunc(func(*web.Request) (web.Match, error) { return match, nil })}
}

func chain(layers []modern.Factory) (Respond, error) {
	h, err := modern.New(modern.Config{App: app()}, layers...)
	if err != nil {
		return nil, err
	}
	return h.Respond, nil
}

func stack(layers []any) (Respond, error) {
	h, err := classic.New(classic.Config{App: app()}, layers...)
	if err != nil {
		return nil, err
	}
	return h.Respond, nil
}

// Native are modern layers in a modern chain.
func Native(n int) (Respond, error) {
	var layers []modern.Factory
	for range n {
		layers = append(layers, native())
	}
	return chain(layers)
}

// Upgraded are classic layers in a modern chain, each on its own.
func Upgraded(n int) (Respond, error) {
	var layers []modern.Factory
	for range n {
		layers = append(layers, mixin.Upgrade(new(layer)))
	}
	return chain(layers)
}

// Classic are classic layers in a classic stack.
func Classic(n int) (Respond, error) {
	var layers []any
	for range n {
		layers = append(layers, new(layer))
	}
	return stack(layers)
}

// Island are classic layers in a modern chain, in one island.
func Island(n int) (Respond, error) {
	var layers []any
	for range n {
		layers = append(layers, new(layer))
	}
	return chain([]modern.Factory{mixin.Island(layers...)})
}

// Downgraded is one modern layer among n-1 classic ones in a classic stack.
func Downgraded(n int) (Respond, error) {
	layers := []any{mixin.Downgrade(native())}
	for range n - 1 {
		layers = append(layers, new(layer))
	}
	respond, err := stack(layers)
	if err != nil {
		return nil, err
	}
	return func(r *web.Request) (*web.Response, error) {
		res, err := respond(r)
		r.RunClosers()
		return res, err
	}, nil
}
