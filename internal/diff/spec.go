package diff

import (
	"slices"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// The behaviours of a layer's construction that no run shows.
const (
	// Removed: the dotted path does not exist in one of the releases.
	Removed = "removed"
	// RequiredArgument: the constructor asks for get_response, which the classic
	// model does not give.
	RequiredArgument = "required_argument"
	// NotCallable: the layer is built and cannot be called: each request fails.
	NotCallable = "not_callable"
)

// spec is the layer as the engines play it; ok is false where it is left out.
func (b *builder) spec(entry int, name string, l *layers.Layer) (spec conformance.LayerSpec, ok bool) {
	spec = conformance.LayerSpec{Name: name, Style: b.style(entry, l), Hooks: map[string]string{}}
	if spec.Style == "" {
		return spec, false
	}
	for i := range l.Hooks {
		h := &l.Hooks[i]
		switch h.Name {
		case "__call__", "__acall__":
			continue
		}
		if h.Async && (h.Name == conformance.HookRequest || h.Name == conformance.HookResponse) {
			b.unsure(entry, h.Span, "%s is a coroutine; it is compared as if it were none", h.Name)
		}
		spec.Hooks[h.Name] = "pass"
		if touches(l, h.Name) || h.Name == conformance.HookResponse && b.catalogTouches(h) {
			spec.Hooks[h.Name] = "touch"
		}
	}
	if spec.Style == "modern" || spec.Style == "function" {
		spec.Call = &conformance.Call{}
		if touches(l, "__call__") {
			spec.Call.After = "touch"
		}
		spec.OptionalGetResponse = l.Init.Takes == layers.TakesOptional || l.Init.Takes == layers.TakesAny
		if l.Async.AsyncCapable == layers.Yes {
			spec.AsyncCapable = new(true)
		}
	} else if l.Async.AsyncCapable == layers.No && !b.fromCatalog(l) {
		spec.AsyncCapable = new(false)
	}
	if l.Async.SyncCapable == layers.No {
		spec.SyncCapable = new(false)
	}
	switch {
	case spec.Style == "mixin" || spec.Style == "hooks":
		spec.Init = initOf(l)
	case spec.Style == "function" && onlyNothing(l.Factory):
		spec.Init = "returns_none"
	}
	b.loads(entry, l, &spec)
	if l.Whole != layers.Yes {
		b.unsure(entry, unclearSpan(l), "a part of it could not be read: %s", unclear(l))
	}
	return spec, true
}

func (b *builder) fromCatalog(l *layers.Layer) bool { return l.Origin == layers.FromCatalog }

// style is the layer's style in the vocabulary of the vectors, "" where the
// layer is left out. A layer that fits both models is "hooks".
func (b *builder) style(entry int, l *layers.Layer) string {
	if b.fromCatalog(l) {
		return b.catalogStyle(entry, l)
	}
	call, process := l.Hook("__call__"), false
	for i := range l.Hooks {
		process = process || l.Hooks[i].Name != "__call__" && l.Hooks[i].Name != "__acall__"
	}
	switch l.Style {
	case layers.Classic:
		if l.Init.Takes == layers.TakesNone && !b.adapts(l) {
			return "classic" // under the modern model the site does not start
		}
		return "hooks" // see loads
	case layers.Mixin:
		if call == nil {
			return "mixin"
		}
		return b.ownCall(entry, l, call)
	case layers.Function:
		return "function"
	case layers.Modern:
		if process {
			return b.ownCall(entry, l, call)
		}
		return "modern"
	}
	switch {
	case call != nil && !process:
		return "modern"
	case call != nil:
		return b.ownCall(entry, l, call)
	case !process && l.Whole == layers.Yes && l.Init.Takes == layers.TakesNone:
		return "classic" // a class without any hook
	}
	return "hooks"
}

// adapts says that a base of the layer is written for the model of each release:
// what is a class of the classic model under 1.9 is a mixin under 1.10.
func (b *builder) adapts(l *layers.Layer) bool {
	return slices.ContainsFunc(l.Bases, func(x layers.Base) bool {
		m := b.find(x.Path)
		if m == nil || x.Path == mixinPath {
			return false
		}
		e, ok := m.EraAt(b.to)
		return ok && e.Style != "classic"
	})
}

// ownCall is the style of a class with hooks and a __call__ of its own.
func (b *builder) ownCall(entry int, l *layers.Layer, call *layers.Hook) string {
	asMixin := false
	for _, name := range []string{conformance.HookRequest, conformance.HookResponse} {
		h := l.Hook(name)
		asMixin = asMixin || h != nil && (h.CalledBy != "" || l.Runs(name, "modern") == layers.Yes)
	}
	if asMixin || l.Style == layers.Mixin && l.Runs(conformance.HookRequest, "modern") == layers.Unknown {
		b.unsure(entry, call.Span, "its own __call__ is compared as if it were MiddlewareMixin's")
		return "mixin"
	}
	return "modern"
}

// catalogStyle is the style of a layer that the catalog describes. Packages
// write their layers for the Django they are installed with, so that a layer
// fits the model of a release if the catalog says so for that release.
func (b *builder) catalogStyle(entry int, l *layers.Layer) string {
	classic := func(e conformance.Engine) bool { return e.Family == conformance.FamilyClassic }
	m := b.find(l.Path)
	if m == nil {
		return "hooks"
	}
	switch l.Style {
	case layers.Modern, layers.Function:
		if classic(b.opts.From) {
			b.leaveOut(entry, "the catalog describes a later version of it, for the other model")
			return ""
		}
		if l.Style == layers.Function {
			return "function"
		}
		return "modern"
	case layers.Classic:
		if e, ok := m.EraAt(b.to); ok && e.Style == "classic" && !classic(b.opts.To) {
			return "classic"
		}
	}
	return "hooks"
}

// initOf is the shape of a mixin's constructor in the vocabulary of the vectors.
func initOf(l *layers.Layer) string {
	in := l.Init
	switch {
	case l.Origin == layers.FromCatalog || l.Style != layers.Mixin:
		return ""
	case in.Takes == layers.TakesNone:
		return "no_arg"
	case in.StoresIt != layers.No:
		return ""
	case in.Super == layers.No:
		return "no_super"
	case in.Super == layers.Yes && in.SuperPasses == layers.No:
		return "super_no_arg"
	}
	return ""
}

// onlyNothing says that a factory surely returns None.
func onlyNothing(f *layers.FactoryResult) bool {
	return f != nil && f.ReturnsNothing == layers.Yes && len(f.Inner)+len(f.Classes) == 0 && f.Class == "" && !f.Opaque
}

// moot says that a difference is about how a layer is written that is never
// there: its factory returns None.
func (b *builder) moot(d *conformance.Difference) bool {
	if len(d.Trigger) != 1 || d.Trigger[0].Hook != conformance.HookStyle {
		return false
	}
	spec := &b.scenario.Layers[b.byName[d.Trigger[0].Layer]]
	return spec.Init == "returns_none" && spec.OptionalGetResponse
}

// touches says that a hook surely uses the response it is given, so that it
// fails where there is none.
func touches(l *layers.Layer, hook string) bool {
	if hook != conformance.HookResponse && hook != conformance.HookTemplateResponse && hook != "__call__" {
		return false
	}
	return slices.ContainsFunc(l.Headers, func(h layers.Header) bool {
		return h.Hook == hook && h.Always && !h.Own && (h.Phase == layers.ResponsePhase || h.Phase == layers.TemplatePhase)
	})
}

// catalogTouches says that the catalog knows of headers that the hook looks at
// or sets.
func (b *builder) catalogTouches(h *layers.Hook) bool {
	m := b.find(h.Owner)
	return !h.Read && m != nil && len(m.Response.Sets) > 0
}
