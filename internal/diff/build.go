package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// seat is a layer that takes part in the comparison.
type seat struct {
	entry int
	name  string // in the scenario
	facts *layers.Layer
}

// place is where a layer may do something.
type place struct {
	span stack.Span
	kind string // of a response
}

// key names a behaviour of a layer.
type key struct {
	name, hook, behaviour string
}

// builder turns a stack into what conformance.Compare takes.
type builder struct {
	stack  *stack.Stack
	layer  func(string) *layers.Layer
	opts   Options
	from   stack.Version
	to     stack.Version
	seats  []seat
	byName map[string]int // index in seats
	// names are those of the seats, for the results.
	names    []string
	scenario conformance.Scenario
	may      conformance.Behaviours
	places   map[key][]place
	static   []Difference
	late     []*seat // see lateSlash
	unknown  []Unknown
}

func newBuilder(s *stack.Stack, layer func(string) *layers.Layer, opts Options) *builder {
	return &builder{
		stack: s, layer: layer, opts: opts, from: Version(opts.From), to: Version(opts.To), byName: map[string]int{},
		scenario: conformance.Scenario{ID: "stack"}, places: map[key][]place{},
		may: conformance.Behaviours{Layers: map[string]map[string][]string{}},
	}
}

// Version is the Django release that an engine is named for.
func Version(e conformance.Engine) stack.Version {
	_, release, _ := strings.Cut(e.Name, "@")
	v, err := stack.ParseVersion(release)
	if err != nil {
		return stack.Version{}
	}
	return v
}

// seatAll gives each layer that is known its place in the scenario.
func (b *builder) seatAll() {
	for i, e := range b.stack.Entries {
		if e.Unknown {
			b.unknown = append(b.unknown, Unknown{
				Entry: i, Layer: e.Text, Absent: true, Span: e.Span, Why: "it is not known without running code which layers stand here",
			})
			continue
		}
		l := b.layer(e.Path)
		if l == nil {
			b.leaveOut(i, "nothing is known of it")
			continue
		}
		if why := absent(l); why != "" {
			b.leaveOut(i, why)
			continue
		}
		if b.gone(i, l) {
			continue
		}
		name := b.nameOf(e.Path)
		spec, ok := b.spec(i, name, l)
		if !ok {
			continue
		}
		b.byName[name] = len(b.seats)
		b.seats = append(b.seats, seat{i, name, l})
		b.names = append(b.names, name)
		b.scenario.Layers = append(b.scenario.Layers, spec)
	}
}

func (b *builder) leaveOut(entry int, why string) {
	e := b.stack.Entries[entry]
	b.unknown = append(b.unknown, Unknown{Entry: entry, Layer: e.Path, Absent: true, Why: why, Span: e.Span})
}

// unsure notes something that is not known of a layer that takes part.
func (b *builder) unsure(entry int, span stack.Span, format string, args ...any) {
	e := b.stack.Entries[entry]
	if span.IsZero() {
		span = e.Span
	}
	b.unknown = append(b.unknown, Unknown{Entry: entry, Layer: e.Path, Why: fmt.Sprintf(format, args...), Span: span})
}

// absent says why nothing of a layer is known; "" where something is.
func absent(l *layers.Layer) string {
	switch {
	case l.Origin == layers.FromOutside:
		return "it is a layer of another package that the catalog does not describe"
	case l.Origin == layers.FromNowhere:
		return "it was not found in the project"
	case l.Origin == layers.FromUnclear:
		return "it is made by code that is not read"
	case l.Style == layers.StyleUnknown && len(l.Hooks) == 0 && (l.Whole != layers.Yes || l.Thing != nil):
		return "it could not be read what it is: " + unclear(l)
	}
	return ""
}

// unclear is the first reason why a layer is not known entirely.
func unclear(l *layers.Layer) string {
	if len(l.Unclear) == 0 {
		return "the reader does not say why"
	}
	return l.Unclear[0].Text
}

// nameOf makes a name for the scenario: the class's, with a number where two
// layers share it. The names of events that are no layer's are not taken.
func (b *builder) nameOf(path string) string {
	name := strings.NewReplacer(" ", "_", "=", "_").Replace(catalog.ShortName(path))
	switch name {
	case "", "view", "signal", "urlconf2", "handler400", "handler403", "handler404", "handler500":
		name += "_"
	}
	if _, taken := b.byName[name]; !taken {
		return name
	}
	for n := 2; ; n++ {
		next := fmt.Sprintf("%s_%d", name, n)
		if _, taken := b.byName[next]; !taken {
			return next
		}
	}
}

// difference turns a difference between scenarios into one of the stack.
func (b *builder) difference(c *conformance.Difference) Difference {
	d := Difference{From: c.From, To: c.To, Names: b.names}
	for _, t := range c.Trigger {
		out := Trigger{Entry: -1, Hook: t.Hook, Behaviour: t.Behaviour}
		if t.Layer != "" {
			s := b.seats[b.byName[t.Layer]]
			out.Layer, out.Entry = b.stack.Entries[s.entry].Path, s.entry
			for i, p := range b.places[key{t.Layer, t.Hook, t.Behaviour}] {
				if i == 0 {
					out.Span, out.Kind = p.span, p.kind
					continue
				}
				if p.kind != out.Kind {
					out.Kind = ""
				}
				out.Also = append(out.Also, p.span)
			}
			if t.Hook == conformance.HookStyle && (s.facts.Init.Takes == layers.TakesOptional || s.facts.Init.Takes == layers.TakesAny) {
				out.Kind = "optional"
			}
			if out.Span.IsZero() && (t.Hook == conformance.HookStyle || t.Hook == conformance.HookInit) {
				out.Span = s.facts.Span
				if t.Hook == conformance.HookInit && !s.facts.Init.Span.IsZero() {
					out.Span = s.facts.Init.Span
				}
			}
		}
		d.Trigger = append(d.Trigger, out)
	}
	for _, e := range c.Effects {
		out := Effect{Name: e.Name, Layers: []string{}, Entries: []int{}}
		for _, name := range e.Layers {
			s := b.seats[b.byName[name]]
			if slices.Contains(out.Entries, s.entry) {
				continue // two parts of its call
			}
			out.Layers = append(out.Layers, b.stack.Entries[s.entry].Path)
			out.Entries = append(out.Entries, s.entry)
		}
		d.Effects = append(d.Effects, out)
	}
	return d
}
