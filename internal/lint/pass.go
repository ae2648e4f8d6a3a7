package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Pass is one stack with all that is known about it, as a rule sees it.
type Pass struct {
	Stack *stack.Stack
	// Module are all stacks of the settings module, Stack among them: other
	// variants, and the lists of the other setting.
	Module  []*stack.Stack
	Django  Django
	Catalog *catalog.Catalog
	// Layers has one element for every entry of the stack.
	Layers []Layer

	config  *Config
	rule    *Rule
	ignored bool
	facts   []applied
	names   map[string]int // short name -> number of different paths with it
	reports []report
	notes   []stack.Note
	players map[string][]int
	// accepted is there for late rules only.
	accepted *acceptance
	masked   map[string]bool // keys of collisions, also of those not reported
}

// Layer is one entry of the stack and what it counts as.
type Layer struct {
	Entry *stack.Entry
	Index int
	Role  catalog.Role
	// Sure says that Role is everything the layer can count as: the catalog
	// describes it, or all its base classes are known.
	Sure bool
	// Facts are what reading the layer's source gave; nil where no source is
	// read. Origin says whether it was found.
	Facts *layers.Layer
}

// Problem is what a rule reports. The message is put together from What, Why
// and Action: fact; consequence; action.
type Problem struct {
	Fact     *catalog.Fact // nil where no fact of the catalog is behind it
	Severity finding.Severity
	What     string // "\"A\" at 3 comes before \"B\" at 5"
	Why      string // what follows from it
	Action   string // "move it after \"B\""
	Label    string
	Span     stack.Span
	Subject  []string
	Related  []finding.Related
	// Listed is where the settings name the layer, for a problem that stands in
	// the layer's own source. Such a problem is reported once, however many
	// stacks name the layer, with the first of these places.
	Listed stack.Span

	// Order is what the problem asks of the order of the stack; nil: nothing.
	Order *Ask
	// Repairs returns the ways to put the problem right, the best first. It is
	// asked for a finding that is reported, where fixes are wanted. Nil: none.
	Repairs func() []Repair
	// Advice is what to do by other means, shown as a fix without edits.
	Advice string
}

type report struct {
	rule    *Rule
	problem Problem
	pass    *Pass
}

// Report adds a finding.
func (p *Pass) Report(problem Problem) { p.reports = append(p.reports, report{p.rule, problem, p}) }

// mask notes what collides, whether it is reported or not.
func (p *Pass) mask(found []violation) {
	if p.config.Editing == nil {
		return
	}
	p.masked = map[string]bool{}
	for i := range found {
		v := &found[i]
		if v.fact.unsure != "" {
			continue
		}
		r := report{rule: p.rule, problem: Problem{Fact: v.fact.Fact, Subject: []string{p.Layers[v.subject].Entry.Path}}}
		for _, j := range v.others {
			r.problem.Subject = append(r.problem.Subject, p.Layers[j].Entry.Path)
		}
		for _, k := range r.keys() {
			p.masked[k] = true
		}
	}
}

// Note adds something that could not be checked.
func (p *Pass) Note(span stack.Span, format string, args ...any) {
	p.notes = append(p.notes, stack.Note{Span: span, Message: fmt.Sprintf(format, args...)})
}

// applied is a fact that concerns the stack: its subject is there and its
// version and condition hold, surely or perhaps.
type applied struct {
	*catalog.Fact
	index    int // place in the catalog
	severity finding.Severity
	// only is the part of the versions it holds for, where the stack may run
	// under others; "" where it holds for sure.
	only string
	// unsure is the setting that decides whether it holds and is not known.
	unsure string
}

// derivesUnseen says that a layer, or a base of it, is code of another package
// that nothing describes: it may be a subclass of anything.
func derivesUnseen(l *layers.Layer) bool {
	return l != nil && (l.Origin == layers.FromOutside || slices.ContainsFunc(l.Bases, func(b layers.Base) bool {
		return b.Origin == layers.FromOutside && strings.Contains(b.Path, ".")
	}))
}

func newPass(config *Config, s *stack.Stack, module []*stack.Stack) *Pass {
	p := &Pass{Stack: s, Module: module, Catalog: config.Catalog, config: config}
	if config.Django != nil {
		p.Django = config.Django(s)
	}
	p.ignored = !s.Effective || p.notRead(s.Model)
	p.names = map[string]int{}
	seen := map[string]bool{}
	p.players = map[string][]int{}
	for i := range s.Entries {
		e := &s.Entries[i]
		l := Layer{Entry: e, Index: i}
		if !e.Unknown {
			var bases []string
			complete := false
			if config.Bases != nil {
				bases, complete = config.Bases(e.Path)
			}
			l.Role = p.Catalog.RoleOf(e.Path, bases)
			if m := p.Catalog.Find(e.Path); m != nil && !m.Django() && !m.Own && p.resolves(e.Path) == InProject {
				// A project's own "account.middleware.LocaleMiddleware" is not
				// the one of the package with that name.
				l.Role = p.Catalog.OwnRole(e.Path, bases)
			}
			if config.Layer != nil {
				l.Facts = config.Layer(s, e.Path)
			}
			l.Sure = l.Role.Exact || complete && !derivesUnseen(l.Facts)
			if !seen[e.Path] {
				seen[e.Path] = true
				p.names[catalog.ShortName(e.Path)]++
			}
			for _, path := range l.Role.Paths {
				p.players[path] = append(p.players[path], i)
			}
			for tag := range l.Role.Tags {
				p.players["tag:"+tag] = append(p.players["tag:"+tag], i)
			}
		}
		p.Layers = append(p.Layers, l)
	}
	for i, f := range p.Catalog.Facts {
		if a, ok := p.apply(i, f); ok {
			p.facts = append(p.facts, a)
		}
	}
	return p
}

