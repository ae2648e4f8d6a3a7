package report_test

import (
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
)

func junit(t testing.TB, r report.Lint, source report.Source, failOn finding.Severity) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.LintJUnit(&b, r, source, failOn))
	return b.String()
}

func TestJUnit(t *testing.T) {
	o := oddReport(t)
	o.Findings = []finding.Finding{o.Findings[1], o.Findings[3], o.Findings[4]}
	o.Findings[1].Message = "a<b & \"c\" ]]>"
	o.Findings[1].Severity = finding.Note
	want := `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="mwcheck" tests="1" failures="0" errors="0" skipped="0" time="0">
    <testcase name="middleware stacks" classname="mwcheck">
      <system-out>1 error, 2 warnings, 1 note, 1 suppressed; 1 of 2 stacks understood entirely, 1 settings module, 3 layers</system-out>
    </testcase>
  </testsuite>
  <testsuite name="open.py" tests="2" failures="1" errors="0" skipped="1" time="0">
    <testcase name="MW107 both-settings: b.B" classname="open.py" file="open.py" line="3">
      <failure message="one�&#xA;two��[31m|three| ` + "`four`" + ` *five* &lt;b&gt;&amp;amp; [l](http://x) @you #12 � �" type="warning">TEXT</failure>
    </testcase>
    <testcase name="MW101 wrong-order" classname="open.py" file="open.py" line="2">
      <skipped message="suppressed: since | ` + "`2019`" + `">TEXT</skipped>
    </testcase>
  </testsuite>
  <testsuite name="(no file)" tests="1" failures="0" errors="0" skipped="0" time="0">
    <testcase name="" classname="(no file)">
      <system-out>note: a&lt;b &amp; &#34;c&#34; ]]&gt;&#xA;</system-out>
    </testcase>
  </testsuite>
</testsuites>
`
	got := junit(t, o.Lint, o.source(), finding.Warning)
	// The texts are those of the text format.
	for _, f := range []finding.Finding{o.Findings[0], o.Findings[2]} {
		var text, escaped strings.Builder
		require.NoError(t, report.FindingsText(&text, []finding.Finding{f}, o.source(), report.TextOptions{}))
		require.NoError(t, xml.EscapeText(&escaped, []byte(strings.ReplaceAll(text.String(), "\uffff", "\ufffd"))))
		require.Contains(t, got, escaped.String())
		got = strings.Replace(got, escaped.String(), "TEXT", 1)
	}
	require.Empty(t, cmp.Diff(want, got))
}

func TestJUnitFailsWhatTheRunFails(t *testing.T) {
	o := oddReport(t)
	for failOn, want := range map[finding.Severity]int{finding.Note: 4, finding.Warning: 3, finding.Error: 1, finding.Error + 1: 0} {
		require.Equal(t, want, strings.Count(junit(t, o.Lint, o.source(), failOn), "<failure "), failOn)
	}
	require.Contains(t, junit(t, reports(t)["failed"].Lint, nil, finding.Warning),
		`<error message="no settings module | was&#xA;found" type="not-checked"></error>`)
}

// requireJUnit checks a report against the order and the attributes of the
// schema that Jenkins's xUnit plugin ships (junit-10.xsd), file and line of a
// case apart, which GitLab and CircleCI read; and that counts are those of the
// cases.
func requireJUnit(t testing.TB, doc string) (cases int) {
	t.Helper()
	allowed := map[string][]string{
		"testsuites": {},
		"testsuite":  {"name", "tests", "failures", "errors", "skipped", "time"},
		"testcase":   {"name", "classname", "file", "line"},
		"skipped":    {"message", "type"}, "error": {"message", "type"}, "failure": {"message", "type"},
		"system-out": {},
	}
	parents := map[string]string{
		"testsuite": "testsuites", "testcase": "testsuite", "skipped": "testcase", "error": "testcase", "failure": "testcase", "system-out": "testcase",
	}
	var path []string
	var want, got map[string]int
	dec := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			name := x.Name.Local
			require.Contains(t, allowed, name)
			if parent, ok := parents[name]; ok {
				require.Equal(t, parent, path[len(path)-1])
			} else {
				require.Empty(t, path)
			}
			values := map[string]string{}
			for _, a := range x.Attr {
				require.Contains(t, allowed[name], a.Name.Local)
				values[a.Name.Local] = a.Value
			}
			switch name {
			case "testsuite":
				require.NotEmpty(t, values["name"])
				want, got = map[string]int{}, map[string]int{"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
				for key := range got {
					n, err := strconv.Atoi(values[key])
					require.NoError(t, err)
					want[key] = n
				}
			case "testcase":
				require.Contains(t, values, "name")
				require.Contains(t, values, "classname")
				got["tests"]++
				cases++
			case "skipped":
				got["skipped"]++
			case "error", "failure":
				got[name+"s"]++
			}
			path = append(path, name)
		case xml.EndElement:
			if x.Name.Local == "testsuite" {
				require.Equal(t, want, got)
			}
			path = path[:len(path)-1]
		case xml.CharData:
			if s := strings.TrimSpace(string(x)); s != "" {
				require.True(t, slices.Contains([]string{"skipped", "error", "failure", "system-out"}, path[len(path)-1]), "text %q in %v", s, path)
			}
		}
	}
	require.Positive(t, cases)
	return cases
}

func TestJUnitIsValid(t *testing.T) {
	eachReport(t, func(t *testing.T, o odd) {
		require.Equal(t, 1+len(o.Findings), requireJUnit(t, junit(t, o.Lint, o.source(), finding.Warning)))
	})
}
