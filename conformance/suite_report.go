package conformance

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// ReportSchema names the JSON form of Report.
const ReportSchema = "mwcheck.suite/1"

// Status is the result of one case.
type Status string

const (
	Pass Status = "pass"
	Fail Status = "fail"
	// Unsupported: the case does not apply to the subject, or the subject's
	// author declared that it does not do this. Result.Reason says why.
	Unsupported Status = "unsupported"
	// Skipped: the options left the case out.
	Skipped Status = "skipped"
)

// Severity says how bad a failed case is.
type Severity string

const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Side is who a problem is laid to.
type Side string

const (
	// SideLayer is the layer under test.
	SideLayer Side = "layer"
	// SideInner is what lies further in than the layer under test: a
	// neighbour or the view. The layer only handed the fault on.
	SideInner Side = "inner"
)

// Report is what a suite found. It is the same for the same subject, whatever
// the parallelism.
type Report struct {
	Schema  string   `json:"schema"`
	Subject string   `json:"subject"`
	Results []Result `json:"results"` // in the suite's own order
}

// Result is what became of one case.
type Result struct {
	// Case is the stable name.
	Case     string   `json:"case"`
	Status   Status   `json:"status"`
	Severity Severity `json:"severity,omitempty"`
	// Words is the rule.
	Words    string `json:"words,omitempty"`
	Citation string `json:"citation,omitempty"`
	// Reason says why the case is unsupported or skipped.
	Reason   string    `json:"reason,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
}

// Problem is one way in which a case failed.
type Problem struct {
	// In is the stack in which it was seen: "classic", "modern",
	// "modern async", "net/http", or the stack of a vector.
	In   string `json:"in"`
	Side Side   `json:"side,omitempty"`
	Text string `json:"text"`
	// Want and Got are set where traces were compared.
	Want *Trace `json:"want,omitempty"`
	Got  *Trace `json:"got,omitempty"`
}

// Count counts the results of a status.
func (r *Report) Count(s Status) int {
	n := 0
	for i := range r.Results {
		if r.Results[i].Status == s {
			n++
		}
	}
	return n
}

// Failed lists the cases of severity error that failed.
func (r *Report) Failed() []string { return r.failed(SeverityError) }

// Warned lists the cases of severity warning that failed.
func (r *Report) Warned() []string { return r.failed(SeverityWarning) }

func (r *Report) failed(s Severity) []string {
	var ids []string
	for i := range r.Results {
		if r.Results[i].Status == Fail && r.Results[i].Severity == s {
			ids = append(ids, r.Results[i].Case)
		}
	}
	return ids
}

// OK says that no case failed, warnings aside.
func (r *Report) OK() bool { return len(r.Failed()) == 0 }

// Err joins the failed cases, warnings included, one error each; nil if there
// are none.
func (r *Report) Err() error {
	var errs []error
	for i := range r.Results {
		if r.Results[i].Status == Fail {
			errs = append(errs, errors.New(r.Results[i].Text()))
		}
	}
	return errors.Join(errs...)
}

// Text is a failed case as people read it: the case and the rule, the citation,
// then each problem.
func (r *Result) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", r.Case, r.Words)
	if r.Citation != "" {
		fmt.Fprintf(&b, " (%s)", r.Citation)
	}
	for i := range r.Problems {
		p := &r.Problems[i]
		fmt.Fprintf(&b, "\n  %s: ", p.In)
		if p.Side != "" && p.Side != SideLayer {
			fmt.Fprintf(&b, "not the layer but its %s side: ", p.Side)
		}
		b.WriteString(strings.ReplaceAll(p.Text, "\n", "\n    "))
	}
	if r.Reason != "" {
		fmt.Fprintf(&b, "\n  %s", r.Reason)
	}
	return b.String()
}

// WriteText writes what failed and what is unsupported, one case after the
// other, and a line that counts.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for i := range r.Results {
		switch res := &r.Results[i]; {
		case res.Status == Fail:
			fmt.Fprintf(&b, "%s %s\n", res.Severity, res.Text())
		case res.Status == Unsupported:
			fmt.Fprintf(&b, "%s %s: %s\n", res.Status, res.Case, res.Reason)
		}
	}
	fmt.Fprintf(&b, "%s: %d pass, %d fail, %d unsupported, %d skipped\n", r.Subject, r.Count(Pass), r.Count(Fail), r.Count(Unsupported), r.Count(Skipped))
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the report as indented JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML; what is unsupported counts as
// skipped there. Times are zero, so that equal reports are equal files.
func (r *Report) WriteJUnit(w io.Writer) error {
	suite := junitSuite{Name: xmlText(r.Subject), Tests: len(r.Results), Failures: r.Count(Fail), Skipped: r.Count(Skipped) + r.Count(Unsupported), Time: strconv.Itoa(0)}
	for i := range r.Results {
		res := &r.Results[i]
		c := junitCase{Name: xmlText(res.Case), Class: xmlText(r.Subject)}
		switch res.Status {
		case Fail:
			c.Failure = &junitMessage{Message: xmlText(res.Words), Text: xmlText(res.Text())}
		case Unsupported, Skipped:
			c.Skipped = &junitMessage{Message: xmlText(string(res.Status) + ": " + res.Reason)}
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// xmlText drops what XML 1.0 cannot hold, which encoding/xml does only in part.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// add appends a problem unless the same was seen already.
func (r *Result) add(p Problem) {
	if !slices.ContainsFunc(r.Problems, func(o Problem) bool { return o.In == p.In && o.Text == p.Text && o.Side == p.Side }) {
		r.Problems = append(r.Problems, p)
	}
}
