package report_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func gitlab(t testing.TB, r report.Lint) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.LintGitLab(&b, r, ""))
	return b.String()
}

func TestGitLab(t *testing.T) {
	o := oddReport(t)
	prints := finding.Fingerprints(o.Findings)
	require.Empty(t, cmp.Diff(`[
  {
    "description": "100% \"wrong\", says 'a,b:c'::d; 層 🦊",
    "check_name": "MW101 wrong-order",
    "fingerprint": "`+prints[0]+`",
    "severity": "critical",
    "location": {
      "path": "shop/a b%,:é.py",
      "lines": {
        "begin": 2
      }
    }
  },
  {
    "description": "one\r\ntwo\u0000\u001b[31m|three| `+"`four`"+` *five* <b>&amp; [l](http://x) @you #12 \ufffd `+"\uffff"+`",
    "check_name": "MW107 both-settings",
    "fingerprint": "`+prints[1]+`",
    "severity": "major",
    "location": {
      "path": "open.py",
      "lines": {
        "begin": 3,
        "end": 4
      }
    }
  },
  {
    "description": "of a rule that nobody lists",
    "check_name": "MW999",
    "fingerprint": "`+prints[2]+`",
    "severity": "info",
    "location": {
      "path": "/etc/settings.py",
      "lines": {
        "begin": 1
      }
    }
  },
  {
    "description": "without a place",
    "check_name": "",
    "fingerprint": "`+prints[3]+`",
    "severity": "major",
    "location": {
      "path": ".",
      "lines": {
        "begin": 1
      }
    }
  }
]
`, gitlab(t, o.Lint)))
	require.Equal(t, "[]\n", gitlab(t, report.Lint{}))
}

// requireGitLab checks what GitLab's documentation asks for: every entry has
// all required members and no others, a severity that GitLab knows, a relative
// or absolute path without "./", a line, and a fingerprint of its own.
func requireGitLab(t testing.TB, doc string) int {
	t.Helper()
	var issues []struct {
		Description *string `json:"description"`
		CheckName   *string `json:"check_name"`
		Fingerprint *string `json:"fingerprint"`
		Severity    *string `json:"severity"`
		Location    struct {
			Path  *string `json:"path"`
			Lines struct {
				Begin *int `json:"begin"`
				End   *int `json:"end"`
			} `json:"lines"`
		} `json:"location"`
	}
	dec := json.NewDecoder(strings.NewReader(doc))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&issues))
	require.NotNil(t, issues, "an array, not null")
	seen := map[string]bool{}
	for _, x := range issues {
		require.NotNil(t, x.Description)
		require.NotNil(t, x.CheckName)
		require.NotNil(t, x.Severity)
		require.Contains(t, []string{"info", "minor", "major", "critical", "blocker"}, *x.Severity)
		require.NotNil(t, x.Location.Path)
		require.NotEmpty(t, *x.Location.Path)
		require.False(t, strings.HasPrefix(*x.Location.Path, "./"))
		require.NotNil(t, x.Location.Lines.Begin)
		require.Positive(t, *x.Location.Lines.Begin)
		if end := x.Location.Lines.End; end != nil {
			require.Greater(t, *end, *x.Location.Lines.Begin)
		}
		require.NotNil(t, x.Fingerprint)
		require.False(t, seen[*x.Fingerprint])
		seen[*x.Fingerprint] = true
	}
	return len(issues)
}

func TestGitLabIsValid(t *testing.T) {
	eachReport(t, func(t *testing.T, o odd) {
		want := 0
		if o.Failure != "" {
			want = 1
		}
		for _, f := range o.Findings {
			if f.Suppression == nil {
				want++
			}
		}
		require.Equal(t, want, requireGitLab(t, gitlab(t, o.Lint)))
	})
}

func TestRepositoryHasItsTopElsewhere(t *testing.T) {
	var r report.Lint
	for _, name := range []string{"shop/settings.py", "../lib/a.py", "/etc/b.py", "C:/c.py", ""} {
		r.Findings = append(r.Findings, finding.Finding{Severity: finding.Error, Message: "m", Span: stack.Span{File: name}})
	}
	var top, below, commands, log strings.Builder
	require.NoError(t, report.LintGitLab(&top, r, ""))
	require.NoError(t, report.LintGitLab(&below, r, "back/end"))
	require.Equal(t, strings.NewReplacer(`"shop/settings.py"`, `"back/end/shop/settings.py"`, `"../lib/a.py"`, `"back/lib/a.py"`).Replace(top.String()), below.String())
	require.NoError(t, report.LintGitHub(&commands, &log, r, "back/end", report.TextOptions{}))
	require.Equal(t, "::error file=back/end/shop/settings.py::m\n::error file=back/lib/a.py::m\n::error file=/etc/b.py::m\n::error file=C%3A/c.py::m\n::error::m\n", commands.String())
}
