package report_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

const settings = `DEBUG = False

MIDDLEWARE = [
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
]
`

// at finds text in src and gives its span, counted independently of the
// package under test: lines by \n or \r\n, columns by code points.
func at(t *testing.T, file, src, text string) stack.Span {
	t.Helper()
	start := strings.Index(src, text)
	require.GreaterOrEqual(t, start, 0, "%q is not in the source", text)
	place := func(off int) (line, column int) {
		before := src[:off]
		return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])
	}
	s := stack.Span{File: file, Start: start, End: start + len(text)}
	s.Line, s.Column = place(s.Start)
	s.EndLine, s.EndColumn = place(s.End)
	return s
}

// files is a Source over a map.
func files(m map[string]string) report.Source {
	return func(name string) ([]byte, error) {
		if s, ok := m[name]; ok {
			return []byte(s), nil
		}
		return nil, fs.ErrNotExist
	}
}

func wrongOrder(t *testing.T, file, src string) finding.Finding {
	t.Helper()
	return finding.Finding{
		Rule: "MW101", Name: "wrong-order", Fact: "dj.auth-after-session", Severity: finding.Error,
		Message: `"AuthenticationMiddleware" at 1 comes before "SessionMiddleware" at 3; request.session does not exist yet, move it after`,
		Help:    `move "AuthenticationMiddleware" behind "SessionMiddleware"`,
		Label:   "needs request.session",
		URL:     "https://example.org/wrong-order",
		Span:    at(t, file, src, `"django.contrib.auth.middleware.AuthenticationMiddleware"`),
		Stack:   "shop.settings:MIDDLEWARE",
		Subject: []string{"django.contrib.auth.middleware.AuthenticationMiddleware"},
		Related: []finding.Related{{Span: at(t, file, src, `"django.contrib.sessions.middleware.SessionMiddleware"`), Message: "sets request.session"}},
	}
}

// lintText renders one finding without the summary line.
func lintText(t *testing.T, f finding.Finding, source report.Source) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.LintText(&b, report.Lint{Findings: []finding.Finding{f}}, source, report.TextOptions{}))
	text, summary, found := strings.Cut(b.String(), "\n\n")
	require.True(t, found)
	require.Equal(t, 1, strings.Count(summary, "\n"))
	return text + "\n"
}

func TestTextShowsBothPlaces(t *testing.T) {
	want := `shop/settings.py:4:5: error[MW101 wrong-order]: "AuthenticationMiddleware" at 1 comes before "SessionMiddleware" at 3; request.session does not exist yet, move it after
  |
4 |     "django.contrib.auth.middleware.AuthenticationMiddleware",
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ needs request.session
6 |     "django.contrib.sessions.middleware.SessionMiddleware",
  |     ------------------------------------------------------ sets request.session
help: move "AuthenticationMiddleware" behind "SessionMiddleware"; more: mwcheck explain MW101
`
	f := wrongOrder(t, "shop/settings.py", settings)
	src := files(map[string]string{"shop/settings.py": settings})
	require.Empty(t, cmp.Diff(want, lintText(t, f, src)))

	// Line ends do not change what is shown.
	crlf := strings.ReplaceAll(settings, "\n", "\r\n")
	require.Empty(t, cmp.Diff(want, lintText(t, f, files(map[string]string{"shop/settings.py": crlf}))))
	cr := strings.ReplaceAll(settings, "\n", "\r")
	require.Empty(t, cmp.Diff(want, lintText(t, f, files(map[string]string{"shop/settings.py": cr}))))
	bom := "\xef\xbb\xbf" + settings
	require.Empty(t, cmp.Diff(want, lintText(t, f, files(map[string]string{"shop/settings.py": bom}))))
}

