package lint

import (
	"strconv"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// sourced are the layers of the stack whose source was read.
func (p *Pass) sourced() []*Layer {
	var out []*Layer
	for i := range p.Layers {
		l := &p.Layers[i]
		if l.Facts != nil && l.Facts.Origin == layers.FromTree && l.Facts.Span.Line > 0 {
			out = append(out, l)
		}
	}
	return out
}

// whole says that nothing of a layer's source is hidden: no unknown base, no
// decorator that may build anything.
func (l *Layer) whole() bool {
	return l.Facts.Whole == layers.Yes && l.Facts.Style != layers.StyleUnknown
}

// reportOn adds a finding that stands in a layer's source. owner is the dotted
// path of the class or function that the source belongs to: layers that inherit
// from it share the finding.
func (p *Pass) reportOn(l *Layer, owner string, span stack.Span, problem Problem) {
	if span.Line < 1 {
		return
	}
	problem.Span, problem.Subject, problem.Listed = span, []string{owner}, l.Entry.Span
	p.Report(problem)
}

// running are the hooks of a layer that surely run in the stack's model and
// whose source was found.
func (p *Pass) running(l *Layer) []*layers.Hook {
	var out []*layers.Hook
	for i := range l.Facts.Hooks {
		h := &l.Facts.Hooks[i]
		if h.Span.Line > 0 && !h.Conditional && l.Facts.Runs(h.Name, p.Stack.Model) == layers.Yes {
			out = append(out, h)
		}
	}
	return out
}

// hookOf names a hook in messages, as process_request of "Timing".
func hookOf(l *Layer, h *layers.Hook) string {
	if l.Facts.Style == layers.Function {
		return "the layer made by " + quoted(l.Facts.Target)
	}
	return h.Name + " of " + quoted(h.Owner)
}

func quoted(path string) string { return strconv.Quote(catalog.ShortName(path)) }
