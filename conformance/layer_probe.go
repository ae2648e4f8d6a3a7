package conformance

import (
	"errors"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// errNilFuture stands for a nil *web.Future.
var errNilFuture = errors.New("returned a nil *web.Future")

// watch runs one hook, or the whole, of the layer under test and notes how it
// failed. A panic goes on.
func watch(s *seen, hook string, f func() (*web.Response, error)) (res *web.Response, err error) {
	finished := false
	var before string
	s.lock(func() { before, s.inHook = s.inHook, hook })
	defer func() {
		v := recover()
		s.lock(func() {
			s.inHook = before
			if v != nil {
				s.err = web.Recovered(v)
			} else if finished && err != nil && !refusal(err) {
				s.err = err
			}
		})
		if v != nil {
			panic(v)
		}
	}()
	res, err = f()
	finished = true
	return res, err
}

// refusal says that an error is an answer in other words: one of the kinds of
// the 400 family.
func refusal(err error) bool {
	status := web.KindOf(err).Status()
	return status >= 400 && status < 500
}

// gave notes what the layer gave.
func (s *seen) gave(res *web.Response) {
	out := snapOf(res)
	s.lock(func() { s.out, s.returned = out, true })
}

func (s *seen) was(res *web.Response) {
	if res == nil {
		return
	}
	inner := snapOf(res)
	s.lock(func() { s.inner = inner })
}

// probedHooks are the hooks of a layer with a probe before and after each.
type probedHooks struct {
	g     *rig
	hooks web.HookSet
	last  bool // its response hook is the last thing of the layer that runs
}

func (g *rig) probeHooks(layer any, last bool) web.HookSetter {
	return &probedHooks{g, web.HooksOf(layer), last}
}

// HookSet has exactly the hooks of the layer, and always a response hook: that
// is where the probe stands.
func (p *probedHooks) HookSet() web.HookSet {
	set := p.hooks
	if p.hooks.Request != nil {
		set.Request = probedRequest{p}
	}
	if p.hooks.View != nil {
		set.View = probedView{p}
	}
	if p.hooks.TemplateResponse != nil {
		set.TemplateResponse = probedTemplate{p}
	}
	if p.hooks.Exception != nil {
		set.Exception = probedException{p}
	}
	if p.last {
		set.Response = probedResponse{p}
	}
	return set
}

type (
	probedRequest   struct{ *probedHooks }
	probedView      struct{ *probedHooks }
	probedTemplate  struct{ *probedHooks }
	probedResponse  struct{ *probedHooks }
	probedException struct{ *probedHooks }
)

func (p probedRequest) ProcessRequest(r *web.Request) (*web.Response, error) {
	s := p.g.find(r.Context())
	res, err := watch(s, HookRequest, func() (*web.Response, error) { return p.hooks.Request.ProcessRequest(r) })
	if res != nil {
		s.lock(func() { s.answered = true })
		if p.g.in == inClassic {
			s.gave(res)
		}
	}
	return res, err
}

func (p probedView) ProcessView(r *web.Request, m *web.Match) (*web.Response, error) {
	s := p.g.find(r.Context())
	return watch(s, HookView, func() (*web.Response, error) { return p.hooks.View.ProcessView(r, m) })
}

func (p probedTemplate) ProcessTemplateResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	s := p.g.find(r.Context())
	out, err := watch(s, HookTemplateResponse, func() (*web.Response, error) {
		return p.hooks.TemplateResponse.ProcessTemplateResponse(r, res)
	})
	switch {
	case err != nil:
	case out == nil:
		s.lock(func() { s.nothing = HookTemplateResponse + " returned no response" })
	case out.Template() == nil:
		s.lock(func() { s.innerBad = append(s.innerBad, HookTemplateResponse) })
	}
	return out, err
}

func (p probedResponse) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	s := p.g.find(r.Context())
	s.was(res)
	if p.hooks.Response == nil {
		s.gave(res)
		return res, nil
	}
	s.lock(func() { s.returned = false })
	out, err := watch(s, HookResponse, func() (*web.Response, error) { return p.hooks.Response.ProcessResponse(r, res) })
	switch {
	case out != nil && err == nil:
		s.gave(out)
	case err == nil:
		s.lock(func() { s.nothing = HookResponse + " returned no response" })
	}
	return out, err
}

func (p probedException) ProcessException(r *web.Request, cause error) (*web.Response, error) {
	s := p.g.find(r.Context())
	res, err := watch(s, HookException, func() (*web.Response, error) { return p.hooks.Exception.ProcessException(r, cause) })
	if err != nil && (errors.Is(err, cause) || errors.Is(cause, err)) {
		// The error goes on; it is not the layer's.
		s.lock(func() { s.err = nil })
	}
	return res, err
}

