package django

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/python"
)

// Lineage is what is known of a class's bases.
type Lineage struct {
	// Paths are dotted paths in the order in which Python would look for an
	// attribute: first where the class itself is defined, if that is not the
	// path asked for, then its bases. Bases outside of the tree end their branch.
	Paths []string
	// Complete is false where a base is not known, so that the class may be
	// more than Paths tell. A base outside of the tree does not count as such.
	Complete bool
}

// maxBases bounds the classes in one lineage.
const maxBases = 200

// Bases gives the lineage of the class that a dotted path leads to; for
// anything but a class of the tree it is what is known of the path itself.
func (m *SettingsModule) Bases(dotted string) Lineage {
	i := lastDot(dotted)
	if i <= 0 || !isDotted(dotted) {
		return Lineage{}
	}
	r := m.resolver()
	b := &lineage{r: r, out: Lineage{Complete: true}, active: map[string]bool{}}
	b.visit(r.absolute(dotted[:i], dotted[i+1:], newWalk()), 0)
	b.out.Paths = keepLast(b.out.Paths)
	b.out.Paths = slices.DeleteFunc(b.out.Paths, func(p string) bool { return p == dotted })
	return b.out
}

func lastDot(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '.' {
			return i
		}
	}
	return -1
}

type lineage struct {
	r      *resolver
	out    Lineage
	active map[string]bool // classes on the way down, against cycles
}

func (b *lineage) visit(s symbol, depth int) {
	switch s.kind {
	case symbolOutside:
		b.out.Paths = append(b.out.Paths, s.path)
		return
	case symbolClass:
	case symbolFunction:
		b.out.Paths = append(b.out.Paths, s.path)
		return
	default:
		b.out.Complete = false
		return
	}
	if b.active[s.path] || depth > maxHops || len(b.out.Paths) >= maxBases {
		b.out.Complete = false
		return
	}
	b.active[s.path] = true
	defer delete(b.active, s.path)
	b.out.Paths = append(b.out.Paths, s.path)
	for base := range s.node.All(python.FieldBases) {
		b.base(s, base, depth)
	}
}

func (b *lineage) base(s symbol, base python.Node, depth int) {
	switch base.Kind() {
	case python.KindKeyword: // metaclass=…
		return
	case python.KindName:
		if base.Name() == "object" {
			return
		}
	case python.KindSubscript: // Generic[T]: the class without its parameters
		b.base(s, base.Field(python.FieldObject), depth)
		return
	}
	b.visit(b.r.expression(s.mod, base, newWalk()), depth+1)
}

// keepLast drops all but the last mention of each path: where two bases share
// an ancestor, Python's order has it behind both (C3, for all hierarchies
// where this and depth-first order agree on the rest).
func keepLast(paths []string) []string {
	last := map[string]int{}
	for i, p := range paths {
		last[p] = i
	}
	out := paths[:0]
	for i, p := range paths {
		if last[p] == i {
			out = append(out, p)
		}
	}
	return out
}
