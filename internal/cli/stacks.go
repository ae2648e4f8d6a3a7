package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/report"
)

func (a *app) stacksCommand() *cobra.Command {
	var in inputFlags
	var configured configFlags
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "stacks [PATH]...",
		Short: "Print the middleware stacks that Django would load",
		Long: `stacks reads the settings of the Django projects below each PATH (default: the
working directory) and prints the middleware stacks that Django would load,
outermost layer first, with the origin of every entry. Where a list depends on
conditions there is one stack for each outcome. It never imports or runs the
project; what cannot be known without running it is marked as unknown.

Exit codes: 0 stacks were printed, 2 wrong usage, no settings module was found,
or an internal error.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := in.check(paths); err != nil {
				return err
			}
			result, err := a.stacks(cmd.Context(), paths, &in, &configured)
			if err != nil && out.format.value != "json" {
				return a.withNotes(err, result.Notes, &out)
			}
			return errors.Join(err, a.printStacks(result, &out))
		},
	}
	in.add(cmd.Flags())
	configured.addReading(cmd.Flags())
	out.add(cmd, "text", "json")
	return cmd
}

func (a *app) printStacks(r report.Stacks, out *outputFlags) error {
	if out.format.value == "json" {
		return report.StacksJSON(a.env.Stdout, r)
	}
	return report.StacksText(a.env.Stdout, r, out.text(a.env))
}

func (a *app) stacks(ctx context.Context, paths []string, in *inputFlags, configured *configFlags) (report.Stacks, error) {
	var r report.Stacks
	if in.stack != "" {
		var err error
		r.Notes, err = a.givenStack(in, configured, func(s loadedStack) error {
			r.Stacks = append(r.Stacks, *s.Stack)
			return nil
		})
		return r, err
	}
	parts, notes, err := a.parts(ctx, paths, in, configured)
	r.Notes = notes
	for _, p := range parts {
		r.Stacks = append(r.Stacks, p.project.Stacks...)
		r.Settings += len(p.project.Settings)
	}
	return r, err
}
