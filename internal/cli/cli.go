// Package cli is the mwcheck command: flags, input, exit codes. It holds no
// logic of its own; it hands what it reads to the other packages and what they
// answer to internal/report.
package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/config"
)

// The exit codes. The output format never changes them.
const (
	// ExitOK: nothing at or above --fail-on was found.
	ExitOK = 0
	// ExitFindings: something at or above --fail-on was found; for conform, an
	// engine failed a vector.
	ExitFindings = 1
	// ExitFailure: wrong usage, nothing that could be checked, or an internal
	// error.
	ExitFailure = 2
)

// Main runs the command and gives its exit code. Everything it reads and
// writes goes through env.
func Main(args []string, env Env) (code int) {
	a := &app{env: env}
	defer func() {
		if p := recover(); p != nil {
			a.complain(&problem{
				text: fmt.Sprintf("internal error: %v", p),
				hint: "this is a defect of mwcheck; please report it with the lines below\n" + string(debug.Stack()),
			})
			code = ExitFailure
		}
	}()
	root := a.root()
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	if err := root.ExecuteContext(context.Background()); err != nil {
		a.complain(err)
		return ExitFailure
	}
	return a.code
}

// app is one run of the command.
type app struct {
	env  Env
	code int // what to exit with if no error comes
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "mwcheck",
		Short: "Check Django middleware stacks without running them",
		Long: `mwcheck reads Django projects and checks the order and the use of their
middleware. It never imports or runs a line of the project; only "conform
--django" does, and says so before it starts.

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, nothing
that could be checked, or an internal error.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &problem{text: err.Error(), hint: fmt.Sprintf("see %s --help", cmd.CommandPath())}
	})
	root.AddCommand(a.lintCommand(), a.stacksCommand(), a.layersCommand(), a.costCommand(), a.migrateCommand(), a.explainCommand(), a.conformCommand(), a.traceCommand(), a.diffCommand(), a.versionCommand(), a.manCommand())
	completeChoices(root)
	return root
}

// problem is an error with what to do about it.
type problem struct {
	text string
	hint string // may have several lines, or none
}

func (p *problem) Error() string { return p.text }

// complain writes an error to stderr: "mwcheck: error: …", with hint lines.
func (a *app) complain(err error) {
	text, hint := err.Error(), ""
	var p *problem
	var wrong config.Errors
	if errors.As(err, &wrong) {
		for _, one := range wrong {
			fmt.Fprintf(a.env.Stderr, "mwcheck: error: %s\n", one)
		}
		return
	}
	if errors.As(err, &p) {
		hint = p.hint
	} else if first, rest, found := strings.Cut(text, "\n"); found {
		// Cobra's suggestions for a misspelt command follow the first line.
		text, hint = first, strings.TrimSpace(rest)
	}
	fmt.Fprintf(a.env.Stderr, "mwcheck: error: %s\n", text)
	for line := range strings.Lines(hint) {
		if line = strings.TrimSpace(line); line != "" {
			fmt.Fprintf(a.env.Stderr, "mwcheck: hint: %s\n", line)
		}
	}
}
