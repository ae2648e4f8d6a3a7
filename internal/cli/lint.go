package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func (a *app) lintCommand() *cobra.Command {
	var in inputFlags
	var out outputFlags
	threshold := choice{value: "warning", allowed: []string{"error", "warning", "note", "never"}}
	cmd := &cobra.Command{
		Use:   "lint [PATH]...",
		Short: "Find mistakes in the middleware stacks of Django projects",
		Long: `lint reads the settings of the Django projects below each PATH (default: the
working directory), works out the middleware stacks that Django would load, and
checks them. It never imports or runs the project.

Findings go to stdout. What could not be understood is a note with its place,
and counts in the summary line. In the short format the summary line goes to
stderr, in the github format the notes too. The format never changes the exit
code; docs/formats.md describes each.

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, nothing
that could be checked, or an internal error.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := in.check(paths); err != nil {
				return err
			}
			result, source, err := a.lint(cmd.Context(), paths, &in)
			for _, f := range result.Findings {
				if f.Suppression == nil && f.Severity >= failOn(threshold.value) {
					a.code = ExitFindings
				}
			}
			if err != nil && out.forPeople() {
				return a.withNotes(err, result.Notes, &out)
			}
			if err != nil {
				result.Failure = err.Error()
			}
			return errors.Join(err, a.printLint(result, source, &out, failOn(threshold.value)))
		},
	}
	in.add(cmd.Flags())
	out.add(cmd, lintFormats()...)
	cmd.Flags().Var(&threshold, "fail-on", "the least severity that makes the exit code 1")
	return cmd
}

// lint checks a project or a stack without one. An error comes with what is
// known beside it, as the notes that say why nothing could be checked.
func (a *app) lint(ctx context.Context, paths []string, in *inputFlags) (report.Lint, report.Source, error) {
	if in.stack != "" {
		return a.lintStack(in)
	}
	project, err := a.loadProject(ctx, paths, in)
	if project == nil {
		return report.Lint{}, a.source, err
	}
	r := report.Lint{Notes: project.Notes, Summary: finding.Summary{Settings: len(project.Settings)}}
	if err != nil {
		return r, a.source, err
	}
	checked := project.Checked()
	stacks := make([]*stack.Stack, len(checked))
	for i := range checked {
		stacks[i] = &checked[i]
	}
	var notes []stack.Note
	r.Findings, notes = lint.Run(stacks, projectfacts.New(project).Config())
	r.Notes = sortNotes(append(r.Notes, notes...))
	r.Summary = summarize(r.Summary, stacks, r.Findings)
	return r, a.source, nil
}

// lintStack checks the stack that --stack names.
func (a *app) lintStack(in *inputFlags) (report.Lint, report.Source, error) {
	s, src, err := a.readStack(in)
	if err != nil {
		return report.Lint{}, nil, err
	}
	config := lint.Config{}
	if !in.django.value.IsZero() {
		config.Django = lint.At(in.django.value)
	}
	stacks := []*stack.Stack{s}
	findings, notes := lint.Run(stacks, config)
	source := func(string) ([]byte, error) { return src, nil }
	return report.Lint{Findings: findings, Notes: notes, Summary: summarize(finding.Summary{}, stacks, findings)}, source, nil
}

// sortNotes orders notes by place and drops those that are there twice.
func sortNotes(notes []stack.Note) []stack.Note {
	slices.SortStableFunc(notes, func(a, b stack.Note) int {
		return cmp.Or(cmp.Compare(a.Span.File, b.Span.File), cmp.Compare(a.Span.Line, b.Span.Line),
			cmp.Compare(a.Span.Column, b.Span.Column), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(notes, func(a, b stack.Note) bool {
		return a.Message == b.Message && a.Span.File == b.Span.File && a.Span.Line == b.Span.Line && a.Span.Column == b.Span.Column
	})
}

// summarize counts stacks, distinct layers, and findings by severity.
func summarize(s finding.Summary, stacks []*stack.Stack, findings []finding.Finding) finding.Summary {
	layers := map[string]bool{}
	for _, one := range stacks {
		s.Stacks++
		if one.Complete {
			s.Complete++
		}
		for _, e := range one.Entries {
			if !e.Unknown {
				layers[e.Path] = true
			}
		}
	}
	s.Layers = len(layers)
	for _, f := range findings {
		if f.Suppression != nil {
			s.Suppressed++
			continue
		}
		switch f.Severity {
		case finding.Error:
			s.Errors++
		case finding.Warning:
			s.Warnings++
		case finding.Note:
			s.Notes++
		}
	}
	return s
}
