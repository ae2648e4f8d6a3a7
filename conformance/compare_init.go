package conformance

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// A mixin whose constructor keeps get_response from the base class is built and
// then fails with each request, or fails while it is built (MiddlewareMixin in
// django/utils/deprecation.py, 1.10 to 6.1). Package mixin has no such layer;
// Compare plays it in a synchronous handler.

// brokenInit is what becomes of such a layer in a release.
type brokenInit struct {
	class       string // of the error
	atLoad      bool
	requestHook bool // process_request runs before the error
}

// brokenInitOf is nil for a layer whose constructor does as it should.
func brokenInitOf(e Engine, init string) *brokenInit {
	if e.Family != FamilyModern {
		return nil
	}
	_, release, _ := strings.Cut(e.Name, "@")
	in := func(releases ...string) bool { return slices.Contains(releases, release) }
	switch init {
	case "no_super":
		// 3.2 and 5.2 look at get_response before anything else.
		return &brokenInit{class: "AttributeError", requestHook: in("1.10", "1.11", "2.2", "4.2", "5.0")}
	case "super_no_arg":
		// Up to 3.2 get_response may be None; it is a required argument later.
		may := in("1.10", "1.11", "2.2", "3.2")
		return &brokenInit{class: "TypeError", atLoad: !may, requestHook: may}
	}
	return nil
}

// factory makes the layer.
func (b *brokenInit) factory(l Layer) modern.Factory {
	failure := &scriptError{kind: b.class, source: "django"}
	return modern.Factory{Name: l.Name, New: func(modern.Next) (modern.Layer, error) {
		l.noteLoad()
		if b.atLoad {
			return nil, failure
		}
		return brokenLayer{b, failure, l.script}, nil
	}}
}

type brokenLayer struct {
	init    *brokenInit
	failure error
	script  *script
}

// HookSet leaves out the two hooks that Handle runs.
func (l brokenLayer) HookSet() web.HookSet {
	set := l.script.HookSet()
	set.Request, set.Response = nil, nil
	return set
}

// Handle is MiddlewareMixin.__call__ up to its use of get_response.
func (l brokenLayer) Handle(r *web.Request) (*web.Response, error) {
	hooks := l.script.HookSet()
	if !l.init.requestHook || hooks.Request == nil {
		return nil, l.failure
	}
	res, err := hooks.Request.ProcessRequest(r)
	switch {
	case err != nil:
		return nil, err
	case res == nil:
		return nil, l.failure
	case hooks.Response == nil:
		return res, nil
	}
	return hooks.Response.ProcessResponse(r, res)
}

// playable are the features that Compare plays and Engine.Run does not.
func playable(e Engine, features []Feature) []Feature {
	if e.Family != FamilyModern {
		return features
	}
	return slices.DeleteFunc(features, func(f Feature) bool { return f == FeatureNoSuper || f == FeatureSuperNoArg })
}
