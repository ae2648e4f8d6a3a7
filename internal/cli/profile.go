package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/conformance"
)

// profile is a flag that takes an engine by name, as "modern@5.2", or by
// release alone, as "5.2". A release of both models stands for the family that
// the flag prefers.
type profile struct {
	engine conformance.Engine
	prefer string
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
		if e, ok := conformance.EngineByName(name); ok {
			p.engine = e
			return nil
		}
	}
	var known []string
	for _, e := range conformance.Engines() {
		known = append(known, e.Name)
	}
	return fmt.Errorf("want one of %s", strings.Join(known, ", "))
}
