package django

import (
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Loader is how the evaluator reaches the project. It is asked for one thing at
// a time, may cache, and must answer the same for the same question while one
// Evaluate runs.
type Loader interface {
	// Module finds a dotted module inside the tree. ok is false where the
	// module is outside or absent; HasTop tells which. A namespace package (a
	// folder without __init__.py) is found with Package set and Src nil.
	Module(dotted string) (m Module, ok bool)
	// HasTop says whether the tree holds the top package of a dotted path: if
	// it does and Module says no, the module is absent, else it is outside.
	HasTop(dotted string) bool
	// Source reads a file of the tree by its path (same form as Module.File),
	// for exec(open(path).read()), execfile and split_settings.
	Source(file string) (src *python.File, ok bool)
	// Glob lists the files of the tree that match a pattern of path.Match form,
	// relative to the root of the tree (same form as Module.File), sorted.
	Glob(pattern string) []string
}

// Module is one Python module of the tree.
type Module struct {
	Name    string       // dotted name, as "shop.settings.base"
	File    string       // path, "/"-separated, as it is to be shown in positions
	Package bool         // the file is a package's __init__.py (or there is none)
	Src     *python.File // nil for a namespace package
}

// Limits bound one Evaluate. The zero value means the defaults.
type Limits struct {
	Steps    int // evaluation steps over all runs together; default 3,000,000
	Depth    int // nested calls, imports and expressions; default 60
	Length   int // elements of one list; default 10,000
	Variants int // variants of one module; default 32, the greatest allowed
}

// Result is what a settings module would define, without running it.
type Result struct {
	Module   string
	File     string
	Variants []Variant // by conditions; never empty if the module was found
	Subs     []Sub     // settings that live in a class or in a configure() call
	Notes    []stack.Note
	// Merged says that there were more variants than allowed: the last Variant
	// (Merged set) stands for the rest, with unknown entries.
	Merged bool
	// Files are the files of the tree that were read, the module's own first.
	Files []string
}

// SubKind says what a Sub is.
type SubKind string

const (
	SubClass     SubKind = "class"     // a leaf class of django-configurations
	SubConfigure SubKind = "configure" // a call of settings.configure(...)
)

// Sub is a set of settings that is not the module's own names: one leaf
// configuration class, or one call of settings.configure.
type Sub struct {
	Kind     SubKind
	Name     string // the class's name; "configure" for a call
	Span     stack.Span
	Variants []Variant
	Merged   bool
}

// Variant is the outcome of one module under one set of branch decisions.
type Variant struct {
	Conditions []stack.Condition // all must hold; empty: always
	// Merged says that this variant stands for all decisions that no other
	// variant describes; its lists are incomplete.
	Merged bool
	// Open says that names this variant does not hold may still be defined (a
	// star import from outside the tree, settings(globals()), …).
	Open bool

	settings map[string]Value
	order    []string
}

// Names lists the settings (upper-case names) in the order of first assignment.
func (v Variant) Names() []string { return v.order }

// Value is a setting's value; ok is false where the variant does not define it
// (it may still be defined if Open).
func (v Variant) Value(name string) (Value, bool) {
	val, ok := v.settings[name]
	return val, ok
}

// List is a setting read as a list of dotted paths.
type List struct {
	Kind     Kind // KindList, KindTuple, KindNone, KindUnknown; anything else is not a list
	Entries  []stack.Entry
	Complete bool       // nothing unknown in it and nothing may be missing
	Span     stack.Span // where the setting is assigned last; zero if unknown
}

// Stack reads a setting as a stack. ok is false where the variant surely does
// not define it. A value that is no list (Kind tells) has no entries and is
// not complete, except None, which is complete and empty.
func (v Variant) Stack(name string) (List, bool) {
	val, ok := v.settings[name]
	if !ok {
		return List{}, false
	}
	return val.list(), true
}