// notRead says that no Django the stack runs under reads the model's setting:
// MIDDLEWARE came in 1.10 (django/core/handlers/base.py, load_middleware) and
// MIDDLEWARE_CLASSES went in 2.0 (docs/releases/2.0.txt).
func (p *Pass) notRead(m stack.Model) bool {
	v := p.Django.At
	if v.IsZero() {
		return false
	}
	if m == stack.Classic {
		return v.Compare(stack.Version{Major: 2}) >= 0
	}
	return v.Compare(stack.Version{Major: 1, Minor: 10}) < 0
}

// Players are the indices of the entries that play a subject or target.
func (p *Pass) Players(ref string) []int { return p.players[ref] }

func (p *Pass) apply(index int, f *catalog.Fact) (applied, bool) {
	a := applied{Fact: f, index: index}
	if f.Informative || f.Relation == catalog.Any {
		return a, false
	}
	// Whether an app asks for a layer does not depend on the layer's being there.
	if len(p.players[f.Subject]) == 0 && f.Relation != catalog.RequiredByApp {
		return a, false
	}
	if f.UsedWith != "" && !p.uses(f.UsedWith) {
		return a, false
	}
	coverage := p.covers(f.Django)
	if coverage == catalog.None {
		return a, false
	}
	a.severity = finding.Warning
	if f.Strength == catalog.Must {
		a.severity = finding.Error
	}
	switch {
	case f.Example(), f.Relation == catalog.NearFirst, f.Relation == catalog.NearLast:
		// An example, and "near": a matter of degree.
		a.severity = finding.Note
	case !f.FunctionalUntil.IsZero() && (p.Django.At.IsZero() || p.Django.At.Compare(f.FunctionalUntil.Version) > 0):
		a.severity = finding.Note
	}
	if coverage == catalog.Some {
		a.severity, a.only = finding.Note, "on Django "+f.Django.String()
	}
	if f.PackageFrom != "" {
		pkg := p.packageOf(f.Subject)
		have := ""
		if p.config.PackageVersion != nil && pkg != "" {
			have = p.config.PackageVersion(pkg)
		}
		switch {
		case have == "":
			a.severity, a.only = finding.Note, "with "+pkg+" "+f.PackageFrom+" and later"
		case compareText(have, f.PackageFrom) < 0:
			return a, false
		}
	}
	if f.When != nil {
		v := p.setting(f.When.Setting)
		switch v.State {
		case Unset:
			if !f.When.Default {
				return a, false
			}
		case Known:
			holds, known := f.When.Holds(v.Value)
			if known && !holds {
				return a, false
			}
			if !known {
				a.unsure = f.When.Setting
			}
		default:
			a.unsure = f.When.Setting
		}
	}
	return a, true
}

// uses says that an app is installed, or a layer of its package listed.
func (p *Pass) uses(app string) bool {
	for i := range p.Stack.Entries {
		if strings.HasPrefix(p.Stack.Entries[i].Path, app+".") {
			return true
		}
	}
	installed, _ := p.apps().has(app)
	return installed
}

func (p *Pass) packageOf(ref string) string {
	if m := p.Catalog.Find(ref); m != nil {
		return m.Package
	}
	return ""
}

// covers says whether a range of versions holds the release of the stack. A
// range that begins with a later release the project allows covers some of it,
// as does one that ends before the last release the project allows; what has
// ended before the release does not count.
func (p *Pass) covers(r catalog.Range) catalog.Coverage {
	at, low, high := p.Django.At, p.Django.Low, p.Django.High
	c := r.Covers(at, p.Stack.Model)
	if at.IsZero() || (low.IsZero() && high.IsZero()) {
		return c
	}
	if c == catalog.All {
		if !r.To.IsZero() && (high.IsZero() || r.To.Compare(high) < 0) {
			return catalog.Some
		}
		return c
	}
	if r.From.Compare(at) > 0 && (high.IsZero() || r.From.Compare(high) <= 0) {
		return catalog.Some
	}
	return catalog.None
}

func (p *Pass) setting(name string) Value {
	if p.config.Setting == nil {
		return Value{}
	}
	return p.config.Setting(p.Stack, name)
}

// Facts returns the facts with one of the relations that concern the stack, in
// catalog order, as copies. Facts that depend on a setting whose value is not
// known are left out unless unsure is asked for.
func (p *Pass) relation(relations ...catalog.Relation) []applied {
	var out []applied
	for _, a := range p.facts {
		if slices.Contains(relations, a.Relation) {
			out = append(out, a)
		}
	}
	return out
}

func (p *Pass) lists(path string) bool {
	for i := range p.Stack.Entries {
		if p.Stack.Entries[i].Path == path {
			return true
		}
	}
	return false
}

// hasUnknown says that something unknown stands in [from, to).
func (p *Pass) hasUnknown(from, to int) bool {
	for i := max(from, 0); i < min(to, len(p.Stack.Entries)); i++ {
		if p.Stack.Entries[i].Unknown {
			return true
		}
	}
	return false
}

// why is a fact's reason as the middle part of a message.
func (a *applied) why() string {
	reason := clause(a.Reason)
	if a.only != "" {
		reason = a.only + ": " + reason
	}
	return reason
}
