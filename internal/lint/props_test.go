package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// randomStack draws known layers, layers of nobody, and unknown parts.
func randomStack(t *rapid.T, unknowns bool) *stack.Stack {
	c := catalog.Default()
	model := rapid.SampledFrom([]stack.Model{stack.Classic, stack.Modern}).Draw(t, "model")
	var layers []string
	for range rapid.IntRange(0, 14).Draw(t, "length") {
		if rapid.IntRange(0, 5).Draw(t, "known") == 0 {
			layers = append(layers, filler+string(rune('A'+rapid.IntRange(0, 3).Draw(t, "filler"))))
		} else {
			layers = append(layers, rapid.SampledFrom(c.Middleware).Draw(t, "layer").Path)
		}
	}
	_, stacks := Example{Django: "4.2", Model: model, Layers: layers}.Settings()
	s := stacks[0]
	for i := range s.Entries {
		if unknowns && rapid.IntRange(0, 9).Draw(t, "unknown") == 0 {
			s.Entries[i].Unknown, s.Entries[i].Path, s.Complete = true, "", false
		}
	}
	return s
}

func randomConfig(t *rapid.T) Config {
	c := catalog.Default()
	var v stack.Version
	if rapid.Bool().Draw(t, "version known") {
		v = rapid.SampledFrom(c.Versions).Draw(t, "version")
	}
	state := rapid.SampledFrom([]State{Unset, Unknown, Known}).Draw(t, "settings")
	value := rapid.Bool().Draw(t, "value")
	config := Config{Django: At(v)}
	if rapid.Bool().Draw(t, "project") {
		config.Setting = func(_ *stack.Stack, name string) Value {
			if name == "INSTALLED_APPS" && state == Known {
				return Value{State: Known, Value: []string{"django.contrib.admin", "allauth.account"}}
			}
			return Value{State: state, Value: value}
		}
	}
	return config
}

func keyOfFinding(f finding.Finding) string {
	return fmt.Sprintf("%s %s %s %v", f.Rule, f.Fact, f.Severity, f.Subject)
}

// Nothing panics; findings are sorted, each of them once, with messages of the
// right form; and contradicting facts are never reported together.
func TestRandomStacks(t *testing.T) {
	c := catalog.Default()
	rapid.Check(t, func(rt *rapid.T) {
		s, config := randomStack(rt, true), randomConfig(rt)
		before := slices.Clone(s.Entries)
		findings, notes := Run([]*stack.Stack{s}, config)
		require.Equal(t, before, s.Entries, "stacks are not changed")
		sorted := slices.Clone(findings)
		Sort(sorted)
		require.Equal(t, sorted, findings)
		seen := map[string]bool{}
		for _, f := range findings {
			checkGrammar(t, f)
			key := keyOfFinding(f) + fmt.Sprint(f.Span, f.Related)
			require.False(t, seen[key], "twice: %s", key)
			seen[key] = true
			for _, g := range findings {
				if f.Fact != "" && g.Fact != "" {
					require.False(t, c.Contradict(f.Fact, g.Fact), "%s and %s", f.Fact, g.Fact)
				}
			}
		}
		for _, n := range notes {
			require.NotEmpty(t, n.Message)
		}
		again, againNotes := Run([]*stack.Stack{s, s}, config)
		require.Equal(t, findings, again, "the same stack twice changes nothing")
		require.Equal(t, notes, againNotes)
	})
}

// holds is what a fact demands of two entries, written down a second time and
// as plainly as can be: must the entry a stand before the entry b?
func holds(c *catalog.Catalog, f *catalog.Fact, a, b string) bool {
	ra, rb := c.RoleOf(a, nil), c.RoleOf(b, nil)
	for _, t := range f.Targets {
		switch f.Relation {
		case catalog.Before:
			if ra.Plays(f.Subject) && (rb.Plays(t) || t == "*") {
				return true
			}
		case catalog.After, catalog.DirectlyAfter:
			if rb.Plays(f.Subject) && ra.Plays(t) {
				return true
			}
		}
	}
	return f.Relation == catalog.First && ra.Plays(f.Subject) || f.Relation == catalog.Last && rb.Plays(f.Subject)
}

