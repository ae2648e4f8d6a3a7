// Package engineproc runs vectors through an engine that is a process of its
// own, in any language. docs/engine-protocol.md describes what it speaks.
package engineproc

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/lineproc"
)

// Protocol names the protocol and its version.
const Protocol = "mwcheck.engine/1"

// maxBroken is how many scenarios may end without a trace before the rest is
// not run any more.
const maxBroken = 10

// hello is the first line of both sides.
type hello struct {
	Protocol string `json:"protocol"`
	Engine   string `json:"engine,omitempty"`
}

// answer is what the engine says to a scenario.
type answer struct {
	ID string `json:"id"`
	conformance.Trace
}

// Options say which engine is run.
type Options struct {
	Command lineproc.Config
	// Engine is the name under which traces were recorded, as "modern@3.2"; ""
	// takes the one that the engine gives for itself.
	Engine string
}

// Result is a run over vectors.
type Result struct {
	Engine  string
	Summary *conformance.Summary
	// NotRun counts scenarios left out because the engine broke too often.
	NotRun int
}

// ErrStart is the error for an engine that does not come up.
var ErrStart = errors.New("the engine does not start")

// Check runs every vector that was recorded with the engine's name. An engine
// that crashes, does not answer in time or answers something else fails the
// scenario at hand and is started anew for the next one. The errors are those of
// an engine that does not come up (ErrStart) and of ctx.
func Check(ctx context.Context, opts Options, vectors []conformance.Vector) (*Result, error) {
	e := &engine{command: opts.Command}
	defer e.stop()
	named, err := e.start(ctx)
	if err != nil {
		return nil, err
	}
	name := cmp.Or(opts.Engine, named)
	sum := &conformance.Summary{
		Schema: conformance.SummarySchema, Engines: map[string]*conformance.Count{name: {}},
		Failures: []conformance.Failure{}, Unsupported: map[conformance.Feature]int{}, Cases: map[string][]conformance.Result{},
	}
	r := &Result{Engine: name, Summary: sum}
	broken := 0
	for i := range vectors {
		v := &vectors[i]
		want, others := recorded(v, name)
		sum.Skipped += others
		if want == nil {
			continue
		}
		result := conformance.Result{Case: v.Scenario.ID, Words: v.Scenario.Doc}
		if broken == maxBroken {
			r.NotRun++
			result.Status, result.Reason = conformance.Skipped, fmt.Sprintf("not run: the engine broke %d times", broken)
			sum.Cases[name] = append(sum.Cases[name], result)
			continue
		}
		got, err := e.run(ctx, &v.Scenario)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			broken++
		}
		r.judge(&result, *want, got, err)
		sum.Cases[name] = append(sum.Cases[name], result)
	}
	slices.SortStableFunc(sum.Failures, func(a, b conformance.Failure) int { return cmp.Compare(a.ID, b.ID) })
	return r, nil
}

// judge counts one answer.
func (r *Result) judge(result *conformance.Result, want, got conformance.Trace, err error) {
	count := r.Summary.Engines[r.Engine]
	failure := conformance.Failure{ID: result.Case, Engine: r.Engine, Want: want, Got: got}
	switch {
	case err != nil:
		failure.Reason = err.Error()
		failure.Got.Events = []string{}
		result.Problems = []conformance.Problem{{In: r.Engine, Text: failure.Reason}}
	case len(got.Unsupported) > 0:
		count.Unsupported++
		var words []string
		for _, f := range got.Unsupported {
			r.Summary.Unsupported[f]++
			words = append(words, string(f))
		}
		result.Status, result.Reason = conformance.Unsupported, strings.Join(words, ", ")
		return
	case reflect.DeepEqual(want, got):
		count.Pass++
		result.Status = conformance.Pass
		return
	default:
		result.Problems = []conformance.Problem{{In: r.Engine, Text: "the trace differs", Want: &want, Got: &got}}
	}
	count.Fail++
	result.Status, result.Severity = conformance.Fail, conformance.SeverityError
	r.Summary.Failures = append(r.Summary.Failures, failure)
}

