package lint

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Show renders the findings of an example whose files have the given texts, as
// the command prints them.
type Show func(files map[string]string, findings []finding.Finding) string

// Page is the rule's page in Markdown, as it is in docs/rules: what it reports
// and why, a bad example with what the command prints, and a good one. The
// output is made by running the rules.
func (r *Rule) Page(show Show) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s %s\n\n%s.\n\n", r.ID, r.Name, r.Title)
	models := "both"
	if len(r.Models) == 1 {
		models = string(r.Models[0])
	}
	fmt.Fprintf(&b, "| Since | Worst severity | Models |\n|---|---|---|\n| mwcheck %s | %s | %s |\n\n", r.Since, r.Severity, models)
	doc, why, _ := strings.Cut(r.Doc, "## Why")
	fmt.Fprintf(&b, "## What it reports\n\n%s\n\n## Why\n\n%s\n\n", strings.TrimSpace(doc), strings.TrimSpace(why))
	_, stacks := r.Bad.Settings()
	findings, _ := Run(stacks, r.Bad.Config())
	fmt.Fprintf(&b, "## Bad\n\n%s\n```text\n%s```\n\n## Good\n\n%s", r.Bad.source(), show(r.Bad.Files(), findings), r.Good.source())
	return b.String()
}

// source is an example as blocks of code in Markdown.
func (e Example) source() string {
	text, _ := e.Settings()
	settings := fmt.Sprintf("```python\n%s```\n", text)
	if len(e.Order) > 0 {
		config, _ := e.configuration()
		settings += fmt.Sprintf("\n`%s`:\n\n```toml\n%s```\n", ExampleConfig, config)
	}
	if e.Code == "" {
		return fmt.Sprintf("Under Django %s:\n\n%s", e.Django, settings)
	}
	return fmt.Sprintf("`%s`:\n\n```python\n%s```\n\n`%s`, under Django %s:\n\n%s", ExampleCode, e.Code, ExampleFile, e.Django, settings)
}

// Index is the list of all rules in Markdown, docs/rules/README.md.
func Index() string {
	var b strings.Builder
	b.WriteString("# Rules\n\n`mwcheck explain ID` prints a rule's page; ids and names are both accepted.\n" +
		"What the rules know of layers is in [facts](facts.md).\n\n")
	b.WriteString("| Id | Name | What it reports | Worst severity |\n|---|---|---|---|\n")
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| %s | [%s](%s.md) | %s | %s |\n", r.ID, r.Name, r.Name, r.Title, r.Severity)
	}
	fmt.Fprintf(&b, "\nOn a project whose Django version is not known, rules reckon with every version that reads the\n"+
		"setting: %s to %s for MIDDLEWARE_CLASSES, %s and later for MIDDLEWARE. What does not hold for all of\n"+
		"them is a note at most.\n", catalog.Floor(stack.Classic), catalog.Ceiling(stack.Classic), catalog.Floor(stack.Modern))
	return b.String()
}
