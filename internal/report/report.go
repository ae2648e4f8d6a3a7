// Package report renders findings and stacks: pure functions from values to
// text, with the source of a file looked up through a function, so that the
// same renderer serves a terminal, a test and a browser.
package report

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Source yields the bytes of a file that a span names. An error means that the
// source cannot be shown; the finding is still printed.
type Source func(file string) ([]byte, error)

var errNoSource = errors.New("there is no source")

// Lint is the result of one lint run.
type Lint struct {
	Findings []finding.Finding // suppressed ones too
	Notes    []stack.Note      // what was not understood or left out
	Summary  finding.Summary
	// Failure says why nothing could be checked, or "". The text formats leave
	// it to the caller; the others say it, so that an empty list is not taken
	// for a clean project.
	Failure string
}

// Stacks is the result of reading a project's stacks.
type Stacks struct {
	Stacks []stack.Stack
	Notes  []stack.Note
	// Settings is the number of settings modules found.
	Settings int
}

// TextOptions steers the text renderers. The zero value prints without colour
// and with every note.
type TextOptions struct {
	Color bool
	// MaxNotes caps the notes that are printed; the rest is counted.
	// 0: no cap.
	MaxNotes int
	// AllNotes is what the reader is told to do to see the notes that the cap
	// hides, as "--notes all".
	AllNotes string
}

// SummaryLine says in one line what was looked at and what was found.
func SummaryLine(s finding.Summary) string {
	found := fmt.Sprintf("%s, %s, %s", count(s.Errors, "error"), count(s.Warnings, "warning"), count(s.Notes, "note"))
	if s.Suppressed > 0 {
		found += fmt.Sprintf(", %d suppressed", s.Suppressed)
	}
	line := fmt.Sprintf("%s; %d of %s understood entirely, %s, %s", found,
		s.Complete, count(s.Stacks, "stack"),
		count(s.Settings, "settings module"), count(s.Layers, "layer"))
	if s.LeftOut > 0 {
		line += "; " + count(s.LeftOut, "stack") + " left out as unchanged"
	}
	return line
}

// count renders a number with its noun, as "1 stack" and "2 stacks".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// open gives the findings that are not suppressed.
func open(findings []finding.Finding) []finding.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool { return f.Suppression != nil })
}

// below puts a directory before a file name that is relative.
func below(dir, file string) string {
	if dir == "" || file == "" || strings.HasPrefix(file, "/") || drivePattern.MatchString(file) {
		return file
	}
	return path.Join(dir, file)
}

// position renders the place of a span as far as it is known.
func position(s stack.Span) string {
	file := printable(s.File)
	switch {
	case s.IsZero():
		return ""
	case s.Line == 0:
		return file
	case file == "":
		return fmt.Sprintf("line %d", s.Line)
	}
	return fmt.Sprintf("%s:%d:%d", file, s.Line, max(s.Column, 1))
}

// prefix is a position with the colon and blank that part it from what follows.
func prefix(s stack.Span) string {
	if p := position(s); p != "" {
		return p + ": "
	}
	return ""
}

// title is "MW101 wrong-order", or the half of it that is known.
func title(f finding.Finding) string {
	return strings.TrimSpace(f.Rule + " " + f.Name)
}
