package lint

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// TestDefaultsAreClean lints what startproject writes, in its own version and
// model: alone, and with the apps of the admin installed.
func TestDefaultsAreClean(t *testing.T) {
	apps := []string{"django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
		"django.contrib.sessions", "django.contrib.messages", "django.contrib.sites", "django.contrib.staticfiles"}
	checked := 0
	for _, d := range catalog.StartprojectDefaults() {
		if d.Django.Compare(stack.Version{Major: 1, Minor: 2}) < 0 {
			continue // no messages, no CSRF in the list yet; see TestOldestDefaults
		}
		checked++
		e := Example{Django: d.Django.String(), Model: d.Model(), Layers: d.Middleware, Apps: apps}
		_, stacks := e.Settings()
		for name, config := range map[string]Config{"project": e.Config(), "alone": {Django: At(d.Django.Version)}} {
			findings, notes := Run(stacks, config)
			require.Empty(t, findings, "Django %s, %s", d.Django, name)
			require.Empty(t, notes, "Django %s, %s", d.Django, name)
		}
	}
	require.Equal(t, 25, checked)
}

func TestOldestDefaults(t *testing.T) {
	for _, d := range catalog.StartprojectDefaults()[:2] {
		e := Example{Django: d.Django.String(), Model: d.Model(), Layers: d.Middleware}
		_, stacks := e.Settings()
		findings, _ := Run(stacks, Config{Django: At(d.Django.Version)})
		require.Empty(t, findings, "Django %s", d.Django)
	}
}

// A default list with two neighbours swapped breaks exactly the must facts that
// speak of these two.
func TestSwappedDefaults(t *testing.T) {
	broken := map[string]int{}
	for _, d := range catalog.StartprojectDefaults() {
		for i := 0; i+1 < len(d.Middleware); i++ {
			layers := slices.Clone(d.Middleware)
			layers[i], layers[i+1] = layers[i+1], layers[i]
			var want []string
			for _, f := range catalog.Default().Facts {
				if f.Strength != catalog.Must || f.Informative || f.When != nil && !f.When.Default || f.Django.Covers(d.Django.Version, "") == catalog.None {
					continue
				}
				a, b := layers[i], layers[i+1]
				if f.Relation == catalog.After && f.Subject == a && slices.Contains(f.Targets, b) ||
					f.Relation == catalog.Before && f.Subject == b && slices.Contains(f.Targets, a) {
					want = append(want, f.ID)
				}
			}
			e := Example{Django: d.Django.String(), Model: d.Model(), Layers: layers}
			_, stacks := e.Settings()
			findings, _ := Run(stacks, Config{Django: At(d.Django.Version)})
			var got []string
			for _, f := range findings {
				if f.Severity == finding.Error {
					got = append(got, f.Fact)
					broken[f.Fact]++
				}
			}
			require.Equal(t, want, got, "Django %s, %s and %s swapped", d.Django, layers[i], layers[i+1])
		}
	}
	require.Equal(t, map[string]int{"dj.auth-after-session": 1}, broken)
}

// trial is a stack that follows a fact and one that does not, but for which
// everything else is the same.
type trial struct {
	name      string
	good, bad []string
	// subject is the path the finding has to be on; "" for the setting.
	subject string
	// target is the other layer, if there is one; excepted says that the fact
	// makes an exception of it.
	target   string
	excepted bool
}

// quiet says why nothing is reported for a pair although the fact speaks of it;
// "" where it is to be reported.
func quiet(c *catalog.Catalog, f *catalog.Fact, tr trial) string {
	_, tag := catalog.TagOf(strings.Join(f.Targets, " "))
	place := func(path string, relations ...catalog.Relation) bool {
		return slices.ContainsFunc(c.Facts, func(g *catalog.Fact) bool {
			return !g.Informative && g.Subject == path && (slices.Contains(relations, g.Relation) || slices.Contains(g.Targets, "*"))
		})
	}
	switch {
	case silenced[f.ID] != "" && strings.Contains(silenced[f.ID], "table of contradictions"):
		return "the table of contradictions"
	case f.Strength == catalog.Should && f.Relation == catalog.Before && tag && !place(tr.subject, catalog.First, catalog.NearFirst) &&
		placeOf(c, tr.target, place):
		return "the other layer's own documentation asks for a place near the start"
	}
	return ""
}

