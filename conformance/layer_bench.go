package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/pprof"
	"sync/atomic"
	"time"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// The stacks a layer is put into.
const (
	inClassic = "classic"
	inModern  = "modern"
	inAsync   = "modern async"
	inHTTP    = "net/http"
)

// ErrNotALayer is the error for a value that no stack takes.
var ErrNotALayer = errors.New("is no layer: it has no hook of package web and is no modern.Factory, classic.Factory or func(http.Handler) http.Handler")

// stacksFor are the stacks a layer belongs into.
func stacksFor(layer any) ([]string, error) {
	switch l := layer.(type) {
	case nil:
		return nil, fmt.Errorf("nil %w", ErrNotALayer)
	case func(http.Handler) http.Handler:
		return []string{inHTTP}, nil
	case classic.Factory:
		return []string{inClassic, inModern, inAsync}, nil
	case modern.Factory:
		var list []string
		if (l.New != nil || l.NewHooks != nil || l.NewGroup != nil) && !l.NotSync {
			list = append(list, inModern)
		}
		if (l.NewAsync != nil || l.NewHooks != nil) && !l.NotAsync {
			list = append(list, inAsync)
		}
		if list == nil {
			return nil, modern.ErrNoMode
		}
		return list, nil
	}
	if web.HooksOf(layer).Empty() {
		return nil, fmt.Errorf("%T %w", layer, ErrNotALayer)
	}
	return []string{inClassic, inModern, inAsync}, nil
}

// rig is a layer in a stack between two probes. It serves any number of
// requests.
type rig struct {
	in      string
	opts    *LayerOptions
	handler http.Handler
	// early counts runs of what is further in while the stack was built.
	early int
	last  atomic.Pointer[seen] // for requests that lost their context
}

type seenKey struct{}

// find gives the record of a request.
func (g *rig) find(ctx context.Context) *seen {
	if s, ok := ctx.Value(seenKey{}).(*seen); ok {
		return s
	}
	s := g.last.Load()
	if s != nil {
		s.lock(func() { s.lost = true })
	}
	return s
}

// newRig builds the stack.
func newRig(in string, layer any, opts *LayerOptions) (g *rig, err error) {
	g = &rig{in: in, opts: opts}
	defer func() {
		if v := recover(); v != nil {
			g, err = nil, web.Recovered(v)
		}
	}()
	app := web.App{
		Router: web.RouterFunc(func(r *web.Request) (web.Match, error) {
			return web.Match{Name: "suite", Args: []string{}, Kwargs: map[string]string{}, View: func(r *web.Request) (*web.Response, error) {
				return g.find(r.Context()).view(r)
			}}, nil
		}),
		OnAttr: func(r *web.Request, e web.AttrEvent) {
			if s := g.find(r.Context()); s != nil {
				s.lock(func() { s.attrs = append(s.attrs, e) })
			}
		},
	}
	switch in {
	case inHTTP:
		mw := layer.(func(http.Handler) http.Handler)
		g.handler = mw(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			s := g.find(req.Context())
			if s == nil {
				g.early++
				return
			}
			s.lock(func() { s.calls++ })
			s.handle(w, req)
		}))
		if g.handler == nil {
			return nil, modern.ErrNilLayer
		}
		return g, nil
	case inClassic:
		var probed any
		if f, ok := layer.(classic.Factory); ok {
			made := f.New
			f.New = func() (any, error) {
				l, err := made()
				if err != nil || l == nil {
					return l, err
				}
				return g.probeHooks(l, true), nil
			}
			probed = f
		} else {
			probed = g.probeHooks(layer, true)
		}
		g.handler, err = classic.New(classic.Config{App: app}, stopper{g}, probed)
		return g, err
	}
	stack := append([]modern.Factory{}, opts.Outer...)
	stack = append(stack, g.probeFactory(asFactory(layer)))
	stack = append(stack, g.innerProbe())
	stack = append(stack, opts.Inner...)
	g.handler, err = modern.New(modern.Config{App: app, Async: in == inAsync}, stack...)
	return g, err
}

// asFactory puts a layer of the classic model into the modern one.
func asFactory(layer any) modern.Factory {
	if f, ok := layer.(modern.Factory); ok {
		return f
	}
	return mixin.Upgrade(layer)
}

// stopper is a layer of the classic model that answers where the drive says so.
type stopper struct{ g *rig }

func (l stopper) ProcessRequest(r *web.Request) (*web.Response, error) {
	if s := l.g.find(r.Context()); s != nil && s.drive.stopped {
		return web.Text(http.StatusForbidden, "stopped"), nil
	}
	return nil, nil
}

// serve sends one request and waits for the end of it, but no longer than the
// options allow.
func (g *rig) serve(d drive) *seen { return g.serveContext(context.Background(), d) }

func (g *rig) serveContext(ctx context.Context, d drive) *seen {
	s, wait := g.start(ctx, d)
	wait()
	if s.hung {
		// A record of its own: the request may still be writing to the other.
		s = &seen{in: g.in, drive: &d, hung: true}
		s.client = &client{seen: s, header: http.Header{}}
	}
	return s
}

// start is serve for a caller that has to do something meanwhile.
func (g *rig) start(ctx context.Context, d drive) (*seen, func()) {
	s := &seen{in: g.in, drive: &d}
	s.client = &client{seen: s, header: http.Header{}}
	g.last.Store(s)
	ctx, cancel := context.WithCancel(ctx)
	req, err := d.request(context.WithValue(ctx, seenKey{}, s))
	if err != nil {
		s.left = err
		cancel()
		return s, func() {}
	}
	if g.opts.Request != nil {
		g.opts.Request(req)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				err := web.Recovered(v)
				s.lock(func() { s.left = err })
			}
		}()
		if d.label != "" {
			pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels(labelKey, d.label)))
		}
		g.handler.ServeHTTP(s.client, req)
	}()
	return s, func() {
		defer cancel()
		timer := time.NewTimer(g.opts.timeout())
		defer timer.Stop()
		select {
		case <-done:
		case <-timer.C:
			// The goroutine is given up; what it touches later is guarded.
			s.lock(func() { s.hung = true })
		}
		if g.in == inHTTP && !s.hung {
			s.finishHTTP()
		}
	}
}

// finishHTTP makes of what the client got what the layer gave.
func (s *seen) finishHTTP() {
	c := s.client
	s.returned = true
	if s.left != nil {
		s.err = s.left
		return
	}
	if c.sent == nil && s.calls == 0 {
		s.nothing = "returned without an answer and without calling the next handler"
		return
	}
	status := c.status
	sent := c.sent
	if sent == nil {
		status, sent = http.StatusOK, c.header.Clone()
	}
	s.out = &snap{status: status, header: sent, body: c.body.String()}
	s.answered = s.calls == 0
}
