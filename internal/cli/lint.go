package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/config"
	"github.com/mwcheck/mwcheck/internal/django"
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
	var listed baselineFlags
	since := ""
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

A comment accepts a finding, "# mwcheck: ignore[wrong-order] reason"; so does the
list of --baseline, which --write-baseline writes. What is accepted is counted
as suppressed and does not fail the run; docs/suppression.md. With --since only
stacks are reported on that a change since a git revision touches.

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
			o := lintOptions{in: &in, configured: &configured, failOn: given, baseline: &listed}
			if cmd.Flags().Changed("since") {
				o.since, o.partly = since, true
			}
			if err := o.check(&fix); err != nil {
				return err
			}
			if fix.fix {
				return a.runFix(cmd.Context(), paths, &o, &out, &fix)
			}
			run, err := a.lintAll(cmd.Context(), paths, &o)
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
			err = errors.Join(err, a.printLint(run.Lint, run.source, &out, run.failOn))
			if run.said != "" {
				_, said := fmt.Fprintln(a.env.Stderr, run.said)
				err = errors.Join(err, said)
			}
			return err
		},
	}
	in.add(cmd.Flags())
	configured.add(cmd.Flags())
	fix.add(cmd)
	listed.add(cmd.Flags())
	cmd.Flags().StringVar(&since, "since", "", "report only what is found on stacks that a change since the git revision `REV` touches")
	out.add(cmd, lintFormats()...)
	cmd.Flags().Var(&threshold, "fail-on", "the least severity that makes the exit code 1")
	return cmd
}

// lintOptions say what a run is about.
type lintOptions struct {
	in         *inputFlags
	configured *configFlags
	failOn     string         // the flag; "" where it was not given
	baseline   *baselineFlags // nil: baselines are not looked at
	since      string         // a git revision, where partly is set
	partly     bool
}

// check refuses what does not go together.
func (o *lintOptions) check(fix *fixFlags) error {
	if o.partly && o.in.stack != "" {
		return &problem{text: "--since and --stack do not go together", hint: "there is no project whose changes could be looked at"}
	}
	return o.baseline.check(o, fix)
}

// lintRun is what a run of lint found.
type lintRun struct {
	report.Lint
	source report.Source
	failOn finding.Severity // the least of all configurations
	failed bool             // something is at or above the threshold that holds for it
	said   string           // what was done beside, for stderr
}

// jobFindings is what was found with one configuration.
type jobFindings struct {
	job      *job
	project  *django.Project     // nil for a stack without one
	facts    *projectfacts.Facts // of the project
	stacks   []*stack.Stack
	findings []finding.Finding
	notes    []stack.Note
	settings int
	// whole says that nothing was left out that could be found.
	whole bool
	err   error
}

// lintAll checks projects, each with its own configuration, or a stack without
// a project. An error comes with what is known beside it, as the notes that say
// why nothing could be checked; where nothing is known, or the configuration is
// wrong, the run is nil.
func (a *app) lintAll(ctx context.Context, paths []string, o *lintOptions) (*lintRun, error) {
	jobs, notes, err := a.jobs(paths, o.configured)
	if err != nil {
		return nil, err
	}
	var changed *changedFiles
	if o.partly {
		if changed, err = a.changedSince(ctx, paths, o.since); err != nil {
			return nil, err
		}
	}
	run := &lintRun{Lint: report.Lint{Notes: notes}, source: a.source, failOn: finding.Error + 1}
	var all []*jobFindings
	var failures []error
	stacks := 0
	for _, j := range jobs {
		found := a.lintJob(ctx, run, j, o)
		var wrong config.Errors
		if errors.As(found.err, &wrong) {
			return nil, found.err
		}
		if found.err != nil {
			failures = append(failures, found.err)
		}
		all = append(all, found)
		stacks += len(found.stacks)
	}
	if stacks == 0 {
		err = errors.Join(failures...)
	}
	if o.baseline != nil && o.baseline.write != "" {
		if len(failures) > 0 {
			return nil, &problem{text: failures[0].Error(), hint: "no baseline was written"}
		}
		if run.said, err = a.writeBaseline(run, all, o.baseline); err != nil {
			return nil, err
		}
	} else if wrong := a.accept(run, all, o.baseline); wrong != nil {
		return nil, wrong
	}
	a.gather(run, all, changed, o)
	if err == nil {
		for _, failure := range failures {
			run.Notes = append(run.Notes, stack.Note{Message: failure.Error()})
		}
	}
	return run, err
}

