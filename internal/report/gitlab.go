package report

import (
	"io"

	"github.com/mwcheck/mwcheck/internal/finding"
)

// gitlabIssue is an entry of a GitLab Code Quality report, which is the part of
// Code Climate's format that GitLab reads (GitLab 17, doc/ci/testing/code_quality.md,
// "Code Quality report format").
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end,omitempty"`
}

// LintGitLab writes a GitLab Code Quality report: an array, empty where nothing
// was found. The format knows neither notes nor suppressed findings nor a run
// that failed; a failed run is an entry of its own, since an empty report means
// that all is well. dir is the working directory as seen from the top of the
// repository, which GitLab reads file names from; "" is the top. Fingerprints
// do not depend on it.
func LintGitLab(w io.Writer, r Lint, dir string) error {
	out := []gitlabIssue{}
	if r.Failure != "" {
		failed := finding.Finding{Rule: "not-checked"}
		out = append(out, gitlabIssue{
			Description: r.Failure, CheckName: failed.Rule, Fingerprint: finding.Fingerprint(failed, 0), Severity: "blocker",
			Location: gitlabLocation{Path: ".", Lines: gitlabLines{Begin: 1}},
		})
	}
	for i, print := range finding.Fingerprints(r.Findings) {
		f := r.Findings[i]
		if f.Suppression != nil {
			continue
		}
		issue := gitlabIssue{
			Description: f.Message, CheckName: title(f), Fingerprint: print, Severity: gitlabSeverity(f.Severity),
			// An entry without a path or a line is dropped by GitLab.
			Location: gitlabLocation{Path: below(dir, f.Span.File), Lines: gitlabLines{Begin: max(f.Span.Line, 1)}},
		}
		if issue.Location.Path == "" {
			issue.Location.Path = "."
		}
		if f.Span.EndLine > issue.Location.Lines.Begin {
			issue.Location.Lines.End = f.Span.EndLine
		}
		out = append(out, issue)
	}
	return writeJSON(w, out)
}

func gitlabSeverity(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "critical"
	case finding.Warning:
		return "major"
	}
	return "info"
}
