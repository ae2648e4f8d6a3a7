package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/config"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func (a *app) lintCommand() *cobra.Command {
	var in inputFlags
	var out outputFlags
	var configured configFlags
	var fix fixFlags
	threshold := choice{value: "warning", allowed: []string{"error", "warning", "note", "never"}}
	cmd := &cobra.Command{
		Use:   "lint [PATH]...",
		Short: "Find mistakes in the middleware stacks of Django projects",
		Long: `lint reads the settings of the Django projects below each PATH (default: the
working directory), works out the middleware stacks that Django would load, and
checks them. It never imports or runs the project.

It needs no configuration. Where there is one, in mwcheck.toml or in the table
[tool.mwcheck] of pyproject.toml, the nearest at or above a PATH counts for it;
docs/configuration.md lists what it may say. Flags go before it.

Findings go to stdout. What could not be understood is a note with its place,
and counts in the summary line. In the short format the summary line goes to
stderr, in the github format the notes too. The format never changes the exit
code; docs/formats.md describes each.

With --fix the fixes of the findings go to stdout as a unified diff that "git
apply" takes; --fix --write writes the files, all or none. A fix is safe, or
unsafe where it may change more than the finding is about; docs/fixes.md.

Exit codes: 0 nothing at or above --fail-on (with --fix --write: nothing is
left), 1 findings, 2 wrong usage, a mistake in the configuration, nothing that
could be checked, or an internal error.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := in.check(paths); err != nil {
				return err
			}
			given := ""
			if cmd.Flags().Changed("fail-on") {
				given = threshold.value
			}
			if err := fix.check(&in, &out); err != nil {
				return err
			}
			if fix.fix {
				return a.runFix(cmd.Context(), paths, &in, &configured, given, &out, &fix)
			}
			run, err := a.lintAll(cmd.Context(), paths, &in, &configured, given)
			if run == nil {
				return err
			}
			if run.failed {
				a.code = ExitFindings
			}
			if err != nil && out.forPeople() {
				return a.withNotes(err, run.Notes, &out)
			}
			if err != nil {
				run.Failure = err.Error()
			}
			return errors.Join(err, a.printLint(run.Lint, run.source, &out, run.failOn))
		},
	}
	in.add(cmd.Flags())
	configured.add(cmd.Flags())
	fix.add(cmd)
	out.add(cmd, lintFormats()...)
	cmd.Flags().Var(&threshold, "fail-on", "the least severity that makes the exit code 1")
	return cmd
}

// lintRun is what a run of lint found.
type lintRun struct {
	report.Lint
	source report.Source
	stacks []*stack.Stack
	failOn finding.Severity // the least of all configurations
	failed bool             // something is at or above the threshold that holds for it
}

// lintAll checks projects, each with its own configuration, or a stack without
// a project. failOn is the flag; "" where it was not given. An error comes with
// what is known beside it, as the notes that say why nothing could be checked;
// where nothing is known, or the configuration is wrong, the run is nil.
func (a *app) lintAll(ctx context.Context, paths []string, in *inputFlags, flags *configFlags, failOnFlag string) (*lintRun, error) {
	jobs, notes, err := a.jobs(paths, flags)
	if err != nil {
		return nil, err
	}
	run := &lintRun{Lint: report.Lint{Notes: notes}, source: a.source, failOn: finding.Error + 1}
	var failures []error
	for _, j := range jobs {
		found, err := a.lintJob(ctx, run, j, in, flags)
		var wrong config.Errors
		if errors.As(err, &wrong) {
			return nil, err
		}
		failures = append(failures, err)
		least := failOn(cmp.Or(failOnFlag, j.config.FailOn))
		run.failOn = min(run.failOn, least)
		for _, f := range found {
			run.failed = run.failed || f.Suppression == nil && f.Severity >= least
		}
		run.Findings = append(run.Findings, found...)
	}
	lint.Sort(run.Findings)
	run.Findings = slices.CompactFunc(run.Findings, func(a, b finding.Finding) bool {
		return a.Rule == b.Rule && a.Fact == b.Fact && a.Span == b.Span && a.Message == b.Message && a.Stack == b.Stack
	})
	run.Notes = sortNotes(run.Notes)
	run.Summary = summarize(run.Summary, run.stacks, run.Findings)
	if len(run.stacks) == 0 {
		err = errors.Join(failures...)
	} else {
		for _, failure := range failures {
			if failure != nil {
				run.Notes = append(run.Notes, stack.Note{Message: failure.Error()})
			}
		}
	}
	return run, err
}

// lintJob checks what one configuration holds for. It adds stacks, notes and
// counts to the run.
func (a *app) lintJob(ctx context.Context, run *lintRun, j *job, in *inputFlags, flags *configFlags) ([]finding.Finding, error) {
	own := in.with(j)
	if in.stack != "" {
		return a.lintStack(run, j, own)
	}
	project, err := a.loadFor(ctx, j, own)
	if project == nil {
		return nil, err
	}
	run.Notes = append(run.Notes, project.Notes...)
	run.Summary.Settings += len(project.Settings)
	if missing := missingSettings(j.config, project); missing != nil {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	checked := project.Checked()
	stacks := make([]*stack.Stack, len(checked))
	for i := range checked {
		stacks[i] = &checked[i]
	}
	facts := projectfacts.New(project)
	facts.Catalog = j.config.Catalog
	facts.Partial = len(flags.exclude) > 0 || !in.django.value.IsZero()
	config := facts.Config()
	return a.check(run, j, stacks, config), nil
}

// check runs the rules.
func (a *app) check(run *lintRun, j *job, stacks []*stack.Stack, config lint.Config) []finding.Finding {
	j.apply(&config)
	findings, notes := lint.Run(stacks, config)
	run.Notes = append(run.Notes, notes...)
	run.stacks = append(run.stacks, stacks...)
	return slices.DeleteFunc(findings, func(f finding.Finding) bool { return j.excluded(f.Span.File) })
}

// lintStack checks the stack that --stack names.
func (a *app) lintStack(run *lintRun, j *job, in *inputFlags) ([]finding.Finding, error) {
	s, src, err := a.readStack(in)
	if err != nil {
		return nil, err
	}
	config := lint.Config{}
	if !in.django.value.IsZero() {
		config.Django = lint.At(in.django.value)
	}
	run.source = func(file string) ([]byte, error) {
		if file == s.File {
			return src, nil
		}
		return a.source(file)
	}
	return a.check(run, j, []*stack.Stack{s}, config), nil
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
