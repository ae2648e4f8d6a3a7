package conformance

import (
	"errors"
	"slices"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

func (ref *reference) load(layers []Layer, onion bool) (log []string, err error) {
	if !onion {
		return ref.loadClassic(layers)
	}
	handler, filmed := ref.film(ref.innermost), false
	order := slices.Clone(layers)
	if !ref.has("builds-outermost-first") {
		slices.Reverse(order)
	}
	for _, l := range order {
		factory := l.Modern()
		var hooks web.HookSet
		next := handler
		if ref.has("film-missing-inside") && factory.New != nil && !filmed {
			next = ref.innermost
		}
		if ref.has("calls-once") && factory.New != nil {
			next = once(next)
		}
		filmed = true
		if factory.NotSync {
			return log, modern.ErrNoMode
		}
		if factory.NewHooks != nil {
			made, err := factory.NewHooks()
			if errors.Is(err, web.ErrNotUsed) {
				log = append(log, "not_used:"+l.Name)
				continue
			}
			if err != nil {
				return log, err
			}
			hooks = web.HooksOf(made)
			handler = ref.film(ref.mixin(hooks, next))
		} else {
			made, err := factory.New(next)
			if errors.Is(err, web.ErrNotUsed) {
				log = append(log, "not_used:"+l.Name)
				continue
			}
			if err != nil {
				return log, err
			}
			if made == nil && ref.has("factory-none-dropped") {
				continue
			}
			if made == nil {
				return log, modern.ErrNilLayer
			}
			hooks = web.HooksOf(made)
			handler = ref.film(func(r *web.Request) *web.Response { return must(made.Handle(r)) })
		}
		ref.view = collect([]web.ViewHook{hooks.View}, ref.view)
		ref.template = collect(ref.template, []web.TemplateResponseHook{hooks.TemplateResponse})
		ref.except = collect(ref.except, []web.ExceptionHook{hooks.Exception})
	}
	ref.chain = handler
	return log, nil
}

// once gives its first answer again.
func once(next modern.Next) modern.Next {
	var request *web.Request
	var answer *web.Response
	return func(r *web.Request) *web.Response {
		if request != r {
			request, answer = r, next(r)
		}
		return answer
	}
}

func (ref *reference) loadClassic(layers []Layer) (log []string, err error) {
	if ref.has("constructs-innermost-first") {
		for i := len(layers) - 1; i >= 0; i-- {
			layers[i].noteLoad()
		}
	}
	for _, l := range layers {
		if _, ok := l.Classic().(interface{ ModernFactory() }); ok {
			if ref.has("modern-layers-dropped") {
				continue
			}
			return log, errTypeError
		}
		if !ref.has("constructs-innermost-first") {
			l.noteLoad()
		}
		drop, err := l.init()
		if errors.Is(err, web.ErrNotUsed) && !ref.has("not-used-fails") {
			log = append(log, "not_used:"+l.Name)
			continue
		}
		if err != nil {
			return log, err
		}
		if drop {
			continue
		}
		hooks := l.Hooks()
		ref.request = collect(ref.request, []web.RequestHook{hooks.Request})
		ref.view = collect(ref.view, []web.ViewHook{hooks.View})
		ref.template = collect([]web.TemplateResponseHook{hooks.TemplateResponse}, ref.template)
		ref.response = collect([]web.ResponseHook{hooks.Response}, ref.response)
		ref.except = collect([]web.ExceptionHook{hooks.Exception}, ref.except)
	}
	switch ref.fault {
	case "request-order":
		slices.Reverse(ref.request)
	case "response-order":
		slices.Reverse(ref.response)
	case "template-hook-order":
		slices.Reverse(ref.template)
	}
	if ref.has("drops-outermost-response") && len(ref.response) > 0 {
		ref.response = ref.response[:len(ref.response)-1]
	}
	return log, nil
}

// collect joins two lists without their nil hooks.
func collect[T comparable](a, b []T) []T {
	var zero T
	var all []T
	for _, hook := range append(slices.Clone(a), b...) {
		if hook != zero {
			all = append(all, hook)
		}
	}
	return all
}
