package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// Validate returns everything that is wrong with a catalog: unknown paths and
// tags, ids and paths given twice, missing sources, malformed versions, a
// contradictions table that names what is not there, and `must` facts that no
// order can fulfil in some Django version. A sound catalog yields nil.
func Validate(c *Catalog) []error {
	v := &validator{c: c}
	v.middleware()
	v.facts()
	v.contradictions()
	for _, version := range c.Versions {
		if cycle := MustCycle(c, version); cycle != nil {
			v.errorf("Django %s: the must facts form a cycle: %s", version, strings.Join(cycle, ", "))
		}
	}
	return v.errs
}

type validator struct {
	c    *Catalog
	errs []error
}

func (v *validator) errorf(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

func (v *validator) middleware() {
	seen := map[string]bool{}
	for _, m := range v.c.Middleware {
		where := "middleware " + m.Path
		if m.Path == "" || !strings.Contains(m.Path, ".") {
			v.errorf("%s: not a dotted path", where)
		}
		if seen[m.Path] {
			v.errorf("%s: described twice", where)
		}
		seen[m.Path] = true
		for _, t := range m.Tags {
			if _, ok := v.c.Tags[t]; !ok {
				v.errorf("%s: unknown tag %q", where, t)
			}
		}
		for _, p := range []string{m.RenamedTo, m.AliasOf, m.SubclassOf} {
			if p != "" && v.c.Find(p) == nil {
				v.errorf("%s: unknown path %q", where, p)
			}
		}
		if m.MovedTo != nil && v.c.Find(m.MovedTo.Path) == nil {
			v.errorf("%s: moved to the unknown path %q", where, m.MovedTo.Path)
		}
		if v.c.Canonical(m.Path) != m.Path && v.c.Successor(v.c.Canonical(m.Path)) != "" {
			v.errorf("%s: moves go round in a circle", where)
		}
		if m.Django() {
			v.djangoVersions(where, m)
		}
		if len(m.Eras) == 0 {
			v.errorf("%s: no era", where)
		}
		for i, e := range m.Eras {
			if !slices.Contains([]string{"classic", "mixin", "modern", "unknown"}, e.Style) {
				v.errorf("%s: unknown style %q", where, e.Style)
			}
			v.span(where, e.From, e.To)
			if i > 0 && e.From.Compare(m.Eras[i-1].To.Version) <= 0 {
				v.errorf("%s: eras overlap at %s", where, e.From)
			}
		}
		v.sources(where, m.Sources)
	}
}

func (v *validator) djangoVersions(where string, m *Middleware) {
	if m.Since.IsZero() {
		v.errorf("%s: no first version", where)
	}
	v.span(where, m.Since, m.Last)
	texts := []string{m.Deprecated}
	if m.Removed != nil {
		texts = append(texts, m.Removed.In)
		if m.Last.IsZero() {
			v.errorf("%s: removed without a last version", where)
		}
	}
	if m.MovedTo != nil {
		texts = append(texts, m.MovedTo.In)
	}
	for _, text := range texts {
		if text == "" {
			continue
		}
		version, err := stack.ParseVersion(text)
		if err != nil {
			v.errorf("%s: %v", where, err)
		} else {
			v.version(where, version)
		}
	}
}

func (v *validator) version(where string, version stack.Version) {
	if !version.IsZero() && !slices.Contains(v.c.Versions, version) {
		v.errorf("%s: unknown Django version %s", where, version)
	}
}

func (v *validator) span(where string, from, to Version) {
	v.version(where, from.Version)
	v.version(where, to.Version)
	if !from.IsZero() && !to.IsZero() && from.Compare(to.Version) > 0 {
		v.errorf("%s: versions %s to %s are the wrong way round", where, from, to)
	}
}

func (v *validator) sources(where string, sources []Source) {
	if len(sources) == 0 {
		v.errorf("%s: no source", where)
	}
	for _, s := range sources {
		if s.Repo == "" || s.File == "" {
			v.errorf("%s: a source without repository or file", where)
		}
	}
}

// relations says for every relation how many targets it takes and whether
// they are layers.
var relations = [...]struct {
	relation Relation
	min, max int
	layers   bool
}{
	{After, 1, 99, true}, {Before, 1, 99, true}, {First, 0, 0, true}, {Last, 0, 0, true},
	{NearFirst, 0, 0, true}, {NearLast, 0, 0, true}, {DirectlyAfter, 1, 1, true},
	{Requires, 1, 99, true}, {RequiresAny, 2, 99, true}, {RequiredByApp, 1, 1, false},
	{RequiresApp, 1, 1, false}, {RequiresSet, 1, 1, false}, {Conflicts, 1, 99, true},
	{Replaces, 1, 1, true}, {ReplacedBy, 1, 1, true}, {Remove, 0, 0, true},
	{Unique, 0, 0, true}, {Any, 0, 0, true},
}

func (v *validator) facts() {
	seen := map[string]bool{}
	for _, f := range v.c.Facts {
		where := "fact " + f.ID
		if f.ID == "" || strings.ContainsAny(f.ID, " \t:") {
			v.errorf("%s: malformed id", where)
		}
		if seen[f.ID] {
			v.errorf("%s: id given twice", where)
		}
		seen[f.ID] = true
		v.ref(where, f.Subject, false)
		known := false
		for _, r := range relations {
			if r.relation != f.Relation {
				continue
			}
			known = true
			if n := len(f.Targets); n < r.min || n > r.max {
				v.errorf("%s: %d targets for %q", where, n, f.Relation)
			}
			for _, t := range f.Targets {
				if r.layers {
					v.ref(where, t, f.Relation == Before || f.Relation == After)
				} else if t == "" {
					v.errorf("%s: empty target", where)
				}
			}
		}
		if !known {
			v.errorf("%s: unknown relation %q", where, f.Relation)
		}
		if f.Strength != Must && f.Strength != Should {
			v.errorf("%s: unknown strength %q", where, f.Strength)
		}
		if f.Basis == "" {
			v.errorf("%s: no basis", where)
		}
		if !strings.HasSuffix(f.Reason, ".") {
			v.errorf("%s: the reason is not a sentence", where)
		}
		for _, e := range f.Exceptions {
			v.ref(where, e, false)
		}
		if f.Suggest != "" {
			v.ref(where, f.Suggest, false)
		}
		if f.UsedWith == "" && !f.Own && !strings.HasPrefix(f.ID, "dj.") && v.nativeOnly(f) {
			v.errorf("%s: a fact of a package on Django's layers alone does not say what it is used with", where)
		}
		v.span(where, f.Django.From, f.Django.To)
		v.version(where, f.FunctionalUntil.Version)
		v.when(where, f.When)
		v.sources(where, f.Sources)
	}
}

// nativeOnly says that a fact names nothing but Django's own layers and tags.
func (v *validator) nativeOnly(f *Fact) bool {
	if !f.Order() {
		return false
	}
	for _, ref := range append([]string{f.Subject}, f.Targets...) {
		if m := v.c.Find(ref); m != nil && !m.Django() {
			return false
		}
	}
	return true
}

func (v *validator) ref(where, ref string, star bool) {
	if tag, ok := TagOf(ref); ok {
		if _, ok := v.c.Tags[tag]; !ok {
			v.errorf("%s: unknown tag %q", where, tag)
		} else if len(v.c.Bearers(tag)) == 0 {
			v.errorf("%s: no layer bears the tag %q", where, tag)
		}
		return
	}
	if ref == "*" && star {
		return
	}
	if v.c.Find(ref) == nil {
		v.errorf("%s: unknown path %q", where, ref)
	}
}

func (v *validator) when(where string, w *When) {
	if w == nil {
		return
	}
	forms := 0
	for _, used := range []bool{w.Equals != nil, w.SessionBased, len(w.OneOf) > 0} {
		if used {
			forms++
		}
	}
	if forms != 1 || w.Setting == "" {
		v.errorf("%s: a condition on a setting needs a name and one form", where)
	}
}

func (v *validator) contradictions() {
	for _, g := range v.c.Contradictions {
		where := "contradiction of " + strings.Join(g.Facts, ", ")
		if len(g.Facts) < 2 || g.Note == "" {
			v.errorf("%s: needs two facts and a note", where)
		}
		for i, id := range g.Facts {
			if v.c.Fact(id) == nil {
				v.errorf("%s: unknown fact %q", where, id)
			}
			if slices.Contains(g.Facts[:i], id) {
				v.errorf("%s: fact %q named twice", where, id)
			}
		}
	}
}

// MustCycle returns a cycle that the must facts on order form in one Django
// version, as "path before path (fact)", or nil. Facts that the contradictions
// table sets against each other are taken one at a time.
func MustCycle(c *Catalog, version stack.Version) []string {
	type edge struct {
		to   string
		fact string
	}
	edges := map[string][]edge{}
	exists := func(m *Middleware) bool {
		return !m.Django() || within(version, m.Since.Version, m.Last.Version)
	}
	add := func(a, b *Middleware, f *Fact) {
		if a != b && exists(a) && exists(b) {
			edges[a.Path] = append(edges[a.Path], edge{b.Path, f.ID})
		}
	}
	absolute := func(rel Relation, path string) bool {
		for _, f := range c.Facts {
			if f.Relation == rel && f.Strength == Must && f.Subject == path {
				return true
			}
		}
		return false
	}
	for _, f := range c.Facts {
		if f.Strength != Must || f.Informative || f.Django.Covers(version, "") == None {
			continue
		}
		for _, s := range c.Expand(f.Subject) {
			switch f.Relation {
			case After, DirectlyAfter, Before:
				for _, ref := range f.Targets {
					for _, t := range c.Expand(ref) {
						if f.Relation == Before {
							add(s, t, f)
						} else {
							add(t, s, f)
						}
					}
				}
			case First, Last:
				for _, t := range c.Middleware {
					switch {
					case absolute(f.Relation, t.Path):
					case f.Relation == First:
						add(s, t, f)
					default:
						add(t, s, f)
					}
				}
			}
		}
	}
	const (
		fresh = iota
		open
		done
	)
	state := map[string]int{}
	var path, cycle []string
	var names []string
	var visit func(p string) bool
	visit = func(p string) bool {
		state[p] = open
		names = append(names, p)
		for _, e := range edges[p] {
			path = append(path, fmt.Sprintf("%s before %s (%s)", p, e.to, e.fact))
			if state[e.to] == open {
				cycle = slices.Clone(path[slices.Index(names, e.to):])
				return true
			}
			if state[e.to] == fresh && visit(e.to) {
				return true
			}
			path = path[:len(path)-1]
		}
		names = names[:len(names)-1]
		state[p] = done
		return false
	}
	for _, m := range c.Middleware {
		if state[m.Path] == fresh && visit(m.Path) {
			return cycle
		}
	}
	return nil
}
