// Package catalog holds what is known of middleware in the wild: the layers of
// Django and of some hundred packages, the facts on their order and needs, the
// lists that startproject writes, and the checks that Django and packages run.
//
// The data is embedded and dated; see [Date]. Nothing here reads a project.
package catalog

import (
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Date is the day of the newest snapshot the data was taken from.
const Date = "2026-08-22"

// Catalog is the data of one snapshot. It is never changed after loading, so
// that any number of goroutines may read it.
type Catalog struct {
	// Versions are the Django releases the data knows, oldest first.
	Versions []stack.Version
	// Development is the last of them while it is not released: what the data
	// says of it is preliminary. Zero where all are released.
	Development stack.Version
	// Tags maps every tag to what it says of a layer.
	Tags map[string]string
	// Middleware are the known layers, Django's first.
	Middleware []*Middleware
	// Facts are the order rules and needs, Django's first; the order is that
	// of the data files and never changes between runs.
	Facts []*Fact
	// Contradictions are groups of facts that cannot all be followed.
	Contradictions []Contradiction

	byPath map[string]*Middleware
	byID   map[string]*Fact
	groups map[string][]int // fact id -> indices of contradictions
	former map[string]string
	named  map[string]bool // what own facts name
}

// Middleware is one known layer.
type Middleware struct {
	Path string `json:"path"`
	Kind string `json:"kind"` // "class" or "factory function"
	// Package is the distribution it comes from; "django" for Django's own.
	Package string `json:"-"`
	// Own says that the user described it, for this project; see [Catalog.Extend].
	Own bool `json:"-"`

	// The first and the last Django version with this path, and the version
	// that deprecates it. Zero for layers of other packages.
	Since      Version `json:"since"`
	Last       Version `json:"last_version"`
	Deprecated string  `json:"deprecated_in,omitempty"` // a version of Package
	// Removed says when and how the path went away (a version of Package).
	Removed *Removal `json:"removed,omitempty"`
	// MovedTo is the path that took over.
	MovedTo     *Move  `json:"moved_to,omitempty"`
	MovedFrom   []Move `json:"moved_from,omitempty"`
	RenamedTo   string `json:"renamed_to,omitempty"`
	RenamedIn   string `json:"renamed_in,omitempty"`
	AliasOf     string `json:"alias_of,omitempty"`
	SubclassOf  string `json:"subclass_of,omitempty"`
	Replacement string `json:"replacement,omitempty"` // prose
	Obsolete    bool   `json:"deprecated,omitempty"`  // deprecated, since when is not known

	PackageSince  string `json:"package_since,omitempty"`
	OptionalSince string `json:"optional_since,omitempty"`
	RequiredSince string `json:"required_since,omitempty"`

	Eras         []Era          `json:"eras"`
	ShortCircuit []ShortCircuit `json:"short_circuit"`
	Reads        []Attribute    `json:"reads"`
	Writes       []Attribute    `json:"writes"`
	Response     ResponseUse    `json:"response"`
	Body         string         `json:"body"`
	Tags         []string       `json:"tags"`
	Settings     []string       `json:"settings,omitempty"`
	Raises       string         `json:"raises,omitempty"`
	Note         string         `json:"note,omitempty"`
	Notes        string         `json:"notes,omitempty"`
	Sources      []Source       `json:"sources"`
}

// Removal is the end of a path.
type Removal struct {
	In  string `json:"in"`
	How string `json:"how"`
}

// Move is a path that took over, or was taken over.
type Move struct {
	Path string `json:"path"`
	In   string `json:"in"`
}

// Era says how a layer is built in a range of Django versions.
type Era struct {
	From        Version  `json:"from"`
	To          Version  `json:"to"`
	Style       string   `json:"style"` // classic, mixin, modern or unknown
	Hooks       []string `json:"hooks"`
	Sync        bool     `json:"sync"`
	Async       bool     `json:"async"`
	NativeAsync bool     `json:"native_async,omitempty"`
}

// ShortCircuit is one way in which a layer answers by itself.
type ShortCircuit struct {
	Phase    string `json:"phase,omitempty"`
	When     string `json:"when"`
	Response string `json:"response,omitempty"`
}

// Attribute is something of the request that a layer reads or writes.
type Attribute struct {
	Attr      string  `json:"attr"` // as "request.session"
	Phase     string  `json:"phase,omitempty"`
	IfMissing string  `json:"if_missing,omitempty"`
	Note      string  `json:"note,omitempty"`
	When      string  `json:"when,omitempty"`
	From      Version `json:"from"`
	To        Version `json:"to"`
}

// ResponseUse is what a layer does to the response's header.
type ResponseUse struct {
	Sets    []string `json:"sets,omitempty"`
	Reads   []string `json:"reads,omitempty"`
	Deletes []string `json:"deletes,omitempty"`
}

// Source is where a statement can be read.
type Source struct {
	Repo    string `json:"repo"`
	Ref     string `json:"ref,omitempty"`
	File    string `json:"file"`
	Section string `json:"section,omitempty"`
}

// Contradiction is a group of facts of which not all can be followed.
type Contradiction struct {
	Facts []string `json:"facts"`
	Note  string   `json:"note"`
}

// Django says that the layer is one of Django's own.
func (m *Middleware) Django() bool { return m.Package == "django" }

// HasTag says that the layer bears the tag itself.
func (m *Middleware) HasTag(tag string) bool {
	for _, t := range m.Tags {
		if t == tag {
			return true
		}
	}
	return false
}

// Name is the last part of the dotted path, the class.
func (m *Middleware) Name() string { return ShortName(m.Path) }

// EraAt is how the layer is built in a Django version; ok is false where it
// does not exist there or where the version is unknown and there are several.
func (m *Middleware) EraAt(v stack.Version) (era Era, ok bool) {
	if v.IsZero() {
		if len(m.Eras) == 1 {
			return m.Eras[0], true
		}
		return Era{}, false
	}
	for _, e := range m.Eras {
		if within(v, e.From.Version, e.To.Version) {
			return e, true
		}
	}
	return Era{}, false
}

func within(v, from, to stack.Version) bool {
	return (from.IsZero() || v.Compare(from) >= 0) && (to.IsZero() || v.Compare(to) <= 0)
}

// ShortName is the last part of a dotted path.
func ShortName(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '.' {
			return path[i+1:]
		}
	}
	return path
}
