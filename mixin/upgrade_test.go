package mixin_test

import (
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// The names of layers in plans and errors.
func TestNames(t *testing.T) {
	require.Equal(t, "A", mixin.Upgrade(&old{name: "A"}).Name)
	require.Equal(t, "*mixin_test.failing", mixin.Upgrade(&failing{}).Name)
	require.Equal(t, "F", mixin.Upgrade(classic.Factory{Name: "F"}).Name)
	require.Equal(t, "island(A, F)", mixin.Island(&old{name: "A"}, classic.Factory{Name: "F"}).Name)
	require.Equal(t, "shop", mixin.Group{Name: "shop"}.Factory().Name)
	require.Equal(t, "A", mixin.Downgrade(mixin.Upgrade(&old{name: "A"})).Name)
}

type responder struct{ goroutine bool }

func (p *responder) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	p.goroutine = r.Mode() == web.Sync
	return res, nil
}

type viewer struct{ seen bool }

func (v *viewer) ProcessView(*web.Request, *web.Match) (*web.Response, error) {
	v.seen = true
	return nil, nil
}

// TestHandOvers counts what a layer costs in an asynchronous handler: its task,
// and a hand-over to the synchronous side for each of process_request and
// process_response that it has (MiddlewareMixin.__acall__ in
// django/utils/deprecation.py calls sync_to_async for each). A layer with
// neither costs nothing.
func TestHandOvers(t *testing.T) {
	created := func(layers ...modern.Factory) uint64 {
		view := web.AsyncView(func(*web.Request) *web.Future { return web.Resolved(web.Text(200, "ok"), nil) })
		app := web.App{Router: web.RouterFunc(func(*web.Request) (web.Match, error) { return web.Match{AsyncView: view}, nil })}
		h, err := modern.New(modern.Config{App: app, Async: true}, layers...)
		require.NoError(t, err)
		const runs = 200
		sample := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
		best := ^uint64(0)
		// The runtime starts goroutines of its own now and then.
		for range 5 {
			metrics.Read(sample)
			before := sample[0].Value.Uint64()
			for range runs {
				res, err := h.Respond(get("/"))
				require.NoError(t, err)
				require.Equal(t, 200, res.Status)
			}
			metrics.Read(sample)
			best = min(best, sample[0].Value.Uint64()-before)
		}
		require.Less(t, best%runs, uint64(runs/4))
		return best / runs
	}
	base := created()
	l := new(log)
	require.Equal(t, base+3, created(mixin.Upgrade(&old{name: "A", log: l})), "a task and two hand-overs")
	one := &responder{}
	require.Equal(t, base+2, created(mixin.Upgrade(one)), "a task and one hand-over")
	require.True(t, one.goroutine, "the hook runs on the synchronous side")

	// Its process_view is a synchronous hook of an asynchronous handler, which
	// is handed over as any layer's.
	neither := &viewer{}
	require.Equal(t, base+1, created(mixin.Upgrade(neither)))
	require.True(t, neither.seen)
	require.Equal(t, base+1, created(mixin.Upgrade(neither), mixin.Upgrade(&excuser{}), mixin.Upgrade(&excuser{})), "neither hook, no hand-over")
}

type excuser struct{}

func (*excuser) ProcessException(*web.Request, error) (*web.Response, error) { return nil, nil }

// Upgrade adds no allocation to a synchronous chain, and neither does Island.
func TestNoAllocations(t *testing.T) {
	answer := web.New(204)
	match := web.Match{View: func(*web.Request) (*web.Response, error) { return answer, nil }}
	app := web.App{Router: web.RouterFunc(func(*web.Request) (web.Match, error) { return match, nil })}
	var upgraded []modern.Factory
	var group []any
	for range 20 {
		upgraded = append(upgraded, mixin.Upgrade(&counter{}))
		group = append(group, &counter{})
	}
	r := get("/")
	for name, chain := range map[string][]modern.Factory{"Upgrade": upgraded, "Island": {mixin.Island(group...)}} {
		h, err := modern.New(modern.Config{App: app}, chain...)
		require.NoError(t, err)
		require.Zero(t, testing.AllocsPerRun(200, func() { _, _ = h.Respond(r) }), name)
	}
}

type counter struct{ in, out int }

func (c *counter) ProcessRequest(*web.Request) (*web.Response, error) { c.in++; return nil, nil }

func (c *counter) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	c.out++
	return res, nil
}
