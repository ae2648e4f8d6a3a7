package conformance

import (
	"fmt"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mwcheck/mwcheck/web"
)

// Options say how an engine is tested. The zero value tests everything.
type Options struct {
	// Follows is the engine of the vectors that the engine must do the same as,
	// as "modern@6.1"; "" takes Engine.Name.
	Follows string
	// Only, if not empty, and Skip choose cases by name: a whole name
	// ("rules/short-circuit", "vectors/n/modern-twice"), a beginning of one
	// ("rules", "vectors/n"), or a pattern of path.Match.
	Only, Skip []string
	// Unsupported are the features that the engine does not have, with the
	// reason. Cases that need one are reported as unsupported and not run.
	Unsupported map[Feature]string
	// Vectors replace the recorded vectors that come with the package.
	Vectors []Vector
	// Timeout is how long one case may take: 10 seconds if it is 0.
	Timeout time.Duration
}

// Check tests an engine and reports. newEngine makes it anew for each case; it
// is called by one goroutine at a time, but the engines run at the same time.
// nil options are the zero ones.
//
// There are two kinds of cases. Those named rules/… are the Rules of the
// models: of the recorded traces that show a rule, what the rule is about is
// compared. Those named vectors/… compare whole traces, one case a vector.
//
// An engine of one's own needs only Engine.Build: it gets the layers of a
// scenario (see Layer for the forms they come in) and the App inside them, and
// gives an http.Handler. The layers, the view and the App's observers note what
// happens; there is nothing to instrument.
func Check(newEngine func() Engine, opts *Options) *Report {
	s, failed := newSuite(newEngine, opts)
	if failed != nil {
		return failed
	}
	results := make([]Result, len(s.cases))
	next := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				results[i] = s.run(&s.cases[i], func() Engine {
					mu.Lock()
					defer mu.Unlock()
					return newEngine()
				})
			}
		})
	}
	for i := range s.cases {
		next <- i
	}
	close(next)
	wg.Wait()
	return &Report{Schema: ReportSchema, Subject: s.name, Results: results}
}

// Run is Check with a subtest for each case. Typical use:
//
//	func TestEngine(t *testing.T) {
//		conformance.Run(t, func(t *testing.T) conformance.Engine {
//			return conformance.Engine{Name: "modern@6.1", Family: conformance.FamilyModern, Build: build}
//		}, nil)
//	}
func Run(t *testing.T, newEngine func(t *testing.T) Engine, opts *Options) {
	t.Helper()
	s, failed := newSuite(func() Engine { return newEngine(t) }, opts)
	if failed != nil {
		t.Fatal(failed.Err())
	}
	for i := range s.cases {
		t.Run(s.cases[i].name, func(t *testing.T) {
			t.Helper()
			result := s.run(&s.cases[i], func() Engine { return newEngine(t) })
			switch result.Status {
			case Fail:
				t.Error(result.Text())
			case Unsupported, Skipped:
				t.Skipf("%s: %s", result.Status, result.Reason)
			}
		})
	}
}

// suite is what is asked of one engine.
type suite struct {
	name    string // of the engine
	follows string
	opts    *Options
	cases   []suiteCase
}

// suiteCase is a rule or a vector.
type suiteCase struct {
	name     string
	words    string
	citation string
	same     sameness
	vectors  []expected
	needs    []string // names of cases
}

// expected is a scenario and the trace of the release that is followed.
type expected struct {
	scenario *Scenario
	want     *Trace
}

// newSuite collects the cases; a Report instead says why there are none.
func newSuite(newEngine func() Engine, opts *Options) (*suite, *Report) {
	if opts == nil {
		opts = &Options{}
	}
	fail := func(subject, text string) (*suite, *Report) {
		return nil, &Report{Schema: ReportSchema, Subject: subject, Results: []Result{{
			Case: "engine", Status: Fail, Severity: SeverityError, Words: "there are vectors for the engine", Reason: text,
		}}}
	}
	engine, err := makeEngine(newEngine)
	if err != nil {
		return fail("engine", fmt.Sprintf("the engine cannot be made: %v", err))
	}
	s := &suite{name: engine.Name, follows: opts.Follows, opts: opts}
	if s.follows == "" {
		s.follows = engine.Name
	}
	vectors := opts.Vectors
	if vectors == nil {
		if vectors, err = Vectors(); err != nil {
			return fail(engine.Name, err.Error())
		}
	}
	byID := map[string]expected{}
	var ids []string
	for i := range vectors {
		v := &vectors[i]
		for j := range v.Traces {
			if slices.Contains(v.Traces[j].Engines, s.follows) {
				byID[v.Scenario.ID] = expected{&v.Scenario, &v.Traces[j].Trace}
				ids = append(ids, v.Scenario.ID)
			}
		}
	}
	if len(ids) == 0 {
		return fail(engine.Name, fmt.Sprintf("no trace was recorded for %q; Options.Follows must name an engine of the vectors, as \"modern@6.1\"", s.follows))
	}
	for _, r := range Rules() {
		c := suiteCase{name: "rules/" + r.ID, words: r.Words, citation: r.Citation, same: r.same}
		for _, id := range r.Needs {
			c.needs = append(c.needs, "rules/"+id)
		}
		for _, id := range r.Evidence {
			if v, ok := byID[id]; ok && (r.Families == nil || slices.Contains(r.Families, engine.Family)) {
				c.vectors = append(c.vectors, v)
			}
		}
		s.cases = append(s.cases, c)
	}
	for _, id := range ids {
		words := byID[id].scenario.Doc
		if words == "" {
			words = "the trace is that of the release"
		}
		s.cases = append(s.cases, suiteCase{
			name: "vectors/" + id, words: words, citation: "recorded from " + s.follows,
			same: func(_ *Scenario, want, got Trace) bool { return reflect.DeepEqual(want, got) }, vectors: []expected{byID[id]},
		})
	}
	return s, nil
}

