package conformance

import (
	"cmp"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// SummarySchema names the JSON form of Summary.
const SummarySchema = "mwcheck.conform/1"

// Summary is the result of CheckVectors.
type Summary struct {
	Schema   string            `json:"schema"`
	Engines  map[string]*Count `json:"engines"`
	Failures []Failure         `json:"failures"`
	// Unsupported counts traces by feature; a trace with two counts twice.
	Unsupported map[Feature]int `json:"unsupported,omitempty"`
	// Skipped counts traces of engines that were not given.
	Skipped int `json:"skipped,omitempty"`
	// Cases are the results of each engine, in the order of the vectors.
	Cases map[string][]Result `json:"-"`
}

// Count counts the traces of one engine.
type Count struct {
	Pass        int `json:"pass"`
	Fail        int `json:"fail"`
	Unsupported int `json:"unsupported"`
}

// Failure is a trace that differs from the recorded one.
type Failure struct {
	ID     string `json:"id"`
	Engine string `json:"engine"`
	Want   Trace  `json:"want"`
	Got    Trace  `json:"got"`
	// Reason says why there is no trace: the engine panicked, or it is a process
	// that crashed, did not answer in time, or answered something else.
	Reason string `json:"reason,omitempty"`
}

// OK says that no trace differs.
func (s *Summary) OK() bool { return len(s.Failures) == 0 }

// Total adds the counts of all engines.
func (s *Summary) Total() Count {
	var total Count
	for _, c := range s.Engines {
		total.Pass += c.Pass
		total.Fail += c.Fail
		total.Unsupported += c.Unsupported
	}
	return total
}

// CheckVectors runs every vector through those of the engines it was recorded with.
// The result does not depend on the parallelism, which is GOMAXPROCS.
func CheckVectors(engines []Engine, vectors []Vector) *Summary {
	byName := make(map[string]Engine, len(engines))
	sum := &Summary{Schema: SummarySchema, Engines: map[string]*Count{}, Failures: []Failure{}, Unsupported: map[Feature]int{}, Cases: map[string][]Result{}}
	for _, e := range engines {
		byName[e.Name] = e
		sum.Engines[e.Name] = &Count{}
	}
	results := make([][]result, len(vectors))
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				results[i] = checkVector(byName, &vectors[i])
			}
		})
	}
	for i := range vectors {
		next <- i
	}
	close(next)
	wg.Wait()
	for i := range results {
		for _, r := range results[i] {
			sum.add(&vectors[i].Scenario, r)
		}
	}
	slices.SortStableFunc(sum.Failures, func(a, b Failure) int { return slices.Compare([]string{a.ID, a.Engine}, []string{b.ID, b.Engine}) })
	return sum
}

type result struct {
	engine      string
	skipped     bool
	unsupported []Feature
	failure     *Failure
}

func checkVector(engines map[string]Engine, v *Vector) []result {
	var list []result
	for _, t := range v.Traces {
		for _, name := range t.Engines {
			e, ok := engines[name]
			if !ok {
				list = append(list, result{skipped: true})
				continue
			}
			got, failed := e.attempt(&v.Scenario)
			r := result{engine: name, unsupported: got.Unsupported}
			if len(r.unsupported) == 0 && !reflect.DeepEqual(got, t.Trace) {
				r.failure = &Failure{ID: v.Scenario.ID, Engine: name, Want: t.Trace, Got: got, Reason: failed}
			}
			list = append(list, r)
		}
	}
	return list
}

func (s *Summary) add(scenario *Scenario, r result) {
	if r.skipped {
		s.Skipped++
		return
	}
	count := s.Engines[r.engine]
	one := Result{Case: scenario.ID, Words: scenario.Doc, Status: Pass}
	switch {
	case len(r.unsupported) > 0:
		count.Unsupported++
		one.Status = Unsupported
		words := make([]string, len(r.unsupported))
		for i, f := range r.unsupported {
			s.Unsupported[f]++
			words[i] = string(f)
		}
		one.Reason = strings.Join(words, ", ")
	case r.failure != nil:
		count.Fail++
		s.Failures = append(s.Failures, *r.failure)
		one.Status, one.Severity = Fail, SeverityError
		one.Problems = []Problem{{In: r.engine, Text: cmp.Or(r.failure.Reason, "the trace differs"), Want: &r.failure.Want, Got: &r.failure.Got}}
	default:
		count.Pass++
	}
	s.Cases[r.engine] = append(s.Cases[r.engine], one)
}
