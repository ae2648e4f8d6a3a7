package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
)

// The escapes of GitHub's workflow commands: @actions/core 1.11,
// src/command.ts, escapeData and escapeProperty.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// LintGitHub writes a workflow command for each finding, which GitHub Actions
// shows beside the line: "::error file=…,line=…::…". Notes and the summary go
// to log as plain lines: GitHub shows ten annotations of a kind for a step, and
// notes would push findings out. dir is the working directory as seen from the
// top of the repository, which GitHub reads file names from; "" is the top.
func LintGitHub(w, log io.Writer, r Lint, dir string, opts TextOptions) error {
	var b strings.Builder
	if r.Failure != "" {
		fmt.Fprintf(&b, "::error title=%s::%s\n", toolName, githubData.Replace(r.Failure))
	}
	for _, f := range open(r.Findings) {
		b.WriteString(githubCommand(f, dir))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	b.Reset()
	shown := capped(r.Notes, opts)
	for _, n := range shown {
		// A line that starts with "::", or holds "##[", would be a command; no
		// line here starts with what the project chose.
		fmt.Fprintf(&b, "note: %s\n", strings.ReplaceAll(prefix(n.Span)+printable(n.Message), "##[", "## ["))
	}
	b.WriteString(hiddenNotes(len(r.Notes)-len(shown), opts) + SummaryLine(r.Summary) + "\n")
	_, err := io.WriteString(log, b.String())
	return err
}

func githubCommand(f finding.Finding, dir string) string {
	name := "error"
	switch f.Severity {
	case finding.Warning:
		name = "warning"
	case finding.Note:
		name = "notice"
	}
	var properties []string
	set := func(key, value string) { properties = append(properties, key+"="+githubProperty.Replace(value)) }
	if f.Span.File != "" {
		set("file", below(dir, f.Span.File))
		if f.Span.Line > 0 {
			set("line", fmt.Sprint(f.Span.Line))
			end := max(f.Span.EndLine, f.Span.Line)
			set("endLine", fmt.Sprint(end))
			// GitHub takes columns only where both are on one line (REST API,
			// check runs, annotations).
			if end == f.Span.Line {
				column := max(f.Span.Column, 1)
				set("col", fmt.Sprint(column))
				if f.Span.EndColumn >= column {
					set("endColumn", fmt.Sprint(f.Span.EndColumn))
				}
			}
		}
	}
	if t := title(f); t != "" {
		set("title", t)
	}
	message := printable(f.Message)
	if f.URL != "" {
		message += "\nmore: " + f.URL
	}
	head := strings.TrimSuffix("::"+name+" "+strings.Join(properties, ","), " ")
	return head + "::" + githubData.Replace(message) + "\n"
}