// placeOf asks for the layer's own facts, and for those of the layer it is a
// subclass of.
func placeOf(c *catalog.Catalog, path string, place func(string, ...catalog.Relation) bool) bool {
	role := c.RoleOf(path, nil)
	return slices.ContainsFunc(role.Paths, func(p string) bool {
		return place(p, catalog.First, catalog.NearFirst, catalog.DirectlyAfter)
	})
}

const filler = "elsewhere.layers.Filler"

func fillers(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%s%c", filler, 'A'+i))
	}
	return out
}

// trials makes every pair of layers that a fact speaks of.
func trials(c *catalog.Catalog, f *catalog.Fact, exists func(*catalog.Middleware) bool) []trial {
	var out []trial
	for _, s := range c.Expand(f.Subject) {
		if !exists(s) {
			continue
		}
		others := fillers(5)
		switch f.Relation {
		case catalog.First, catalog.Last, catalog.NearFirst, catalog.NearLast:
			front := append([]string{s.Path}, others...)
			back := append(slices.Clone(others), s.Path)
			t := trial{name: s.Path, good: front, bad: back, subject: s.Path}
			if f.Relation == catalog.Last || f.Relation == catalog.NearLast {
				t.good, t.bad = back, front
			}
			out = append(out, t)
		case catalog.After, catalog.Before, catalog.DirectlyAfter:
			for _, ref := range f.Targets {
				targets := []string{filler}
				if ref != "*" {
					targets = nil
					for _, m := range c.Expand(ref) {
						if exists(m) && m != s {
							targets = append(targets, m.Path)
						}
					}
				}
				for _, target := range targets {
					t := trial{name: s.Path + " and " + target, good: []string{s.Path, target}, bad: []string{target, s.Path}, subject: s.Path, target: target}
					role := c.RoleOf(target, nil)
					t.excepted = slices.ContainsFunc(f.Exceptions, role.Plays)
					switch f.Relation {
					case catalog.After:
						t.good, t.bad = t.bad, t.good
					case catalog.DirectlyAfter:
						t.good = []string{target, s.Path, filler}
						t.bad = []string{target, filler, s.Path}
					}
					out = append(out, t)
				}
			}
		case catalog.Requires, catalog.RequiresAny:
			for _, ref := range f.Targets {
				for _, m := range c.Expand(ref) {
					if exists(m) {
						out = append(out, trial{name: s.Path + " without " + m.Path, good: []string{m.Path, s.Path}, bad: []string{s.Path}, subject: s.Path})
					}
				}
			}
		case catalog.Conflicts, catalog.Replaces:
			for _, ref := range f.Targets {
				for _, m := range c.Expand(ref) {
					if exists(m) && m != s {
						out = append(out, trial{name: s.Path + " with " + m.Path, good: []string{s.Path}, bad: []string{m.Path, s.Path}, subject: s.Path})
					}
				}
			}
		case catalog.Unique:
			out = append(out, trial{name: s.Path, good: []string{s.Path}, bad: []string{s.Path, s.Path}, subject: s.Path})
		case catalog.Remove, catalog.ReplacedBy:
			out = append(out, trial{name: s.Path, good: []string{filler}, bad: []string{s.Path}, subject: s.Path})
		case catalog.RequiredByApp:
			out = append(out, trial{name: s.Path, good: []string{s.Path}, bad: []string{filler}, subject: s.Path})
		case catalog.RequiresApp, catalog.RequiresSet:
			out = append(out, trial{name: s.Path, good: []string{filler}, bad: []string{s.Path}, subject: s.Path})
		}
	}
	return out
}

