package report_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func github(t testing.TB, r report.Lint, opts report.TextOptions) (commands, log string) {
	t.Helper()
	var b, l strings.Builder
	require.NoError(t, report.LintGitHub(&b, &l, r, "", opts))
	return b.String(), l.String()
}

func TestGitHub(t *testing.T) {
	commands, log := github(t, oddReport(t).Lint, report.TextOptions{MaxNotes: 1, AllNotes: "--all-notes shows them"})
	require.Empty(t, cmp.Diff(
		`::error file=shop/a b%25%2C%3Aé.py,line=2,endLine=2,col=9,endColumn=14,title=MW101 wrong-order::100%25 "wrong", says 'a,b:c'::d; 層 🦊%0Amore: https://example.org/wrong-order
::warning file=open.py,line=3,endLine=4,title=MW107 both-settings::one␍␊two␀␛[31m|three| `+"`four`"+` *five* <b>&amp; [l](http://x) @you #12 � `+"\uffff"+`
::notice file=/etc/settings.py,title=MW999::of a rule that nobody lists
::warning::without a place
`, commands))
	require.Empty(t, cmp.Diff(`note: ::error::x.py:3:2: left out ## [error] 50%
... and 1 more note (--all-notes shows them)
1 error, 2 warnings, 1 note, 1 suppressed; 1 of 2 stacks understood entirely, 1 settings module, 3 layers
`, log))

	commands, _ = github(t, reports(t)["failed"].Lint, report.TextOptions{})
	require.Equal(t, "::error title=mwcheck::no settings module | was%0Afound\n", commands)
	commands, _ = github(t, report.Lint{}, report.TextOptions{})
	require.Empty(t, commands)
}

// The grammar of a command as the runner reads it (actions/runner, src/
// Runner.Common/ActionCommand.cs, TryParseV2): up to the first "::" behind the
// start are name and properties, split at "," and "=", and all behind is data.
var commandPattern = regexp.MustCompile(`^::(error|warning|notice)(?: ((?:(?:file|line|endLine|col|endColumn|title)=[^,:\r\n]*,?)+))?::([^\r\n]*)$`)

var githubEscapes = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")

// requireCommands checks that what is written is the commands meant, no more.
func requireCommands(t testing.TB, r report.Lint, commands, log string) {
	t.Helper()
	lines := strings.SplitAfter(commands, "\n")
	require.Empty(t, lines[len(lines)-1])
	lines = lines[:len(lines)-1]
	if r.Failure != "" {
		require.Equal(t, r.Failure, githubEscapes.Replace(commandPattern.FindStringSubmatch(strings.TrimSuffix(lines[0], "\n"))[3]))
		lines = lines[1:]
	}
	for _, f := range r.Findings {
		if f.Suppression != nil {
			continue
		}
		require.NotEmpty(t, lines)
		m := commandPattern.FindStringSubmatch(strings.TrimSuffix(lines[0], "\n"))
		require.NotNil(t, m, lines[0])
		properties := map[string]string{}
		for _, p := range strings.Split(m[2], ",") {
			key, value, _ := strings.Cut(p, "=")
			properties[key] = githubEscapes.Replace(value)
		}
		require.Equal(t, f.Span.File, properties["file"])
		lines = lines[1:]
	}
	require.Empty(t, lines)
	for line := range strings.Lines(log) {
		require.False(t, strings.HasPrefix(strings.TrimSpace(line), "::"), line)
		require.NotContains(t, line, "##[")
	}
}

func TestGitHubCommandsAreRead(t *testing.T) {
	eachReport(t, func(t *testing.T, o odd) {
		commands, log := github(t, o.Lint, report.TextOptions{})
		requireCommands(t, o.Lint, commands, log)
	})
}

func TestGitHubColumnsOnOneLineOnly(t *testing.T) {
	for span, want := range map[stack.Span]string{
		{File: "a.py", Line: 2, Column: 3, EndLine: 2, EndColumn: 9}: "file=a.py,line=2,endLine=2,col=3,endColumn=9",
		{File: "a.py", Line: 2, Column: 3, EndLine: 4, EndColumn: 9}: "file=a.py,line=2,endLine=4",
		{File: "a.py", Line: 2, Column: 3}:                           "file=a.py,line=2,endLine=2,col=3",
		{File: "a.py", Line: 2}:                                      "file=a.py,line=2,endLine=2,col=1",
		{File: "a.py"}:                                               "file=a.py",
		{Line: 2}:                                                    "",
	} {
		commands, _ := github(t, report.Lint{Findings: []finding.Finding{{Severity: finding.Error, Span: span, Message: "m"}}}, report.TextOptions{})
		require.Equal(t, strings.TrimSpace("::error "+want)+"::m\n", commands)
	}
}
