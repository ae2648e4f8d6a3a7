package lint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/listedit"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Editing is what fixes need of a project. A fix of a list is offered only if
// the settings, read again with its edits, give exactly the list that was meant,
// in all variants and in all modules that share the lines, and no rule finds
// anything there that it did not find before; a note may come where an error or
// a warning goes.
type Editing struct {
	// Source returns a file by the name that spans have, nil for none.
	Source func(file string) *python.File
	// Reload returns the stacks of the settings modules that read one of the
	// files, as they are with other texts in these, and, in the functions of the
	// Config, what is known of them. Their ids are those they had before. Stacks
	// that are not to be checked are left out.
	Reload func(texts map[string][]byte) ([]*stack.Stack, Config)
	// Class makes the class that a dotted path of a stack leads to fit for the
	// modern model; nil where it is not understood whole, or fit already.
	Class func(s *stack.Stack, path string) *ClassRepair
	// Reread returns what is known of all stacks with other texts in files that
	// hold classes. The stacks themselves do not change.
	Reread func(texts map[string][]byte) Config
}

// ClassRepair is how a class of the project becomes a layer of the modern model.
type ClassRepair struct {
	Title string // a verb phrase
	Edits []finding.Edit
	// Breaks says that the project, as in its tests, builds the class without
	// get_response, which would fail.
	Breaks bool
}

// Repair is one way to put a problem right, before anybody knows whether it can
// be written down.
type Repair struct {
	Title  string // a verb phrase
	Safety finding.Safety
	// Items is the stack as it is to be. Nil: Edits are the repair.
	Items []listedit.Item
	// Edits are made where a class's source is to change.
	Edits []finding.Edit
}

// maxRepairs bounds the ways that are tried for one finding.
const maxRepairs = 6

// fixer makes fixes of repairs.
type fixer struct {
	config *Config
	stacks map[string]*stack.Stack    // by id
	keys   map[string]map[string]bool // by id of the stack: what is reported there
	tried  map[string]bool            // by edits: whether they hold
	// classes and reread count what was done for repairs of classes.
	classes, reread int
}

func newFixer(config *Config, passes []*Pass) *fixer {
	x := &fixer{config: config, stacks: map[string]*stack.Stack{}, keys: map[string]map[string]bool{}, tried: map[string]bool{}}
	if config.Editing == nil {
		return x
	}
	for _, p := range passes {
		x.stacks[p.Stack.ID] = p.Stack
		x.keys[p.Stack.ID] = p.keys()
	}
	return x
}

// keys are what the rules report on a stack, masked collisions of the order
// among it; places and numbers do not count.
func (p *Pass) keys() map[string]bool {
	out := maps.Clone(p.masked)
	if out == nil {
		out = map[string]bool{}
	}
	for i := range p.reports {
		for _, k := range p.reports[i].keys() {
			out[k] = true
		}
	}
	return out
}

// keys are one word for every two layers a report speaks of.
func (r *report) keys() []string {
	fact := ""
	if r.problem.Fact != nil {
		fact = r.problem.Fact.ID
	}
	head := r.rule.ID + " " + fact + " " + strings.Join(r.problem.Subject[:min(1, len(r.problem.Subject))], "")
	if len(r.problem.Subject) < 2 {
		return []string{head}
	}
	var out []string
	for _, other := range r.problem.Subject[1:] {
		out = append(out, head+" "+other)
	}
	return out
}

// fixes are the fixes of a finding: at most one that can be carried out, and
// those that are only to be shown.
func (x *fixer) fixes(g *merged) []finding.Fix {
	problem := &g.report.problem
	var shown []finding.Fix
	if problem.Advice != "" {
		shown = append(shown, finding.Fix{Title: problem.Advice, Safety: finding.Display})
	}
	if x.config.Editing == nil {
		return shown
	}
	var repairs []Repair
	if problem.Order != nil {
		repairs = g.report.pass.reorder(problem)
	}
	if problem.Repairs != nil {
		repairs = append(repairs, problem.Repairs()...)
	}
	for i, r := range repairs {
		if i == maxRepairs {
			break
		}
		edits, ok := x.edits(g, &r)
		if ok && r.Items == nil {
			shown = nil // the source itself is put right: no other way is needed
		}
		if ok {
			return append([]finding.Fix{{Title: r.Title, Safety: r.Safety, Edits: edits}}, shown...)
		}
	}
	return shown
}

