package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/rulepage"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE]...",
		Short: "Print what a rule reports and why",
		Long: `explain prints the page of each RULE, named by its id or its name; without RULE
it lists the rules.`,
		ValidArgsFunction: completeRules,
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
		page, err := rulepage.Page(r)
		if err != nil {
			return "", err
		}
		b.WriteString(page)
	}
	return b.String(), nil
}
