package conformance

import (
	"errors"
	"net/http"
	"slices"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// The families of engines.
const (
	FamilyClassic = "classic"
	FamilyModern  = "modern"
	FamilyAsync   = "async"
)

// Stack is what an engine is asked to build.
type Stack struct {
	App    web.App
	Layers []Layer // outermost first
}

// Built is a stack that is ready to serve.
type Built struct {
	Handler http.Handler
	// LoadLog holds not_used:NAME, sync_to_async:NAME and async_to_sync:NAME
	// in the order they happened; also beside an error.
	LoadLog []string
}

// Engine is an implementation of one of the models under the name of a release.
type Engine struct {
	Name   string // as "classic@1.9"
	Family string
	// Build puts a stack together. An error is one of the vocabulary's load
	// errors.
	Build func(Stack) (Built, error)
	// ExceptionTakesFalse: False from process_exception is a response to the
	// release (1.8), so that scenarios with it cannot be put in Go's terms.
	ExceptionTakesFalse bool
	// falseAtEnd is the class of the error that a False raises at the end of
	// the stack, where the release still makes a page of it (1.8, 1.9).
	falseAtEnd string
}

// Engines are the engines of this module: classic 1.8 to 1.11, modern 1.10 to
// 6.1, async 3.2 to 6.1, in that order.
func Engines() []Engine {
	var list []Engine
	for _, p := range web.Profiles()[:4] {
		list = append(list, ClassicEngine(FamilyClassic+"@"+p.Name, p))
	}
	for _, p := range web.Profiles()[2:] {
		list = append(list, ModernEngine(FamilyModern+"@"+p.Name, p, false))
	}
	for _, p := range web.Profiles()[5:] {
		list = append(list, ModernEngine(FamilyAsync+"@"+p.Name, p, true))
	}
	return list
}

// EngineByName finds one of Engines.
func EngineByName(name string) (Engine, bool) {
	for _, e := range Engines() {
		if e.Name == name {
			return e, true
		}
	}
	return Engine{}, false
}

// ClassicEngine is package classic under a profile.
func ClassicEngine(name string, p web.Profile) Engine {
	takesFalse := p.RenderErrorsSkipExceptionHooks // of the same release
	return Engine{Name: name, Family: FamilyClassic, ExceptionTakesFalse: takesFalse, falseAtEnd: falseAtEnd(p), Build: func(s Stack) (Built, error) {
		layers := make([]any, len(s.Layers))
		for i, l := range s.Layers {
			layers[i] = l.Classic()
		}
		h, err := classic.New(classic.Config{Profile: p, App: s.App}, layers...)
		var failed *classic.BuildError
		if errors.As(err, &failed) {
			if errors.Is(err, classic.ErrModernLayer) {
				err = errTypeError
			}
			return Built{LoadLog: notUsed(failed.Plan.NotUsed)}, err
		}
		return Built{Handler: h, LoadLog: notUsed(h.Plan().NotUsed)}, nil
	}}
}

func notUsed(names []string) []string {
	var log []string
	for _, name := range names {
		log = append(log, modern.NotUsed.String()+":"+name)
	}
	return log
}

// ModernEngine is package modern under a profile.
func ModernEngine(name string, p web.Profile, async bool) Engine {
	family := FamilyModern
	if async {
		family = FamilyAsync
	}
	return Engine{Name: name, Family: family, Build: func(s Stack) (Built, error) {
		layers := make([]modern.Factory, len(s.Layers))
		for i, l := range s.Layers {
			layers[i] = l.Modern()
		}
		h, err := modern.New(modern.Config{Profile: p, App: s.App, Async: async}, layers...)
		var failed *modern.BuildError
		if errors.As(err, &failed) {
			return Built{LoadLog: planLog(failed.Plan)}, err
		}
		return Built{Handler: h, LoadLog: planLog(h.Plan())}, nil
	}}
}

func planLog(p modern.Plan) []string {
	var log []string
	for _, e := range p.Log {
		log = append(log, e.Kind.String()+":"+e.Layer)
	}
	return log
}

// Feature is a behaviour of the vectors that Go's types rule out.
type Feature string

const (
	// FeatureFalse: a hook, a layer or the view returns False where Django
	// goes on with it as if it were a response.
	FeatureFalse Feature = "return_false"
	// FeatureNoSuper: a mixin whose constructor does not store get_response.
	FeatureNoSuper Feature = "init:no_super"
	// FeatureSuperNoArg: a mixin whose constructor calls the base constructor
	// without get_response.
	FeatureSuperNoArg Feature = "init:super_no_arg"
	// FeatureUnmarked: a coroutine that nobody awaits is taken for a response,
	// because its class is not marked as a coroutine function or because it is
	// a mixin's process_request.
	FeatureUnmarked Feature = "unmarked-coroutine"
)

// cannotBuild are the features of a scenario for which Go has no layer at all.
func (s *Scenario) cannotBuild(family string) []Feature {
	var list []Feature
	add := func(f Feature) {
		if !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	for i := range s.Layers {
		l := &s.Layers[i]
		if is(l.Mark, false) {
			add(FeatureUnmarked)
		}
		for _, hook := range l.AsyncHooks {
			if hook == HookRequest || hook == HookResponse {
				add(FeatureUnmarked)
			}
		}
		if family == FamilyClassic {
			continue
		}
		switch l.Init {
		case "no_super":
			add(FeatureNoSuper)
		case "super_no_arg":
			add(FeatureSuperNoArg)
		}
	}
	return list
}