// edits writes a repair down and tells whether it holds.
func (x *fixer) edits(g *merged, r *Repair) ([]finding.Edit, bool) {
	edits := r.Edits
	if r.Items != nil {
		var err error
		if edits, err = listedit.Open(g.first, x.config.Editing.Source).Rewrite(r.Items); err != nil {
			return nil, false
		}
	}
	if len(edits) == 0 {
		return nil, false
	}
	slices.SortFunc(edits, func(a, b finding.Edit) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	key := fmt.Sprintf("%v %v", edits, g.report.keys())
	holds, known := x.tried[key]
	if !known {
		holds = x.holds(g, r, edits)
		x.tried[key] = holds
	}
	return edits, holds
}

// holds carries the edits out in memory and reads the settings again.
func (x *fixer) holds(g *merged, r *Repair, edits []finding.Edit) bool {
	read := func(name string) ([]byte, error) {
		file := x.config.Editing.Source(name)
		if file == nil {
			return nil, fmt.Errorf("%s was not read", name)
		}
		return file.Src, nil
	}
	changes, err := edit.Plan(read, edits)
	if err != nil || len(changes) == 0 {
		return false
	}
	texts := map[string][]byte{}
	for _, c := range changes {
		texts[c.File] = c.After
	}
	if r.Items == nil {
		return x.holdsClass(g, texts)
	}
	config := *x.config
	stacks, facts := config.Editing.Reload(texts)
	config.Editing = nil
	config.Django, config.Setting, config.Bases, config.Writes = facts.Django, facts.Setting, facts.Bases, facts.Writes
	config.Layer, config.Resolve, config.PackageVersion = facts.Layer, facts.Resolve, facts.PackageVersion
	after := map[string]*Pass{}
	for _, p := range run(stacks, config) {
		after[p.Stack.ID] = p
	}
	first := after[g.first.ID]
	if first == nil || !slices.Equal(paths(first.Stack), wanted(g.first, r.Items)) {
		return false
	}
	change := difference(g.first, first.Stack)
	for id, p := range after {
		old := x.stacks[id]
		if old == nil || old.Complete != p.Stack.Complete || old.Effective != p.Stack.Effective || !slices.Equal(old.Conditions, p.Stack.Conditions) && len(old.Conditions) != len(p.Stack.Conditions) {
			return false
		}
		// Another list that is made of the same lines changes the same way, or not
		// at all.
		if d := difference(old, p.Stack); d != "" && d != change {
			return false
		}
		for i := range p.reports {
			if g.report.problem.Severity > finding.Note && p.reports[i].problem.Severity == finding.Note {
				continue
			}
			for _, k := range p.reports[i].keys() {
				if !x.keys[id][k] {
					return false
				}
			}
		}
	}
	return x.gone(g, after)
}

// gone says that no stack that had the finding still has it, and that none of
// the stacks it was found on is missing.
func (x *fixer) gone(g *merged, after map[string]*Pass) bool {
	for _, s := range g.in {
		p := after[s.ID]
		if p == nil {
			return false
		}
		for i := range p.reports {
			for _, k := range p.reports[i].keys() {
				if slices.Contains(g.report.keys(), k) && p.reports[i].problem.Severity >= g.report.problem.Severity {
					return false
				}
			}
		}
	}
	return true
}

// paths are what a stack holds; something unknown stands under its text.
func paths(s *stack.Stack) []string {
	out := make([]string, 0, len(s.Entries))
	for _, e := range s.Entries {
		if e.Unknown {
			out = append(out, "? "+e.Text)
		} else {
			out = append(out, e.Path)
		}
	}
	return out
}

// wanted are the paths of a stack as it is to be.
func wanted(s *stack.Stack, items []listedit.Item) []string {
	old := paths(s)
	out := make([]string, 0, len(items))
	for _, it := range items {
		if it.Path != "" {
			out = append(out, it.Path)
		} else {
			out = append(out, old[it.Old])
		}
	}
	return out
}

// difference says which paths a list has lost and won, whatever the order.
func difference(before, after *stack.Stack) string {
	count := map[string]int{}
	for _, p := range paths(before) {
		count[p]--
	}
	for _, p := range paths(after) {
		count[p]++
	}
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(count)) {
		if count[p] != 0 {
			fmt.Fprintf(&b, "%+d %s\n", count[p], p)
		}
	}
	return b.String()
}
