package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// Relation is what a fact demands of its subject.
type Relation string

const (
	After         Relation = "after"           // the subject stands after the targets
	Before        Relation = "before"          // the subject stands before the targets
	First         Relation = "first"           // nothing stands before the subject
	Last          Relation = "last"            // nothing stands after the subject
	NearFirst     Relation = "near_first"      // the subject stands close to the start
	NearLast      Relation = "near_last"       // the subject stands close to the end
	DirectlyAfter Relation = "directly_after"  // the subject stands right after the target
	Requires      Relation = "requires"        // all targets are listed too
	RequiresAny   Relation = "requires_any"    // one of the targets is listed too
	RequiredByApp Relation = "required_by_app" // the subject is listed where the app is installed
	RequiresApp   Relation = "requires_app"    // the app is installed where the subject is listed
	RequiresSet   Relation = "requires_setting"
	Conflicts     Relation = "conflicts"   // subject and target are not listed together
	Replaces      Relation = "replaces"    // the subject is listed in the target's place
	ReplacedBy    Relation = "replaced_by" // the target is to be listed in the subject's place
	Remove        Relation = "remove"      // the subject is not to be listed any more
	Unique        Relation = "unique"      // the subject is listed once
	Any           Relation = "any"         // the order is free
)

// Strength says what happens where a fact is not followed.
type Strength string

const (
	// Must marks what fails: an error, lost data, a hole.
	Must Strength = "must"
	// Should marks what documentation asks for.
	Should Strength = "should"
)

// Fact is one statement on the order or the needs of layers, with its source.
type Fact struct {
	ID string `json:"id"`
	// Subject is a dotted path, or "tag:<tag>" for all layers that bear it.
	Subject  string   `json:"subject"`
	Relation Relation `json:"relation"`
	// Targets are dotted paths, "tag:<tag>" or "*" for every other layer; for
	// the app and setting relations names of apps and settings.
	Targets  []string `json:"targets"`
	Strength Strength `json:"strength"`
	// Basis is where the statement comes from: raises, check, documented,
	// source, example order, and so on.
	Basis  string `json:"basis"`
	Django Range  `json:"django"`
	Reason string `json:"reason"`
	// Suggest is the layer to add where a "requires" fact is broken.
	Suggest string `json:"suggest,omitempty"`
	// When limits the fact to a value of a setting.
	When *When `json:"when,omitempty"`
	// Exceptions are layers, or tags, that may stand where the fact forbids it.
	Exceptions []string `json:"exceptions,omitempty"`
	// Literal says that only the exact dotted path counts, no subclass.
	Literal bool `json:"literal,omitempty"`
	// Informative facts are no rules; nothing is reported for them.
	Informative bool `json:"informative,omitempty"`
	// Inferred marks statements that no document makes in these words.
	Inferred bool `json:"inferred,omitempty"`
	// UsedWith is the app (and top package) the fact belongs to where neither
	// subject nor targets show it: it holds only for projects that use it.
	UsedWith string `json:"used_with,omitempty"`
	// PackageFrom is the first version of the layer's package it holds for.
	PackageFrom     string            `json:"package_from,omitempty"`
	CheckID         []string          `json:"check_id,omitempty"`
	Raises          map[string]string `json:"raises,omitempty"`
	FunctionalUntil Version           `json:"functional_until"` // the advice stayed, the effect is gone
	DocumentedSince Version           `json:"documented_since"`
	Remark          string            `json:"remark,omitempty"`
	Sources         []Source          `json:"sources"`
	// Own says that the user states it, for this project; see [Catalog.Extend].
	Own bool `json:"-"`
}

// Order says that the fact speaks of the place of its subject.
func (f *Fact) Order() bool {
	switch f.Relation {
	case After, Before, First, Last, NearFirst, NearLast, DirectlyAfter:
		return true
	}
	return false
}

// Example says that the fact rests on nothing but an example or a template, or
// is disputed.
func (f *Fact) Example() bool {
	b := f.Basis
	if strings.Contains(b, "order matters") {
		return false
	}
	return strings.Contains(b, "example") || strings.Contains(b, "template") ||
		strings.Contains(b, "disputed") || strings.Contains(b, "wording: probably") || strings.Contains(b, "wording: can")
}

// TagOf returns the tag that a subject or target like "tag:csrf" names.
func TagOf(ref string) (tag string, ok bool) { return strings.CutPrefix(ref, "tag:") }

// Version is a Django version in the data; the zero value is none.
type Version struct {
	stack.Version
	// Dev marks a release that was under way when the data was gathered.
	Dev bool
}

