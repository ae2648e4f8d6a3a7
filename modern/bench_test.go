package modern_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// count is what each layer does in the benchmarks.
type count struct{ in, out int }

func (c *count) ProcessRequest(*web.Request) (*web.Response, error) { c.in++; return nil, nil }

func (c *count) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	c.out++
	return res, nil
}

// stacks are n layers of the same work in each form, as what runs a request.
func stacks(t testing.TB, n int) map[string]func(*web.Request) (*web.Response, error) {
	answer := web.New(204)
	match := web.Match{View: func(*web.Request) (*web.Response, error) { return answer, nil }}
	app := web.App{Router: web.RouterFunc(func(*web.Request) (web.Match, error) { return match, nil })}
	var old []any
	var native, upgraded []modern.Factory
	counters := make([]count, n)
	requests, responses := []web.RequestHook{}, []web.ResponseHook{}
	for i := range n {
		c := &counters[i]
		old = append(old, c)
		requests = append(requests, c)
		responses = append([]web.ResponseHook{c}, responses...)
		upgraded = append(upgraded, modern.Factory{Name: "u", NewHooks: func() (any, error) { return c, nil }})
		native = append(native, modern.Factory{Name: "n", New: func(next modern.Next) (modern.Layer, error) {
			return modern.LayerFunc(func(r *web.Request) (*web.Response, error) {
				c.in++
				res := next(r)
				c.out++
				return res, nil
			}), nil
		}})
	}
	view := func(r *web.Request) (*web.Response, error) { return answer, app.Resolve(r) }
	flat := func(r *web.Request) (*web.Response, error) {
		for _, hook := range requests {
			if res, err := hook.ProcessRequest(r); res != nil || err != nil {
				return res, err
			}
		}
		res, err := view(r)
		if err != nil {
			return nil, err
		}
		for _, hook := range responses {
			if res, err = hook.ProcessResponse(r, res); err != nil {
				return nil, err
			}
		}
		return res, nil
	}
	type handle func(*web.Request) (*web.Response, error)
	plain := handle(view)
	for i := range n {
		c, next := &counters[i], plain
		plain = func(r *web.Request) (*web.Response, error) {
			c.in++
			res, err := next(r)
			c.out++
			return res, err
		}
	}
	h, err := classic.New(classic.Config{App: app}, old...)
	require.NoError(t, err)
	m, err := modern.New(modern.Config{App: app}, native...)
	require.NoError(t, err)
	u, err := modern.New(modern.Config{App: app}, upgraded...)
	require.NoError(t, err)
	return map[string]func(*web.Request) (*web.Response, error){
		"flat": flat, "plain": plain, "classic": h.Respond, "modern": m.Respond, "upgraded": u.Respond,
	}
}

func BenchmarkStacks(b *testing.B) {
	r := web.NewRequest(httptest.NewRequest("GET", "/", nil))
	for _, n := range []int{1, 5, 10, 20, 40} {
		for _, name := range []string{"flat", "plain", "classic", "upgraded", "modern"} {
			respond := stacks(b, n)[name]
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := respond(r); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// A request through 20 layers allocates nothing of its own in any form.
func TestNoAllocations(t *testing.T) {
	r := web.NewRequest(httptest.NewRequest("GET", "/", nil))
	for name, respond := range stacks(t, 20) {
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = respond(r) }), name)
	}
}