// recorded gives the trace of an engine, nil if there is none, and the number of
// traces of others.
func recorded(v *conformance.Vector, name string) (want *conformance.Trace, others int) {
	for i := range v.Traces {
		for _, e := range v.Traces[i].Engines {
			if e == name {
				want = &v.Traces[i].Trace
			} else {
				others++
			}
		}
	}
	return want, others
}

// engine is the process, if there is one at the moment.
type engine struct {
	command lineproc.Config
	proc    *lineproc.Proc
}

// start brings the process up and gives the name it has for itself.
func (e *engine) start(ctx context.Context) (string, error) {
	proc, err := lineproc.Start(e.command)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrStart, err)
	}
	e.proc = proc
	line, err := proc.Ask(ctx, []byte(`{"protocol":"`+Protocol+`"}`))
	var said hello
	if err == nil {
		err = decode(line, &said)
	}
	if err == nil && said.Protocol != Protocol {
		err = fmt.Errorf("it speaks protocol %q, not %q", said.Protocol, Protocol)
	}
	if err != nil {
		e.stop()
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("%w: %w", ErrStart, err)
	}
	return said.Engine, nil
}

func (e *engine) stop() {
	if e.proc != nil {
		e.proc.Close()
		e.proc = nil
	}
}

// run asks for one trace. After an error the process is gone.
func (e *engine) run(ctx context.Context, s *conformance.Scenario) (conformance.Trace, error) {
	if e.proc == nil {
		if _, err := e.start(ctx); err != nil {
			return conformance.Trace{}, err
		}
	}
	got, err := e.ask(ctx, s)
	if err != nil {
		e.stop()
		return conformance.Trace{}, err
	}
	return got, nil
}

func (e *engine) ask(ctx context.Context, s *conformance.Scenario) (conformance.Trace, error) {
	question, err := json.Marshal(s)
	if err != nil {
		return conformance.Trace{}, err
	}
	line, err := e.proc.Ask(ctx, question)
	if err != nil {
		return conformance.Trace{}, err
	}
	var got answer
	if err := decode(line, &got); err != nil {
		return conformance.Trace{}, err
	}
	switch {
	case got.ID != s.ID:
		return conformance.Trace{}, fmt.Errorf("the answer is to %q, not to %q", got.ID, s.ID)
	case len(got.Unsupported) > 0:
	case got.Events == nil:
		return conformance.Trace{}, fmt.Errorf("the trace has no events: %s", shown(line))
	case !slices.Contains([]string{conformance.OutcomeResponse, conformance.OutcomeRaised, conformance.OutcomeLoadError}, got.Outcome.Kind):
		return conformance.Trace{}, fmt.Errorf("the trace has the unknown outcome %q", got.Outcome.Kind)
	}
	// An empty list says the same as none; recorded traces leave it out.
	if len(got.LoadLog) == 0 {
		got.LoadLog = nil
	}
	if len(got.Unsupported) == 0 {
		got.Unsupported = nil
	}
	return got.Trace, nil
}

// decode reads a line that must be a JSON object and nothing else.
func decode(line []byte, into any) error {
	if line = bytes.TrimSpace(line); len(line) == 0 || line[0] != '{' {
		return fmt.Errorf("the answer is no JSON object: %s", shown(line))
	}
	if err := json.Unmarshal(line, into); err != nil {
		return fmt.Errorf("the answer is malformed (%w): %s", err, shown(line))
	}
	return nil
}

// shown is a line for messages, cut to a bearable length.
func shown(line []byte) string {
	const most = 200
	if len(line) > most {
		return fmt.Sprintf("%q and %d bytes more", line[:most], len(line)-most)
	}
	return fmt.Sprintf("%q", line)
}
