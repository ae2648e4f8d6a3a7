package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/listedit"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// dropping is the repair that takes an entry out of the list.
func (p *Pass) dropping(i int, safety finding.Safety) Repair {
	items := slices.Delete(listedit.Keep(len(p.Layers)), i, i+1)
	return Repair{Title: "remove " + p.name(p.Layers[i].Entry.Path), Safety: safety, Items: items}
}

// renaming is the repair that gives an entry another dotted path.
func (p *Pass) renaming(i int, path string, safety finding.Safety) Repair {
	items := listedit.Keep(len(p.Layers))
	items[i].Path = path
	return Repair{Title: fmt.Sprintf("replace %s by %q", p.name(p.Layers[i].Entry.Path), path), Safety: safety, Items: items}
}

// inserting are the repairs that put a layer into the list, and before it those
// that it needs itself, the best places first. beside is the entry that needs
// the layer, -1 for none.
func (p *Pass) inserting(path string, beside int, safety finding.Safety) []Repair {
	if len(p.Layers) > maxReordered || len(p.Layers) == 0 {
		return nil
	}
	var out []Repair
	for nth := range 2 {
		a := adding{p: p, pass: p, before: p.keys(), items: listedit.Keep(len(p.Layers)), beside: beside}
		if !a.add(path, nth, 0) {
			break
		}
		out = append(out, Repair{Title: "add " + strings.Join(a.titles, " and "), Safety: safety, Items: a.items})
	}
	return out
}

// adding puts layers into a list, one by one.
type adding struct {
	p      *Pass // as the list is
	pass   *Pass // with what was added so far
	before map[string]bool
	items  []listedit.Item
	beside int
	titles []string
}

// maxNeeds bounds how many layers are added because another one that is added
// needs them.
const maxNeeds = 3

// add puts a layer at the nth place where it collides with nothing.
func (a *adding) add(path string, nth, depth int) bool {
	for _, need := range a.pass.needs(path) {
		if depth == maxNeeds || !a.add(need, 0, depth+1) {
			return false
		}
	}
	for _, at := range a.places() {
		q := a.pass.withLayer(path, at)
		q.runOrder()
		if slices.ContainsFunc(q.reports, func(r report) bool {
			return slices.ContainsFunc(r.keys(), func(k string) bool { return !a.before[k] })
		}) {
			continue
		}
		if nth--; nth >= 0 {
			continue
		}
		a.titles = append(a.titles, fmt.Sprintf("%q %s", path, a.where(at)))
		a.items = slices.Insert(a.items, at, listedit.Item{Old: -1, Path: path})
		a.pass = q
		if at <= a.beside {
			a.beside++
		}
		return true
	}
	return false
}

// places are next to the entry that needs the layer, before it first; else from
// the end up, where most of Django's own layers are listed.
func (a *adding) places() []int {
	n := len(a.items)
	var out []int
	for d := range n + 1 {
		for _, at := range []int{a.beside - d, a.beside + 1 + d} {
			if a.beside >= 0 && at >= 0 && at <= n {
				out = append(out, at)
			}
		}
	}
	for at := n; a.beside < 0 && at >= 0; at-- {
		out = append(out, at)
	}
	return out
}

// where names a place by the entry behind it.
func (a *adding) where(at int) string {
	l := a.pass.Layers
	switch {
	case at < len(l) && !l[at].Entry.Unknown:
		return "before " + a.pass.name(l[at].Entry.Path)
	case at > 0 && at == len(l) && !l[at-1].Entry.Unknown:
		return "after " + a.pass.name(l[at-1].Entry.Path)
	}
	return fmt.Sprintf("at place %d", at+1)
}