// worldOf is a project in which a fact holds: its setting has the right value,
// its package the right release, and its app is installed or not as needed.
func worldOf(f *catalog.Fact, v stack.Version) Config {
	return Config{
		Django: At(v),
		// Nothing is known of the fillers' bases but that there are none.
		Bases:  func(path string) ([]string, bool) { return nil, strings.HasPrefix(path, filler) },
		Writes: func(path string) ([]string, bool) { return nil, strings.HasPrefix(path, filler) },
		PackageVersion: func(string) string {
			return f.PackageFrom
		},
		Setting: func(_ *stack.Stack, name string) Value {
			switch {
			case f.When != nil && name == f.When.Setting && f.When.Equals != nil:
				return Value{State: Known, Value: *f.When.Equals}
			case f.Relation == catalog.RequiredByApp && name == "INSTALLED_APPS":
				return Value{State: Known, Value: f.Targets}
			case f.Relation == catalog.RequiresApp && name == "INSTALLED_APPS":
				apps := []string{"shop"}
				for _, g := range catalog.Default().Facts {
					if g.Relation == catalog.RequiresApp && g.Targets[0] != f.Targets[0] {
						apps = append(apps, g.Targets[0])
					}
				}
				return Value{State: Known, Value: apps}
			case f.UsedWith != "" && name == "INSTALLED_APPS":
				return Value{State: Known, Value: []string{f.UsedWith}}
			case name == "INSTALLED_APPS":
				return Value{State: Unknown}
			case f.Relation == catalog.RequiresSet && slices.Contains(f.Targets, name):
				return Value{}
			case name == "ROOT_HOSTCONF" || name == "DEFAULT_HOST":
				return Value{State: Known, Value: "shop"}
			}
			return Value{}
		},
	}
}

// silenced are the facts that never lead to a finding of their own, and why.
var silenced = map[string]string{
	"dj.common-before-changers": "every known layer of its tag sets Content-Length anew, which the documentation allows, " +
		"or falls under dj.rewriter-keeps-length-after-common",
	"cms.cache-pair": "dj.updatecache-first says the same of the same layer",
	"dj.session-before-raisers-if-csrf-sessions": "of the two layers it speaks of, one is an exception, of the other " +
		"dj.common-after-session-if-csrf-sessions says the same by name",
	"johnny.clear-before-query":          "only an example; johnny.clear-first says it more strongly",
	"cors.before-whitenoise":             "the table of contradictions sets it against whitenoise.before-all-others",
	"solidi18n.before-common":            "only an example; dj.locale-before-common says it more strongly",
	"ratelimit.remote-addr-first":        "the one known layer of its tag has a fact of its own, xff.near-first",
	"mobile.updateflavour-before-update": "the table of contradictions sets it against dj.updatecache-before-vary",
}

