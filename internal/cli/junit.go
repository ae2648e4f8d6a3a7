package cli

import (
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/report"
)

// newJUnitSuite makes a suite of the results of one subject; what is unsupported
// counts as skipped there. file and line say where the subject is, if anywhere.
func newJUnitSuite(name, file string, line int, results []conformance.Result) report.JUnitSuite {
	suite := report.JUnitSuite{Name: name}
	for i := range results {
		r := &results[i]
		c := report.JUnitCase{Name: r.Case, File: file, Line: line}
		switch r.Status {
		case conformance.Fail:
			message := r.Words
			if message == "" {
				message = "failed"
			}
			c.Failure = &report.JUnitResult{Message: message, Type: string(r.Severity), Text: problemsText(r)}
		case conformance.Unsupported, conformance.Skipped:
			c.Skipped = &report.JUnitResult{Message: string(r.Status) + ": " + r.Reason}
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