// Every finding on the order is true: the fact asks for the opposite of what
// the list has, for every layer the finding names; no must fact asks for the
// order that is found fault with; and every must fact that is plainly broken
// between two layers is reported, unless the opposite is asked for too.
func TestOrderFindingsAreTrue(t *testing.T) {
	c := catalog.Default()
	rapid.Check(t, func(rt *rapid.T) {
		s := randomStack(rt, false)
		version := stack.Version{Major: 1, Minor: 8}
		if s.Model == stack.Modern {
			version = stack.Version{Major: 4, Minor: 2}
		}
		// Which entries a path stands for is plain only where it is there once.
		seen := map[string]bool{}
		s.Entries = slices.DeleteFunc(s.Entries, func(e stack.Entry) bool {
			path := c.Canonical(e.Path)
			defer func() { seen[path] = true }()
			return seen[path]
		})
		at := map[string]int{}
		for i, e := range s.Entries {
			at[e.Path] = i
		}
		findings, _ := Run([]*stack.Stack{s}, Config{Django: At(version)})
		reported := map[[2]int]bool{}
		for _, f := range findings {
			if f.Rule != "MW101" {
				continue
			}
			fact := c.Fact(f.Fact)
			require.Equal(t, len(f.Related) == 0, near(&applied{Fact: fact}))
			i := at[f.Subject[0]]
			for _, other := range f.Subject[1:] {
				j := at[other]
				reported[pair(i, j)] = true
				first, second := s.Entries[max(i, j)].Path, s.Entries[min(i, j)].Path
				if fact.Relation != catalog.DirectlyAfter {
					require.True(t, holds(c, fact, first, second), "%s does not ask for %s before %s", f.Fact, first, second)
				}
				for _, g := range c.Facts {
					if g.Strength == catalog.Must && g.Order() && g != fact && g.When == nil && g.Django.Covers(version, s.Model) == catalog.All {
						require.False(t, i != j && holds(c, g, second, first) && !excepts(c, g, second, first),
							"%s asks for the opposite of %s", g.ID, f.Fact)
					}
				}
			}
		}
		for _, fact := range c.Facts {
			if fact.Strength != catalog.Must || fact.When != nil || fact.Django.Covers(version, s.Model) != catalog.All ||
				(fact.Relation != catalog.After && fact.Relation != catalog.Before) {
				continue
			}
			for i := range s.Entries {
				for j := range i {
					a, b := s.Entries[i].Path, s.Entries[j].Path
					if !holds(c, fact, a, b) || holds(c, fact, b, a) || excepts(c, fact, a, b) || reported[pair(i, j)] {
						continue
					}
					// Silence needs a reason: another layer that plays the part
					// of the target, or facts that ask for the opposite.
					require.True(t, relieved(c, fact, s, i, j) || opposed(c, s, version, j, i),
						"%s asks for %s before %s, and nothing is reported", fact.ID, a, b)
				}
			}
		}
	})
}

func excepts(c *catalog.Catalog, f *catalog.Fact, a, b string) bool {
	ra, rb := c.RoleOf(a, nil), c.RoleOf(b, nil)
	return slices.ContainsFunc(f.Exceptions, func(e string) bool { return ra.Plays(e) || rb.Plays(e) }) ||
		ra.Plays(f.Subject) && rb.Plays(f.Subject)
}

// relieved says that a third entry stands where the fact asks for one.
func relieved(c *catalog.Catalog, f *catalog.Fact, s *stack.Stack, i, j int) bool {
	for k := range s.Entries {
		if k == i || k == j {
			continue
		}
		if f.Relation == catalog.After && k < j && holds(c, f, s.Entries[k].Path, s.Entries[j].Path) ||
			f.Relation == catalog.Before && k > i && holds(c, f, s.Entries[i].Path, s.Entries[k].Path) ||
			// The nearest of several is the one that is reported.
			f.Relation == catalog.After && k > j && holds(c, f, s.Entries[k].Path, s.Entries[j].Path) ||
			f.Relation == catalog.Before && k < i && holds(c, f, s.Entries[i].Path, s.Entries[k].Path) {
			return true
		}
	}
	return false
}

// opposed says that must facts ask, over any number of steps, for the entry a
// before the entry b, or that the table of contradictions speaks of the two.
func opposed(c *catalog.Catalog, s *stack.Stack, v stack.Version, a, b int) bool {
	reach := map[int]bool{a: true}
	for range s.Entries {
		for x := range s.Entries {
			for y := range s.Entries {
				if !reach[x] || x == y {
					continue
				}
				for _, g := range c.Facts {
					if g.Strength == catalog.Must && g.Order() && !g.Informative && g.Django.Covers(v, s.Model) != catalog.None &&
						holds(c, g, s.Entries[x].Path, s.Entries[y].Path) {
						reach[y] = true
					}
				}
			}
		}
	}
	if reach[b] {
		return true
	}
	for _, g := range c.Contradictions {
		n := 0
		for _, id := range g.Facts {
			for _, k := range []int{a, b} {
				role := c.RoleOf(s.Entries[k].Path, nil)
				if role.Plays(c.Fact(id).Subject) {
					n++
				}
			}
		}
		if n > 1 {
			return true
		}
	}
	return false
}

