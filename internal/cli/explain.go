package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/lint"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE]...",
		Short: "Print what a rule reports and why",
		Long: `explain prints the page of each RULE, named by its id or its name; without RULE
it lists the rules.`,
		RunE: func(_ *cobra.Command, names []string) error {
			text, err := explain(names)
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.env.Stdout, text)
			return err
		},
	}
}

func explain(names []string) (string, error) {
	var b strings.Builder
	if len(names) == 0 {
		for _, r := range lint.Rules() {
			fmt.Fprintf(&b, "%s %-24s %s\n", r.ID, r.Name, r.Title)
		}
		return b.String(), nil
	}
	for i, name := range names {
		r := lint.Find(name)
		if r == nil {
			return "", &problem{text: fmt.Sprintf("there is no rule %q", name), hint: "mwcheck explain lists the rules"}
		}
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(page(r))
	}
	return b.String(), nil
}

// page is what a terminal shows of a rule: its documentation with an example
// of what it reports and one of what it does not.
func page(r *lint.Rule) string {
	bad, _ := r.Bad.Settings()
	good, _ := r.Good.Settings()
	return fmt.Sprintf("# %s %s\n\n%s\n\n%s\n\n## Reported (Django %s)\n\n%s\n## Not reported (Django %s)\n\n%s\n%s\n",
		r.ID, r.Name, r.Title, strings.TrimSpace(r.Doc), r.Bad.Django, indent(bad), r.Good.Django, indent(good), r.URL())
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}
