package mixin

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Island makes a group of classic layers, outermost first, one layer of a
// modern chain that keeps the classic model inside the group. It is a Group
// with the profile of the chain.
func Island(layers ...any) modern.Factory { return Group{Layers: layers}.Factory() }

// Group is a group of classic layers that stays one in a modern chain, so that
// a whole stack can move to the new model first and be taken apart layer by
// layer later.
//
// Inside the group:
//
//   - every process_response of the group runs, innermost first, whatever
//     happened: also after a short-circuit or an error in a process_request of
//     the group, and also those of layers that were never entered;
//   - an error in a process_response skips those further out in the group and is
//     a page of status 500 whatever its kind, and so is a missing response;
//   - there is no film between the layers, and none around the group: an error
//     that leaves the handler is reported once by the whole group.
//
// The group ends at its shore. process_view, process_template_response and
// process_exception run in one round with those of the whole chain, in the order
// of the chain, as in both models. A short-circuit inside the group does not
// reach layers further in than the group, and one further out does not reach the
// group. To the layer outside, an error page of the group is a response like any
// other. A template that a hook put in the way of the response unrendered is
// rendered at the shore where the group's release renders it at the end of a
// request and the chain's does not. See docs/mixin.md.
//
// A Group runs on the synchronous side.
type Group struct {
	// Name is how plans and errors call the group; empty means "island" with the
	// names of the layers.
	Name string
	// Profile is the release of the classic model; nil means the profile of the
	// chain.
	Profile *web.Profile
	// Layers are values with hooks or classic.Factory values, outermost first.
	// They are constructed in that order, as classic layers are.
	Layers []any
}

// Factory makes a layer of the modern model of the group.
func (g Group) Factory() modern.Factory {
	name := g.Name
	sources := make([]*source, len(g.Layers))
	names := make([]string, len(g.Layers))
	for i, layer := range g.Layers {
		sources[i] = newSource(layer)
		names[i] = sources[i].name
	}
	if name == "" {
		name = "island(" + strings.Join(names, ", ") + ")"
	}
	profile := g.Profile
	if profile != nil {
		p := *profile
		profile = &p
	}
	return modern.Factory{
		Name: name,
		NewGroup: func(cfg modern.Config, next modern.Next) (modern.Group, error) {
			own := cfg.Profile
			if profile != nil {
				own = *profile
			}
			if own.LateRender == cfg.Profile.LateRender {
				// The chain does that at its end, as the release does.
				own.LateRender = web.LateNever
			}
			cfg.Profile = own
			return newIsland(cfg, next, sources)
		},
		Discard: func() { releaseAll(sources) },
	}
}

func releaseAll(sources []*source) {
	for _, s := range sources {
		s.release()
	}
}

// island is a built Group: the classic engine around the rest of the chain.
type island struct {
	stack  *classic.Handler
	handle func(*web.Request) (*web.Response, error)
}

func newIsland(cfg modern.Config, next modern.Next, sources []*source) (modern.Group, error) {
	layers := make([]any, len(sources))
	claimed := 0
	for i, s := range sources {
		layers[i] = classic.Factory{Name: s.name, New: func() (any, error) {
			layer, err := s.build()
			if err == nil {
				claimed = i + 1
			}
			return layer, err
		}}
		if f, ok := s.layer.(classic.ModernFactory); ok {
			// The engine names it.
			layers[i] = f
		}
	}
	stack, err := classic.New(classic.Config{Profile: cfg.Profile, App: cfg.App}, layers...)
	if err != nil {
		releaseAll(sources[:claimed])
		return nil, fmt.Errorf("island: %w", err)
	}
	return &island{stack, stack.Around(next)}, nil
}

func (i *island) Handle(r *web.Request) (*web.Response, error) { return i.handle(r) }

func (i *island) Members() []modern.Member {
	var members []modern.Member
	for _, l := range i.stack.Layers() {
		members = append(members, modern.Member(l))
	}
	return members
}

func (i *island) NotUsed() []string { return i.stack.Plan().NotUsed }
