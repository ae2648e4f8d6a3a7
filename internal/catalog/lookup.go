package catalog

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// Find returns the layer with a dotted path, or nil. Former paths are layers of
// their own where the data describes them.
func (c *Catalog) Find(path string) *Middleware { return c.byPath[path] }

// Fact returns the fact with an id, or nil.
func (c *Catalog) Fact(id string) *Fact { return c.byID[id] }

// Successor returns the path that took over from a moved, renamed or aliased
// one, or "". It follows one step.
func (c *Catalog) Successor(path string) string {
	if m := c.byPath[path]; m != nil {
		switch {
		case m.MovedTo != nil:
			return m.MovedTo.Path
		case m.RenamedTo != "":
			return m.RenamedTo
		case m.AliasOf != "":
			return m.AliasOf
		}
	}
	return c.former[path]
}

// Canonical follows moves, renames and aliases to the last path; two paths with
// the same canonical path name the same layer.
func (c *Catalog) Canonical(path string) string {
	for range 8 { // a bound against cycles in the data; real chains have one step
		next := c.Successor(path)
		if next == "" {
			return path
		}
		path = next
	}
	return path
}

// Known says that the catalog describes the path or where it went.
func (c *Catalog) Known(path string) bool {
	return c.byPath[path] != nil || c.former[path] != ""
}

// Role is what a list entry counts as: the dotted paths it stands for, its own
// first, and the tags it bears.
type Role struct {
	Paths []string
	Tags  map[string]bool
	// Known says that the catalog describes the entry or one of its bases.
	Known bool
	// Exact says that the catalog describes the entry itself.
	Exact bool
}

// Plays says that the entry fulfils a subject or target of a fact: the path of
// one of its roles, or a tag it bears.
func (r *Role) Plays(ref string) bool {
	if tag, ok := TagOf(ref); ok {
		return r.Tags[tag]
	}
	return slices.Contains(r.Paths, ref)
}

// RoleOf says what a layer counts as. bases are the dotted paths of its base
// classes in the order of Python's method resolution, as far as they are known,
// without the layer itself: a project's own subclass of SessionMiddleware plays
// the part of SessionMiddleware.
func (c *Catalog) RoleOf(path string, bases []string) Role {
	r := Role{Tags: map[string]bool{}, Exact: c.Known(path)}
	r.add(c, path)
	r.addBases(c, bases)
	return r
}

// OwnRole is RoleOf for a layer that is the project's own although the catalog
// knows a layer of that path: only its bases count.
func (c *Catalog) OwnRole(path string, bases []string) Role {
	r := Role{Paths: []string{path}, Tags: map[string]bool{}}
	r.addBases(c, bases)
	// Facts on the path itself speak of the other layer.
	r.Paths = r.Paths[1:]
	return r
}

func (r *Role) addBases(c *Catalog, bases []string) {
	for _, p := range bases {
		if c.Known(p) || c.named[p] {
			r.add(c, p)
		}
	}
}

func (r *Role) add(c *Catalog, path string) {
	for range 8 {
		if slices.Contains(r.Paths, path) {
			return
		}
		r.Paths = append(r.Paths, path)
		m := c.byPath[path]
		next := c.Successor(path)
		if m != nil {
			r.Known = true
			for _, t := range m.Tags {
				r.Tags[t] = true
			}
			if base := c.byPath[m.SubclassOf]; next == "" && base != nil && provides(m, base) {
				next = base.Path
			}
		}
		if next == "" {
			return
		}
		path = next
	}
}

// provides says that a subclass still does what its base is there for. Two
// packages subclass SessionMiddleware and AuthenticationMiddleware without
// setting request.session or request.user (djangosaml2,
// django-login-required-middleware); they do not stand in for their base.
func provides(m, base *Middleware) bool {
	for _, t := range base.Tags {
		if strings.HasPrefix(t, "sets-") && !m.HasTag(t) {
			return false
		}
	}
	return true
}

// Bearers returns the known layers that bear a tag, in catalog order.
func (c *Catalog) Bearers(tag string) []*Middleware {
	var out []*Middleware
	for _, m := range c.Middleware {
		if m.HasTag(tag) {
			out = append(out, m)
		}
	}
	return out
}

// Expand returns the known layers a subject or target names, in catalog order;
// "*" names none.
func (c *Catalog) Expand(ref string) []*Middleware {
	if tag, ok := TagOf(ref); ok {
		return c.Bearers(tag)
	}
	if m := c.byPath[ref]; m != nil {
		return []*Middleware{m}
	}
	return nil
}

// Contradict says that the table of contradictions names both facts in one group.
func (c *Catalog) Contradict(a, b string) bool {
	if a == b {
		return false
	}
	for _, g := range c.groups[a] {
		if slices.Contains(c.Contradictions[g].Facts, b) {
			return true
		}
	}
	return false
}

// Newest is the newest released Django version the data knows.
func (c *Catalog) Newest() stack.Version {
	for _, v := range slices.Backward(c.Versions) {
		if v != c.Development {
			return v
		}
	}
	return stack.Version{}
}

// SpeaksOf says that a dotted path is in one of the modules in which Django
// keeps its own middleware, so that a path that no release has is a mistake.
func (c *Catalog) SpeaksOf(path string) bool {
	module := strings.TrimSuffix(path, "."+ShortName(path))
	for _, m := range c.Middleware {
		if m.Django() && strings.TrimSuffix(m.Path, "."+m.Name()) == module {
			return true
		}
	}
	return false
}

// Nearest returns the known path, not a removed one, that is most like an
// unknown one, or "" where none is close: a spelling that differs in few
// letters, or the same class in another module of Django.
func (c *Catalog) Nearest(path string) string {
	best, distance := "", len(path)/10+2
	for _, m := range c.Middleware {
		if !m.Last.IsZero() {
			continue
		}
		if d := EditDistance(path, m.Path, distance); d < distance {
			best, distance = m.Path, d
		}
	}
	if best != "" {
		return best
	}
	for _, m := range c.Middleware {
		if m.Django() && m.Name() == ShortName(path) && m.Last.IsZero() {
			return m.Path
		}
	}
	return ""
}

// EditDistance is Levenshtein's in bytes, or limit where it is not below limit.
func EditDistance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	prev := make([]int, len(b)+1)
	cur := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		low := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			low = min(low, cur[j])
		}
		if low >= limit {
			return limit
		}
		prev, cur = cur, prev
	}
	return min(prev[len(b)], limit)
}

// TagNames are the tags in alphabetical order.
func (c *Catalog) TagNames() []string {
	names := make([]string, 0, len(c.Tags))
	for t := range c.Tags {
		names = append(names, t)
	}
	slices.Sort(names)
	return names
}
