package conformance

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// classicProfiles are the releases that have the classic model.
func classicProfiles() []web.Profile { return web.Profiles()[:4] }

// islandEngine is the classic model as one island that holds the whole stack of
// a modern chain.
func islandEngine(name string, p web.Profile) Engine {
	e := ClassicEngine(name, p)
	e.Build = func(s Stack) (Built, error) {
		layers := make([]any, len(s.Layers))
		for i, l := range s.Layers {
			layers[i] = l.Classic()
		}
		h, err := modern.New(modern.Config{Profile: p, App: s.App}, mixin.Island(layers...))
		var failed *classic.BuildError
		if errors.As(err, &failed) {
			if errors.Is(err, classic.ErrModernLayer) {
				err = errTypeError
			}
			return Built{LoadLog: notUsed(failed.Plan.NotUsed)}, err
		}
		if err != nil {
			return Built{}, err
		}
		return Built{Handler: h, LoadLog: planLog(h.Plan())}, nil
	}
	return e
}

// TestIslandVectors runs every vector of the classic engines through a modern
// chain that is one island: the whole trace must be the recorded one.
func TestIslandVectors(t *testing.T) {
	var engines []Engine
	for _, p := range classicProfiles() {
		engines = append(engines, islandEngine(FamilyClassic+"@"+p.Name, p))
	}
	sum := CheckVectors(engines, allVectors(t))
	for _, f := range sum.Failures[:min(len(sum.Failures), 6)] {
		t.Errorf("%s under %s (-want +got):\n%s", f.ID, f.Engine, cmp.Diff(f.Want, f.Got))
	}
	plain := CheckVectors(Engines()[:4], allVectors(t))
	require.Equal(t, plain.Total(), sum.Total())
	require.Equal(t, 11_560, sum.Total().Pass+sum.Total().Unsupported)
	require.Greater(t, sum.Total().Pass, 10_000)
}

// TestIslandDeepStacks: no stack of up to 12 layers tells an island from the
// classic engine, in no profile.
func TestIslandDeepStacks(t *testing.T) {
	gen := genScenario(12, hookStyles, false)
	for _, p := range append(classicProfiles(), zeroProfile) {
		t.Run("classic@"+p.Name, func(t *testing.T) {
			island, engine := islandEngine("classic@"+p.Name, p), ClassicEngine("classic@"+p.Name, p)
			rapid.Check(t, func(t *rapid.T) {
				for range 4 {
					s := gen.Draw(t, "scenario")
					if diff := cmp.Diff(engine.Run(&s), island.Run(&s)); diff != "" {
						t.Fatalf("(-classic +island)\n%s", diff)
					}
				}
			})
		})
	}
}

// archipelago is a modern chain in which the layers i to j of a scenario are
// one island and the others are upgraded.
func archipelago(p web.Profile, i, j int, own *web.Profile) Engine {
	return asyncArchipelago(p, i, j, own, false)
}

func asyncArchipelago(p web.Profile, i, j int, own *web.Profile, async bool) Engine {
	return Engine{Name: "modern@" + p.Name, Family: FamilyModern, Build: func(s Stack) (Built, error) {
		var chain []modern.Factory
		for _, l := range s.Layers[:i] {
			chain = append(chain, l.Modern())
		}
		group := mixin.Group{Profile: own}
		for _, l := range s.Layers[i:j] {
			group.Layers = append(group.Layers, l.Classic())
		}
		chain = append(chain, group.Factory())
		for _, l := range s.Layers[j:] {
			chain = append(chain, l.Modern())
		}
		h, err := modern.New(modern.Config{Profile: p, App: s.App, Async: async}, chain...)
		if err != nil {
			return Built{}, err
		}
		return Built{Handler: h, LoadLog: planLog(h.Plan())}, nil
	}}
}