// needs are the layers that a layer, once it is added, cannot do without and
// that the list does not have.
func (p *Pass) needs(path string) []string {
	q := p.withLayer(path, len(p.Layers))
	var out []string
	for _, f := range q.relation(catalog.Requires, catalog.RequiresAny) {
		if f.unsure != "" || f.Strength != catalog.Must || !slices.Contains(q.players[f.Subject], len(p.Layers)) {
			continue
		}
		for _, problem := range q.missing(&f, len(p.Layers)) {
			if need := problem.Subject[1]; !slices.Contains(out, need) {
				out = append(out, need)
			}
		}
	}
	return out
}

// withLayer is the pass with one more entry, without reports.
func (p *Pass) withLayer(path string, at int) *Pass {
	s := *p.Stack
	s.Entries = slices.Insert(slices.Clone(s.Entries), at, stack.Entry{Path: path})
	return newPass(p.config, &s, p.Module)
}

// safetyOfAdding says how a layer may be added: a layer of Django's own without
// which every request, or the start, fails, and whose app is installed as far as
// it has one, may be added without asking. A note is no reason to add a layer: a
// release may be in use that does not have it.
func (p *Pass) safetyOfAdding(path string, severity finding.Severity) finding.Safety {
	if severity == finding.Note {
		return finding.Display
	}
	m := p.Catalog.Find(path)
	if severity < finding.Error || m == nil || !m.Django() {
		return finding.Unsafe
	}
	if app, _, contrib := strings.Cut(path, ".middleware."); contrib && strings.HasPrefix(app, "django.contrib.") {
		if installed, known := p.apps().has(app); !known || !installed {
			return finding.Unsafe
		}
	}
	return finding.Safe
}

// replacements are the repairs of an entry whose path is gone: the path that
// took over, or nothing where the list has that one already or nothing took over.
func (p *Pass) replacements(i int, next string, nothing bool, severity finding.Severity) []Repair {
	safety := finding.Unsafe
	switch severity {
	case finding.Error:
		safety = finding.Safe // as it is, the server does not start
	case finding.Note:
		safety = finding.Display // some release in use may still need it
	}
	if nothing {
		return []Repair{p.dropping(i, safety)}
	}
	if next == "" {
		return nil
	}
	for j := range p.Layers {
		if j != i && p.Catalog.Canonical(p.Layers[j].Entry.Path) == p.Catalog.Canonical(next) {
			return []Repair{p.dropping(i, safety)}
		}
	}
	return []Repair{p.renaming(i, next, safety)}
}

// exists says that every release the project may run under has a path of
// Django's own.
func (p *Pass) exists(path string) bool {
	m := p.Catalog.Find(path)
	if m == nil || p.Django.At.IsZero() {
		return false
	}
	if !m.Django() {
		return true
	}
	has := func(v stack.Version) bool {
		return v.IsZero() || v.Compare(m.Since.Version) >= 0 && (m.Last.IsZero() || v.Compare(m.Last.Version) <= 0)
	}
	return has(p.Django.At) && has(p.Django.Low) && has(p.Django.High)
}

// former is the path that a later one had in the project's release, or "".
func (p *Pass) former(m *catalog.Middleware) string {
	for _, old := range m.MovedFrom {
		if p.exists(old.Path) {
			return old.Path
		}
	}
	return ""
}

// duplicates are the repairs of a layer that is listed twice: without the one
// that collides less elsewhere, which is the later one where they are alike.
func (p *Pass) duplicates(first, second int, must bool) []Repair {
	safety := finding.Unsafe // its hooks run once from then on
	if must {
		safety = finding.Safe
	}
	collisions := func(without int) int {
		s := *p.Stack
		s.Entries = slices.Delete(slices.Clone(s.Entries), without, without+1)
		q := newPass(p.config, &s, p.Module)
		q.runOrder()
		return len(q.reports)
	}
	out := []Repair{p.dropping(second, safety), p.dropping(first, safety)}
	for i := range out {
		out[i].Title = fmt.Sprintf("remove the %s %s", []string{"later", "earlier"}[i], p.name(p.Layers[second].Entry.Path))
	}
	if len(p.Layers) <= maxReordered && collisions(first) < collisions(second) {
		slices.Reverse(out)
	}
	return out
}