func TestTextSources(t *testing.T) {
	tests := []struct {
		name, src, mark, label, want string
	}{
		{
			name: "tabs are expanded before and inside the place",
			src:  "M = [\n\t'a.A',\t'b.B\t', # end\n]\n", mark: "'b.B\t'", label: "here",
			want: `  |
2 |     'a.A',  'b.B    ', # end
  |             ^^^^^^^^^ here
`,
		},
		{
			name: "wide characters take two cells",
			src:  "名前 = ['層.A', 'b.B']\n", mark: "'b.B'", label: "層",
			want: `  |
1 | 名前 = ['層.A', 'b.B']
  |                 ^^^^^ 層
`,
		},
		{
			name: "combining marks take none",
			src:  "e\u0301 = ['b.B']\n", mark: "'b.B'",
			want: "  |\n1 | e\u0301 = ['b.B']\n  |      ^^^^^\n",
		},
		{
			name: "the last line has no newline",
			src:  "A = 1\nMIDDLEWARE = ['b.B']", mark: "'b.B'",
			want: `  |
2 | MIDDLEWARE = ['b.B']
  |               ^^^^^
`,
		},
		{
			name: "a place over several lines",
			src:  "MIDDLEWARE = [\n    'a.A',\n\n    'b.B',\n]\nX = 1\n", mark: "[\n    'a.A',\n\n    'b.B',\n]", label: "this list",
			want: `  |
1 | MIDDLEWARE = [
  |              ^
2 |     'a.A',
  |     ^^^^^^
4 |     'b.B',
  |     ^^^^^^
5 | ]
  | ^ this list
`,
		},
		{
			name: "a long place shows its ends",
			src:  "M = [\n1,\n2,\n3,\n4,\n5,\n6,\n7,\n8]\n", mark: "[\n1,\n2,\n3,\n4,\n5,\n6,\n7,\n8]", label: "all",
			want: `  |
1 | M = [
  |     ^
9 | 8]
  | ^^ all
`,
		},
		{
			name: "control characters are shown, not sent",
			src:  "M = ['\x1b[31m.A', 'b.B'] # \x07\n", mark: "'b.B'",
			want: "  |\n1 | M = ['␛[31m.A', 'b.B'] # ␇\n  |                 ^^^^^\n",
		},
		{
			name: "a file in another encoding keeps its columns",
			src:  "M = ['\xe9t\xe9.A', 'b.B']\n", mark: "'b.B'",
			want: "  |\n1 | M = ['\ufffdt\ufffd.A', 'b.B']\n  |               ^^^^^\n",
		},
		{
			name: "two-digit line numbers",
			src:  strings.Repeat("\n", 9) + "M = ['b.B']\n", mark: "'b.B'",
			want: "   |\n10 | M = ['b.B']\n   |      ^^^^^\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := finding.Finding{Severity: finding.Warning, Message: "m", Span: at(t, "s.py", test.src, test.mark), Label: test.label}
			got := lintText(t, f, files(map[string]string{"s.py": test.src}))
			_, body, _ := strings.Cut(got, "\n")
			require.Empty(t, cmp.Diff(test.want, body))
		})
	}
}

func TestTextLongLineIsClipped(t *testing.T) {
	var b strings.Builder
	b.WriteString("M = [")
	for range 60 {
		b.WriteString("'some.layer.Middleware', ")
	}
	b.WriteString("'the.one', ")
	for range 60 {
		b.WriteString("'some.layer.Middleware', ")
	}
	src := b.String() + "]\n"
	f := finding.Finding{Severity: finding.Error, Message: "m", Span: at(t, "s.py", src, "'the.one'"), Label: "here"}
	lines := strings.Split(lintText(t, f, files(map[string]string{"s.py": src})), "\n")
	require.Equal(t, "  |", lines[1])
	require.True(t, strings.HasPrefix(lines[2], "1 | …"), lines[2])
	require.True(t, strings.HasSuffix(lines[2], "…"), lines[2])
	shown, marks := []rune(lines[2]), []rune(lines[3])
	require.LessOrEqual(t, len(shown), 170)
	caret := strings.IndexRune(string(marks), '^')
	require.Equal(t, "'the.one'", string(shown[caret:caret+9]))
	require.Equal(t, "^^^^^^^^^ here", string(marks[caret:]))
}

