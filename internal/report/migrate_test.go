package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func placed(file string, line, column int) stack.Span {
	return stack.Span{File: file, Start: 1, End: 2, Line: line, Column: column, EndLine: line, EndColumn: column + 1}
}

// migration has one of everything.
func migration() report.Migration {
	return report.Migration{
		To: "4.2",
		Changes: []edit.Change{
			{File: "shop/settings.py", Before: []byte("MIDDLEWARE_CLASSES = []\n"), After: []byte("MIDDLEWARE = []\n")},
			{File: "shop/mw.py", Before: []byte("a\n"), After: []byte("b\n")},
		},
		Done: []report.Step{
			{Pass: "settings", Text: "MIDDLEWARE_CLASSES is called MIDDLEWARE", Span: placed("shop/settings.py", 1, 1)},
			{Pass: "settings", Text: "MIDDLEWARE_CLASSES is called MIDDLEWARE", Span: placed("shop/settings.py", 9, 5)},
			{Pass: "settings", Text: "MIDDLEWARE_CLASSES is called MIDDLEWARE", Span: placed("shop/views.py", 3, 1)},
			{Pass: "classes", Text: "shop.mw.Gate: add the base MiddlewareMixin", Span: placed("shop/mw.py", 1, 7)},
		},
		Left: []report.Step{
			{Pass: "settings", Severity: finding.Note, Text: "speaks of MIDDLEWARE_CLASSES: not Python source", Span: stack.Span{File: "README.rst"}},
			{Pass: "classes", Severity: finding.Error, Text: "shop.mw.Odd is left as it is: it defines __new__", Span: placed("shop/mw.py", 8, 7)},
			{Pass: "classes", Severity: finding.Warning, Text: "built without get_response", Span: placed("shop/tests.py", 4, 5)},
		},
		Differences: []report.Difference{
			{
				Stack: "shop.settings:MIDDLEWARE_CLASSES", Grade: "serious", Text: "where Gate answers in process_request: X-Frame-Options is not set",
				Advice: "move Log out, above Gate", Layers: []string{"shop.mw.Gate", "shop.mw.Log"}, Span: placed("shop/mw.py", 4, 9),
			},
			{Stack: "shop.settings:MIDDLEWARE_CLASSES", Grade: "visible", Text: "where the URL does not resolve: X-Stamp is not set", Layers: []string{"shop.mw.Stamp"}},
		},
		Findings: []finding.Finding{{
			Rule: "MW201", Name: "old-class", Severity: finding.Error, Message: "\"Odd\" takes no get_response; the server does not start; derive it", Span: placed("shop/mw.py", 10, 7),
		}},
		Notes: []stack.Note{{Span: placed("shop/urls.py", 2, 1), Message: "not read: it is too long"}},
	}
}

func migrateText(t testing.TB, m report.Migration, opts report.TextOptions) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.MigrateText(&b, m, opts))
	return b.String()
}

// TestMigrateText: what is done, once for each file and kind; what behaves
// differently; what is left; one line at the end that counts it all.
func TestMigrateText(t *testing.T) {
	want := `to be done:
  shop/settings.py:1:1: MIDDLEWARE_CLASSES is called MIDDLEWARE (2 places)
  shop/views.py:3:1: MIDDLEWARE_CLASSES is called MIDDLEWARE
  shop/mw.py:1:7: shop.mw.Gate: add the base MiddlewareMixin
behaves differently from now on:
  shop/mw.py:4:9: serious: where Gate answers in process_request: X-Frame-Options is not set
    to keep it as it was: move Log out, above Gate
  visible: where the URL does not resolve: X-Stamp is not set
left for a person:
  README.rst: note: speaks of MIDDLEWARE_CLASSES: not Python source
  shop/mw.py:8:7: error: shop.mw.Odd is left as it is: it defines __new__
  shop/tests.py:4:5: warning: built without get_response
lint says of the migrated files, on Django 4.2:
  shop/mw.py:10:7: error[MW201 old-class]: "Odd" takes no get_response; the server does not start; derive it
shop/urls.py:2:1: note: not read: it is too long

Django 4.2: 2 files would change; left for a person: 2 errors, 1 warning, 1 note; 2 differences in behaviour
`
	require.Empty(t, cmp.Diff(want, migrateText(t, migration(), report.TextOptions{})))
}