// referenceIsland is the reference with the layers i to j as an island: what
// docs/mixin.md says of the shore, as Django's own source would put it.
func referenceIsland(version int, name string, i, j int) Engine {
	e := referenceEngine(FamilyModern, version, name, "")
	e.Build = func(s Stack) (Built, error) {
		app := s.App
		ref := &reference{app: &app, version: version}
		ref.chain = ref.film(ref.innermost)
		// One round of view, template and exception hooks for the whole chain.
		var group reference
		for at := len(s.Layers) - 1; at >= -1; at-- {
			if at+1 == i {
				group.app, group.version = &app, version
				ref.chain = ref.island(&group, ref.chain)
			}
			if at < 0 {
				break
			}
			hooks := s.Layers[at].Hooks()
			ref.view = collect([]web.ViewHook{hooks.View}, ref.view)
			ref.template = collect(ref.template, []web.TemplateResponseHook{hooks.TemplateResponse})
			ref.except = collect(ref.except, []web.ExceptionHook{hooks.Exception})
			if at < i || at >= j {
				ref.chain = ref.film(ref.mixin(hooks, ref.chain))
				continue
			}
			group.request = collect([]web.RequestHook{hooks.Request}, group.request)
			group.response = collect(group.response, []web.ResponseHook{hooks.Response})
		}
		return Built{Handler: ref}, nil
	}
	return e
}

// island is get_response under MIDDLEWARE_CLASSES with next in the place of URL
// resolution and view.
func (ref *reference) island(group *reference, next modern.Next) modern.Next {
	return func(r *web.Request) *web.Response {
		res, failed := try(func() *web.Response {
			for _, hook := range group.request {
				if res := must(hook.ProcessRequest(r)); res != nil {
					return res
				}
			}
			return nil
		}, ordinary)
		if failed != nil {
			res = ref.pageFor(r, failed.err)
		}
		if res == nil {
			res = next(r)
		}
		res, failed = try(func() *web.Response {
			for _, hook := range group.response {
				if res = must(hook.ProcessResponse(r, res)); res == nil {
					panic(&web.Raised{Err: &web.LayerError{Layer: "?", Err: web.ErrNilResponse}})
				}
			}
			return res
		}, ordinary)
		if failed != nil {
			ref.signal(r, failed.err)
			res = ref.uncaught(r, failed.err)
		}
		return res
	}
}

// TestIslandShore compares chains of upgraded layers with one island somewhere
// in them with the reference, event by event.
func TestIslandShore(t *testing.T) {
	gen := genScenario(9, hookStyles, false)
	for _, release := range []struct {
		number  int
		profile web.Profile
	}{{111, web.Django111()}, {202, web.Django22()}, {502, web.Django52()}} {
		t.Run(release.profile.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				for range 4 {
					s := gen.Draw(t, "scenario")
					for n := range s.Layers {
						s.Layers[n].Init = ""
					}
					i := rapid.IntRange(0, len(s.Layers)).Draw(t, "from")
					j := rapid.IntRange(i, len(s.Layers)).Draw(t, "to")
					want := referenceIsland(release.number, release.profile.Name, i, j).Run(&s)
					got := archipelago(release.profile, i, j, nil).Run(&s)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Fatalf("island %d to %d (-reference +chain)\n%s", i, j, diff)
					}
				}
			})
		})
	}
}

// TestIslandsWithoutTriggers: where the models agree, so does every way to cut
// a stack into islands.
func TestIslandsWithoutTriggers(t *testing.T) {
	gen := genScenario(9, hookStyles, false)
	rapid.Check(t, func(t *rapid.T) {
		for range 4 {
			s := gen.Draw(t, "scenario")
			calm(&s)
			i := rapid.IntRange(0, len(s.Layers)).Draw(t, "from")
			j := rapid.IntRange(i, len(s.Layers)).Draw(t, "to")
			want := ClassicEngine("classic@1.11", web.Django111()).Run(&s)
			if diff := cmp.Diff(want, archipelago(web.Django111(), i, j, nil).Run(&s)); diff != "" {
				t.Fatalf("island %d to %d (-classic +chain)\n%s", i, j, diff)
			}
		}
	})
}