// UnmarshalJSON reads "1.8", "6.2dev" or null.
func (v *Version) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		*v = Version{}
		return nil
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	parsed, err := stack.ParseVersion(s)
	if err != nil {
		return err
	}
	*v = Version{Version: parsed, Dev: strings.HasSuffix(s, "dev")}
	return nil
}

// MarshalJSON writes the version as text, or null.
func (v Version) MarshalJSON() ([]byte, error) {
	if v.IsZero() {
		return []byte("null"), nil
	}
	if v.Dev {
		return json.Marshal(v.String() + "dev")
	}
	return json.Marshal(v.String())
}

// Range is a span of Django versions, both ends included; an open end is zero.
type Range struct {
	From Version `json:"from"`
	To   Version `json:"to"`
}

// Coverage says for how much of what may be run a statement holds.
type Coverage int

const (
	None Coverage = iota // for nothing of it
	Some                 // for some of the versions that are possible
	All                  // for all of them
)

// Floor is the oldest version that is reckoned with where the version of a
// project is not known: the oldest one whose startproject template is a
// complete modern list, and older than anything that still runs.
func Floor(m stack.Model) stack.Version {
	if m == stack.Classic {
		return stack.Version{Major: 1, Minor: 2}
	}
	return stack.Version{Major: 1, Minor: 10}
}

// Ceiling is the newest version whose model m is read at all; zero for none.
func Ceiling(m stack.Model) stack.Version {
	if m == stack.Classic {
		return stack.Version{Major: 1, Minor: 11}
	}
	return stack.Version{}
}

// Covers says whether the range holds a Django version. Where the version is
// unknown every version that reads the model's setting is possible.
func (r Range) Covers(v stack.Version, m stack.Model) Coverage {
	from, to := r.From.Version, r.To.Version
	if !v.IsZero() {
		if within(v, from, to) {
			return All
		}
		return None
	}
	floor, ceiling := Floor(m), Ceiling(m)
	if !to.IsZero() && to.Compare(floor) < 0 {
		return None
	}
	if !ceiling.IsZero() && !from.IsZero() && from.Compare(ceiling) > 0 {
		return None
	}
	lower := from.IsZero() || from.Compare(floor) <= 0
	upper := to.IsZero() || (!ceiling.IsZero() && to.Compare(ceiling) >= 0)
	if lower && upper {
		return All
	}
	return Some
}

func (r Range) String() string {
	switch {
	case r.From.IsZero() && r.To.IsZero():
		return "any version"
	case r.To.IsZero():
		return r.From.String() + " and later"
	case r.From.IsZero():
		return "up to " + r.To.String()
	case r.From == r.To:
		return r.From.String()
	}
	return fmt.Sprintf("%s to %s", r.From, r.To)
}

// When limits a fact to a value of a setting. Exactly one of Equals,
// SessionBased and OneOf is used.
type When struct {
	Setting string `json:"setting"`
	// Equals is the boolean the setting has to be, by truth value.
	Equals *bool `json:"equals,omitempty"`
	// SessionBased asks for a message storage that keeps messages in the session.
	SessionBased bool `json:"session_based,omitempty"`
	// OneOf are strings the setting may be.
	OneOf []string `json:"one_of,omitempty"`
	// Default says whether the condition holds where the setting is not assigned.
	Default bool `json:"default"`
}

// sessionStorages are the message storages of Django that use the session
// (django/contrib/messages/storage/session.py and fallback.py, 1.2 and later).
const (
	sessionStorage  = "django.contrib.messages.storage.session.SessionStorage"
	fallbackStorage = "django.contrib.messages.storage.fallback.FallbackStorage"
	cookieStorage   = "django.contrib.messages.storage.cookie.CookieStorage"
)

// Holds says whether a known value fulfils the condition; known is false where
// that cannot be told, as for a storage class of the project.
func (w *When) Holds(value any) (holds, known bool) {
	switch {
	case w.Equals != nil:
		truth, ok := truthOf(value)
		return truth == *w.Equals, ok
	case w.SessionBased:
		s, ok := value.(string)
		switch {
		case !ok:
			return false, false
		case s == sessionStorage || s == fallbackStorage:
			return true, true
		case s == cookieStorage:
			return false, true
		}
		return false, false
	case len(w.OneOf) > 0:
		s, ok := value.(string)
		for _, x := range w.OneOf {
			if ok && s == x {
				return true, true
			}
		}
		return false, ok
	}
	return false, false
}

// truthOf is Python's truth value of a known setting.
func truthOf(value any) (truth, ok bool) {
	switch v := value.(type) {
	case nil:
		return false, true
	case bool:
		return v, true
	case string:
		return v != "", true
	case int:
		return v != 0, true
	case []string:
		return len(v) > 0, true
	}
	return false, false
}
