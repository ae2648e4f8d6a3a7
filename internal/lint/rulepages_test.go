package lint_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/config"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/rulepage"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

const pages = "../../docs/rules"

// TestPages compares docs/rules with what the rules say; "go test -update"
// writes it anew.
func TestPages(t *testing.T) {
	want := map[string]string{"README.md": rulepage.Index(), "facts.md": lint.FactsPage(catalog.Default())}
	for _, r := range lint.Rules() {
		text, err := rulepage.Page(r)
		require.NoError(t, err)
		want[r.Name+".md"] = text
	}
	update := flag.Lookup("update").Value.String() == "true"
	for name, text := range want {
		file := filepath.Join(pages, name)
		if update {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, text, string(got), "%s is stale: run go test ./internal/lint -update", file)
	}
	files, err := os.ReadDir(pages)
	require.NoError(t, err)
	for _, f := range files {
		require.Contains(t, want, f.Name(), "a page without a rule")
	}
}

// exampleProject is an example as a project.
func exampleProject(e lint.Example) *project {
	p := settingsOf(e.Django)
	for name, text := range e.Files() {
		p.files[name] = text
	}
	p.order = e.Config().Order
	return p
}

// TestExamplesAsProjects holds what a page promises on the way that the command
// goes: one finding for the bad example, none for the good one, fixes of the
// kinds that the page names and no others, and none of them leaves the finding.
func TestExamplesAsProjects(t *testing.T) {
	for _, r := range lint.Rules() {
		t.Run(r.Name, func(t *testing.T) {
			findings := exampleProject(r.Bad).lint(t)
			require.Len(t, findings, 1)
			require.Equal(t, r.ID, findings[0].Rule)
			for _, f := range exampleProject(r.Good).lint(t) {
				require.NotNil(t, f.Suppression, f.Message)
			}
			p := exampleProject(r.Bad)
			if titles := p.fix(t, true); len(titles) > 0 {
				require.NotEmpty(t, r.Fixes.Text, "a fix that the page does not speak of: %s", titles)
				require.Empty(t, p.lint(t))
			}
			checkFixKinds(t, findings)
		})
	}
}

// checkFixKinds fails where a rule has a fix of a kind that its page denies.
func checkFixKinds(t require.TestingT, findings []finding.Finding) {
	for _, f := range findings {
		for _, fix := range f.Fixes {
			if len(fix.Edits) == 0 {
				continue
			}
			kinds := lint.Find(f.Rule).Fixes
			allowed := fix.Safety == finding.Safe && kinds.Safe || fix.Safety == finding.Unsafe && kinds.Unsafe
			require.True(t, allowed, "%s has a fix that is %s (%s), its page says %q", f.Rule, fix.Safety, fix.Title, kinds)
		}
	}
}

// policyOf is what a text in pyproject.toml says.
func policyOf(t *testing.T, text string) lint.Policy {
	c, err := config.Read("pyproject.toml", "", []byte(text))
	require.NoError(t, err)
	return lint.Policy{Levels: c.Levels}
}

// TestPagesConfigure does as each page says under "Configuration".
func TestPagesConfigure(t *testing.T) {
	for _, r := range lint.Rules() {
		t.Run(r.Name, func(t *testing.T) {
			page, err := rulepage.Page(r)
			require.NoError(t, err)
			p := exampleProject(r.Bad)
			with := func(text string) []finding.Finding {
				stacks, conf := p.load(t)
				conf.Policy = policyOf(t, text)
				findings, _ := lint.Run(stacks, conf)
				return findings
			}
			require.Contains(t, page, rulepage.Severity(r))
			findings := with(rulepage.Severity(r))
			require.Len(t, findings, 1)
			require.Equal(t, finding.Note, findings[0].Severity)
			require.Empty(t, with(strings.Replace(rulepage.Severity(r), "note", "off", 1)))
			require.Empty(t, with("[tool.mwcheck]\nignore = [\""+r.Name+"\"]\n"))

			require.Equal(t, !r.Late, strings.Contains(page, rulepage.Comment(r)))
			if r.Late {
				return
			}
			at := findings[0].Span
			lines := strings.SplitAfter(p.files[at.File], "\n")
			lines[at.Line-1] = strings.TrimSuffix(lines[at.Line-1], "\n") + "  " + rulepage.Comment(r) + "\n"
			p.files[at.File] = strings.Join(lines, "")
			findings = p.lint(t)
			require.Len(t, findings, 1)
			require.NotNil(t, findings[0].Suppression)
		})
	}
}

// TestPagesSayHowSevere wants a page to speak of every severity that the golden
// cases show of its rule, besides the worst one, which the page's table has.
func TestPagesSayHowSevere(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	require.NoError(t, err)
	seen := map[string]map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^\S+: (error|warning|note) (MW\d+) `).FindAllStringSubmatch(string(text), -1) {
			if seen[m[2]] == nil {
				seen[m[2]] = map[string]bool{}
			}
			seen[m[2]][m[1]] = true
		}
	}
	for _, r := range lint.Rules() {
		require.NotEmpty(t, seen[r.ID], r.ID)
		what, _, _ := strings.Cut(r.Doc, "## Why")
		for severity := range seen[r.ID] {
			if severity != r.Severity.String() {
				require.Regexp(t, `\b`+severity+`s?\b`, what, "%s does not say when it is of severity %s", r.Name, severity)
			}
		}
	}
}

// cited is a file of Django's that a page names, with what is named in it.
var cited = regexp.MustCompile(`(django/[\w/]+\.py)(?:,\s+([A-Za-z_][\w.]*))?`)

// olderDjango are files that pages cite from other releases, with the release.
var olderDjango = map[string]string{
	"django/core/checks/compatibility/django_1_10.py": "1.10 and 1.11",
}

// TestPagesCiteDjango looks the files that pages cite, and what they name there,
// up in Django 3.2.
func TestPagesCiteDjango(t *testing.T) {
	site := testenv.Site(t, "python3-django")
	found := 0
	for _, r := range lint.Rules() {
		for _, m := range cited.FindAllStringSubmatch(r.Doc, -1) {
			if release := olderDjango[m[1]]; release != "" {
				require.Contains(t, strings.ReplaceAll(r.Doc, "\n", " "), release, r.Name)
				continue
			}
			source, err := os.ReadFile(filepath.Join(site, filepath.FromSlash(m[1])))
			require.NoError(t, err, r.Name)
			found++
			for _, name := range strings.Split(m[2], ".") {
				// A version may stand where a name could.
				if name != "" && name != "Django" && name != "in" && name != "and" {
					require.Regexp(t, `\b`+name+`\b`, string(source), "%s: %s", r.Name, m[1])
				}
			}
		}
	}
	require.Greater(t, found, 20)
}