func TestTextTwoPlacesOnOneLine(t *testing.T) {
	src := "M = ['a.A', 'b.B']\n"
	f := finding.Finding{
		Severity: finding.Note, Rule: "MW101", Name: "wrong-order", Message: "m", Label: "second",
		Span:    at(t, "s.py", src, "'b.B'"),
		Related: []finding.Related{{Span: at(t, "s.py", src, "'a.A'"), Message: "first"}},
	}
	want := `s.py:1:13: note[MW101 wrong-order]: m
  |
1 | M = ['a.A', 'b.B']
  |             ^^^^^ second
  |      ----- first
help: more: mwcheck explain MW101
`
	require.Empty(t, cmp.Diff(want, lintText(t, f, files(map[string]string{"s.py": src}))))
}

func TestTextRelatedPlaceInAnotherFile(t *testing.T) {
	base, prod := "M = ['a.A',\n'c.C']\n", "M += ['b.B']\n"
	f := finding.Finding{
		Severity: finding.Error, Message: "m", Span: at(t, "prod.py", prod, "'b.B'"), Label: "too late",
		Related: []finding.Related{
			{Span: at(t, "base.py", base, "'a.A'"), Message: "first"},
			{Span: at(t, "base.py", base, "'c.C'"), Message: "second"},
			{Span: stack.Span{File: "requirements.txt"}, Message: "names Django 4.2"},
		},
	}
	want := `prod.py:1:7: error: m
  |
1 | M += ['b.B']
  |       ^^^^^ too late
  --> base.py:1:6
  |
1 | M = ['a.A',
  |      ----- first
2 | 'c.C']
  | ----- second
  --> requirements.txt: names Django 4.2
`
	require.Empty(t, cmp.Diff(want, lintText(t, f, files(map[string]string{"base.py": base, "prod.py": prod}))))
}

func TestTextWithoutSource(t *testing.T) {
	f := wrongOrder(t, "shop/settings.py", settings)
	gone := func(string) ([]byte, error) { return nil, errors.New("file does not exist") }
	want := `shop/settings.py:4:5: error[MW101 wrong-order]: "AuthenticationMiddleware" at 1 comes before "SessionMiddleware" at 3; request.session does not exist yet, move it after
  (source not shown: file does not exist)
  line 4: needs request.session
  line 6: sets request.session
help: move "AuthenticationMiddleware" behind "SessionMiddleware"; more: mwcheck explain MW101
`
	require.Empty(t, cmp.Diff(want, lintText(t, f, gone)))

	shorter := files(map[string]string{"shop/settings.py": "A = 1\n"})
	require.Contains(t, lintText(t, f, shorter), "(source not shown: the file has 1 line now)")

	f = finding.Finding{Severity: finding.Warning, Message: "m", Span: stack.Span{File: "s.py"}}
	require.Equal(t, "s.py: warning: m\n", lintText(t, f, gone))
	f.Span = stack.Span{}
	require.Equal(t, "warning: m\n", lintText(t, f, gone))
}

func TestTextNotesAreCappedAndCounted(t *testing.T) {
	notes := []stack.Note{
		{Span: stack.Span{File: "a.py", Line: 3, Column: 2}, Message: "one"},
		{Span: stack.Span{File: "b.py"}, Message: "two"},
		{Message: "three"},
	}
	r := report.Lint{Notes: notes, Summary: finding.Summary{Settings: 3, Stacks: 4, Complete: 3, Layers: 17, Errors: 1, Warnings: 2}}
	var b strings.Builder
	require.NoError(t, report.LintText(&b, r, nil, report.TextOptions{}))
	require.Equal(t, `a.py:3:2: note: one
b.py: note: two
note: three

1 error, 2 warnings, 0 notes; 3 of 4 stacks understood entirely, 3 settings modules, 17 layers
`, b.String())

	b.Reset()
	require.NoError(t, report.LintText(&b, r, nil, report.TextOptions{MaxNotes: 1, AllNotes: "see them with --notes all"}))
	require.Equal(t, `a.py:3:2: note: one
... and 2 more notes (see them with --notes all)

1 error, 2 warnings, 0 notes; 3 of 4 stacks understood entirely, 3 settings modules, 17 layers
`, b.String())
}