// TestIslandInAsyncChain: an asynchronous handler adapts around an island and
// changes nothing else.
func TestIslandInAsyncChain(t *testing.T) {
	gen := genScenario(9, hookStyles, false)
	p := web.Django52()
	plain := func(trace Trace) Trace {
		for i, e := range trace.Events {
			trace.Events[i] = strings.TrimSuffix(e, " mode=async")
		}
		trace.LoadLog = nil
		if trace.Outcome.Exc == "ContentNotRenderedError" {
			trace.Outcome.Finished = 0 // Profile.AsyncBodyErrorsStayOpen
		}
		return trace
	}
	rapid.Check(t, func(t *rapid.T) {
		s := gen.Draw(t, "scenario")
		i := rapid.IntRange(0, len(s.Layers)).Draw(t, "from")
		j := rapid.IntRange(i, len(s.Layers)).Draw(t, "to")
		want := archipelago(p, i, j, nil).Run(&s)
		if diff := cmp.Diff(plain(want), plain(asyncArchipelago(p, i, j, nil, true).Run(&s))); diff != "" {
			t.Fatalf("island %d to %d (-sync +async)\n%s", i, j, diff)
		}
	})
}

// hookLayers makes a scenario of layers written "NAME hook=behaviour …".
func hookLayers(view string, specs ...string) *Scenario {
	s := &Scenario{ID: "shore", View: view}
	for _, spec := range specs {
		words := strings.Fields(spec)
		l := LayerSpec{Name: words[0], Style: "hooks", Hooks: map[string]string{}}
		for _, word := range words[1:] {
			hook, behaviour, _ := strings.Cut(word, "=")
			l.Hooks["process_"+hook] = behaviour
		}
		s.Layers = append(s.Layers, l)
	}
	return s
}

