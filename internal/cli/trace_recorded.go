package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/trace"
)

// recorded draws a scenario as real Django releases ran it: nothing is run.
func (f *traceFlags) recorded() (report.Traces, error) {
	var r report.Traces
	all, err := conformance.Vectors()
	if err != nil {
		return r, err
	}
	at := slices.IndexFunc(all, func(v conformance.Vector) bool { return v.Scenario.ID == f.scenario })
	if at < 0 {
		return r, &problem{text: fmt.Sprintf("no scenario %q was recorded", f.scenario), hint: "their ids are in testdata/vectors of the source, as n/short-circuit-request-middle"}
	}
	v := &all[at]
	r.Stack, r.Scenario, r.Notes = v.Scenario.ID, &v.Scenario, standins(&f.from, &f.to)
	for i := range v.Scenario.Layers {
		r.Layers = append(r.Layers, report.TraceLayer{Name: v.Scenario.Layers[i].Name})
	}
	engines, err := f.recordedWith(v)
	if err != nil {
		return r, err
	}
	traces := make([]conformance.Trace, len(engines))
	for i, e := range engines {
		traces[i], _ = v.TraceOf(e)
	}
	for i, e := range engines {
		r.Drawn = append(r.Drawn, report.Drawn{Engine: e, Trace: traces[i], Rows: trace.Rows(&v.Scenario, traces[i], traces...)})
	}
	return r, nil
}

// recordedWith are the engines to draw: those of the flags, else the classic
// model of 1.9 or the next one recorded, and the newest modern one.
func (f *traceFlags) recordedWith(v *conformance.Vector) ([]string, error) {
	recorded := v.RecordedWith()
	newest := func(family string) string {
		name := ""
		for _, e := range recorded {
			if strings.HasPrefix(e, family+"@") {
				name = e
			}
		}
		return name
	}
	from, to := f.from.engine.Name, f.to.engine.Name
	for _, name := range []string{from, to} {
		if name != "" && !slices.Contains(recorded, name) {
			return nil, &problem{text: fmt.Sprintf("scenario %q was not recorded with %s", v.Scenario.ID, name), hint: "it was with " + strings.Join(recorded, ", ")}
		}
	}
	if from == "" {
		if from = "classic@1.9"; !slices.Contains(recorded, from) {
			from = newest(conformance.FamilyClassic)
		}
	}
	if to == "" {
		to = newest(conformance.FamilyModern)
	}
	engines := slices.DeleteFunc([]string{from, to}, func(name string) bool { return name == "" })
	return slices.Compact(engines), nil
}