func TestSuppressedFindingsAreCountedOnly(t *testing.T) {
	known := finding.Finding{Severity: finding.Error, Rule: "MW101", Message: "known", Suppression: &finding.Suppression{Kind: finding.External}}
	r := report.Lint{
		Findings: []finding.Finding{known, {Severity: finding.Warning, Rule: "MW107", Message: "new"}, known},
		Summary:  finding.Summary{Warnings: 1, Suppressed: 2},
	}
	want := "0 errors, 1 warning, 0 notes, 2 suppressed; 0 of 0 stacks understood entirely, 0 settings modules, 0 layers\n"
	var text, short, summary strings.Builder
	require.NoError(t, report.LintText(&text, r, nil, report.TextOptions{}))
	require.Equal(t, "warning[MW107]: new\nhelp: more: mwcheck explain MW107\n\n"+want, text.String())
	require.NoError(t, report.LintShort(&short, &summary, r, report.TextOptions{}))
	require.Equal(t, "warning MW107: new\n", short.String())
	require.Equal(t, want, summary.String())
	require.Len(t, r.Findings, 3, "the report itself is not changed")
	require.Equal(t, "known", r.Findings[0].Message)
}

func TestTextColour(t *testing.T) {
	f := wrongOrder(t, "shop/settings.py", settings)
	src := files(map[string]string{"shop/settings.py": settings})
	r := report.Lint{Findings: []finding.Finding{f}, Notes: []stack.Note{{Message: "n"}}}
	var plain, coloured strings.Builder
	require.NoError(t, report.LintText(&plain, r, src, report.TextOptions{}))
	require.NoError(t, report.LintText(&coloured, r, src, report.TextOptions{Color: true}))
	require.NotContains(t, plain.String(), "\x1b")
	require.Contains(t, coloured.String(), "\x1b[1;31merror[MW101 wrong-order]\x1b[0m")
	require.Contains(t, coloured.String(), "\x1b[1;34m---")

	// Colour adds and changes nothing else.
	bare := coloured.String()
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[1;34m", "\x1b[1;36m"} {
		bare = strings.ReplaceAll(bare, code, "")
	}
	require.Equal(t, plain.String(), bare)
}

func TestShort(t *testing.T) {
	f := wrongOrder(t, "shop/settings.py", settings)
	f.Message = "first line\nsecond \x1b[0m"
	r := report.Lint{
		Findings: []finding.Finding{f, {Severity: finding.Warning, Rule: "MW107", Message: "no place"}},
		Notes:    []stack.Note{{Span: stack.Span{File: "a.py", Line: 3, Column: 2}, Message: "one"}},
	}
	r.Notes = append(r.Notes, stack.Note{Message: "two"})
	var b, summary strings.Builder
	require.NoError(t, report.LintShort(&b, &summary, r, report.TextOptions{MaxNotes: 1}))
	require.Equal(t, "shop/settings.py:4:5: error MW101 wrong-order: first line␊second ␛[0m\n"+
		"warning MW107: no place\n"+
		"a.py:3:2: note: one\n", b.String())
	require.Equal(t, "... and 1 more note\n"+
		"0 errors, 0 warnings, 0 notes; 0 of 0 stacks understood entirely, 0 settings modules, 0 layers\n", summary.String())
}
