// Package trace draws one request's way through a stack: which hooks ran, in
// which order, and which ones were skipped on the way.
//
// What ran comes from a recorded or computed conformance.Trace; nothing is
// decided here. A hook counts as skipped if it belongs to every undisturbed
// request, or ran in one of the traces that are drawn beside this one, and did
// not run in this one.
package trace

import (
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
)

// Way is where a request is on its way.
type Way string

// The ways.
const (
	In  Way = "in"  // towards the view
	At  Way = "at"  // in the innermost part, or in an error page
	Out Way = "out" // towards the client
)

// Row is one step of the way.
type Row struct {
	// Layer is the name in the scenario; empty for the view, error pages,
	// rendering and signals.
	Layer string
	// Hook is a hook of the layer, as "process_request" or "call.before", or
	// what runs instead of one, as "view", "handler404".
	Hook string
	// Depth is how many layers lie further out.
	Depth int
	Way   Way
	// Ran is false for what was skipped.
	Ran bool
	// Sees is what the hook got, as "status=404 marker=handler404"; "" for
	// nothing.
	Sees string
	// Does is the behaviour that the scenario gives the hook, if that is out of
	// the ordinary and the hook ran: "respond", "raise:http404". "" else.
	Does string
}

// Rows are the steps of a request through the scenario's stack. beside are
// traces of the same stack under other engines.
func Rows(s *conformance.Scenario, t conformance.Trace, beside ...conformance.Trace) []Row {
	if t.Outcome.Kind == conformance.OutcomeLoadError {
		return nil
	}
	p := &plan{scenario: s, depth: map[string]int{}}
	for i := range s.Layers {
		p.depth[s.Layers[i].Name] = i
	}
	ran := make([]Row, len(t.Events))
	for i, event := range t.Events {
		ran[i] = p.row(event)
	}
	rows := merge(p.expected(t, beside), ran)
	p.place(rows)
	return rows
}

// plan knows where a scenario's hooks belong.
type plan struct {
	scenario *conformance.Scenario
	depth    map[string]int
}

// row reads an event.
func (p *plan) row(event string) Row {
	at, sees, _ := strings.Cut(event, " ")
	name, hook, found := strings.Cut(at, ".")
	depth, known := p.depth[name]
	if !found || !known {
		r := Row{Hook: at, Way: At, Depth: -1, Ran: true, Sees: sees}
		if at == "view" {
			r.Depth = len(p.scenario.Layers)
			if view := strings.TrimPrefix(p.scenario.View, "async_"); view != "" && view != "ok" {
				r.Does = view
			}
		}
		return r
	}
	r := Row{Layer: name, Hook: hook, Depth: depth, Way: way(hook), Ran: true, Sees: sees}
	r.Does = p.does(&p.scenario.Layers[depth], hook)
	return r
}

// does is what the scenario has a hook do, if it is something.
func (p *plan) does(l *conformance.LayerSpec, hook string) string {
	behaviour := l.Hooks[hook]
	if l.Call != nil {
		switch hook {
		case "call.before":
			behaviour = l.Call.Before
			if (behaviour == "" || behaviour == "pass") && l.Call.GetResponse != "" && l.Call.GetResponse != "once" {
				behaviour = "get_response:" + l.Call.GetResponse
			}
		case "call.after":
			behaviour = l.Call.After
		case "call.caught":
			behaviour = l.Call.Try
		}
	}
	switch behaviour {
	case "pass", "touch":
		return ""
	}
	return behaviour
}

func way(hook string) Way {
	switch hook {
	case conformance.HookRequest, "call.before":
		return In
	case conformance.HookResponse, "call.after", "call.caught", "call.finally":
		return Out
	}
	return At
}

// slot is a row by what it is about.
type slot struct{ layer, hook string }

func slotOf(r Row) slot { return slot{r.Layer, r.Hook} }

// expected are the steps of an undisturbed request, and those of layers that
// any of the traces shows, in the order in which they belong.
func (p *plan) expected(t conformance.Trace, beside []conformance.Trace) []Row {
	shown := map[slot]bool{}
	for _, one := range append([]conformance.Trace{t}, beside...) {
		for _, event := range one.Events {
			if r := p.row(event); r.Layer != "" {
				shown[slotOf(r)] = true
			}
		}
	}
	var rows []Row
	add := func(i int, hook string, always bool) {
		l := &p.scenario.Layers[i]
		if always || shown[slot{l.Name, hook}] {
			rows = append(rows, Row{Layer: l.Name, Hook: hook, Depth: i, Way: way(hook)})
		}
	}
	has := func(i int, hook string) bool { _, ok := p.scenario.Layers[i].Hooks[hook]; return ok }
	n := len(p.scenario.Layers)
	for i := range n {
		called := p.called(i)
		add(i, "call.before", called)
		add(i, conformance.HookRequest, has(i, conformance.HookRequest) && !called)
	}
	for i := range n {
		add(i, conformance.HookView, has(i, conformance.HookView))
	}
	rows = append(rows, Row{Hook: "view", Depth: n, Way: At})
	for i := n - 1; i >= 0; i-- {
		add(i, conformance.HookException, false)
	}
	for i := n - 1; i >= 0; i-- {
		add(i, conformance.HookTemplateResponse, false)
	}
	for i := n - 1; i >= 0; i-- {
		called := p.called(i)
		add(i, "call.caught", false)
		add(i, "call.after", called)
		add(i, "call.finally", false)
		add(i, conformance.HookResponse, has(i, conformance.HookResponse) && !called)
	}
	return rows
}

// called says that a layer has a call of its own.
func (p *plan) called(i int) bool {
	style := p.scenario.Layers[i].Style
	return style == "modern" || style == "function"
}

// merge puts what was expected and did not run between what ran. What ran
// keeps its order; as many rows as possible stand for both.
func merge(expected, ran []Row) []Row {
	// common[i][j] is the length of the longest common part of expected[i:]
	// and ran[j:].
	common := make([][]int, len(expected)+1)
	for i := range common {
		common[i] = make([]int, len(ran)+1)
	}
	for i := len(expected) - 1; i >= 0; i-- {
		for j := len(ran) - 1; j >= 0; j-- {
			if slotOf(expected[i]) == slotOf(ran[j]) {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	ranAtAll := map[slot]bool{}
	for _, r := range ran {
		ranAtAll[slotOf(r)] = true
	}
	var rows []Row
	i, j := 0, 0
	for i < len(expected) || j < len(ran) {
		switch {
		case i < len(expected) && j < len(ran) && slotOf(expected[i]) == slotOf(ran[j]):
			rows = append(rows, ran[j])
			i, j = i+1, j+1
		case j == len(ran) || i < len(expected) && common[i+1][j] > common[i][j+1]:
			// What ran at another point than expected was not skipped.
			if !ranAtAll[slotOf(expected[i])] {
				rows = append(rows, expected[i])
			}
			i++
		default:
			rows = append(rows, ran[j])
			j++
		}
	}
	return rows
}

// place gives error pages, rendering and signals the depth of what ran before
// them: they happen where the request is.
func (p *plan) place(rows []Row) {
	depth := 0
	for i := range rows {
		if rows[i].Depth < 0 {
			rows[i].Depth = depth
		}
		if rows[i].Ran {
			depth = rows[i].Depth
		}
	}
}
