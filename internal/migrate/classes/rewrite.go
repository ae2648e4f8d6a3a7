package classes

import (
	"cmp"
	"slices"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Project is what is read.
type Project struct {
	// Reader reads the layers; its Options.Django is the version to migrate to.
	Reader *layers.Reader
	// Modules are all modules of the project. They are searched for subclasses
	// and uses of the classes; without them nothing is made native.
	Modules []layers.Module
}

// Options say what the result has to run on. The zero value is for the newest
// Django alone.
type Options struct {
	// From and To are the oldest and the newest Django; zero where not known.
	From, To stack.Version
	// KeepOld keeps the classes usable under MIDDLEWARE_CLASSES: get_response
	// stays optional, and where From is unknown or before 1.10 the import of
	// MiddlewareMixin is guarded.
	KeepOld bool
	// Native writes simple classes with a __call__ of their own.
	Native bool
	// Python3 says that the project does not run on Python 2: super() needs no
	// arguments.
	Python3 bool
}

// Result is what became of the classes.
type Result struct {
	// Edits do not overlap; they are sorted by file and place.
	Edits []finding.Edit
	Done  []Action
	// Refused are the classes that were left as they are and need a person.
	Refused []Refusal
	// Warnings are places that the edits break: the project builds a layer
	// without get_response, as tests do.
	Warnings []Warning
}

// Action is one change in words.
type Action struct {
	Class string // dotted path
	What  string // a verb phrase, as "add the base MiddlewareMixin"
	Span  stack.Span
}

// Refusal is a class that was not rewritten.
type Refusal struct {
	Class  string // dotted path
	Reason string // lower case, no final period
	Span   stack.Span
	// Native says that the class only was not made native; it was given the
	// mixin all the same.
	Native bool
}

// Warning is a place that a person has to look at.
type Warning struct {
	Class   string // dotted path
	Message string // lower case, no final period
	Span    stack.Span
}

// Rewrite plans the edits for the layers with these dotted paths and for the
// classes they share a hierarchy with. Layers that are functions, are modern
// already or lie outside of the tree need none.
func Rewrite(p Project, paths []string, opts Options) Result {
	w := &rewriter{
		project: p, opts: opts, reader: p.Reader,
		plans: map[*layers.Class]*plan{}, sources: map[string]*source{}, names: map[string]layers.Names{}, taken: map[*layers.Class]bool{},
		listed: map[*layers.Class]bool{},
	}
	for _, path := range paths {
		if c, ok := w.reader.Class(path); ok {
			w.listed[c] = true
		}
	}
	if w.guarded() {
		w.foresee(paths)
	}
	for _, path := range paths {
		w.layer(path)
	}
	w.subclasses()
	w.uses()
	w.finish()
	return w.result
}

type rewriter struct {
	project Project
	opts    Options
	reader  *layers.Reader
	plans   map[*layers.Class]*plan
	order   []*plan // the plans in the order they were made
	sources map[string]*source
	names   map[string]layers.Names // by file
	taken   map[*layers.Class]bool  // the classes whose edits are in the result
	listed  map[*layers.Class]bool  // the layers asked for
	all     []*layers.Class
	indexed bool
	result  Result
}

// foresee plans all that will be edited, before the first import is decided on: a
// stand-in for MiddlewareMixin depends on whether any of them hands get_response
// on.
func (w *rewriter) foresee(paths []string) {
	for _, path := range paths {
		if c, ok := w.reader.Class(path); ok {
			w.plan(c)
		}
	}
	for _, c := range w.index() {
		if slices.ContainsFunc(c.Order, func(b layers.ClassBase) bool { return b.Class != nil && w.plans[b.Class] != nil }) {
			w.plan(c)
		}
	}
}

// layer plans one layer and takes its edits.
func (w *rewriter) layer(path string) {
	l := w.reader.Layer(path)
	if l.Origin == layers.FromUnclear {
		reason := "it is made by code that is not read"
		if len(l.Unclear) > 0 {
			reason = l.Unclear[0].Text
		}
		w.refuse(Refusal{Class: path, Reason: reason, Span: l.Span})
	}
	if l.Origin != layers.FromTree || l.Style == layers.Function {
		return
	}
	c, ok := w.reader.Class(path)
	if !ok {
		if l.Style != layers.Modern {
			w.refuse(Refusal{Class: path, Reason: "its name leads to more than one definition", Span: l.Span})
		}
		return
	}
	if w.opts.Native && w.native(c) {
		return
	}
	w.take(w.plan(c))
}

// take puts the edits of a plan and of those it needs into the result, unless
// one of them is refused.
func (w *rewriter) take(p *plan) (ok bool) {
	if w.taken[p.class] {
		return p.refused == nil
	}
	w.taken[p.class] = true
	refuse := func(reason string) bool {
		p.refused = &Refusal{Class: p.class.Path, Reason: reason, Span: p.source.nameSpan(p.class.Node)}
		w.refuse(*p.refused)
		return false
	}
	if p.refused != nil {
		return refuse(p.refused.Reason)
	}
	for _, base := range p.needs {
		if !w.take(base) {
			return refuse("its base " + base.class.Path + " is refused: " + base.refused.Reason)
		}
	}
	if p.mixin {
		name, reason := w.mixinName(p)
		if reason != "" {
			return refuse(reason)
		}
		w.edit(p.base(name))
	}
	w.edit(p.edits...)
	w.result.Done = append(w.result.Done, p.done...)
	return true
}

func (w *rewriter) edit(edits ...finding.Edit) { w.result.Edits = append(w.result.Edits, edits...) }

func (w *rewriter) refuse(r Refusal) {
	if !slices.Contains(w.result.Refused, r) {
		w.result.Refused = append(w.result.Refused, r)
	}
}

// subclasses looks after the classes of the project that inherit from one that
// is edited, whether or not they are layers: their __init__ has to hand
// get_response on as well.
func (w *rewriter) subclasses() {
	for _, c := range w.index() {
		if w.taken[c] {
			continue
		}
		for _, b := range c.Order[1:] {
			if b.Class != nil && w.taken[b.Class] && w.plans[b.Class] != nil && w.plans[b.Class].changed() {
				w.take(w.plan(c))
				break
			}
		}
	}
}

// index lists the classes of the project.
func (w *rewriter) index() []*layers.Class {
	if !w.indexed {
		w.indexed = true
		for _, m := range w.project.Modules {
			if m.Src != nil {
				w.all = append(w.all, w.namesOf(m).Classes()...)
			}
		}
	}
	return w.all
}

func (w *rewriter) namesOf(m layers.Module) layers.Names {
	n, ok := w.names[m.File]
	if !ok {
		n = w.reader.Names(m)
		w.names[m.File] = n
	}
	return n
}

func (w *rewriter) source(m layers.Module) *source {
	s, ok := w.sources[m.File]
	if !ok {
		s = newSource(m)
		w.sources[m.File] = s
	}
	return s
}

// finish adds the imports and puts everything in order.
func (w *rewriter) finish() {
	for _, s := range w.sources {
		if s.imports != nil {
			w.edit(*s.imports)
		}
	}
	// A class that is left as it is needs no word on not being made native.
	w.result.Refused = slices.DeleteFunc(w.result.Refused, func(r Refusal) bool {
		return r.Native && slices.ContainsFunc(w.result.Refused, func(x Refusal) bool { return !x.Native && x.Class == r.Class })
	})
	slices.SortStableFunc(w.result.Edits, func(a, b finding.Edit) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	w.result.Edits = joined(w.result.Edits)
	bySpan := func(a, b stack.Span) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	}
	slices.SortStableFunc(w.result.Done, func(a, b Action) int { return bySpan(a.Span, b.Span) })
	slices.SortStableFunc(w.result.Refused, func(a, b Refusal) int { return bySpan(a.Span, b.Span) })
	slices.SortStableFunc(w.result.Warnings, func(a, b Warning) int { return bySpan(a.Span, b.Span) })
}

// joined makes one edit of insertions at one place, in the order in which they
// were planned: what follows the end of one method stands above the next.
func joined(edits []finding.Edit) []finding.Edit {
	var out []finding.Edit
	for _, e := range edits {
		if n := len(out) - 1; n >= 0 && e.Start == e.End && out[n].Start == out[n].End && out[n].Start == e.Start && out[n].File == e.File {
			out[n].Text += e.Text
			continue
		}
		out = append(out, e)
	}
	return out
}
