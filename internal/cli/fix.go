package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/overlay"
)

// fixFlags say what lint does with the fixes of what it finds.
type fixFlags struct {
	fix, unsafe, write bool
}

func (f *fixFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.fix, "fix", false, "print the fixes of the findings as a unified diff, instead of the findings")
	flags.BoolVar(&f.write, "write", false, "with --fix: write the fixed files, and print what is left")
	flags.BoolVar(&f.unsafe, "unsafe-fixes", false, "with --fix: also fixes that may change what the project does beyond the finding")
}

// check refuses what does not go together.
func (f *fixFlags) check(in *inputFlags, out *outputFlags) error {
	switch {
	case !f.fix && f.write:
		return &problem{text: "--write goes with --fix only", hint: "lint alone changes nothing"}
	case !f.fix && f.unsafe:
		return &problem{text: "--unsafe-fixes goes with --fix only"}
	case f.fix && in.stack != "":
		return &problem{text: "--fix and --stack do not go together", hint: "there is no project whose files could be fixed"}
	case f.fix && !f.write && out.format.value != "text":
		return &problem{text: fmt.Sprintf("--fix prints a diff, which is no %s", out.format.value), hint: "leave --format out, or add --write to get what is left in that format; the json format lists fixes without --fix"}
	}
	return nil
}

// maxFixRounds bounds how often fixes are applied and the project is read again.
const maxFixRounds = 100

// fixes lints, applies what may be applied, in memory, and lints again until
// nothing changes. It returns the files that change, by name, and the findings
// whose fixes were applied, and what is found at the end; first is what was
// found at the start.
func (a *app) fixes(lintAll func(*app) (*lintRun, error), choice lint.Choice) (changes []edit.Change, fixed []finding.Finding, first, last *lintRun, err error) {
	over := overlay.New(a.env.Files, a.env.WorkDir)
	b := *a
	b.env.Files = over
	for round := 0; ; round++ {
		run, err := lintAll(&b)
		if err != nil && (first == nil || run == nil) {
			return nil, nil, run, run, err
		}
		if first == nil {
			first = run
		}
		last = run
		chosen, more, _ := lint.Choose(run.Findings, over.Read, choice)
		if len(more) == 0 {
			return changes, fixed, first, last, nil
		}
		if round == maxFixRounds {
			return nil, nil, first, last, &problem{
				text: fmt.Sprintf("the fixes do not come to an end after %d rounds; nothing was changed", round),
				hint: "this is a defect of mwcheck; please report it with the settings",
			}
		}
		fixed = append(fixed, chosen...)
		for _, c := range more {
			changes = replaceChange(changes, c)
		}
		over = over.With(more)
		b.env.Files = over
	}
}

// replaceChange joins a later change of a file with an earlier one.
func replaceChange(changes []edit.Change, c edit.Change) []edit.Change {
	if i := slices.IndexFunc(changes, func(o edit.Change) bool { return o.File == c.File }); i >= 0 {
		changes[i].After = c.After
		return changes
	}
	changes = append(changes, c)
	slices.SortFunc(changes, func(a, b edit.Change) int { return strings.Compare(a.File, b.File) })
	return changes
}

// runFix is lint with --fix.
func (a *app) runFix(ctx context.Context, paths []string, o *lintOptions, out *outputFlags, fix *fixFlags) error {
	lintAll := func(a *app) (*lintRun, error) { return a.lintAll(ctx, paths, o) }
	changes, fixed, first, last, err := a.fixes(lintAll, lint.Choice{Unsafe: fix.unsafe})
	if err != nil {
		if first != nil && out.forPeople() {
			return a.withNotes(err, first.Notes, out)
		}
		return err
	}
	if !fix.write {
		// Nothing has changed: the exit code is that of lint without --fix.
		if first.failed {
			a.code = ExitFindings
		}
		if _, err := io.WriteString(a.env.Stdout, edit.Unified(changes)); err != nil {
			return err
		}
		return a.fixSummary("would fix", fixed, last, fix)
	}
	if last.failed {
		a.code = ExitFindings
	}
	if len(changes) > 0 && a.env.Write == nil {
		return &problem{text: "there is no way to write files here"}
	}
	if err := a.writeChanges(changes); err != nil {
		return err
	}
	if err := a.fixSummary("fixed", fixed, last, fix); err != nil {
		return err
	}
	source := last.source
	last.source = func(name string) ([]byte, error) {
		for _, c := range changes {
			if c.File == name {
				return c.After, nil
			}
		}
		return source(name)
	}
	return a.printLint(last.Lint, last.source, out, last.failOn)
}

// fixSummary says on stderr what was done, and what is left that a fix is known
// for. Positions are those at the time of the fix.
func (a *app) fixSummary(verb string, fixed []finding.Finding, last *lintRun, fix *fixFlags) error {
	var b strings.Builder
	for _, f := range fixed {
		fmt.Fprintf(&b, "%s %s:%d:%d %s %s: %s\n", verb, f.Span.File, f.Span.Line, f.Span.Column, f.Rule, f.Name, f.Fixes[0].Title)
	}
	left, unsafe := 0, 0
	for _, f := range last.Findings {
		if f.Suppression != nil {
			continue
		}
		left++
		if slices.ContainsFunc(f.Fixes, func(x finding.Fix) bool { return x.Safety == finding.Unsafe }) {
			unsafe++
		}
	}
	findings := "findings"
	if len(fixed) == 1 {
		findings = "finding"
	}
	fmt.Fprintf(&b, "%s %d %s, %d left", verb, len(fixed), findings, left)
	if unsafe > 0 && !fix.unsafe {
		fmt.Fprintf(&b, " (%d with --unsafe-fixes)", unsafe)
	}
	b.WriteString("\n")
	if len(fixed) > 0 && !fix.write {
		b.WriteString("nothing is written without --write\n")
	}
	_, err := io.WriteString(a.env.Stderr, b.String())
	return err
}
