package cli

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     int         `xml:"time,attr"` // 0, so that equal results are equal files
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// newJUnitSuite makes a suite of the results of one subject; what is unsupported
// counts as skipped there. file and line say where the subject is, if anywhere.
func newJUnitSuite(name, file string, line int, results []conformance.Result) junitSuite {
	suite := junitSuite{Name: xmlText(name), Tests: len(results)}
	for i := range results {
		r := &results[i]
		c := junitCase{Name: xmlText(r.Case), Class: suite.Name, File: xmlText(file), Line: line}
		switch r.Status {
		case conformance.Fail:
			suite.Failures++
			message := r.Words
			if message == "" {
				message = "failed"
			}
			c.Failure = &junitMessage{Message: xmlText(message), Type: string(r.Severity), Text: xmlText(problemsText(r))}
		case conformance.Unsupported, conformance.Skipped:
			suite.Skipped++
			c.Skipped = &junitMessage{Message: xmlText(string(r.Status) + ": " + r.Reason)}
		}
		suite.Cases = append(suite.Cases, c)
	}
	return suite
}

// problemsText lists the problems of a result, with the traces where they are
// known.
func problemsText(r *conformance.Result) string {
	var lines []string
	for i := range r.Problems {
		p := &r.Problems[i]
		lines = append(lines, p.In+": "+p.Text)
		if p.Want != nil && p.Got != nil {
			lines = append(lines, "want: "+traceText(*p.Want), "got:  "+traceText(*p.Got))
		}
	}
	return strings.Join(lines, "\n")
}

func writeJUnit(w io.Writer, suites []junitSuite) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(junitSuites{Suites: suites}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
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