// TestEveryFactFires breaks every fact of the catalog, in the oldest and in the
// newest Django version it holds for, with every pair of layers it speaks of:
// exactly one finding must be new, and it must carry the fact. Where a pair is
// spoken of by several facts, the strongest and most specific one speaks; every
// fact has to have a pair of its own, or be listed above with the reason.
func TestEveryFactFires(t *testing.T) {
	c := catalog.Default()
	counts := map[catalog.Strength]int{}
	pairs, other := 0, 0
	excused := map[string]int{}
	var mute []string
	for _, f := range c.Facts {
		if f.Informative {
			continue
		}
		fired := false
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
				pairs++
				fresh := freshFindings(t, f, v, model, tr)
				var ids []string
				for _, x := range fresh {
					ids = append(ids, x.Fact)
				}
				label := fmt.Sprintf("%s, Django %s, %s: %v", f.ID, v, tr.name, ids)
				if tr.excepted {
					assert.NotContains(t, ids, f.ID, label)
					continue
				}
				if reason := quiet(c, f, tr); reason != "" {
					assert.NotContains(t, ids, f.ID, "%s: %s", label, reason)
					excused[reason]++
					continue
				}
				if !assert.Len(t, fresh, 1, label) {
					continue
				}
				if fresh[0].Fact != f.ID {
					other++
					winner := c.Fact(fresh[0].Fact)
					require.NotNil(t, winner, label)
					assert.True(t, winner.Strength == f.Strength || winner.Strength == catalog.Must, label)
					continue
				}
				fired = true
				checkGrammar(t, fresh[0])
				assert.Contains(t, fresh[0].Subject, tr.subject, label)
				if f.Relation == catalog.Remove && v.Compare(stack.Version{Major: 2}) < 0 {
					assert.Equal(t, finding.Warning, fresh[0].Severity, label) // deprecated, not gone
				} else if f.Strength == catalog.Must {
					assert.Equal(t, finding.Error, fresh[0].Severity, label)
				} else {
					assert.LessOrEqual(t, fresh[0].Severity, finding.Warning, label)
				}
			}
		}
		if !fired {
			mute = append(mute, f.ID)
			assert.Contains(t, silenced, f.ID, "the fact never fires")
			continue
		}
		assert.NotContains(t, silenced, f.ID, "the fact fires, it is not silenced")
		counts[f.Strength]++
	}
	sort.Strings(mute)
	t.Logf("%d must facts and %d should facts fire in %d trials; %d trials are spoken of by another fact; quiet pairs: %v; mute facts: %v",
		counts[catalog.Must], counts[catalog.Should], pairs, other, excused, mute)
	require.Len(t, mute, len(silenced))
	require.Equal(t, map[catalog.Strength]int{catalog.Must: 104, catalog.Should: 111}, counts)
}

// versionsOf are the oldest and the newest version a fact can be tried in: one
// that holds it and has its layers.
func versionsOf(c *catalog.Catalog, f *catalog.Fact) []stack.Version {
	if f.Relation == catalog.RequiresSet && f.Targets[0] == "MIDDLEWARE" {
		return []stack.Version{{Major: 1, Minor: 11}} // the only model it speaks of
	}
	var fit []stack.Version
	for _, v := range c.Versions {
		exists := func(m *catalog.Middleware) bool {
			_, ok := m.EraAt(v)
			return !m.Django() || ok || f.Relation == catalog.Remove
		}
		if f.Django.Covers(v, "") == catalog.All && len(trials(c, f, exists)) > 0 {
			fit = append(fit, v)
		}
	}
	// Packages are tried in the modern model, where they can be.
	modern := slices.IndexFunc(fit, func(v stack.Version) bool { return v.AtLeast(stack.Version{Major: 1, Minor: 10}) })
	if modern > 0 && !strings.HasPrefix(f.ID, "dj.") {
		fit = fit[modern:]
	}
	if len(fit) > 1 {
		return []stack.Version{fit[0], fit[len(fit)-1]}
	}
	return fit
}

func freshFindings(t *testing.T, f *catalog.Fact, v stack.Version, model stack.Model, tr trial) []finding.Finding {
	t.Helper()
	run := func(layers []string) []finding.Finding {
		_, stacks := Example{Django: v.String(), Model: model, Layers: layers}.Settings()
		findings, _ := Run(stacks, worldOf(f, v))
		return findings
	}
	good, bad := run(tr.good), run(tr.bad)
	key := func(x finding.Finding) string {
		return x.Rule + x.Fact + strings.Join(x.Subject[:min(1, len(x.Subject))], "")
	}
	known := map[string]bool{}
	for _, x := range good {
		known[key(x)] = true
		require.NotEqual(t, f.ID, x.Fact, "the good stack of %s, %s", f.ID, tr.name)
	}
	var fresh []finding.Finding
	for _, x := range bad {
		if !known[key(x)] {
			fresh = append(fresh, x)
		}
	}
	return fresh
}
