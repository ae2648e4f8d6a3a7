package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// shownNotes is how many notes the text formats print; --all-notes prints all.
const shownNotes = 10

// outputFlags say how a command prints.
type outputFlags struct {
	format   choice
	color    choice
	allNotes bool
}

func (f *outputFlags) add(cmd *cobra.Command, formats ...string) {
	f.format = oneOf(formats...)
	f.color = oneOf("auto", "always", "never")
	flags := cmd.Flags()
	flags.Var(&f.format, "format", "the output format")
	flags.Var(&f.color, "color", "colour of the text format; auto follows NO_COLOR and whether stdout is a terminal")
	flags.BoolVar(&f.allNotes, "all-notes", false, "print every note of what was not understood or left out")
}

// text gives the options of the text renderers.
func (f *outputFlags) text(env Env) report.TextOptions {
	opts := report.TextOptions{Color: env.color(f.color.value), AllNotes: "--all-notes shows them"}
	if !f.allNotes {
		opts.MaxNotes = shownNotes
	}
	return opts
}

// forPeople says that the format is read as it is, and not by a program: then a
// run that fails prints nothing but why.
func (f *outputFlags) forPeople() bool {
	return f.format.value == "text" || f.format.value == "short"
}

// lintFormats are the formats of lint, the default first.
func lintFormats() []string {
	return []string{"text", "short", "json", "sarif", "github", "gitlab", "junit", "markdown"}
}

// printLint prints in the format asked for. failOn is what makes the run fail;
// only the junit format, which has failures of its own, depends on it.
func (a *app) printLint(r report.Lint, source report.Source, out *outputFlags, failOn finding.Severity) error {
	w := a.env.Stdout
	switch out.format.value {
	case "short":
		return report.LintShort(w, a.env.Stderr, r, out.text(a.env))
	case "json":
		return report.LintJSON(w, r)
	case "sarif":
		return report.LintSARIF(w, r, source, tool())
	case "github":
		return report.LintGitHub(w, a.env.Stderr, r, a.belowTop("GITHUB_WORKSPACE"), out.text(a.env))
	case "gitlab":
		return report.LintGitLab(w, r, a.belowTop("CI_PROJECT_DIR"))
	case "junit":
		return report.LintJUnit(w, r, source, failOn)
	case "markdown":
		return report.LintMarkdown(w, r, source)
	}
	return report.LintText(w, r, source, out.text(a.env))
}

// belowTop is the working directory as seen from the top of the repository,
// which a CI system names in a variable; "" where it is the top, or where the
// variable does not say.
func (a *app) belowTop(variable string) string {
	top, _ := a.env.LookupEnv(variable)
	top = strings.TrimRight(strings.ReplaceAll(top, `\`, "/"), "/")
	if rest, ok := strings.CutPrefix(a.env.WorkDir, top+"/"); ok && top != "" {
		return rest
	}
	return ""
}

// tool is what reports for machines say of this program.
func tool() report.Tool {
	t := report.Tool{Version: moduleVersion(), Catalog: catalog.Date}
	for _, r := range lint.Rules() {
		t.Rules = append(t.Rules, report.Rule{
			ID: r.ID, Name: r.Name, Title: r.Title, Doc: r.Doc, URL: r.URL(), Severity: r.Severity.String(),
		})
	}
	return t
}

// withNotes prints the notes that say why nothing could be checked, on stderr
// before the error that says so.
func (a *app) withNotes(err error, notes []stack.Note, out *outputFlags) error {
	opts := out.text(a.env)
	opts.Color = false
	return errors.Join(err, report.NotesText(a.env.Stderr, notes, opts))
}