// Doing what the errors say, one after the other, leads to a list without
// errors on the order: no two of them send a layer back and forth.
func TestAdviceCanBeFollowed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := randomStack(rt, false)
		s.Model, s.Setting = stack.Modern, "MIDDLEWARE"
		config := Config{Django: At(stack.Version{Major: 4, Minor: 2})}
		steps := 0
		for ; ; steps++ {
			for i := range s.Entries {
				s.Entries[i].Span.Line = i + 1
			}
			findings, _ := Run([]*stack.Stack{s}, config)
			k := slices.IndexFunc(findings, func(f finding.Finding) bool { return f.Rule == "MW101" && f.Severity == finding.Error })
			if k < 0 {
				break
			}
			require.Less(t, steps, 150, "%v", findings[k])
			follow(t, s, findings[k])
		}
	})
}

// follow moves a layer as a finding says.
func follow(t require.TestingT, s *stack.Stack, f finding.Finding) {
	from, to := f.Span.Line-1, f.Related[len(f.Related)-1].Span.Line-1
	for _, r := range f.Related {
		if strings.Contains(f.Help, "before") {
			to = min(to, r.Span.Line-1)
		}
	}
	e := s.Entries[from]
	require.NotEqual(t, from, to)
	s.Entries = slices.Delete(s.Entries, from, from+1)
	s.Entries = slices.Insert(s.Entries, to, e)
}

// Two neighbours nothing is known of can change places without changing what
// is found.
func TestUnrelatedLayersMayMove(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, config := randomStack(rt, false), randomConfig(rt)
		keys := func() []string {
			findings, _ := Run([]*stack.Stack{s}, config)
			var out []string
			for _, f := range findings {
				// Lists of what stands in between name both.
				slices.Sort(f.Subject[min(1, len(f.Subject)):])
				out = append(out, keyOfFinding(f))
			}
			slices.Sort(out)
			return out
		}
		want := keys()
		for i := 0; i+1 < len(s.Entries); i++ {
			a, b := &s.Entries[i], &s.Entries[i+1]
			if strings.HasPrefix(a.Path, filler) && strings.HasPrefix(b.Path, filler) {
				a.Path, b.Path = b.Path, a.Path
				require.Equal(t, want, keys())
			}
		}
	})
}

// Lists that no person wrote are checked in bounded time.
func TestLongListsAreBounded(t *testing.T) {
	c := catalog.Default()
	start := time.Now()
	for _, n := range []int{300, 10_000} {
		for name, layer := range map[string]func(i int) string{
			"every layer in turn": func(i int) string { return c.Middleware[i%len(c.Middleware)].Path },
			"two layers in turn": func(i int) string {
				return []string{"django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.sessions.middleware.SessionMiddleware"}[i%2]
			},
		} {
			var layers []string
			for i := range n {
				layers = append(layers, layer(n-i))
			}
			_, stacks := Example{Django: "4.2", Layers: layers}.Settings()
			findings, notes := Run(stacks, Config{Django: At(stack.Version{Major: 4, Minor: 2})})
			require.NotEmpty(t, findings, name)
			require.Len(t, notes, 1, name)
			require.Contains(t, notes[0].Message, fmt.Sprintf("the first 256 of %d layers", n))
		}
	}
	require.Less(t, time.Since(start), 2*time.Minute)
}

func FuzzRun(f *testing.F) {
	f.Add([]byte("a.B\ndjango.contrib.auth.middleware.AuthenticationMiddleware\n"), 4, 2, true)
	f.Add([]byte(`["django.middleware.doc.XViewMiddleware"]`), 1, 8, false)
	f.Fuzz(func(t *testing.T, data []byte, major, minor int, modern bool) {
		model := stack.Classic
		if modern {
			model = stack.Modern
		}
		s, err := stack.Parse("x", data, model)
		if err != nil {
			return
		}
		findings, _ := Run([]*stack.Stack{s}, Config{Django: At(stack.Version{Major: major, Minor: minor})})
		for _, x := range findings {
			checkGrammar(t, x)
		}
	})
}
