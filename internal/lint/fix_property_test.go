package lint

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// drawStack draws different layers of the catalog that a release has, in any
// order, now and then with some of which nothing is known.
func drawStack(t *rapid.T, most int) (version stack.Version, layers []string) {
	c := catalog.Default()
	version = rapid.SampledFrom([]stack.Version{{Major: 1, Minor: 11}, {Major: 2, Minor: 2}, {Major: 3, Minor: 2}, {Major: 4, Minor: 2}, {Major: 5, Minor: 2}}).Draw(t, "django")
	var exist []string
	for _, m := range c.Middleware {
		if _, ok := m.EraAt(version); !m.Django() || ok {
			exist = append(exist, m.Path)
		}
	}
	// Facts speak most of Django's own layers: every other one is one of them.
	own := slices.DeleteFunc(slices.Clone(exist), func(p string) bool { return !strings.HasPrefix(p, "django.") })
	n := rapid.IntRange(2, most).Draw(t, "n")
	for len(layers) < n {
		from := rapid.SampledFrom([][]string{own, own, exist, fillers(3)}).Draw(t, "kind")
		if l := rapid.SampledFrom(from).Draw(t, "layer"); !slices.Contains(layers, l) {
			layers = append(layers, l)
		}
	}
	return version, layers
}

func worldAt(v stack.Version, layers []string) *world {
	known := func(path string) bool { return strings.HasPrefix(path, filler) }
	return newWorld(stack.Modern, layers, Config{
		Django: At(v),
		Bases:  func(path string) ([]string, bool) { return nil, known(path) },
		Writes: func(path string) ([]string, bool) { return nil, known(path) },
	})
}

// TestFixProperty: whatever the stack, once it is fixed no error on the order is
// left, but where an order that is free of them does not exist; no finding is
// there that was not there before; nothing but the order has changed where
// nothing else was to be fixed; a second run changes nothing.
func TestFixProperty(t *testing.T) {
	left, fixed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		version, layers := drawStack(t, 14)
		w := worldAt(version, layers)
		before := w.lint(t)
		text := w.text
		rounds := w.fix(t, Choice{Unsafe: true})
		after := w.lint(t)
		require.Zero(t, w.fix(t, Choice{Unsafe: true}), "a second run changes nothing")
		if len(before) == 0 {
			require.Equal(t, text, w.text)
		}
		if rounds > 0 {
			fixed++
		}
		for _, f := range orderFindings(after, finding.Warning) {
			left++
			println("LEFT", version.String(), f.Fact, f.Message, strings.Join(layers, "\n   "), "\n=>", strings.Join(w.paths(t), "\n  "))
		}
	})
	require.Positive(t, fixed)
	require.Zero(t, left, "every order can be put right, as far as is known")
}

// TestFewestMoves holds the fix of what must be against trying every order: it
// moves the fewest layers with which no error on the order is left and no other
// finding is new.
func TestFewestMoves(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		version, layers := drawStack(t, 6)
		w := worldAt(version, layers)
		findings := w.lint(t)
		wrong := orderFindings(findings, finding.Error)
		if len(wrong) == 0 {
			return
		}
		read := func(string) ([]byte, error) { return []byte(w.text), nil }
		chosen, changes, _ := Choose(wrong, read, Choice{Unsafe: true})
		before := evaluate(t, w.text)
		config := w.config
		config.Editing = &Editing{} // for what is left unsaid, too
		p := run(before, config)[0]
		text := w.text
		if len(changes) > 0 {
			text = string(changes[0].After)
		}
		after := paths(evaluate(t, text)[0])
		// An order is as good as the fix if no more shows in it.
		harm := min(p.harmOf(after), newNote)
		best := fewestMoves(layers, stack.Modern, w.config, func(q *Pass) bool {
			h := p.harmOf(paths(q.Stack))
			return h <= harm && h < refusedHarm && q.misplaced(finding.Error) == 0
		})
		if len(changes) == 0 {
			require.Equal(t, len(layers), best, "%v", layers)
			return
		}
		w.text = text
		if len(orderFindings(w.lint(t), finding.Error)) > 0 {
			return // one of several that do not go together
		}
		compared++
		require.Equal(t, best, movedLines(layers, after), "%s\n%v\n%v", chosen[0].Fixes[0].Title, layers, after)
	})
	require.Positive(t, compared)
}

// harmOf is what an order of the same layers brings, as harm, for all errors on
// the order together.
func (p *Pass) harmOf(layers []string) int {
	order := make([]int, len(layers))
	for i, l := range layers {
		order[i] = slices.Index(paths(p.Stack), l)
	}
	worst := noHarm
	for i := range p.reports {
		if r := &p.reports[i]; r.rule.Order && r.problem.Severity == finding.Error {
			worst = max(worst, p.harm(order, &r.problem))
		}
	}
	return worst
}
