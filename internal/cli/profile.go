package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// profile is a flag that takes an engine by name, as "modern@5.2", or by
// release alone, as "5.2". A release of both models stands for the family that
// the flag prefers, or for that of the stack (see of).
type profile struct {
	engine conformance.Engine
	prefer string
	// asked is the release that the engine stands for, where it was not recorded
	// itself; "" where it was.
	asked string
	// bare is the release where no model was named.
	bare stack.Version
}

var _ pflag.Value = (*profile)(nil)

func (p *profile) String() string { return p.engine.Name }
func (p *profile) Type() string   { return "ENGINE" }

func (p *profile) Set(s string) error {
	names := []string{s}
	if !strings.Contains(s, "@") {
		names = []string{p.prefer + "@" + s, conformance.FamilyModern + "@" + s, conformance.FamilyClassic + "@" + s}
	}
	for _, name := range names {
		family, release, _ := strings.Cut(name, "@")
		v, err := stack.ParseVersion(release)
		if err != nil || v.String() != release {
			continue
		}
		if e, exact, ok := diff.EngineAt(family, v); ok {
			p.engine, p.asked, p.bare = e, "", stack.Version{}
			if !strings.Contains(s, "@") {
				p.bare = v
			}
			if !exact {
				p.asked = name
			}
			return nil
		}
	}
	var known []string
	for _, e := range conformance.Engines() {
		known = append(known, e.Name)
	}
	return fmt.Errorf("want one of %s, or another release between them", strings.Join(known, ", "))
}

// of is the engine for a stack of a model: where no model was named, and the
// release has both, it is that one.
func (p *profile) of(model stack.Model) conformance.Engine {
	family := conformance.FamilyModern
	if model == stack.Classic {
		family = conformance.FamilyClassic
	}
	if e, _, ok := diff.EngineAt(family, p.bare); ok && !p.bare.IsZero() {
		return e
	}
	return p.engine
}

// standins are notes on the releases that others stand for.
func standins(profiles ...*profile) []stack.Note {
	var notes []stack.Note
	for _, p := range profiles {
		if p.asked != "" {
			notes = append(notes, stack.Note{Message: fmt.Sprintf("%s was not recorded; %s stands for it", p.asked, p.engine.Name)})
		}
	}
	return notes
}
