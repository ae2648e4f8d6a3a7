// Package finding is what the rules yield and the renderers print: a positioned
// finding with related places and fixes, as plain values.
package finding

import "github.com/mwcheck/mwcheck/internal/stack"

// Severity orders findings; the greater is the worse.
type Severity int

const (
	// Note is worth knowing; it never fails a run by default.
	Note Severity = iota + 1
	// Warning is probably a defect.
	Warning
	// Error is a defect: Django refuses it, or it fails at run time.
	Error
)

func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "none"
}

// Finding is one diagnostic.
type Finding struct {
	Rule     string // id, as "MW101"
	Name     string // readable name, as "wrong-order"
	Fact     string // id of the catalog fact behind it, or ""
	Severity Severity
	// Message is one line: fact; consequence; action. Lower case first, no
	// final period, values in %q.
	Message string
	Help    string // the action alone, for the help line
	Label   string // what the primary span is marked with, as "needs request.session"
	URL     string // the rule's documentation
	Span    stack.Span
	Stack   string   // id of the stack it was found on
	Stacks  []string // ids of all stacks that have it, Stack among them
	Subject []string // dotted paths concerned, the primary one first
	Related []Related
	Fixes   []Fix
	// Suppression says that the finding is known and accepted, and why; nil
	// where it is not. A suppressed finding never fails a run and is not
	// counted by severity; formats for machines carry it all the same.
	Suppression *Suppression
}

// SuppressionKind says where a finding is suppressed, in SARIF's words.
type SuppressionKind string

const (
	InSource SuppressionKind = "inSource" // by a comment beside it
	External SuppressionKind = "external" // by the baseline or the configuration
)

// Suppression is the decision that a finding is accepted.
type Suppression struct {
	Kind          SuppressionKind
	Justification string     // the reason given, one line, or ""
	Span          stack.Span // where the decision is written; zero where that is not known
}

// Related is a second place that explains a finding.
type Related struct {
	Span    stack.Span
	Message string
}

// Safety says how a fix may be applied.
type Safety string

const (
	Safe    Safety = "safe"    // keeps the meaning of everything else
	Unsafe  Safety = "unsafe"  // may change behaviour; opt-in
	Display Safety = "display" // shown, never applied
)

// Fix is a verb phrase and the edits that carry it out. Edits do not overlap
// and refer to one version of the files.
type Fix struct {
	Title  string
	Safety Safety
	Edits  []Edit
}

// Edit replaces the bytes [Start, End) of a file.
type Edit struct {
	File       string
	Start, End int
	Text       string
}

// Summary counts what one run looked at; nothing that was skipped is silent.
type Summary struct {
	Settings int // settings modules found
	Stacks   int // variants evaluated
	Complete int // of these, the ones known entirely
	Layers   int // distinct layers named
	// Findings by severity, without the suppressed ones.
	Errors     int
	Warnings   int
	Notes      int
	Suppressed int
	// LeftOut is the number of stacks on which nothing is reported because no
	// change touches them; they are not among Stacks.
	LeftOut int
}