// TestIslandShoreByExample spells the shore out: B and C are the island, A is
// outside, D further in. Every difference that docs/mixin.md names is here.
func TestIslandShoreByExample(t *testing.T) {
	tests := []struct {
		name   string
		view   string
		layers []string
		chain  string // events with the island
		old    string // events of the classic engine
	}{{
		name:   "process_view runs in one round with the layers outside",
		layers: []string{"A view=pass", "B request=pass view=pass", "C view=pass", "D request=pass view=pass"},
		chain:  "B.process_request D.process_request A.process_view B.process_view C.process_view D.process_view view",
	}, {
		name:   "an answer of process_view stops the round, and every process_response runs",
		layers: []string{"A response=pass", "B view=respond response=pass", "C view=pass response=pass", "D view=pass response=pass"},
		chain:  "B.process_view D.process_response C.process_response B.process_response A.process_response",
	}, {
		name:   "process_exception runs in one round, innermost first, through the shore",
		view:   "raise:value_error",
		layers: []string{"A exception=respond response=pass", "B exception=pass response=pass", "C exception=pass", "D exception=pass"},
		chain:  "view D.process_exception C.process_exception B.process_exception A.process_exception B.process_response A.process_response",
	}, {
		name:   "process_exception further in than the island answers before it",
		view:   "raise:value_error",
		layers: []string{"A exception=pass", "B exception=pass", "C exception=pass", "D exception=respond"},
		chain:  "view D.process_exception",
	}, {
		name:   "a short-circuit inside: all of the island, nothing further in",
		layers: []string{"A response=pass", "B request=respond response=pass", "C response=pass", "D response=pass"},
		chain:  "B.process_request C.process_response B.process_response A.process_response",
		old:    "B.process_request D.process_response C.process_response B.process_response A.process_response",
	}, {
		name:   "a short-circuit outside does not reach the island",
		layers: []string{"A request=respond response=pass", "B response=pass", "C response=pass", "D response=pass"},
		chain:  "A.process_request A.process_response",
		old:    "A.process_request D.process_response C.process_response B.process_response A.process_response",
	}, {
		name:   "a short-circuit further in passes through the island",
		layers: []string{"A response=pass", "B response=pass", "C response=pass", "D request=respond response=pass"},
		chain:  "D.process_request D.process_response C.process_response B.process_response A.process_response",
	}, {
		name:   "an error of process_request inside: all of the island sees the page",
		layers: []string{"A response=pass", "B request=raise:http404 response=pass", "C response=pass", "D response=pass"},
		chain:  "B.process_request handler404 C.process_response B.process_response A.process_response",
		old:    "B.process_request handler404 D.process_response C.process_response B.process_response A.process_response",
	}, {
		name:   "an error of process_request outside does not reach the island",
		layers: []string{"A request=raise:http404 response=pass", "B response=pass", "C response=pass", "D response=pass"},
		chain:  "A.process_request handler404",
		old:    "A.process_request handler404 D.process_response C.process_response B.process_response A.process_response",
	}, {
		name:   "an error of process_response inside: status 500, the rest of the island skipped, the layers outside run",
		layers: []string{"A response=pass", "B response=pass", "C response=raise:http404", "D response=pass"},
		chain:  "view D.process_response C.process_response signal.got_request_exception handler500 A.process_response",
		old:    "view D.process_response C.process_response signal.got_request_exception handler500",
	}, {
		name:   "an error of process_response further in is a page of its kind to the island",
		layers: []string{"A response=pass", "B response=pass", "C response=pass", "D response=raise:http404"},
		chain:  "view D.process_response handler404 C.process_response B.process_response A.process_response",
		old:    "view D.process_response signal.got_request_exception handler500",
	}}
	bare := func(trace Trace) string {
		var names []string
		for _, e := range trace.Events {
			name, _, _ := strings.Cut(e, " ")
			names = append(names, name)
		}
		return strings.Join(names, " ")
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := hookLayers(test.view, test.layers...)
			require.NoError(t, s.Validate())
			old := test.old
			if old == "" {
				old = test.chain
			}
			for _, p := range classicProfiles() {
				require.Equal(t, old, bare(ClassicEngine("classic@"+p.Name, p).Run(s)), "classic %s", p.Name)
				for _, outer := range []web.Profile{web.Django111(), web.Django52(), web.Django61()} {
					require.Equal(t, test.chain, bare(archipelago(outer, 1, 3, &p).Run(s)), "island of %s in a chain of %s", p.Name, outer.Name)
				}
			}
		})
	}
}

// An unrendered template from inside an island is rendered at its shore, as its
// release did at the end of the request, so that the chain, whose release would
// not, can send it (vector n/short-circuit-request-template).
func TestIslandRendersAtItsShore(t *testing.T) {
	s := hookLayers("ok", "A response=pass", "B request=respond_template", "C response=pass")
	old := web.Django111()
	trace := archipelago(web.Django52(), 1, 3, &old).Run(s)
	require.Equal(t, []string{
		"B.process_request", "C.process_response status=200 marker=B.process_request rendered=no",
		"B.process_request.render", "A.process_response status=200 marker=B.process_request",
	}, trace.Events)
	require.Equal(t, OutcomeResponse, trace.Outcome.Kind)

	// Up to 1.9 it goes through the template hooks of the group at once.
	old = web.Django19()
	s = hookLayers("ok", "A response=pass template_response=pass", "B request=respond_template template_response=pass", "C response=pass")
	trace = archipelago(web.Django52(), 1, 3, &old).Run(s)
	require.Equal(t, []string{
		"B.process_request", "B.process_template_response status=200 marker=B.process_request rendered=no",
		"B.process_request.render", "C.process_response status=200 marker=B.process_request", "A.process_response status=200 marker=B.process_request",
	}, trace.Events)

	// The chain's own release would lose it.
	trace = archipelago(web.Django52(), 1, 3, nil).Run(s)
	require.Equal(t, "ContentNotRenderedError", trace.Outcome.Exc)
}
