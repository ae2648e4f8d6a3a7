package diff

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// mixinPath is the base whose constructor takes no get_response under 1.10 and
// 1.11, which are the releases where both models exist.
const mixinPath = "django.utils.deprecation.MiddlewareMixin"

// find is what the catalog says of a path, by its own name or an older one.
func (b *builder) find(path string) *catalog.Middleware {
	if m := b.opts.Catalog.Find(path); m != nil {
		return m
	}
	return b.opts.Catalog.Find(b.opts.Catalog.Canonical(path))
}

// exists says that one of Django's own layers is there in a release.
func exists(m *catalog.Middleware, v stack.Version) bool {
	if v.IsZero() {
		return true
	}
	return (m.Since.IsZero() || v.Compare(m.Since.Version) >= 0) && (m.Last.IsZero() || v.Compare(m.Last.Version) <= 0)
}

// gone handles the layers of Django that one of the releases does not have:
// importing the path fails while the stack is built. It is true for a layer that
// is compared no further.
func (b *builder) gone(entry int, l *layers.Layer) bool {
	m := b.opts.Catalog.Find(l.Path)
	if m == nil || !m.Django() || l.Origin == layers.FromTree {
		return false
	}
	from, to := exists(m, b.from), exists(m, b.to)
	switch {
	case from && to:
		return false
	case !from && !to:
		b.leaveOut(entry, fmt.Sprintf("it exists neither in Django %s nor in %s", b.from, b.to))
	default:
		missing := b.to
		if to {
			missing = b.from
		}
		text := "it cannot be imported"
		switch {
		case to:
		case m.MovedTo != nil:
			text += "; it has moved to " + m.MovedTo.Path
		case strings.HasPrefix(m.Replacement, "nothing: "):
			text += "; nothing is needed in its place: " + strings.TrimPrefix(m.Replacement, "nothing: ")
		case m.Replacement != "":
			text += "; in its place: " + m.Replacement
		}
		b.builds(entry, Removed, missing.String(), b.stack.Entries[entry].Span, from, text)
	}
	return true
}

// builds adds the difference that a layer can be built in one of the engines
// only: in the first one, if from.
func (b *builder) builds(entry int, behaviour, kind string, span stack.Span, from bool, text string) {
	name := conformance.EffectLoadFails
	grade := Serious
	if !from {
		name, grade = conformance.EffectLoadWorks, Visible
	}
	path := b.stack.Entries[entry].Path
	b.static = append(b.static, Difference{
		Trigger: []Trigger{{Layer: path, Entry: entry, Hook: conformance.HookStyle, Behaviour: behaviour, Kind: kind, Span: span}},
		Effects: []Effect{{Name: name, Layers: []string{}, Entries: []int{}}},
		Static:  true,
		Consequences: []Consequence{{
			Layer: path, Entry: entry, Hook: conformance.HookStyle, Text: text, Grade: grade, Span: span,
		}},
	})
}

// loads adds the differences in the construction of a layer of the project that
// the engines do not play.
func (b *builder) loads(entry int, l *layers.Layer, spec *conformance.LayerSpec) {
	if l.Origin != layers.FromTree || spec.Style != "hooks" && spec.Style != "mixin" {
		return
	}
	classic := func(e conformance.Engine) bool { return e.Family == conformance.FamilyClassic }
	if classic(b.opts.From) == classic(b.opts.To) {
		return
	}
	span := l.Span
	if !l.Init.Span.IsZero() {
		span = l.Init.Span
	}
	if l.Init.Takes == layers.TakesRequired && l.Init.Owner != mixinPath && !b.ofCatalog(l.Init.Owner) {
		b.builds(entry, RequiredArgument, "", span, !classic(b.opts.From),
			"its __init__ asks for get_response, which the classic model does not give: TypeError while the stack is built")
	}
	plain := l.Style == layers.StyleUnknown && len(l.Hooks) == 0 // a class with nothing in it
	if (l.Style == layers.Classic || plain) && l.Whole == layers.Yes && !b.adapts(l) {
		path := b.stack.Entries[entry].Path
		text, name := "it is built but has no __call__: TypeError at each request, a 500 for the client", conformance.EffectViewSkipped
		if !classic(b.opts.To) {
			b.static = append(b.static, Difference{
				Trigger: []Trigger{{Layer: path, Entry: entry, Hook: conformance.HookStyle, Behaviour: NotCallable, Span: l.Span}},
				Effects: []Effect{
					{Name: name, Layers: []string{}, Entries: []int{}},
					{Name: conformance.EffectStatusChanged, Layers: []string{}, Entries: []int{}},
				},
				Static:       true,
				Consequences: []Consequence{{Layer: path, Entry: entry, Hook: conformance.HookStyle, Text: text, Grade: Serious, Span: l.Span}},
			})
		}
	}
}

// outcomes gives the differences that no run shows what happens in either engine,
// as far as it is clear without one: the stack is not built, or a request goes
// its calm way.
func (b *builder) outcomes() {
	var calm [2]*conformance.Trace
	run := func(side int) conformance.Trace {
		if calm[side] == nil {
			t := []conformance.Engine{b.opts.From, b.opts.To}[side].Run(b.withTrigger(nil))
			calm[side] = &t
		}
		return *calm[side]
	}
	for i := range b.static {
		d := &b.static[i]
		failed := conformance.Trace{Events: []string{}, Outcome: conformance.Outcome{Kind: conformance.OutcomeLoadError, From: "django"}}
		switch d.Trigger[0].Behaviour {
		case Removed:
			failed.Outcome.Exc = "ImportError"
		case RequiredArgument:
			failed.Outcome.Exc = "TypeError"
		default:
			continue
		}
		d.Names = b.names
		if d.Has(conformance.EffectLoadFails) {
			d.From, d.To = run(0), failed
		} else {
			d.From, d.To = failed, run(1)
		}
	}
}

func (b *builder) ofCatalog(path string) bool { return path != "" && b.find(path) != nil }

// unclearSpan is where the first thing that is not known of a layer stands.
func unclearSpan(l *layers.Layer) stack.Span {
	if len(l.Unclear) > 0 {
		return l.Unclear[0].Span
	}
	return l.Span
}
