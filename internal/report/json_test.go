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

func TestLintJSON(t *testing.T) {
	f := wrongOrder(t, "shop/settings.py", settings)
	f.Related[0].Message = "sets <request.session> & more"
	f.Fixes = []finding.Fix{{Title: "move the entry", Safety: finding.Safe, Edits: []finding.Edit{{File: "shop/settings.py", Start: 30, End: 94, Text: "x"}}}}
	f.Suppression = &finding.Suppression{Kind: finding.InSource, Justification: "moved in June", Span: stack.Span{File: "shop/settings.py", Line: 3, Column: 1}}
	r := report.Lint{
		Findings: []finding.Finding{f},
		Notes:    []stack.Note{{Span: stack.Span{File: "a.py", Line: 3, Column: 2}, Message: "one"}},
		Summary:  finding.Summary{Settings: 1, Stacks: 2, Complete: 3, Layers: 4, Errors: 5, Warnings: 6, Notes: 7, Suppressed: 8},
	}
	var b strings.Builder
	require.NoError(t, report.LintJSON(&b, r))
	want := `{
  "schema": "mwcheck.findings/1",
  "findings": [
    {
      "rule": "MW101",
      "name": "wrong-order",
      "fact": "dj.auth-after-session",
      "severity": "error",
      "message": "\"AuthenticationMiddleware\" at 1 comes before \"SessionMiddleware\" at 3; request.session does not exist yet, move it after",
      "url": "https://example.org/wrong-order",
      "file": "shop/settings.py",
      "line": 4,
      "column": 5,
      "end_line": 4,
      "end_column": 62,
      "stack": "shop.settings:MIDDLEWARE",
      "subjects": [
        "django.contrib.auth.middleware.AuthenticationMiddleware"
      ],
      "related": [
        {
          "file": "shop/settings.py",
          "line": 6,
          "column": 5,
          "end_line": 6,
          "end_column": 59,
          "message": "sets <request.session> & more"
        }
      ],
      "fixes": [
        {
          "title": "move the entry",
          "safety": "safe",
          "edits": [
            {
              "file": "shop/settings.py",
              "start_byte": 30,
              "end_byte": 94,
              "text": "x"
            }
          ]
        }
      ],
      "fingerprint": "` + finding.Fingerprint(f, 0) + `",
      "suppression": {
        "kind": "inSource",
        "justification": "moved in June",
        "file": "shop/settings.py",
        "line": 3,
        "column": 1
      }
    }
  ],
  "notes": [
    {
      "file": "a.py",
      "line": 3,
      "column": 2,
      "message": "one"
    }
  ],
  "summary": {
    "settings": 1,
    "stacks": 2,
    "complete": 3,
    "layers": 4,
    "errors": 5,
    "warnings": 6,
    "notes": 7,
    "suppressed": 8
  }
}
`
	require.Empty(t, cmp.Diff(want, b.String()))
}

func TestStacksJSON(t *testing.T) {
	r := exampleStacks()
	r.Stacks = r.Stacks[:1]
	r.Stacks[0].Conditions = r.Stacks[0].Conditions[:1]
	r.Stacks[0].Entries = append(r.Stacks[0].Entries[:1], stack.Entry{Unknown: true, Text: "f()"})
	var b strings.Builder
	require.NoError(t, report.StacksJSON(&b, r))
	want := `{
  "schema": "mwcheck.stacks/1",
  "stacks": [
    {
      "id": "shop.settings:MIDDLEWARE",
      "module": "shop.settings",
      "file": "shop/settings.py",
      "setting": "MIDDLEWARE",
      "model": "modern",
      "complete": true,
      "effective": true,
      "conditions": [
        {
          "text": "DEBUG",
          "file": "shop/base.py",
          "line": 40,
          "value": false
        }
      ],
      "entries": [
        {
          "path": "a.A",
          "unknown": false,
          "text": "",
          "file": "shop/settings.py",
          "line": 4,
          "column": 5,
          "end_line": 4,
          "end_column": 10
        },
        {
          "path": "",
          "unknown": true,
          "text": "f()",
          "file": "",
          "line": 0,
          "column": 0,
          "end_line": 0,
          "end_column": 0
        }
      ]
    }
  ],
  "notes": [
    {
      "file": "shop/local.py",
      "line": 7,
      "column": 1,
      "message": "the file is not there"
    }
  ]
}
`
	require.Empty(t, cmp.Diff(want, b.String()))
}

func TestJSONArraysAreNeverNull(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.LintJSON(&b, report.Lint{Findings: []finding.Finding{{Fixes: []finding.Fix{{}}}}}))
	require.NoError(t, report.LintJSON(&b, report.Lint{}))
	require.NoError(t, report.StacksJSON(&b, report.Stacks{Stacks: []stack.Stack{{}}}))
	require.NoError(t, report.StacksJSON(&b, report.Stacks{}))
	require.NotContains(t, b.String(), "null")
	require.Equal(t, 4, strings.Count(b.String(), `"schema"`))
	dec := json.NewDecoder(strings.NewReader(b.String()))
	for range 4 {
		var doc map[string]any
		require.NoError(t, dec.Decode(&doc))
	}
}
