package classes

import (
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
	return Result{}
}