// probedLayer is a modern layer with a probe around it; it keeps its hooks.
type probedLayer struct {
	probedHooks
	sync modern.Layer
	task modern.AsyncLayer
}

func (l *probedLayer) whole(s *seen, f func() (*web.Response, error)) (*web.Response, error) {
	res, err := watch(s, "", f)
	var calls int
	s.lock(func() { calls = s.calls })
	switch {
	case err != nil:
	case res != nil:
		s.lock(func() { s.answered = calls == 0 })
		s.gave(res)
	case calls == 0:
		s.lock(func() { s.nothing = "returned no response and did not call next" })
	default:
		s.lock(func() { s.nothing = "returned no response, though next had answered" })
	}
	return res, err
}

// Handle is the synchronous layer.
func (l *probedLayer) Handle(r *web.Request) (*web.Response, error) {
	return l.whole(l.g.find(r.Context()), func() (*web.Response, error) { return l.sync.Handle(r) })
}

// HandleAsync is the asynchronous one.
func (l *probedLayer) HandleAsync(r *web.Request) *web.Future {
	s := l.g.find(r.Context())
	future := l.task.HandleAsync(r)
	s.lock(func() { s.started = true })
	if s.drive.afterStart != nil {
		s.drive.afterStart()
	}
	if future == nil {
		s.lock(func() { s.nothing = errNilFuture.Error() })
		return nil
	}
	return web.Go(func() (*web.Response, error) { return l.whole(s, future.Await) })
}

// probedGroup is a group of layers with a probe around it as a whole.
type probedGroup struct {
	modern.Group
	probe *probedLayer
}

// Handle is the group's.
func (l *probedGroup) Handle(r *web.Request) (*web.Response, error) { return l.probe.Handle(r) }

// probeFactory puts probes around what a factory makes.
func (g *rig) probeFactory(f modern.Factory) modern.Factory {
	if makeHooks := f.NewHooks; makeHooks != nil {
		f.NewHooks = func() (any, error) {
			layer, err := makeHooks()
			if err != nil || layer == nil {
				return layer, err
			}
			if _, says := layer.(web.HookSetter); !says && web.HooksOf(layer).Empty() {
				return layer, nil
			}
			return g.probeHooks(layer, true), nil
		}
		return f
	}
	if build := f.NewGroup; build != nil {
		f.NewGroup = func(cfg modern.Config, next modern.Next) (modern.Group, error) {
			group, err := build(cfg, next)
			if err != nil || group == nil {
				return group, err
			}
			return &probedGroup{Group: group, probe: &probedLayer{probedHooks: probedHooks{g: g}, sync: group}}, nil
		}
	}
	if build := f.New; build != nil {
		f.New = func(next modern.Next) (modern.Layer, error) {
			layer, err := build(next)
			if err != nil || layer == nil {
				return layer, err
			}
			return &probedLayer{probedHooks: probedHooks{g: g, hooks: web.HooksOf(layer)}, sync: layer}, nil
		}
	}
	if build := f.NewAsync; build != nil {
		f.NewAsync = func(next modern.AsyncNext) (modern.AsyncLayer, error) {
			layer, err := build(next)
			if err != nil || layer == nil {
				return layer, err
			}
			return &probedLayer{probedHooks: probedHooks{g: g, hooks: web.HooksOf(layer)}, task: layer}, nil
		}
	}
	return f
}

// innerProbe is the layer next further in.
func (g *rig) innerProbe() modern.Factory {
	arrive := func(r *web.Request) *seen {
		s := g.find(r.Context())
		if s == nil {
			g.early++
			return nil
		}
		s.lock(func() { s.calls++ })
		return s
	}
	early := func() *web.Response { return web.New(200) }
	return modern.Factory{
		Name: "probe",
		New: func(next modern.Next) (modern.Layer, error) {
			return modern.LayerFunc(func(r *web.Request) (*web.Response, error) {
				s := arrive(r)
				if s == nil {
					return early(), nil
				}
				res := next(r)
				s.was(res)
				return res, nil
			}), nil
		},
		NewAsync: func(next modern.AsyncNext) (modern.AsyncLayer, error) {
			return modern.AsyncLayerFunc(func(r *web.Request) *web.Future {
				s := arrive(r)
				if s == nil {
					return web.Resolved(early(), nil)
				}
				return web.Go(func() (*web.Response, error) {
					res := next(r).Await()
					s.was(res)
					return res, nil
				})
			}), nil
		},
	}
}