// TestMigrateTextWritten speaks of what has happened.
func TestMigrateTextWritten(t *testing.T) {
	m := migration()
	m.Written = true
	text := migrateText(t, m, report.TextOptions{})
	require.True(t, strings.HasPrefix(text, "done:\n"), text)
	require.Contains(t, text, "Django 4.2: 2 files changed; ")
}

// TestMigrateTextEmpty is one line.
func TestMigrateTextEmpty(t *testing.T) {
	require.Equal(t, "Django 5.2: 0 files to change; left for a person: 0 errors, 0 warnings, 0 notes; 0 differences in behaviour\n",
		migrateText(t, report.Migration{To: "5.2"}, report.TextOptions{}))
}

// TestMigrateTextColor adds escape sequences and no other text.
func TestMigrateTextColor(t *testing.T) {
	plain, colored := migrateText(t, migration(), report.TextOptions{}), migrateText(t, migration(), report.TextOptions{Color: true})
	require.Greater(t, strings.Count(colored, "\x1b["), 10)
	for _, sequence := range []string{"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[35m", "\x1b[36m", "\x1b[1;31m", "\x1b[1;32m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1;36m"} {
		colored = strings.ReplaceAll(colored, sequence, "")
	}
	require.Equal(t, plain, colored)
}

// TestMigrateJSON: the fields of docs/json.md, with lists where there is nothing.
func TestMigrateJSON(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.MigrateJSON(&b, migration()))
	var doc map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &doc))
	require.Equal(t, "mwcheck.migrate/1", doc["schema"])
	require.Equal(t, []any{"shop/settings.py", "shop/mw.py"}, doc["files"])
	require.Contains(t, doc["diff"], "--- a/shop/settings.py\n+++ b/shop/settings.py\n@@ -1 +1 @@\n-MIDDLEWARE_CLASSES = []\n+MIDDLEWARE = []\n")
	require.Len(t, doc["done"], 4)
	require.Len(t, doc["differences"], 2)
	first := doc["differences"].([]any)[0].(map[string]any)
	require.Equal(t, "move Log out, above Gate", first["advice"])
	require.Equal(t, "serious", first["grade"])
	require.EqualValues(t, 4, first["line"])
	require.Equal(t, map[string]any{"files": 2.0, "done": 4.0, "differences": 2.0, "errors": 2.0, "warnings": 1.0, "notes": 1.0}, doc["summary"])
	b.Reset()
	require.NoError(t, report.MigrateJSON(&b, report.Migration{To: "5.2"}))
	require.NotContains(t, b.String(), "null")
}

// TestMigrateTextIsPlain: whatever is in names and texts, each line stays one line
// and nothing on it steers a terminal.
func TestMigrateTextIsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func() string { return nasty().Draw(t, "text") }
		span := func() stack.Span { return placed(text(), rapid.IntRange(0, 9).Draw(t, "line"), 1) }
		m := report.Migration{To: "4.2"}
		lines := 1
		if n := rapid.IntRange(0, 3).Draw(t, "left"); n > 0 {
			lines += n + 1
			for range n {
				m.Left = append(m.Left, report.Step{Severity: finding.Warning, Text: text(), Span: span()})
			}
		}
		if n := rapid.IntRange(0, 3).Draw(t, "differences"); n > 0 {
			lines++
			for range n {
				d := report.Difference{Grade: "visible", Text: text(), Advice: text(), Span: span()}
				m.Differences = append(m.Differences, d)
				lines++
				if d.Advice != "" {
					lines++
				}
			}
		}
		if n := rapid.IntRange(0, 3).Draw(t, "findings"); n > 0 {
			lines += n + 1
			for range n {
				m.Findings = append(m.Findings, finding.Finding{Rule: "MW101", Severity: finding.Error, Message: text(), Span: span()})
			}
		}
		var b strings.Builder
		require.NoError(t, report.MigrateText(&b, m, report.TextOptions{}))
		require.True(t, utf8.ValidString(b.String()))
		require.Equal(t, lines, strings.Count(b.String(), "\n"), "%q", b.String())
		for _, r := range b.String() {
			require.False(t, r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)), "%q", b.String())
		}
		var doc bytes.Buffer
		require.NoError(t, report.MigrateJSON(&doc, m))
		require.True(t, json.Valid(doc.Bytes()))
	})
}
