package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/edit/oswrite"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/migrate"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// migrateFlags are the flags of migrate that say what becomes of a project.
type migrateFlags struct {
	stack                 string
	model                 choice
	django, to            version
	keepClassic, native   bool
	unsafe, annotate      bool
	write, check, verbose bool
}

func (a *app) migrateCommand() *cobra.Command {
	var in migrateFlags
	var configured configFlags
	var out outputFlags
	threshold := choice{value: "warning", allowed: []string{"error", "warning", "note", "never"}}
	cmd := &cobra.Command{
		Use:   "migrate [PATH]...",
		Short: "Move a Django project from MIDDLEWARE_CLASSES to MIDDLEWARE",
		Long: `migrate moves the Django projects below each PATH (default: the working
directory) from MIDDLEWARE_CLASSES to MIDDLEWARE: it renames the setting wherever
it is used, makes the project's own classes fit for the modern model, and applies
the fixes of lint for the release to move to. It never imports or runs the
project.

The changes go to stdout as a unified diff that "git apply" takes; what was done,
what will behave differently, and what is left for a person go to stderr.
Nothing is written without --write, which writes all files or none.

With --stack the list alone is moved, and what follows in behaviour is left to
"mwcheck diff --stack". With --stack - the new list goes to stdout.

Exit codes: 0 nothing at or above --fail-on is left for a person, 1 something is,
or with --check something would change; 2 wrong usage, nothing that could be
migrated, or an internal error.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			opts, err := a.migrateOptions(&in, paths)
			if err != nil {
				return err
			}
			var result *migrate.Result
			var list []byte // of --stack
			if in.stack != "" {
				result, list, err = a.migrateStack(cmd.Context(), &in, &configured, opts)
			} else {
				opts.Lint = a.lintFor(paths, &configured)
				result, err = migrate.Run(cmd.Context(), a.env.Files, opts)
			}
			if err != nil {
				if errors.Is(err, django.ErrNothing) {
					err = &problem{text: strings.ReplaceAll(err.Error(), "\n", "; "), hint: "give the path of a Django project or of a settings file"}
				}
				if result != nil && out.format.value != "json" {
					return a.withNotes(err, result.Notes, &out)
				}
				return err
			}
			if result.Worst() >= failOn(threshold.value) {
				a.code = ExitFindings
			}
			if in.check && len(result.Changes) > 0 {
				a.code = ExitFindings
			}
			if in.write {
				if err := a.writeChanges(result.Changes); err != nil {
					return err
				}
			}
			return a.printMigrate(migrationOf(result, in.write, in.verbose || out.format.value == "json"), list, &in, &out)
		},
	}
	flags := cmd.Flags()
	in.model = choice{allowed: []string{string(stack.Classic), string(stack.Modern)}}
	flags.StringVar(&in.stack, "stack", "", "move the stack in `FILE` instead of a project: dotted paths, one per line, or a JSON array; - is standard input")
	flags.Var(&in.model, "model", "the model of --stack (default: classic)")
	flags.Var(&in.to, "to", "the Django version to move to (default: the newest release known)")
	flags.Var(&in.django, "django", "the Django version that the project runs on now (default: what the project says)")
	flags.BoolVar(&in.keepClassic, "keep-classic", false, "keep MIDDLEWARE_CLASSES as well, for projects that must run on Django 1.8 and 1.9")
	flags.BoolVar(&in.native, "native", false, "give simple classes a __call__ of their own instead of MiddlewareMixin")
	flags.BoolVar(&in.unsafe, "unsafe", false, "also apply fixes that may change what the project does")
	flags.BoolVar(&in.annotate, "annotate", false, "put a TODO(mwcheck) comment above hooks that will behave differently")
	flags.BoolVar(&in.write, "write", false, "write the changes instead of printing them")
	flags.BoolVar(&in.check, "check", false, "print no diff, and exit with 1 if anything would change")
	flags.BoolVar(&in.verbose, "all-places", false, "also list each comment, document and template that still speaks of MIDDLEWARE_CLASSES")
	flags.StringVar(&configured.file, "config", "", "read the configuration of lint from `FILE` (default: the nearest mwcheck.toml or pyproject.toml at or above each PATH)")
	flags.BoolVar(&configured.none, "no-config", false, "read no configuration")
	out.add(cmd, "text", "json")
	flags.Var(&threshold, "fail-on", "the least severity of what is left for a person that makes the exit code 1")
	return cmd
}

// lintFor is lint with the configuration of the project, as the fixes and the
// last word on the result need it.
func (a *app) lintFor(paths []string, configured *configFlags) func(context.Context, django.Files, stack.Version) ([]finding.Finding, error) {
	return func(ctx context.Context, files django.Files, to stack.Version) ([]finding.Finding, error) {
		b := *a
		b.env.Files = files
		run, err := b.lintAll(ctx, paths, &lintOptions{in: &inputFlags{django: version{value: to}}, configured: configured})
		if run == nil || err != nil && !errors.Is(err, django.ErrNothing) {
			return nil, err
		}
		return run.Findings, nil
	}
}

// migrateOptions checks what does not go together.
func (a *app) migrateOptions(in *migrateFlags, paths []string) (migrate.Options, error) {
	opts := migrate.Options{
		WorkDir: a.env.WorkDir, Django: in.django.value, To: in.to.value,
		KeepClassic: in.keepClassic, Native: in.native, Unsafe: in.unsafe, Annotate: in.annotate,
	}
	switch {
	case in.stack != "" && len(paths) > 0:
		return opts, &problem{text: fmt.Sprintf("--stack and a path (%q) do not go together", paths[0]), hint: "give one of them"}
	case in.stack == "" && in.model.value != "":
		return opts, &problem{text: "--model goes with --stack only", hint: "a project's settings say which model they use"}
	case in.stack != "" && (in.native || in.annotate || in.keepClassic):
		return opts, &problem{text: "--native, --annotate and --keep-classic are about a project; --stack is none", hint: "leave them out, or give the path of the project"}
	case in.stack == "-" && in.write:
		return opts, &problem{text: "standard input cannot be written", hint: "leave --write out: the new list goes to stdout"}
	case in.write && in.check:
		return opts, &problem{text: "--write and --check do not go together", hint: "--check only says whether something would change"}
	case in.keepClassic && in.native:
		return opts, &problem{text: "--keep-classic and --native do not go together", hint: "a class with a __call__ of its own cannot be listed in MIDDLEWARE_CLASSES"}
	case !in.to.value.IsZero() && !in.to.value.AtLeast(stack.Version{Major: 1, Minor: 10}):
		return opts, &problem{text: fmt.Sprintf("Django %s does not know MIDDLEWARE", in.to.value), hint: "give 1.10 or a later version to --to"}
	case in.write && a.env.Write == nil:
		return opts, &problem{text: "there is no way to write files here"}
	}
	for _, p := range paths {
		if p == "" {
			return opts, &problem{text: "a path is empty"}
		}
		opts.Paths = append(opts.Paths, osfiles.Name(p))
	}
	return opts, nil
}

// writeChanges puts the changes on disk, all or none.
func (a *app) writeChanges(changes []edit.Change) error {
	if len(changes) == 0 {
		return nil
	}
	err := a.env.Write(changes)
	if errors.Is(err, oswrite.ErrChanged) {
		return &problem{text: err.Error(), hint: "nothing was written; run the command again"}
	}
	if err != nil {
		return &problem{text: "cannot write: " + err.Error(), hint: "nothing was written unless the message says so"}
	}
	return nil
}

func (a *app) printMigrate(m report.Migration, list []byte, in *migrateFlags, out *outputFlags) error {
	if out.format.value == "json" {
		return report.MigrateJSON(a.env.Stdout, m)
	}
	switch {
	case in.write || in.check:
	case in.stack == "-":
		if _, err := a.env.Stdout.Write(list); err != nil {
			return err
		}
	default:
		if _, err := io.WriteString(a.env.Stdout, edit.Unified(m.Changes)); err != nil {
			return err
		}
	}
	return report.MigrateText(a.env.Stderr, m, out.text(a.env))
}

// migrationOf is a result as it is reported. Without all, the places that only
// speak of the setting are counted by file.
func migrationOf(r *migrate.Result, written, all bool) report.Migration {
	m := report.Migration{
		To: r.To.String(), Changes: r.Changes, Findings: r.Findings, Notes: r.Notes, Written: written,
	}
	for _, d := range r.Differences {
		m.Differences = append(m.Differences, report.Difference{
			Stack: d.Stack, Grade: d.Grade.String(), Text: d.Text, Advice: d.Advice, Layers: d.Layers, Span: d.Span,
		})
	}
	for _, d := range r.Done {
		m.Done = append(m.Done, report.Step{Pass: string(d.Pass), Text: d.What, Span: d.Span})
	}
	mentions := map[string]int{} // file -> index in m.Left
	for _, l := range r.Left {
		step := report.Step{Pass: string(l.Pass), Severity: l.Severity, Text: l.Reason, Span: l.Span}
		if i, known := mentions[l.Span.File]; l.Mention && known && !all {
			m.Left[i].Text = "speaks of MIDDLEWARE_CLASSES here and in more places"
			continue
		}
		if l.Mention {
			step.Text = "speaks of MIDDLEWARE_CLASSES: " + step.Text
			mentions[l.Span.File] = len(m.Left)
		}
		m.Left = append(m.Left, step)
	}
	return m
}
