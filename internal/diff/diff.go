package diff

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// MaxLayers is the length of the longest stack that is compared; the effort
// grows with its square.
const MaxLayers = 100

// Options say what to compare.
type Options struct {
	// From and To are engines of conformance.EngineByName. Both are needed.
	From, To conformance.Engine
	// Catalog describes layers of packages; nil is catalog.Default.
	Catalog *catalog.Catalog
	// Setting gives a setting of the project: its value (bool, int, string,
	// []string or nil for None) where it is known. set is false where the project
	// does not assign it, so that Django's default holds. Nil: nothing is known.
	Setting func(name string) (value any, set, known bool)
}

// Result is the comparison of one stack.
type Result struct {
	From, To    string // names of the engines
	Differences []Difference
	// Unknown are the parts that were left out or are not known entirely.
	Unknown []Unknown
	// Complete says that nothing is in Unknown and the stack itself is complete.
	Complete bool
}

// Unknown is something the comparison does not cover.
type Unknown struct {
	Entry int    // index in the stack
	Layer string // dotted path, or source text of an unknown entry
	// Absent says that the layer was left out of both stacks.
	Absent bool
	Why    string
	Span   stack.Span // of what is not known; else of the entry
}

// Trigger is one thing that a layer does, or the site, if Layer is empty.
type Trigger struct {
	Layer string // dotted path
	Entry int    // index in the stack; -1 for the site
	// Hook and Behaviour are in the vocabulary of conformance.Trigger; for
	// differences that no run shows, Hook is "class" and Behaviour "removed",
	// "not_callable" or "required_argument".
	Hook      string
	Behaviour string
	// Span is the first place that does it: a return, a raise, a class. Zero for
	// layers that the catalog describes. Also are further places.
	Span stack.Span
	Also []stack.Span
	// Kind is what a response is ("redirect", "page" …), the name of an error,
	// the release that lacks the layer, "optional" for a class that may be built
	// without get_response; "" where it is not known or not the same
	// at all places.
	Kind string
}

// Effect is one thing that is different.
type Effect struct {
	Name    conformance.EffectName
	Layers  []string // dotted paths, outermost first; empty: the request as a whole
	Entries []int    // the same as indices
}

// Grade says whether a difference matters.
type Grade int

// The grades, from the least.
const (
	Harmless Grade = iota + 1
	NotKnown
	Visible
	Serious
)

// String is "harmless", "unknown", "visible" or "serious".
func (g Grade) String() string {
	switch g {
	case Harmless:
		return "harmless"
	case NotKnown:
		return "unknown"
	case Visible:
		return "visible"
	case Serious:
		return "serious"
	}
	return "none"
}

// Consequence is what an effect means for one layer, or for the request.
type Consequence struct {
	Layer string // dotted path; "" for the request
	Entry int    // -1 for the request
	Hook  string
	// Text is one clause, as "X-Frame-Options is not set".
	Text  string
	Grade Grade
	Span  stack.Span // of the statement, or of the hook
}

// Difference is one way in which the engines differ on the stack.
type Difference struct {
	Trigger []Trigger
	Effects []Effect // the weightiest first
	Grade   Grade
	Reason  string // why it has this grade, one sentence without a period
	// Consequences are the weightiest first.
	Consequences []Consequence
	// From and To are what happens in either engine; layers have the names in
	// Names. Static says that no run shows the difference; then they may be empty.
	From, To conformance.Trace
	Static   bool
	Names    []string // of the layers that were compared, outermost first
	// FromFails and ToFails are the layers whose process_response fails in a trace
	// by what it does and not by the trigger, in the order of the trace.
	FromFails, ToFails []Failure
	// late says that lateSlash has made it.
	late bool
}

// Failure is a process_response that fails in a trace.
type Failure struct {
	Entry int
	Why   string // a clause, as "AttributeError at line 12, as …"
}

// Has says that the difference has the effect.
func (d *Difference) Has(name conformance.EffectName) bool {
	for _, e := range d.Effects {
		if e.Name == name {
			return true
		}
	}
	return false
}

// Run compares a stack under two engines. layer gives the facts of a dotted path
// as read for the Django of the first engine (see [Version]).
//
// The error is one of Options or an internal one; what is not known of the stack
// is part of the result.
func Run(s *stack.Stack, layer func(path string) *layers.Layer, opts Options) (*Result, error) {
	if opts.From.Build == nil || opts.To.Build == nil {
		return nil, errors.New("two engines are needed")
	}
	if opts.Catalog == nil {
		opts.Catalog = catalog.Default()
	}
	b := newBuilder(s, layer, opts)
	r := &Result{From: opts.From.Name, To: opts.To.Name, Differences: []Difference{}}
	b.seatAll()
	if len(b.seats) > MaxLayers {
		b.unknown = append(b.unknown, Unknown{
			Entry: MaxLayers, Layer: s.Entries[MaxLayers].Path, Absent: true, Span: s.Span,
			Why: fmt.Sprintf("the stack has %d layers; stacks of more than %d are not compared", len(b.seats), MaxLayers),
		})
		r.Unknown = b.unknown
		return r, nil
	}
	b.behave()
	found, err := conformance.Compare(&b.scenario, opts.From, opts.To, b.may)
	if err != nil {
		return nil, fmt.Errorf("comparing %s: %w", s.ID, err)
	}
	b.outcomes()
	r.Differences = append(r.Differences, b.static...)
	for i := range found {
		if b.moot(&found[i]) {
			continue
		}
		if d := b.difference(&found[i]); b.again(&d, &found[i]) {
			r.Differences = append(r.Differences, d)
		}
	}
	for _, s := range b.late {
		again := func(d Difference) bool {
			return len(d.Trigger) == 1 && d.Trigger[0].Entry == s.entry && d.Trigger[0].Behaviour == "respond"
		}
		if d, ok := b.lateSlash(s); ok && !slices.ContainsFunc(r.Differences, again) {
			r.Differences = append(r.Differences, d)
		}
	}
	for i := range r.Differences {
		b.grade(&r.Differences[i])
	}
	r.Unknown = b.unknown
	r.Complete = s.Complete && len(r.Unknown) == 0
	return r, nil
}
