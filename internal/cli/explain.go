package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/rulepage"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE|FACT|LAYER]...",
		Short: "Print what a rule reports and why, or what is known of a layer",
		Long: `explain prints the page of each RULE, named by its id or its name. Of a FACT, named
by its id as in "dj.auth-after-session", it prints what it demands and where that
is written; of a LAYER, named by its dotted path, what is known and all facts on
it. Without names it lists the rules.`,
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
		text, err := explainOne(name)
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func explainOne(name string) (string, error) {
	if r := lint.Find(name); r != nil {
		return rulepage.Page(r)
	}
	c := catalog.Default()
	if f := c.Fact(name); f != nil && !f.Informative {
		return strings.TrimSuffix(lint.FactText(f), "\n"), nil
	}
	if m := c.Find(name); m != nil {
		return strings.TrimSuffix(explainLayer(c, m), "\n"), nil
	}
	hint := "mwcheck explain lists the rules"
	if strings.Contains(name, ".") {
		hint = "facts are in docs/rules/facts.md, known layers in docs/catalog.md"
		if near := c.Nearest(name); near != "" {
			hint = fmt.Sprintf("did you mean %q", near)
		}
	}
	return "", &problem{text: fmt.Sprintf("there is no rule, fact or known layer %q", name), hint: hint}
}

// explainLayer is what the catalog says of a layer, and each fact in which it
// takes part by its path or by a tag.
func explainLayer(c *catalog.Catalog, m *catalog.Middleware) string {
	var b strings.Builder
	b.WriteString(m.Text())
	for _, f := range c.Facts {
		if !f.Informative && slices.ContainsFunc(append([]string{f.Subject}, f.Targets...), func(ref string) bool {
			return slices.Contains(c.Expand(ref), m)
		}) {
			b.WriteString(lint.FactText(f))
		}
	}
	return b.String()
}
