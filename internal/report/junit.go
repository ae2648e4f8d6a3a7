package report

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
)

// JUnitSuite is a suite of a JUnit XML report. The counts are made when it is
// written.
type JUnitSuite struct {
	Name  string
	Cases []JUnitCase
}

// JUnitCase is one case; without a result it has passed.
type JUnitCase struct {
	Name string
	// File and Line say where the subject is, if anywhere.
	File string
	Line int
	// Failure, Error and Skipped are its result; at most one is set.
	Failure, Error, Skipped *JUnitResult
	// Output is what a passed case has to say.
	Output string
}

// JUnitResult is why a case did not pass.
type JUnitResult struct {
	Message string // one line
	Type    string
	Text    string
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     int         `xml:"time,attr"` // 0, so that equal results are equal files
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	File    string       `xml:"file,attr,omitempty"`
	Line    int          `xml:"line,attr,omitempty"`
	Skipped *junitResult `xml:"skipped,omitempty"`
	Error   *junitResult `xml:"error,omitempty"`
	Failure *junitResult `xml:"failure,omitempty"`
	Output  string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit writes a JUnit XML report. Characters that XML 1.0 cannot hold are
// replaced.
func JUnit(w io.Writer, suites []JUnitSuite) error {
	var doc junitSuites
	for _, s := range suites {
		out := junitSuite{Name: xmlText(s.Name), Tests: len(s.Cases)}
		for _, c := range s.Cases {
			one := junitCase{
				Name: xmlText(c.Name), Class: out.Name, File: xmlText(c.File), Line: c.Line, Output: xmlText(c.Output),
				Failure: junitResultOf(c.Failure), Error: junitResultOf(c.Error), Skipped: junitResultOf(c.Skipped),
			}
			switch {
			case c.Failure != nil:
				out.Failures++
			case c.Error != nil:
				out.Errors++
			case c.Skipped != nil:
				out.Skipped++
			}
			out.Cases = append(out.Cases, one)
		}
		doc.Suites = append(doc.Suites, out)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitResultOf(r *JUnitResult) *junitResult {
	if r == nil {
		return nil
	}
	return &junitResult{xmlText(r.Message), xmlText(r.Type), xmlText(r.Text)}
}

// xmlText replaces what XML 1.0 cannot hold.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == '\uFFFE' || r == '\uFFFF' {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// LintJUnit writes the findings as JUnit XML: a suite for each file, in it a
// case for each finding. A finding of failOn or worse is a failure, a lesser
// one a passed case with output, a suppressed one is skipped. A run without
// findings has one case, which passes: readers take a report without cases for
// a broken one. The text of a case is what the text format prints.
func LintJUnit(w io.Writer, r Lint, source Source, failOn finding.Severity) error {
	run := JUnitCase{Name: "middleware stacks", Output: SummaryLine(r.Summary)}
	if r.Failure != "" {
		run.Error, run.Output = &JUnitResult{Message: r.Failure, Type: "not-checked"}, ""
	}
	suites := []JUnitSuite{{Name: toolName, Cases: []JUnitCase{run}}}
	byFile := map[string]int{}
	for _, f := range r.Findings {
		n, seen := byFile[f.Span.File]
		if !seen {
			n = len(suites)
			byFile[f.Span.File] = n
			name := f.Span.File
			if name == "" {
				name = "(no file)"
			}
			suites = append(suites, JUnitSuite{Name: name})
		}
		var text strings.Builder
		if err := FindingsText(&text, []finding.Finding{f}, orNone(source), TextOptions{}); err != nil {
			return err
		}
		c := JUnitCase{Name: strings.TrimSuffix(title(f)+": "+strings.Join(f.Subject, ", "), ": "), File: f.Span.File, Line: f.Span.Line}
		switch {
		case f.Suppression != nil:
			c.Skipped = &JUnitResult{Message: strings.TrimSuffix("suppressed: "+f.Suppression.Justification, ": "), Text: text.String()}
		case f.Severity >= failOn:
			c.Failure = &JUnitResult{Message: f.Message, Type: f.Severity.String(), Text: text.String()}
		default:
			c.Output = text.String()
		}
		suites[n].Cases = append(suites[n].Cases, c)
	}
	return JUnit(w, suites)
}
