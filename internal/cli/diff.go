package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// diffFlags say what is compared.
type diffFlags struct {
	from, to profile
	traces   bool
	failOn   choice
}

func (a *app) diffCommand() *cobra.Command {
	var in inputFlags
	var configured configFlags
	var out outputFlags
	f := diffFlags{
		from: profile{prefer: conformance.FamilyClassic}, to: profile{prefer: conformance.FamilyModern},
		failOn: choice{value: "visible", allowed: []string{"serious", "visible", "unknown", "harmless", "never"}},
	}
	cmd := &cobra.Command{
		Use:   "diff [PATH]...",
		Short: "Say what changes when a stack moves to another model or release",
		Long: `diff reads the middleware stacks of the Django projects below each PATH (default:
the working directory), works out from the source of the layers what each may do,
plays that under two engines, and prints what goes differently: which layer
triggers it and where, what no longer happens or happens now, and whether it
matters. It never imports or runs the project.

An engine is a model and a release: classic@1.9, modern@5.2; 1.9 and 5.2 will do.
For a release that was not recorded another one stands, and a note says which.
--from is by default the model of the stack and the project's release; without a
release it is classic@1.9 for MIDDLEWARE_CLASSES and modern@1.11 for MIDDLEWARE.
--to is by default the newest release of the modern model.

Grades: serious (the site does not start, an error leaves the handler, another
status, a security header or a cookie is lost, something is not released),
visible (another response or header, something is not recorded), unknown (the
source does not tell), harmless (what is skipped does nothing without its own
request hook). What layers do by accident, as an error of the database, is not
counted: any layer may.

Exit codes: 0 nothing at or above --fail-on, 1 differences, 2 wrong usage, nothing
that could be compared, or an internal error.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := in.check(paths); err != nil {
				return err
			}
			result, err := a.diff(cmd.Context(), paths, &in, &configured, &f)
			result.Traces = f.traces
			if err != nil && out.format.value != "json" {
				return a.withNotes(err, result.Notes, &out)
			}
			if f.fails(&result) {
				a.code = ExitFindings
			}
			return errors.Join(err, a.printDiff(result, &out))
		},
	}
	in.add(cmd.Flags())
	configured.addReading(cmd.Flags())
	out.add(cmd, "text", "json", "markdown")
	flags := cmd.Flags()
	flags.Var(&f.from, "from", "what the stack runs under now, as classic@1.9")
	flags.Var(&f.to, "to", "what it is to run under, as modern@5.2 (default: the newest)")
	flags.BoolVar(&f.traces, "traces", false, "print the way of a request under both engines for each difference")
	flags.Var(&f.failOn, "fail-on", "the least grade that makes the exit code 1")
	return cmd
}

func (a *app) printDiff(r report.Diff, out *outputFlags) error {
	switch out.format.value {
	case "json":
		return report.DiffJSON(a.env.Stdout, r)
	case "markdown":
		return report.DiffMarkdown(a.env.Stdout, r)
	}
	return report.DiffText(a.env.Stdout, r, out.text(a.env))
}

// fails says that a difference has at least the grade of --fail-on.
func (f *diffFlags) fails(r *report.Diff) bool {
	least := map[string]diff.Grade{
		"serious": diff.Serious, "visible": diff.Visible, "unknown": diff.NotKnown, "harmless": diff.Harmless, "never": diff.Serious + 1,
	}[f.failOn.value]
	for _, s := range r.Stacks {
		for i := range s.Result.Differences {
			if s.Result.Differences[i].Grade >= least {
				return true
			}
		}
	}
	return false
}

func (a *app) diff(ctx context.Context, paths []string, in *inputFlags, configured *configFlags, f *diffFlags) (report.Diff, error) {
	r := &diffRun{flags: f}
	if in.stack == "" && in.django.value.IsZero() && f.from.engine.Family == conformance.FamilyClassic {
		in.django.value = diff.Version(f.from.engine) // so that MIDDLEWARE_CLASSES is in effect, and conditions on the release are known
	}
	notes, err := a.eachStack(ctx, paths, in, configured, func(s loadedStack) error {
		if in.stack != "" && in.model.value == "" && s.django.IsZero() && f.from.engine.Family == conformance.FamilyClassic {
			s.Model = stack.Classic
			s.Setting = s.Model.Setting()
			s.ID = s.File + ":" + s.Setting
		}
		return r.compare(s)
	})
	r.report.Notes = sortNotes(slices.Concat(notes, r.report.Notes, standins(&f.from, &f.to)))
	if err == nil && len(r.report.Stacks) == 0 {
		err = &problem{text: "no stack could be compared", hint: "the notes say why; --from and --to choose the engines"}
	}
	return r.report, err
}

// settings gives the settings that a stack is loaded with; nil without a
// project.
func (s loadedStack) settings() func(name string) (value any, set, known bool) {
	if s.facts.Setting == nil {
		return nil
	}
	return func(name string) (value any, set, known bool) {
		v := s.facts.Setting(s.Stack, name)
		switch {
		case v.State == lint.Unknown:
			return nil, false, false
		case v.State != lint.Known:
			return nil, false, true
		case v.Partial:
			return nil, true, false
		}
		return v.Value, true, true
	}
}

// diffRun gathers the comparisons of stacks.
type diffRun struct {
	flags  *diffFlags
	report report.Diff
}

func (r *diffRun) note(span stack.Span, format string, args ...any) {
	r.report.Notes = append(r.report.Notes, stack.Note{Span: span, Message: fmt.Sprintf(format, args...)})
}

func (r *diffRun) compare(s loadedStack) error {
	v := s.django
	if !s.Effective {
		r.note(s.Span, "%s was not compared: Django does not read it here", s.Setting)
		return nil
	}
	from, to := r.flags.from.of(s.Model), r.flags.to.engine
	if from.Build == nil {
		var exact bool
		from, exact = diff.EngineFor(s.Model, v)
		switch {
		case v.IsZero():
			r.note(s.Span, "the Django version is not known; compared from %s, --from chooses another one", from.Name)
		case !exact:
			r.note(s.Span, "compared from %s, the nearest to Django %s that was recorded", from.Name, v)
		}
	}
	if to.Build == nil {
		to, _ = diff.EngineFor(stack.Modern, stack.Version{Major: 99})
	}
	if from.Name == to.Name {
		r.note(s.Span, "%s was not compared: it runs under %s already, which is also where to", s.Setting, from.Name)
		return nil
	}
	result, err := diff.Run(s.Stack, s.read(diff.Version(from)).Layer, diff.Options{From: from, To: to, Setting: s.settings(), Catalog: s.catalog})
	if err != nil {
		return err
	}
	r.report.Stacks = append(r.report.Stacks, report.StackDiff{Stack: s.Stack, Result: result})
	return nil
}