func makeEngine(newEngine func() Engine) (e Engine, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = web.Recovered(v)
		}
	}()
	e = newEngine()
	if e.Build == nil {
		return e, fmt.Errorf("Engine.Build is nil")
	}
	return e, nil
}

func (o *Options) selects(name string) bool {
	return (len(o.Only) == 0 || selects(o.Only, name)) && !selects(o.Skip, name)
}

func selects(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return ok && err == nil || strings.HasPrefix(name, strings.TrimSuffix(p, "/")+"/")
	})
}

// run runs one case.
func (s *suite) run(c *suiteCase, newEngine func() Engine) Result {
	r := Result{Case: c.name, Severity: SeverityError, Words: c.words, Citation: c.citation}
	if !s.opts.selects(c.name) {
		r.Status, r.Reason = Skipped, "left out by the options"
		return r
	}
	asked := 0
	for _, v := range c.vectors {
		if reason := s.declared(v.scenario); reason != "" {
			r.Reason = reason
			continue
		}
		engine, err := makeEngine(newEngine)
		if err != nil {
			r.add(Problem{In: v.scenario.ID, Text: fmt.Sprintf("the engine cannot be made: %v", err)})
			break
		}
		got, text := s.watch(engine, v.scenario)
		switch {
		case text != "":
			r.add(Problem{In: v.scenario.ID, Text: text})
		case len(got.Unsupported) > 0:
			r.Reason = fmt.Sprintf("Go's types rule out %s", got.Unsupported[0])
			continue
		case (got.Outcome.Kind == OutcomeLoadError) != (v.want.Outcome.Kind == OutcomeLoadError), !c.same(v.scenario, *v.want, got):
			r.add(Problem{
				In: v.scenario.ID, Want: v.want, Got: &got,
				Text: fmt.Sprintf("stack %s\ntrace (-want +got):\n%s", v.scenario.Stack(), cmp.Diff(*v.want, got)),
			})
		}
		asked++
	}
	switch {
	case len(r.Problems) > 0:
		r.Status, r.Reason = Fail, ""
		if need := s.failedNeed(c, newEngine); need != "" {
			r.Status, r.Problems = Unsupported, nil
			r.Reason = fmt.Sprintf("it builds on %s, which fails", need)
		}
	case asked > 0:
		r.Status, r.Reason = Pass, ""
	default:
		r.Status = Unsupported
		if r.Reason == "" {
			r.Reason = "nothing of it was recorded for " + s.follows
		}
	}
	return r
}

// failedNeed is a case that c builds on and that fails.
func (s *suite) failedNeed(c *suiteCase, newEngine func() Engine) string {
	for _, name := range c.needs {
		i := slices.IndexFunc(s.cases, func(c suiteCase) bool { return c.name == name })
		if i >= 0 && s.run(&s.cases[i], newEngine).Status == Fail {
			return name
		}
	}
	return ""
}

// declared is why a scenario is not run.
func (s *suite) declared(scenario *Scenario) string {
	for _, f := range scenario.Features() {
		if reason, ok := s.opts.Unsupported[f]; ok {
			return fmt.Sprintf("%s: %s", f, reason)
		}
	}
	return ""
}

// watch runs a scenario; what hangs or panics is a text.
func (s *suite) watch(e Engine, scenario *Scenario) (got Trace, text string) {
	type answer struct {
		trace Trace
		text  string
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		// An engine that ends its goroutine must not look like one that hangs.
		defer func() { done <- a }()
		a.text = "the engine ended its goroutine"
		a.trace, a.text = e.attempt(scenario)
	}()
	limit := s.opts.Timeout
	if limit <= 0 {
		limit = 10 * time.Second
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.trace, a.text
	case <-timer.C:
		return Trace{}, fmt.Sprintf("did not answer within %v", limit)
	}
}
