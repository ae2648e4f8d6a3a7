package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// world is a settings module in memory and what is known beside it.
type world struct {
	text   string
	model  stack.Model
	config Config
}

func newWorld(model stack.Model, layers []string, config Config) *world {
	text, _ := Example{Django: "x", Model: model, Layers: layers}.Settings()
	return &world{text: text, model: model, config: config}
}

// evaluate reads a text as the settings module.
func evaluate(t require.TestingT, text string) []*stack.Stack {
	fsys := fstest.MapFS{ExampleFile: {Data: []byte(text)}}
	r := django.Evaluate(loaderOf(fsys), "settings", django.Limits{})
	var out []*stack.Stack
	for _, model := range []stack.Model{stack.Modern, stack.Classic} {
		for _, v := range r.Variants {
			if list, ok := v.Stack(model.Setting()); ok {
				out = append(out, &stack.Stack{
					ID: "settings:" + model.Setting(), Module: "settings", File: ExampleFile, Setting: model.Setting(), Model: model,
					Complete: list.Complete, Effective: true, Entries: list.Entries, Span: list.Span,
				})
			}
		}
	}
	require.Len(t, out, 1, text)
	return out
}

func (w *world) lint(t require.TestingT) []finding.Finding {
	c := w.config
	file := python.Parse([]byte(w.text))
	c.Editing = &Editing{
		Source: func(string) *python.File { return file },
		Reload: func(texts map[string][]byte) ([]*stack.Stack, Config) {
			return evaluate(t, string(texts[ExampleFile])), w.config
		},
	}
	findings, _ := Run(evaluate(t, w.text), c)
	return findings
}

// fix applies fixes until nothing changes and says how many lists there were.
func (w *world) fix(t require.TestingT, choice Choice) (rounds int) {
	for ; ; rounds++ {
		require.Less(t, rounds, 40, "the fixes come to an end: %s", w.text)
		read := func(string) ([]byte, error) { return []byte(w.text), nil }
		_, changes, refused := Choose(w.lint(t), read, choice)
		require.Empty(t, refused)
		if len(changes) == 0 {
			return rounds
		}
		w.text = string(changes[0].After)
	}
}

func (w *world) paths(t require.TestingT) []string { return paths(evaluate(t, w.text)[0]) }

// loaderOf reaches one settings module.
func loaderOf(fsys fstest.MapFS) django.Loader { return oneModule{fsys} }

type oneModule struct{ fsys fstest.MapFS }

func (l oneModule) Module(dotted string) (django.Module, bool) {
	if dotted != "settings" {
		return django.Module{}, false
	}
	src, _ := l.Source(ExampleFile)
	return django.Module{Name: dotted, File: ExampleFile, Src: src}, true
}
func (l oneModule) HasTop(dotted string) bool { return dotted == "settings" }
func (l oneModule) Source(file string) (*python.File, bool) {
	f, ok := l.fsys[file]
	if !ok {
		return nil, false
	}
	return python.Parse(f.Data), true
}
func (l oneModule) Glob(string) []string { return nil }

// orderFindings are the findings on the order of at least a severity.
func orderFindings(findings []finding.Finding, least finding.Severity) []finding.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool {
		return f.Rule != "MW101" && f.Rule != "MW130" || f.Severity < least
	})
}

// misplaced counts the reports on the order of at least a severity.
func (p *Pass) misplaced(least finding.Severity) (n int) {
	for _, r := range p.reports {
		if r.rule.Order && r.problem.Severity >= least {
			n++
		}
	}
	return n
}

// movedLines counts the entries that are not in the longest common part of two
// lists.
func movedLines(before, after []string) int {
	n, m := len(before), len(after)
	lcs := make([][]int, n+1)
	for i := range lcs {
		lcs[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if before[i] == after[j] {
				lcs[i][j] = lcs[i+1][j+1] + 1
			} else {
				lcs[i][j] = max(lcs[i+1][j], lcs[i][j+1])
			}
		}
	}
	return n - lcs[0][0]
}