// gather puts together what was found with all configurations, or of that what
// a change concerns.
func (a *app) gather(run *lintRun, jobs []*jobFindings, changed *changedFiles, o *lintOptions) {
	var stacks []*stack.Stack
	for _, j := range jobs {
		if changed != nil {
			run.Summary.LeftOut += changed.keep(j)
		}
		least := failOn(cmp.Or(o.failOn, j.job.config.FailOn))
		run.failOn = min(run.failOn, least)
		for _, f := range j.findings {
			run.failed = run.failed || f.Suppression == nil && f.Severity >= least
		}
		run.Findings = append(run.Findings, j.findings...)
		run.Notes = append(run.Notes, j.notes...)
		run.Summary.Settings += j.settings
		stacks = append(stacks, j.stacks...)
	}
	run.Findings = distinct(run.Findings)
	run.Notes = sortNotes(run.Notes)
	run.Summary = summarize(run.Summary, stacks, run.Findings)
}

// distinct sorts findings and drops those that are there twice.
func distinct(findings []finding.Finding) []finding.Finding {
	lint.Sort(findings)
	return slices.CompactFunc(findings, func(a, b finding.Finding) bool { return identify(&a) == identify(&b) })
}

// identity is what one finding of a run differs from all others in.
type identity struct {
	rule, fact, message, stack string
	span                       stack.Span
}

func identify(f *finding.Finding) identity {
	return identity{f.Rule, f.Fact, f.Message, f.Stack, f.Span}
}

// lintJob checks what one configuration holds for.
func (a *app) lintJob(ctx context.Context, run *lintRun, j *job, o *lintOptions) *jobFindings {
	found := &jobFindings{job: j}
	own := o.in.with(j)
	if o.in.stack != "" {
		found.err = a.lintStack(run, found, own)
		return found
	}
	project, err := a.loadFor(ctx, j, own)
	if project == nil {
		found.err = err
		return found
	}
	found.notes, found.settings = project.Notes, len(project.Settings)
	if missing := missingSettings(j.config, project); missing != nil {
		found.err = missing
		return found
	}
	if err != nil {
		found.err = err
		return found
	}
	checked := project.Checked()
	stacks := make([]*stack.Stack, len(checked))
	for i := range checked {
		stacks[i] = &checked[i]
	}
	partial := len(o.configured.exclude) > 0 || !o.in.django.value.IsZero()
	found.project, found.facts = project, projectfacts.New(project)
	found.facts.Catalog, found.facts.Partial = j.config.Catalog, partial
	found.whole = project.Whole() && !partial && len(o.configured.selects) == 0 && len(o.configured.ignores) == 0
	found.check(stacks, found.facts.Config())
	return found
}

// check runs the rules.
func (found *jobFindings) check(stacks []*stack.Stack, config lint.Config) {
	found.job.apply(&config)
	findings, notes := lint.Run(stacks, config)
	found.notes = append(slices.Clone(found.notes), notes...)
	found.stacks = stacks
	found.findings = slices.DeleteFunc(findings, func(f finding.Finding) bool { return found.job.excluded(f.Span.File) })
}

// lintStack checks the stack that --stack names.
func (a *app) lintStack(run *lintRun, found *jobFindings, in *inputFlags) error {
	s, src, err := a.readStack(in)
	if err != nil {
		return err
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
	found.check([]*stack.Stack{s}, config)
	return nil
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
