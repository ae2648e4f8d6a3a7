package modern_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

func hello(*web.Request) (*web.Response, error) { return web.Text(200, "hello"), nil }

func config(view web.View) modern.Config {
	return modern.Config{App: web.App{Router: web.Paths{"/": view}}}
}

func respond(t *testing.T, cfg modern.Config, layers ...modern.Factory) (*web.Response, error) {
	t.Helper()
	h, err := modern.New(cfg, layers...)
	require.NoError(t, err)
	return h.Respond(web.NewRequest(httptest.NewRequest("GET", "/", nil)))
}

// layer notes its way in and out and ends with what it is given.
func layer(name string, log *[]string, end func(*web.Response) (*web.Response, error)) modern.Factory {
	return modern.Func(name, func(r *web.Request, next modern.Next) (*web.Response, error) {
		*log = append(*log, name+" in")
		res := next(r)
		*log = append(*log, name+" out")
		if end != nil {
			return end(res)
		}
		return res, nil
	})
}

// asyncLayer is the same on the asynchronous side.
func asyncLayer(name string, log *[]string) modern.Factory {
	return modern.Factory{Name: name, NewAsync: func(next modern.AsyncNext) (modern.AsyncLayer, error) {
		return modern.AsyncLayerFunc(func(r *web.Request) *web.Future {
			return web.Go(func() (*web.Response, error) {
				*log = append(*log, name+" in "+r.Mode().String())
				res := next(r).Await()
				*log = append(*log, name+" out "+r.Mode().String())
				return res, nil
			})
		}), nil
	}}
}

func TestOnion(t *testing.T) {
	var log []string
	res, err := respond(t, config(hello), layer("A", &log, nil), layer("B", &log, nil))
	require.NoError(t, err)
	require.Equal(t, 200, res.StatusCode())
	require.Equal(t, []string{"A in", "B in", "B out", "A out"}, log)
}

// The film: an error or a panic of a layer is a response to the next one out.
func TestFilm(t *testing.T) {
	for name, fails := range map[string]func(*web.Response) (*web.Response, error){
		"error": func(*web.Response) (*web.Response, error) { return nil, web.ErrPermissionDenied },
		"panic": func(*web.Response) (*web.Response, error) { panic("boom") },
	} {
		t.Run(name, func(t *testing.T) {
			var log []string
			var status int
			_, err := respond(t, config(hello),
				layer("A", &log, func(res *web.Response) (*web.Response, error) {
					status = res.StatusCode()
					return res, nil
				}),
				layer("B", &log, fails), layer("C", &log, nil))
			require.NoError(t, err)
			require.Equal(t, map[string]int{"error": 403, "panic": 500}[name], status)
			require.Equal(t, []string{"A in", "B in", "C in", "C out", "B out", "A out"}, log)
		})
	}
}

func TestNilAnswer(t *testing.T) {
	nothing := func(*web.Response) (*web.Response, error) { return nil, nil }
	var log []string
	var seen error
	cfg := config(hello)
	cfg.App.OnException = func(_ *web.Request, err error) { seen = err }
	res, err := respond(t, cfg, layer("A", &log, nil), layer("B", &log, nothing))
	require.NoError(t, err)
	require.Equal(t, 500, res.StatusCode())
	require.EqualError(t, seen, `layer "B" returned no response`)

	cfg.Profile = web.Django52()
	_, err = respond(t, cfg, layer("A", &log, nil), layer("B", &log, nothing))
	require.ErrorIs(t, err, web.ErrNoFinalResponse)
}