// fewestMoves tries every order of a short list and returns the fewest entries
// that have to move until the reports are good; all of them if they never are.
func fewestMoves(layers []string, model stack.Model, config Config, good func(*Pass) bool) int {
	best := len(layers)
	order := slices.Clone(layers)
	var permute func(k int)
	permute = func(k int) {
		if k == len(order) {
			if n := movedLines(layers, order); n < best {
				_, stacks := Example{Django: "x", Model: model, Layers: order}.Settings()
				if good(run(stacks, config)[0]) {
					best = n
				}
			}
			return
		}
		for i := k; i < len(order); i++ {
			order[k], order[i] = order[i], order[k]
			permute(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	permute(0)
	return best
}

// The reasons why a must fact has no fix that is carried out.
const (
	notTheList = "what is missing is an app or a setting, not a layer"
	notOurs    = "which of the two is to stay is for the project to say"
)

// unfixable are the must facts without a fix that is carried out, and why.
var unfixable = map[string]string{
	"dj.redirects-requires-sites-app": notTheList,
	"dj.redirects-requires-app":       notTheList,
	"dj.flatpages-requires-app":       notTheList,
	"dj.session-requires-app":         notTheList,
	"guid.requires-app":               notTheList,
	"hosts.request-requires-hostconf": notTheList,
	"hosts.request-requires-default":  notTheList,
	"debugtoolbar.no-classic":         notTheList,
	"localeurl.replaces-locale":       notOurs,
}

// TestFixesOfMustFacts breaks every must fact of the catalog, as
// TestEveryFactFires does, between layers that have nothing to do with it, and
// fixes the list. What is left must be what the list that follows the fact has
// as well, a second run must change nothing, and where the order was wrong only
// as many lines may have moved as trying every order shows to be needed.
func TestFixesOfMustFacts(t *testing.T) {
	c := catalog.Default()
	fixed := map[catalog.Relation]int{}
	without := map[string]bool{}
	trialCount, moves := 0, 0
	for _, f := range c.Facts {
		if f.Informative || f.Strength != catalog.Must {
			continue
		}
		works := false
		for _, v := range versionsOf(c, f) {
			model := stack.Modern
			if v.Compare(stack.Version{Major: 1, Minor: 10}) < 0 || f.Relation == catalog.RequiresSet && f.Targets[0] == "MIDDLEWARE" {
				model = stack.Classic
			}
			exists := func(m *catalog.Middleware) bool {
				_, ok := m.EraAt(v)
				return !m.Django() || ok || f.Relation == catalog.Remove
			}
			for _, tr := range trials(c, f, exists) {
				if tr.excepted || quiet(c, f, tr) != "" {
					continue
				}
				config := withContrib(worldOf(f, v))
				bad := spread(tr.bad)
				w := newWorld(model, bad, config)
				if !slices.ContainsFunc(w.lint(t), func(x finding.Finding) bool { return x.Fact == f.ID }) {
					continue // another fact speaks of this pair
				}
				trialCount++
				label := fmt.Sprintf("%s, Django %s, %s", f.ID, v, tr.name)
				w.fix(t, Choice{Unsafe: true})
				after := w.paths(t)
				left := w.lint(t)
				if slices.ContainsFunc(left, func(x finding.Finding) bool { return x.Fact == f.ID }) {
					without[f.ID] = true
					continue
				}
				works = true
				assert.Zero(t, w.fix(t, Choice{Unsafe: true}), "a second run changes nothing: %s", label)
				good := newWorld(model, spread(tr.good), config)
				good.fix(t, Choice{Unsafe: true})
				for _, x := range left {
					known := slices.ContainsFunc(good.lint(t), func(y finding.Finding) bool { return x.Rule == y.Rule && x.Fact == y.Fact })
					assert.True(t, known, "%s: %v has %s", label, after, x.Message)
				}
				if isOrder(f) && len(bad) <= 6 {
					n := movedLines(bad, after)
					moves += n
					assert.Equal(t, fewestMoves(bad, model, config, func(p *Pass) bool { return p.misplaced(finding.Note) == 0 }), n, "%s: %v to %v", label, bad, after)
				}
			}
		}
		if works {
			fixed[f.Relation]++
			assert.NotContains(t, without, f.ID, "the fact is put right sometimes and sometimes not")
		} else {
			assert.Contains(t, unfixable, f.ID, "the fact is never put right: %s", f.Relation)
		}
	}
	assert.Equal(t, slices.Sorted(maps.Keys(unfixable)), slices.Sorted(maps.Keys(without)))
	total := 0
	for _, n := range fixed {
		total += n
	}
	assert.Equal(t, 104, total+len(without), "all must facts")
	t.Logf("%d trials, %d entries moved; facts put right: %v; without: %d", trialCount, moves, fixed, len(without))
}

// withContrib installs the apps that layers bring along which are added.
func withContrib(c Config) Config {
	inner := c.Setting
	c.Setting = func(s *stack.Stack, name string) Value {
		v := inner(s, name)
		if apps, ok := v.Value.([]string); ok && name == "INSTALLED_APPS" && slices.Contains(apps, "django.contrib.admin") {
			v.Value = append(slices.Clone(apps), "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages")
		}
		return v
	}
	return c
}

func isOrder(f *catalog.Fact) bool {
	switch f.Relation {
	case catalog.After, catalog.Before, catalog.First, catalog.Last, catalog.DirectlyAfter:
		return true
	}
	return false
}

// spread puts layers of which nothing is known between others.
func spread(layers []string) []string {
	var out []string
	for i, l := range layers {
		if i > 0 && !strings.HasPrefix(l, filler) && !strings.HasPrefix(layers[i-1], filler) {
			out = append(out, filler+"Between")
		}
		out = append(out, l)
	}
	return out
}
