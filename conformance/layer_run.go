package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// bench is where checks do their work.
type bench struct {
	newLayer func() any
	opts     *LayerOptions
	stacks   []string

	result  *Result
	reached bool   // the check saw what it is about
	why     string // or why not
}

// make calls newLayer, whose panic is an error.
func (b *bench) make() (layer any, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = web.Recovered(v)
		}
	}()
	return b.newLayer(), nil
}

// check runs one check.
func (b *bench) check(c LayerCheck, result *Result) {
	b.result, b.reached, b.why = result, false, ""
	c.run(b)
	own := slices.ContainsFunc(result.Problems, func(p Problem) bool { return p.Side == SideLayer })
	switch {
	case own:
		result.Status = Fail
	case len(result.Problems) > 0:
		result.Status = Unsupported
		result.Reason = "what is further in breaks the rule already: " + result.Problems[0].Text
	case b.reached:
		result.Status = Pass
	default:
		result.Status, result.Reason = Unsupported, b.why
		if b.why == "" {
			result.Reason = "the layer does not get into the situation"
		}
	}
}

// rig builds a fresh layer into a stack, nil if that fails.
func (b *bench) rig(in string) *rig {
	layer, err := b.make()
	if err != nil {
		b.why = "the layer cannot be built"
		return nil
	}
	g, err := newRig(in, layer, b.opts)
	if err != nil {
		b.why = "the layer cannot be built"
		return nil
	}
	return g
}

// each gives f a fresh rig for each stack of the kinds; no kinds are all.
func (b *bench) each(f func(g *rig), kinds ...string) {
	for _, in := range b.stacks {
		if len(kinds) > 0 && !slices.Contains(kinds, in) {
			continue
		}
		if g := b.rig(in); g != nil {
			f(g)
		}
	}
	if b.why == "" && !b.reached && len(kinds) > 0 {
		b.why = "only for layers of " + strings.Join(kinds, ", ")
	}
}

// drive serves d in a fresh rig of each kind of stack and gives f what the
// layer made of it, if it neither failed nor answered nothing: that is other
// checks' business.
func (b *bench) drive(d drive, f func(s *seen), kinds ...string) {
	b.each(func(g *rig) {
		s := g.serve(d)
		if b.usable(s) {
			f(s)
		}
	}, kinds...)
}

// usable says that there is an answer to look at.
func (b *bench) usable(s *seen) bool {
	if s.hung {
		b.problem(s, "did not answer within %v", b.opts.timeout())
		return false
	}
	switch {
	case s.err != nil || s.nothing != "" || s.out == nil:
		b.why = "the layer gave no answer"
		return false
	}
	return true
}

// through is usable for checks of what the layer does to an answer from
// further in.
func (b *bench) through(s *seen) bool {
	if s.answered || s.inner == nil {
		b.why = "the layer answered itself; Options.Request can get a request through it"
		return false
	}
	b.reached = true
	return true
}

func (b *bench) problem(s *seen, format string, args ...any) {
	b.blame(SideLayer, s, format, args...)
}

func (b *bench) blame(side Side, s *seen, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.drive != nil && s.drive.name != "" {
		text = s.drive.name + ": " + text
	}
	b.result.add(Problem{In: s.in, Side: side, Text: text})
}

// judge lays a fault to the side where it appears first: broken is asked about
// the response from further in, then about the layer's.
func (b *bench) judge(s *seen, broken func(*snap) string) {
	b.reached = true
	if s.inner != nil && !s.answered {
		if text := broken(s.inner); text != "" {
			b.blame(SideInner, s, "%s", text)
			return
		}
	}
	if text := broken(s.out); text != "" {
		b.problem(s, "%s", text)
	}
}

// hookLayer says that the layer is one of hooks.
func (b *bench) hookLayer() bool {
	layer, err := b.make()
	if err != nil {
		return false
	}
	f, ok := layer.(modern.Factory)
	return slices.Contains(b.stacks, inClassic) || ok && f.NewHooks != nil
}
