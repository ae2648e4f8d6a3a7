// Package rulepage writes the pages of docs/rules from the rules: what a rule
// reports and why, a bad example with what the command prints, what its fixes
// make of it, a good example, and how to configure it. Everything that a page
// shows of the command is made by running the rules.
package rulepage

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Page is the rule's page in Markdown.
func Page(r *lint.Rule) (string, error) {
	files, flags := r.Bad.Files(), "--fix"
	changes, findings, err := open(r.Bad).fix(false)
	if err == nil && len(changes) == 0 && r.Fixes.Unsafe {
		flags += " --unsafe-fixes"
		changes, _, err = open(r.Bad).fix(true)
	}
	if err != nil {
		return "", fmt.Errorf("the example of %s: %w", r.ID, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s %s\n\n%s.\n\n", r.ID, r.Name, r.Title)
	b.WriteString("| Since | Worst severity | Models | Fix |\n|---|---|---|---|\n")
	fmt.Fprintf(&b, "| mwcheck %s | %s | %s | %s |\n\n", r.Since, r.Severity, models(r), fixes(r))
	doc, why, _ := strings.Cut(r.Doc, "## Why")
	fmt.Fprintf(&b, "## What it reports\n\n%s\n\n## Why\n\n%s\n\n", strings.TrimSpace(doc), strings.TrimSpace(why))
	fmt.Fprintf(&b, "## Bad\n\n%s\n```text\n%s```\n\n", source(r.Bad), show(files, findings))
	fmt.Fprintf(&b, "## Good\n\n%s\n", source(r.Good))
	b.WriteString(fixSection(r, flags, changes))
	b.WriteString(configuration(r))
	return b.String(), nil
}

func models(r *lint.Rule) string {
	if len(r.Models) == 1 {
		return string(r.Models[0])
	}
	return "both"
}

func fixes(r *lint.Rule) string {
	if s := r.Fixes.String(); s != "" {
		return s
	}
	return "none"
}

// source is an example as blocks of code in Markdown.
func source(e lint.Example) string {
	files := e.Files()
	settings := fmt.Sprintf("```python\n%s```\n", files[lint.ExampleFile])
	if config := files[lint.ExampleConfig]; config != "" {
		settings += fmt.Sprintf("\n`%s`:\n\n```toml\n%s```\n", lint.ExampleConfig, config)
	}
	if e.Code == "" {
		return fmt.Sprintf("Under Django %s:\n\n%s", e.Django, settings)
	}
	return fmt.Sprintf("`%s`:\n\n```python\n%s```\n\n`%s`, under Django %s:\n\n%s", lint.ExampleCode, e.Code, lint.ExampleFile, e.Django, settings)
}

// show renders findings as lint prints them.
func show(files map[string]string, findings []finding.Finding) string {
	var b strings.Builder
	source := func(name string) ([]byte, error) { return []byte(files[name]), nil }
	// Writing to a strings.Builder does not fail.
	_ = report.FindingsText(&b, findings, source, report.TextOptions{})
	return b.String()
}

// fixSection says what the rule's fixes do, and shows it on the bad example.
func fixSection(r *lint.Rule, flags string, changes []edit.Change) string {
	if r.Fixes.String() == "" {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## Fix\n\n%s\n", strings.TrimSpace(r.Fixes.Text))
	if len(changes) > 0 {
		fmt.Fprintf(&b, "\n`mwcheck lint %s` on the bad example:\n\n```diff\n%s```\n", flags, edit.Unified(changes))
	} else {
		b.WriteString("\nFor the bad example there is none.\n")
	}
	b.WriteString("\n[Fixes](../fixes.md) has what is checked before a fix is offered.\n\n")
	return b.String()
}

// configuration shows how a project changes what is reported.
func configuration(r *lint.Rule) string {
	var b strings.Builder
	b.WriteString("## Configuration\n\n")
	fmt.Fprintf(&b, "```toml\n%s```\n\n", Severity(r))
	fmt.Fprintf(&b, "reports it as a note; `\"off\"`, or `ignore = [%q]`, not at all ([configuration](../configuration.md)).\n", r.Name)
	if r.Late {
		return b.String()
	}
	fmt.Fprintf(&b, "For one place, a comment behind the line of the finding, or alone above it: `%s` ([suppression](../suppression.md)).\n", Comment(r))
	return b.String()
}

// Severity is the part of pyproject.toml that makes a rule's findings notes.
func Severity(r *lint.Rule) string {
	return fmt.Sprintf("[tool.mwcheck.severity]\n%s = \"note\"\n", r.Name)
}

// Comment is one that accepts a rule's finding.
func Comment(r *lint.Rule) string { return "# mwcheck: ignore[" + r.Name + "] the reason" }

// Index is the list of all rules in Markdown, docs/rules/README.md.
func Index() string {
	var b strings.Builder
	b.WriteString("# Rules\n\n`mwcheck explain ID` prints a rule's page; ids and names are both accepted.\n" +
		"What the rules know of layers is in [facts](facts.md).\n\n")
	b.WriteString("| Id | Name | What it reports | Worst severity | Fix |\n|---|---|---|---|---|\n")
	for _, r := range lint.Rules() {
		fmt.Fprintf(&b, "| %s | [%s](%s.md) | %s | %s | %s |\n", r.ID, r.Name, r.Name, r.Title, r.Severity, fixes(r))
	}
	b.WriteString("\nAn error fails: the server does not start, requests fail, or something is lost. A warning may do harm, or goes\n" +
		"against documentation. A note depends on something that is not known. What a rule is sure of, and what it leaves alone,\n" +
		"is on its page; [fixes](../fixes.md) says what safe and unsafe mean, and [configuration](../configuration.md) how to\n" +
		"select rules and change severities.\n")
	fmt.Fprintf(&b, "\nOn a project whose Django version is not known, rules reckon with every version that reads the\n"+
		"setting: %s to %s for MIDDLEWARE_CLASSES, %s and later for MIDDLEWARE. What does not hold for all of\n"+
		"them is a note at most.\n", catalog.Floor(stack.Classic), catalog.Ceiling(stack.Classic), catalog.Floor(stack.Modern))
	b.WriteString("\nPages name their sources: `django/…` and `docs/…` are paths in Django's repository, in the versions that are named there,\n" +
		"else in 3.2, where they were looked up. The examples of rules on classes are run on Django 3.2: the bad ones have to fail as the page says, the good ones\n" +
		"to serve. testdata/corpus/annotations.txt has the verdict, true or false, on each finding in the real projects that the tests read;\n" +
		"[facts-accuracy.md](../facts-accuracy.md) says how well classes are read.\n")
	return b.String()
}
