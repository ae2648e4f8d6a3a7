// Package stack is the static model that every part of the command shares: the
// middleware stacks a project would load, with the origin of every entry.
//
// Nothing here knows how a stack was found (internal/django) nor what is known
// of its layers (internal/catalog).
package stack

// Model says which of Django's two middleware models a setting selects.
type Model string

const (
	// Classic is the MIDDLEWARE_CLASSES model, up to Django 1.11.
	Classic Model = "classic"
	// Modern is the MIDDLEWARE model, since Django 1.10.
	Modern Model = "modern"
)

// Setting is the name of the setting that selects the model.
func (m Model) Setting() string {
	if m == Classic {
		return "MIDDLEWARE_CLASSES"
	}
	return "MIDDLEWARE"
}

// Stack is one list of layers, outermost first, as one settings module would
// load it under one set of branch conditions.
type Stack struct {
	// ID is stable between runs: "<module>:<SETTING>", with "#n" (n from 2)
	// for the further variants of one module.
	ID      string
	Module  string // dotted settings module, or "" for --stack input
	File    string // the settings module's file
	Setting string // MIDDLEWARE or MIDDLEWARE_CLASSES
	Model   Model
	// Complete is false where an entry is unknown or the list may hold more
	// than is shown.
	Complete   bool
	Conditions []Condition // what must hold for this variant; empty: always
	Entries    []Entry
	// Span is where the setting is assigned last.
	Span Span
	// Effective is false where Django would not read this setting: it is
	// overruled by the other one, or ignored by the project's Django version.
	Effective bool
}

// Condition is one branch decision that leads to a variant.
type Condition struct {
	Text  string // the condition's source text, as "DEBUG"
	Span  Span
	Value bool // the outcome assumed for this variant
}

// Entry is one element of a stack.
type Entry struct {
	Path    string // dotted path; empty when Unknown
	Unknown bool   // the element, or the run of elements, cannot be known without running code
	Text    string // source text of an unknown part
	Span    Span   // the string literal (quotes included) or the unknown expression
}

// Span is a range in a file. Lines and columns are 1-based, columns count
// Unicode code points, EndColumn is exclusive; Start and End are byte offsets.
type Span struct {
	File               string // relative to the working directory, "/"-separated
	Start, End         int
	Line, Column       int
	EndLine, EndColumn int
}

// IsZero says that the span names no place at all.
func (s Span) IsZero() bool { return s.File == "" && s.Line == 0 }

// Note is something the reader could not understand or left out, with its place.
type Note struct {
	Span    Span // Line 0: the note is about the whole file
	Message string
}
