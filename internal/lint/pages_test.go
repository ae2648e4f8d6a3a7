package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
)

// TestExamples holds what a page promises: the bad example has exactly one
// finding, the rule's own and as bad as the rule can be; the good one none.
func TestExamples(t *testing.T) {
	for _, r := range Rules() {
		t.Run(r.Name, func(t *testing.T) {
			_, stacks := r.Bad.Settings()
			findings, notes := Run(stacks, r.Bad.Config())
			require.Empty(t, notes)
			require.Len(t, findings, 1)
			require.Equal(t, r.ID, findings[0].Rule)
			if r.ID != "MW102" { // an error for one layer only
				require.Equal(t, r.Severity, findings[0].Severity)
			}
			checkGrammar(t, findings[0])

			_, stacks = r.Good.Settings()
			findings, notes = Run(stacks, r.Good.Config())
			require.Empty(t, notes)
			for _, f := range findings {
				require.NotNil(t, f.Suppression, f.Message)
			}
			require.Len(t, findings, min(1, len(r.Good.Comment)), "an example with a comment shows what it accepts")
		})
	}
}

func TestExampleSpans(t *testing.T) {
	for _, r := range Rules() {
		text, stacks := r.Bad.Settings()
		lines := strings.Split(text, "\n")
		for _, s := range stacks {
			require.Equal(t, s.Setting, text[s.Span.Start:s.Span.End])
			for _, e := range s.Entries {
				require.Equal(t, `"`+e.Path+`"`, text[e.Span.Start:e.Span.End])
				require.Equal(t, `"`+e.Path+`"`, lines[e.Span.Line-1][e.Span.Column-1:e.Span.EndColumn-1])
			}
		}
	}
}

// Every fact a finding may carry can be looked up.
func TestFactsPage(t *testing.T) {
	page := FactsPage(catalog.Default())
	for _, f := range catalog.Default().Facts {
		require.Equal(t, !f.Informative, strings.Contains(page, "**"+f.ID+"**: "), f.ID)
	}
	require.NotContains(t, page, "tag:")
}

func TestRulesAreSound(t *testing.T) {
	require.Empty(t, Validate(Rules()))
	for i, r := range Rules() {
		if i > 0 {
			require.Less(t, Rules()[i-1].ID, r.ID)
		}
		require.Equal(t, r, Find(strings.ToLower(r.ID)))
		require.True(t, strings.HasSuffix(r.URL(), "/docs/rules/"+r.Name+".md"))
	}
	require.Nil(t, Find("MW999"))
	require.Nil(t, Find(""))
}

// The validator has to refuse what it is there for.
func TestValidateRefuses(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(r *Rule)
		want  string
	}{
		{"id", func(r *Rule) { r.ID = "X1" }, "malformed id"},
		{"name", func(r *Rule) { r.Name = "Wrong Order" }, "malformed name"},
		{"title", func(r *Rule) { r.Title = "With a period." }, "period"},
		{"doc", func(r *Rule) { r.Doc = "" }, "does not say why"},
		{"bad example", func(r *Rule) { r.Bad = Example{} }, "example is missing"},
		{"good example", func(r *Rule) { r.Good = Example{} }, "example is missing"},
		{"since", func(r *Rule) { r.Since = "" }, "since when"},
		{"severity", func(r *Rule) { r.Severity = 0 }, "no severity"},
		{"fixes", func(r *Rule) { r.Fixes.Text = "" }, "without a kind"},
		{"kind of fixes", func(r *Rule) { r.Fixes.Safe, r.Fixes.Unsafe = false, false }, "without a kind"},
		{"run", func(r *Rule) { r.Run = nil }, "nothing to run"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			r := wrongOrder
			tc.spoil(&r)
			errs := Validate([]*Rule{&r})
			require.Len(t, errs, 1)
			require.ErrorContains(t, errs[0], tc.want)
		})
	}
	r := wrongOrder
	require.Len(t, Validate([]*Rule{&r, &wrongOrder}), 2, "id and name given twice")
}
