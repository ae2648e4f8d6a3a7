package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mwcheck/mwcheck/modern"
)

// LayerOptions says how a layer is checked. The zero value checks everything.
type LayerOptions struct {
	// Name is the layer's name in reports; "" takes that of its type.
	Name string
	// Only, if not empty, and Skip choose checks by id; * stands for any
	// characters, as in path.Match.
	Only, Skip []string
	// Declared are the checks, by id, that the layer fails on purpose, with
	// the reason. One that it passes is reported, so that the list stays true.
	Declared map[string]string
	// Request changes each request before it is sent, so that it gets through
	// the layer: a header with a token, a host name. It may be called from
	// several goroutines.
	Request func(req *http.Request)
	// Outer are layers that the layer relies on, put around it in the modern
	// stacks; Inner are neighbours further in, in front of the suite's view.
	// Faults of Inner are not laid to the layer.
	Outer, Inner []modern.Factory
	// Held tells how much the layer of the last call of newLayer holds (open
	// transactions, values in a registry). It must be back to what it was when
	// a request is over, however that ended.
	Held func() int
	// SetUp tells how often that layer has done the work that belongs into its
	// factory. It must not grow with requests.
	SetUp func() int
	// Timeout is how long one request may take before the layer counts as
	// stuck: 10 seconds if it is 0.
	Timeout time.Duration
}

func (o *LayerOptions) timeout() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return 10 * time.Second
}

// LayerCheck is one of the checks of CheckLayer.
type LayerCheck struct {
	ID       string // stable
	Severity Severity
	Words    string // the rule
	Citation string // where the rule comes from, or the damage is described

	run func(b *bench)
}

// LayerChecks are the checks of CheckLayer in their order.
func LayerChecks() []LayerCheck {
	return slices.Concat(callChecks(), errorChecks(), streamChecks(), bodyChecks(), headerChecks(), requestChecks(), stateChecks(), hookChecks(), modeChecks())
}

// CheckLayer puts a layer between two probes, drives it through the situations
// that break layers in the field and reports what it did. newLayer makes the
// layer anew for each stack; it gives
//
//   - a value with hooks of package web (RequestHook and so on) or a
//     classic.Factory, which is then checked in the classic engine, and in the
//     modern one as mixin.Upgrade runs it, in both modes;
//   - a modern.Factory, which is checked in the modes it is capable of;
//   - net/http middleware, a func(http.Handler) http.Handler.
//
// nil options are the zero ones. CheckLayer should not produce false alarms,
// but a layer that passes may still have faults: the suite sees only what its
// requests reach.
func CheckLayer(newLayer func() any, opts *LayerOptions) *Report {
	if opts == nil {
		opts = &LayerOptions{}
	}
	b := &bench{newLayer: newLayer, opts: opts}
	report := &Report{Schema: ReportSchema, Subject: opts.Name}
	layer, err := b.make()
	if report.Subject == "" {
		report.Subject = layerName(layer)
	}
	if err == nil {
		b.stacks, err = stacksFor(layer)
	}
	known := map[string]bool{}
	for _, c := range LayerChecks() {
		known[c.ID] = true
		result := Result{Case: c.ID, Severity: c.Severity, Words: c.Words, Citation: c.Citation}
		switch {
		case !opts.selects(c.ID):
			result.Status, result.Reason = Skipped, "left out by the options"
		case err != nil && c.ID == "builds":
			result.Status = Fail
			result.add(Problem{In: "-", Side: SideLayer, Text: err.Error()})
		case err != nil:
			result.Status, result.Reason = Unsupported, "the layer cannot be built"
		default:
			b.check(c, &result)
			if c.ID == "builds" && result.Status == Fail {
				err = errNotBuilt
			}
		}
		report.Results = append(report.Results, opts.declare(result))
	}
	for id := range opts.Declared {
		if !known[id] {
			report.Results = append(report.Results, Result{Case: id, Status: Fail, Severity: SeverityError, Words: "declared checks exist", Reason: "there is no check of this id"})
		}
	}
	return report
}

var errNotBuilt = errors.New("the layer cannot be built")

// TestLayer runs CheckLayer with a subtest for each check. Typical use:
//
//	func TestLayer(t *testing.T) {
//		conformance.TestLayer(t, func() any { return &MyLayer{} }, nil)
//	}
//
// A failed check of severity warning is logged.
func TestLayer(t *testing.T, newLayer func() any, opts *LayerOptions) {
	t.Helper()
	report := CheckLayer(newLayer, opts)
	runResults(t, report)
}

// runResults makes a subtest of each result.
func runResults(t *testing.T, report *Report) {
	t.Helper()
	for i := range report.Results {
		result := &report.Results[i]
		t.Run(result.Case, func(t *testing.T) {
			t.Helper()
			switch {
			case result.Status == Fail && result.Severity == SeverityWarning:
				t.Logf("warning %s", result.Text())
			case result.Status == Fail:
				t.Error(result.Text())
			case result.Status != Pass:
				t.Skipf("%s: %s", result.Status, result.Reason)
			}
		})
	}
}

func (o *LayerOptions) selects(id string) bool {
	return (len(o.Only) == 0 || matches(o.Only, id)) && !matches(o.Skip, id)
}

func matches(patterns []string, id string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, id)
		return ok && err == nil
	})
}

// declare holds a result against what the layer's author said.
func (o *LayerOptions) declare(r Result) Result {
	reason, declared := o.Declared[r.Case]
	if !declared {
		return r
	}
	switch r.Status {
	case Fail:
		r.Status, r.Reason = Unsupported, "declared: "+reason
	case Pass:
		r.Status, r.Severity = Fail, SeverityWarning
		r.Reason = fmt.Sprintf("the check is declared to fail (%s), but the layer passes it; drop the declaration", reason)
	}
	return r
}

func layerName(layer any) string {
	switch l := layer.(type) {
	case modern.Factory:
		if l.Name != "" {
			return l.Name
		}
	case interface{ LayerName() string }:
		return l.LayerName()
	case func(http.Handler) http.Handler:
		return modern.FromHTTP(l).Name
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", layer), "*")
}