func TestWhatPassesTheFilm(t *testing.T) {
	boom := errors.New("boom")
	unwound := false
	cleans := modern.Func("A", func(r *web.Request, next modern.Next) (*web.Response, error) {
		defer func() { unwound = true }()
		return next(r), nil
	})
	for name, test := range map[string]struct {
		err       error
		propagate bool
		leaves    bool
	}{
		"exit":                 {web.ErrExit, false, true},
		"abort":                {http.ErrAbortHandler, false, true},
		"error":                {boom, false, false},
		"propagated":           {boom, true, true},
		"404 while propagated": {web.ErrNotFound, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			unwound = false
			cfg := config(func(*web.Request) (*web.Response, error) { return nil, test.err })
			cfg.App.Propagate = test.propagate
			_, err := respond(t, cfg, cleans)
			require.True(t, unwound)
			if test.leaves {
				require.ErrorIs(t, err, test.err)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestBuildErrors(t *testing.T) {
	boom := errors.New("boom")
	var log []string
	tests := map[string]struct {
		factory modern.Factory
		cause   error
	}{
		"nil layer":     {modern.Factory{Name: "B", New: func(modern.Next) (modern.Layer, error) { return nil, nil }}, modern.ErrNilLayer},
		"nil async":     {modern.Factory{Name: "B", NewAsync: func(modern.AsyncNext) (modern.AsyncLayer, error) { return nil, nil }}, modern.ErrNilLayer},
		"nil hooks":     {modern.Factory{Name: "B", NewHooks: func() (any, error) { return nil, nil }}, modern.ErrNilLayer},
		"no hook":       {modern.Factory{Name: "B", NewHooks: func() (any, error) { return 1, nil }}, modern.ErrNotALayer},
		"no mode":       {modern.Factory{Name: "B"}, modern.ErrNoMode},
		"taken back":    {modern.SyncOnly(asyncLayer("B", &log)), modern.ErrNoMode},
		"fails":         {modern.Factory{Name: "B", New: func(modern.Next) (modern.Layer, error) { return nil, boom }}, boom},
		"panics":        {modern.Factory{Name: "B", New: func(modern.Next) (modern.Layer, error) { panic(boom) }}, boom},
		"fails by kind": {modern.Factory{Name: "B", New: func(modern.Next) (modern.Layer, error) { return nil, web.ErrNotFound }}, web.ErrNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := modern.New(config(hello), layer("A", &log, nil), test.factory, layer("C", &log, nil))
			var build *modern.BuildError
			require.ErrorAs(t, err, &build)
			require.Equal(t, 1, build.Index)
			require.ErrorIs(t, err, test.cause)
			require.Len(t, build.Plan.Layers, 1)
			require.ErrorContains(t, err, `layer 1, "B"`)
		})
	}
}

func TestPlan(t *testing.T) {
	var log []string
	unused := modern.Factory{Name: "U", NewAsync: func(modern.AsyncNext) (modern.AsyncLayer, error) { return nil, web.ErrNotUsed }}
	layers := []modern.Factory{layer("A", &log, nil), asyncLayer("B", &log), unused, layer("C", &log, nil)}
	h, err := modern.New(config(hello), layers...)
	require.NoError(t, err)
	require.Equal(t, modern.Plan{
		Layers: []modern.LayerPlan{{Name: "A", Adapted: true}, {Name: "B", Mode: web.Async, Adapted: true}, {Name: "C"}},
		Log: []modern.PlanEvent{
			{Layer: "U", Kind: modern.SyncToAsync}, {Layer: "U", Kind: modern.NotUsed},
			{Layer: "B", Kind: modern.SyncToAsync}, {Layer: "A", Kind: modern.AsyncToSync},
		},
	}, h.Plan())
	require.Equal(t, 2, h.Plan().Adaptations())
	require.Contains(t, h.Plan().String(), "async B (adapts what is further in)")

	cfg := config(hello)
	cfg.Async = true
	h, err = modern.New(cfg, layers...)
	require.NoError(t, err)
	require.Equal(t, 4, h.Plan().Adaptations(), "the one at the top counts")
	res, err := h.Respond(web.NewRequest(httptest.NewRequest("GET", "/", nil)))
	require.NoError(t, err)
	require.Equal(t, 200, res.StatusCode())
	require.Equal(t, []string{"A in", "B in async", "C in", "C out", "B out async", "A out"}, log)
}

func TestDecorators(t *testing.T) {
	var log []string
	hybrid := layer("H", &log, nil)
	hybrid.NewAsync = asyncLayer("H", &log).NewAsync
	modes := func(f modern.Factory, async bool) web.Mode {
		cfg := config(hello)
		cfg.Async = async
		h, err := modern.New(cfg, f)
		require.NoError(t, err)
		return h.Plan().Layers[0].Mode
	}
	require.Equal(t, web.Sync, modes(hybrid, false))
	require.Equal(t, web.Async, modes(hybrid, true))
	require.Equal(t, web.Sync, modes(modern.SyncOnly(hybrid), true))
	require.Equal(t, web.Async, modes(modern.AsyncOnly(hybrid), false))
	require.Equal(t, web.Async, modes(modern.SyncAndAsync(modern.SyncOnly(hybrid)), true))
}

// Start answers through a future while the view still works.
func TestStartDoesNotBlock(t *testing.T) {
	for _, async := range []bool{false, true} {
		release := make(chan struct{})
		cfg := config(func(*web.Request) (*web.Response, error) {
			<-release
			return web.New(204), nil
		})
		cfg.Async = async
		var log []string
		h, err := modern.New(cfg, asyncLayer("A", &log))
		require.NoError(t, err)
		future := h.Start(web.NewRequest(httptest.NewRequest("GET", "/", nil)))
		select {
		case <-future.Done():
			t.Fatal("answered before the view")
		default:
		}
		close(release)
		select {
		case <-future.Done():
		case <-time.After(time.Minute):
			t.Fatal("hangs")
		}
		res, err := future.Await()
		require.NoError(t, err)
		require.Equal(t, 204, res.StatusCode())
	}
}

// An asynchronous layer's panic, nil future and error are its own film's.
func TestAsyncFilm(t *testing.T) {
	for name, handle := range map[string]func(*web.Request) *web.Future{
		"panics at once": func(*web.Request) *web.Future { panic("boom") },
		"nil future":     func(*web.Request) *web.Future { return nil },
		"nil response":   func(*web.Request) *web.Future { return web.Resolved(nil, nil) },
		"panics later": func(*web.Request) *web.Future {
			return web.Go(func() (*web.Response, error) { panic("boom") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log []string
			var status int
			cfg := config(hello)
			reported := 0
			cfg.App.OnException = func(r *web.Request, _ error) {
				reported++
				require.Equal(t, web.Sync, r.Mode())
			}
			_, err := respond(t, cfg,
				layer("A", &log, func(res *web.Response) (*web.Response, error) {
					status = res.StatusCode()
					return res, nil
				}),
				modern.Factory{Name: "B", NewAsync: func(modern.AsyncNext) (modern.AsyncLayer, error) {
					return modern.AsyncLayerFunc(handle), nil
				}})
			require.NoError(t, err)
			require.Equal(t, 500, status)
			require.Equal(t, 1, reported)
		})
	}
}

// A layer with hooks of its own beside Handle.
type withHooks struct {
	next modern.Next
	log  *[]string
}

func (l withHooks) Handle(r *web.Request) (*web.Response, error) {
	*l.log = append(*l.log, "handle")
	return l.next(r), nil
}

func (l withHooks) ProcessTemplateResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	*l.log = append(*l.log, "template")
	res.Template().Context["by"] = "layer"
	return res, nil
}

func (l withHooks) ProcessRequest(*web.Request) (*web.Response, error) {
	panic("a modern layer's request hook is not called")
}

func TestLayerWithHooks(t *testing.T) {
	var log []string
	cfg := config(func(*web.Request) (*web.Response, error) {
		return web.Deferred(200, &web.Template{Context: map[string]any{}, Execute: func(w io.Writer, _ *web.Request, t *web.Template) error {
			_, err := io.WriteString(w, t.Context["by"].(string))
			return err
		}}), nil
	})
	res, err := respond(t, cfg, modern.Factory{Name: "A", New: func(next modern.Next) (modern.Layer, error) {
		return withHooks{next, &log}, nil
	}})
	require.NoError(t, err)
	body, err := res.Body()
	require.NoError(t, err)
	require.Equal(t, "layer", string(body))
	require.Equal(t, []string{"handle", "template"}, log)
}
