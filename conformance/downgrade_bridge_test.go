package conformance

import (
	"net/http"
	"slices"
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

// downgradeEngine is the classic engine with its modern layers put in by bridge.
func downgradeEngine(name string, p web.Profile, bridge func(Layer) classic.Factory) Engine {
	return Engine{Name: name, Family: FamilyModern, Build: func(s Stack) (Built, error) {
		layers := make([]any, len(s.Layers))
		for i, l := range s.Layers {
			if layers[i] = l.Classic(); isOnion(l.script.spec) {
				layers[i] = bridge(l)
			}
		}
		h, err := classic.New(classic.Config{Profile: p, App: s.App}, layers...)
		if err != nil {
			return Built{}, err
		}
		return Built{Handler: h, LoadLog: notUsed(h.Plan().NotUsed)}, nil
	}}
}

func downgraded(l Layer) classic.Factory { return mixin.Downgrade(l.Modern()) }

func isOnion(l *LayerSpec) bool { return l.Style == "modern" || l.Style == "function" }

// oneOnion says that a scenario is a hook stack around one modern layer in
// which nothing is known to make the models differ.
func oneOnion(s *Scenario) bool {
	at := slices.IndexFunc(s.Layers, func(l LayerSpec) bool { return isOnion(&l) })
	if at < 0 || s.Propagate || s.ErrorHandlers == "raise" || s.MinVersion != nil || strings.HasSuffix(s.View, "return_false") {
		return false
	}
	responseHook := func(l LayerSpec) bool { _, ok := l.Hooks[HookResponse]; return ok }
	inside := slices.ContainsFunc(s.Layers[at+1:], responseHook)
	outside := slices.ContainsFunc(s.Layers[:at], responseHook)
	for i := range s.Layers {
		l := &s.Layers[i]
		if l.Init != "" && l.Init != "ok" || l.Hooks[HookView] == "return_false" {
			return false
		}
		if i != at {
			request, response := l.Hooks[HookRequest], l.Hooks[HookResponse]
			if isOnion(l) || request != "" && request != "pass" && request != "set_urlconf" || raisesAt(response) || strings.HasPrefix(response, "return_") {
				return false
			}
			continue
		}
		if l.Call == nil {
			continue
		}
		switch before := l.Call.Before; {
		case before == "" || before == "pass":
		case strings.HasPrefix(before, "return_"), inside:
			// Neither answers nor goes on; or layers further in see the answer.
			return false
		}
		if l.Call.GetResponse != "" && l.Call.GetResponse != "once" {
			return false
		}
		switch after := l.Call.After; {
		case strings.HasPrefix(after, "return_"):
			return false
		case raisesAt(after) && (outside || after != "raise:value_error"):
			return false
		}
	}
	return true
}

// TestDowngradeVectors runs the recorded modern stacks with one modern layer
// among hooks through the classic engine with the same profile: where the models
// agree, the trace must be the recorded one.
func TestDowngradeVectors(t *testing.T) {
	var vectors []Vector
	answers, raises := 0, 0
	for _, v := range allVectors(t) {
		if !oneOnion(&v.Scenario) {
			continue
		}
		vectors = append(vectors, v)
		for i := range v.Scenario.Layers {
			if c := v.Scenario.Layers[i].Call; c != nil {
				if c.Before != "" && c.Before != "pass" {
					answers++
				}
				if raisesAt(c.After) {
					raises++
				}
			}
		}
	}
	var engines []Engine
	for _, p := range web.Profiles()[2:] {
		engines = append(engines, downgradeEngine(FamilyModern+"@"+p.Name, p, downgraded))
	}
	sum := CheckVectors(engines, vectors)
	for _, f := range sum.Failures[:min(len(sum.Failures), 6)] {
		t.Errorf("%s under %s (-want +got):\n%s", f.ID, f.Engine, cmp.Diff(f.Want, f.Got))
	}
	// The scenarios are what oneOnion finds in the recordings; a change of
	// either must be noticed.
	require.Equal(t, 120, len(vectors))
	// Three of them were recorded in classic engines only, four more not up to
	// 2.2.
	require.Equal(t, Count{Pass: 3*113 + 6*117}, sum.Total())
	require.Greater(t, answers, 50)
	require.GreaterOrEqual(t, raises, 10)
}

// halves is a modern layer of a scenario written as a pair of hooks by hand:
// what Downgrade must come to.
type halves struct {
	Layer
	state web.Attr[*half]
}

type half struct{ entered, settled bool }

func byHand(l Layer) classic.Factory {
	return classic.Factory{Name: l.Name, New: func() (any, error) {
		l.noteLoad()
		drop, err := l.init()
		if drop {
			err = modern.ErrNilLayer
		}
		return &halves{l, web.NewHiddenAttr[*half]("half")}, err
	}}
}

func (h *halves) HookSet() web.HookSet {
	set := h.Hooks()
	set.Request, set.Response = h, h
	return set
}

func (h *halves) finally(r *web.Request) {
	if h.script.spec.Call != nil && h.script.spec.Call.Try == "finally" {
		h.script.rec.note(r, h.script.event("call.finally"))
	}
}

func (h *halves) after(r *web.Request, res *web.Response) (*web.Response, error) {
	event, behaviour := h.script.event("call.after"), ""
	if h.script.spec.Call != nil {
		behaviour = h.script.spec.Call.After
	}
	h.script.rec.note(r, event+responseFields(res))
	return h.script.do(r, event, behaviour, res, nil)
}

func (h *halves) ProcessRequest(r *web.Request) (*web.Response, error) {
	state := &half{}
	h.state.Set(r, state)
	c := h.script.spec.Call
	if c == nil {
		c = &Call{}
	}
	event := h.script.event("call.before")
	h.script.rec.note(r, event)
	var res *web.Response
	var err error
	switch {
	case c.Before != "" && c.Before != "pass":
		res, err = h.script.do(r, event, c.Before, nil, nil)
	case c.GetResponse == "never":
		h.finally(r)
		res, err = h.after(r, nil)
	default:
		state.entered = true
		r.OnClose(func() {
			if !state.settled {
				h.finally(r)
			}
		})
		return nil, nil
	}
	if res == nil && err == nil {
		err = &web.LayerError{Layer: h.Name, Err: mixin.ErrNextNever}
	}
	return res, err
}

func (h *halves) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	state, ok := h.state.Get(r)
	if !ok || !state.entered || state.settled {
		return res, nil
	}
	state.settled = true
	c := h.script.spec.Call
	if c == nil || c.GetResponse != "twice" {
		h.finally(r)
		return h.after(r, res)
	}
	misuse := &web.LayerError{Layer: h.Name, Err: mixin.ErrNextTwice}
	h.finally(r)
	if c.Try == "record" || c.Try == "swallow" {
		caught := h.script.event("call.caught")
		h.script.rec.note(r, caught+errorFields(misuse))
		if c.Try == "swallow" {
			// The layer goes on as if nothing had happened; it is reported all
			// the same.
			_, _ = protectedAfter(h, r, respond(http.StatusOK, caught))
		}
	}
	return nil, misuse
}

func protectedAfter(h *halves, r *web.Request, res *web.Response) (_ *web.Response, err error) {
	defer func() { _ = recover() }()
	return h.after(r, res)
}

// TestDowngradeDeepStacks: in no stack of hooks and modern layers and in no
// profile a downgraded layer differs from the same layer written as two hooks.
func TestDowngradeDeepStacks(t *testing.T) {
	gen := genScenario(9, []string{"hooks", "modern", "function"}, false)
	for _, p := range append(classicProfiles(), zeroProfile) {
		t.Run("classic@"+p.Name, func(t *testing.T) {
			bridged := downgradeEngine("classic@"+p.Name, p, downgraded)
			written := downgradeEngine("classic@"+p.Name, p, byHand)
			rapid.Check(t, func(t *rapid.T) {
				for range 4 {
					s := gen.Draw(t, "scenario")
					if diff := cmp.Diff(written.Run(&s), bridged.Run(&s)); diff != "" {
						t.Fatalf("(-two hooks +downgraded)\n%s", diff)
					}
				}
			})
		})
	}
}
