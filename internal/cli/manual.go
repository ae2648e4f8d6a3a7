package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/lint"
)

// manCommand writes the man pages of all commands. It is for packagers, and so
// hidden.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write a man page for each command",
		Long:   `man writes a man page for each command into DIR, which it makes if need be.`,
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return fmt.Errorf("cannot write man pages: %w", err)
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			escapeHelp(root)
			// The date is that of the data, so that equal programs write equal
			// pages.
			date, err := time.Parse(time.DateOnly, catalog.Date)
			if err != nil {
				return err
			}
			header := &doc.GenManHeader{Section: "1", Manual: "mwcheck", Source: "mwcheck " + moduleVersion(), Date: &date}
			if err := doc.GenManTree(root, header, dir); err != nil {
				return fmt.Errorf("cannot write man pages: %w", err)
			}
			return nil
		},
	}
}

// escapeHelp makes the help of a command and of those below it Markdown, which
// is what man pages are made of: "__call__" stays as it is, and lines that are
// indented stay lines.
func escapeHelp(cmd *cobra.Command) {
	cmd.Short, cmd.Long = markdown(cmd.Short), markdown(cmd.Long)
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Usage = markdown(f.Usage) })
	for _, sub := range cmd.Commands() {
		escapeHelp(sub)
	}
}

func markdown(text string) string {
	escape := strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, "|", `\|`)
	var b strings.Builder
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "\t"):
			b.WriteString(line)
		case strings.HasPrefix(line, "  "):
			b.WriteString("    " + line)
		default:
			b.WriteString(escape.Replace(line))
		}
	}
	return b.String()
}

// completeChoices lets shells complete the words of every flag that takes one
// of some words.
func completeChoices(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if c, ok := f.Value.(*choice); ok {
			// The flag is there, and has no completion yet: no error can come.
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(c.allowed, cobra.ShellCompDirectiveNoFileComp))
		}
	})
	for _, sub := range cmd.Commands() {
		completeChoices(sub)
	}
}

// completeRules completes ids and names of rules and, once there is a dot, facts
// and known layers.
func completeRules(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var words []cobra.Completion
	if strings.Contains(begun, ".") {
		c := catalog.Default()
		for _, f := range c.Facts {
			if !f.Informative {
				words = append(words, f.ID)
			}
		}
		for _, m := range c.Middleware {
			words = append(words, m.Path)
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
	for _, r := range lint.Rules() {
		words = append(words, cobra.CompletionWithDesc(r.ID, r.Title), cobra.CompletionWithDesc(r.Name, r.Title))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}
