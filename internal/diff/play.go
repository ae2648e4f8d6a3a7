package diff

import (
	"errors"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Play is a stack as the engines play it.
type Play struct {
	// Scenario has the layers that take part, and nothing out of the ordinary
	// happens in it.
	Scenario conformance.Scenario
	// Entries are the indices of its layers in the stack.
	Entries []int
	// Unknown are the parts that were left out or are not known entirely.
	Unknown []Unknown
}

// Cast gives the layers of a stack their parts. Options and layer are those of
// Run; a layer that keep names takes part even if nothing is known of it, and
// then has no hooks.
func Cast(s *stack.Stack, layer func(path string) *layers.Layer, opts Options, keep func(entry int) bool) (*Play, error) {
	if opts.From.Build == nil || opts.To.Build == nil {
		return nil, errors.New("two engines are needed")
	}
	if opts.Catalog == nil {
		opts.Catalog = catalog.Default()
	}
	b := newBuilder(s, layer, opts)
	b.seatAll()
	p := &Play{Scenario: b.scenario, Unknown: b.unknown}
	p.Scenario.Layers = nil
	seated := map[int]int{}
	for i, seat := range b.seats {
		seated[seat.entry] = i
	}
	for i, e := range s.Entries {
		at, ok := seated[i]
		switch {
		case ok:
			p.Scenario.Layers = append(p.Scenario.Layers, b.scenario.Layers[at])
		case !e.Unknown && keep(i):
			name := b.nameOf(e.Path)
			b.byName[name] = -1
			p.Scenario.Layers = append(p.Scenario.Layers, conformance.LayerSpec{Name: name, Style: "hooks", Hooks: map[string]string{}})
		default:
			continue
		}
		p.Entries = append(p.Entries, i)
	}
	return p, nil
}
