package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// choice is a flag that takes one of some words.
type choice struct {
	value   string
	allowed []string
}

var _ pflag.Value = (*choice)(nil)

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.allowed, "|") }

func (c *choice) Set(s string) error {
	if !slices.Contains(c.allowed, s) {
		return fmt.Errorf("want one of %s", strings.Join(c.allowed, ", "))
	}
	c.value = s
	return nil
}

// oneOf is a choice; the first word is the default.
func oneOf(words ...string) choice { return choice{value: words[0], allowed: words} }

// version is a flag that takes a Django version.
type version struct{ value stack.Version }

var _ pflag.Value = (*version)(nil)

func (v *version) Type() string { return "X.Y" }

func (v *version) String() string {
	if v.value.IsZero() {
		return ""
	}
	return v.value.String()
}

func (v *version) Set(s string) error {
	parsed, err := stack.ParseVersion(s)
	if err != nil {
		return err
	}
	if parsed.IsZero() {
		return fmt.Errorf("malformed Django version %q: want a form like 4.2", s)
	}
	v.value = parsed
	return nil
}

// failOn is the least severity that makes a run fail.
func failOn(word string) finding.Severity {
	switch word {
	case "error":
		return finding.Error
	case "note":
		return finding.Note
	case "never":
		return finding.Error + 1
	}
	return finding.Warning
}
