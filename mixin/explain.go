package mixin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Model is one of the two middleware models.
type Model string

// The models.
const (
	ModelModern  Model = "modern"
	ModelClassic Model = "classic"
)

// Bridge is what a layer needs to be in a stack of the other model.
type Bridge string

// The bridges; the zero value means that the layer needs none.
const (
	BridgeUpgrade   Bridge = "upgrade"
	BridgeDowngrade Bridge = "downgrade"
)

// Advice is what Explain says of one layer.
type Advice struct {
	Layer  string `json:"layer"`
	Index  int    `json:"index"` // from 0, outermost first
	Bridge Bridge `json:"bridge,omitempty"`
	// Problem keeps the layer from being in the stack: the error of building it.
	Problem string `json:"problem,omitempty"`
	// Unused says that the layer's constructor dropped it (web.ErrNotUsed).
	Unused bool `json:"unused,omitempty"`
	// HandOvers is how often a request is handed over to the synchronous side
	// and back for the layer, in an asynchronous handler.
	HandOvers   int          `json:"hand_overs,omitempty"`
	Differences []Difference `json:"differences,omitempty"`
}

// Difference is something that goes on otherwise in the other model.
type Difference struct {
	Trigger Trigger `json:"trigger"`
	Effect  Effect  `json:"effect"`
	// Layers are those that notice, outermost first.
	Layers []string `json:"layers,omitempty"`
	// Island are the neighbours that keep the old behaviour if they move as one
	// Island; empty where no island helps. A modern layer among them goes in by
	// Downgrade.
	Island []string `json:"island,omitempty"`
	// Vector is the recorded scenario that shows it in Django itself.
	Vector string `json:"vector,omitempty"`
}

// Trigger is what the layer must do for a Difference to show.
type Trigger string

// The triggers.
const (
	RequestAnswers   Trigger = "process_request answers"
	RequestRaises    Trigger = "process_request raises"
	ResponseRaises   Trigger = "process_response raises"
	ResponseNothing  Trigger = "process_response returns nothing"
	AnswersFirst     Trigger = "answers without calling next"
	RaisesFirst      Trigger = "fails before it calls next"
	RaisesLater      Trigger = "fails after next"
	CallsNextTwice   Trigger = "calls next twice"
	FurtherInRefuses Trigger = "a process_response further in fails"
)

// Effect is what happens then.
type Effect string

// The effects.
const (
	// ResponseHooksSkipped: process_response of Layers no longer runs.
	ResponseHooksSkipped Effect = "response-hooks-skipped"
	// OwnResponseHookSkipped: process_response of the layer itself no longer
	// runs.
	OwnResponseHookSkipped Effect = "own-response-hook-skipped"
	// OuterResponseHooksRun: process_response of Layers runs now, on the error
	// page.
	OuterResponseHooksRun Effect = "outer-response-hooks-run"
	// StatusChanged: the error page is that of the error's kind and no longer
	// always 500, or the reverse.
	StatusChanged Effect = "status-changed"
	// InnerResponseHooksRun: process_response of Layers runs now.
	InnerResponseHooksRun Effect = "inner-response-hooks-run"
	// OuterResponseHooksSkipped: process_response of Layers no longer runs on
	// the error page.
	OuterResponseHooksSkipped Effect = "outer-response-hooks-skipped"
	// Refused: it is an error that names the layer.
	Refused Effect = "refused"
	// SecondHalfSkipped: what the layer does after next no longer runs; its
	// deferred functions do.
	SecondHalfSkipped Effect = "second-half-skipped"
)

// explained is a layer as Explain sees it.
type explained struct {
	name   string
	modern bool
	hooks  web.HookSet // of a classic layer
}

// Explain tells for each layer of a stack, outermost first, which bridge it
// needs in a stack of the model to, and what will differ there from the model it
// was written for. A layer is a modern.Factory, a classic.Factory, or a value
// with hooks; constructors of classic layers are called, as hooks are found on
// layers only. Nothing is known of what layers do: a difference shows only if
// its trigger happens.
func Explain(to Model, layers ...any) []Advice {
	list := make([]Advice, len(layers))
	stack := make([]explained, len(layers))
	for i, layer := range layers {
		list[i], stack[i] = examine(layer)
		list[i].Index = i
	}
	for i := range list {
		a := &list[i]
		switch {
		case a.Problem != "" || a.Unused:
		case to == ModelModern && !stack[i].modern:
			a.Bridge = BridgeUpgrade
			a.HandOvers = count(stack[i].hooks.Request != nil, stack[i].hooks.Response != nil)
			a.Differences = upgraded(stack, i)
		case to == ModelClassic && stack[i].modern:
			a.Bridge = BridgeDowngrade
			a.Differences = suspended(stack, i)
		}
	}
	return list
}

func examine(layer any) (Advice, explained) {
	if f, ok := layer.(modern.Factory); ok {
		return Advice{Layer: f.Name}, explained{name: f.Name, modern: true}
	}
	s := newSource(layer)
	a, e := Advice{Layer: s.name}, explained{name: s.name}
	made, err := s.build()
	switch {
	case errors.Is(err, web.ErrNotUsed):
		a.Unused = true
	case err != nil:
		a.Problem = err.Error()
	case made == nil:
		a.Problem = "the constructor returned nil, which only a classic stack takes for a layer that is not used"
	default:
		e.hooks = web.HooksOf(made)
	}
	return a, e
}

func count(all ...bool) (n int) {
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}

// upgraded are the differences for a classic layer in a modern stack.
func upgraded(stack []explained, i int) (list []Difference) {
	hooks := stack[i].hooks
	inner, outer := responders(stack, i+1, len(stack)), responders(stack, 0, i)
	if hooks.Request != nil {
		if len(inner) > 0 {
			skipped, island := pick(stack, inner), names(stack[i:inner[len(inner)-1]+1])
			list = append(list,
				Difference{RequestAnswers, ResponseHooksSkipped, skipped, island, "n/short-circuit-request-middle"},
				Difference{RequestRaises, ResponseHooksSkipped, skipped, island, "n/request-raises-value-error"})
		}
		if hooks.Response != nil {
			list = append(list, Difference{RequestRaises, OwnResponseHookSkipped, names(stack[i : i+1]), names(stack[i : i+1]), "n/response-raises-on-error-page-only"})
		}
	}
	if hooks.Response == nil {
		return list
	}
	if len(outer) > 0 {
		run, island := pick(stack, outer), names(stack[outer[0]:i+1])
		list = append(list,
			Difference{ResponseRaises, OuterResponseHooksRun, run, island, "n/response-raises-value-error"},
			Difference{ResponseNothing, OuterResponseHooksRun, run, island, "n/response-returns-none-middle"})
	}
	return append(list, Difference{ResponseRaises, StatusChanged, nil, names(stack[i : i+1]), "n/response-raises-http404"})
}

// suspended are the differences for a modern layer in a classic stack.
func suspended(stack []explained, i int) (list []Difference) {
	inner, outer := pick(stack, responders(stack, i+1, len(stack))), pick(stack, responders(stack, 0, i))
	if len(inner) > 0 {
		list = append(list,
			Difference{Trigger: AnswersFirst, Effect: InnerResponseHooksRun, Layers: inner},
			Difference{Trigger: RaisesFirst, Effect: InnerResponseHooksRun, Layers: inner},
			Difference{Trigger: FurtherInRefuses, Effect: SecondHalfSkipped, Layers: names(stack[i : i+1])})
	}
	if len(outer) > 0 {
		list = append(list, Difference{Trigger: RaisesLater, Effect: OuterResponseHooksSkipped, Layers: outer})
	}
	return append(list,
		Difference{Trigger: RaisesLater, Effect: StatusChanged},
		Difference{Trigger: CallsNextTwice, Effect: Refused})
}

// responders are the indices of the classic layers from..to that have
// process_response.
func responders(stack []explained, from, to int) (at []int) {
	for i := from; i < to; i++ {
		if stack[i].hooks.Response != nil {
			at = append(at, i)
		}
	}
	return at
}

func pick(stack []explained, at []int) []string {
	list := make([]string, len(at))
	for i, n := range at {
		list[i] = stack[n].name
	}
	return list
}

func names(stack []explained) []string {
	list := make([]string, len(stack))
	for i, e := range stack {
		list[i] = e.name
	}
	return list
}

// String is a sentence.
func (d Difference) String() string {
	layers := strings.Join(d.Layers, ", ")
	text := map[Effect]string{
		ResponseHooksSkipped:      "process_response of " + layers + " no longer runs",
		OwnResponseHookSkipped:    "its own process_response no longer runs",
		OuterResponseHooksRun:     "process_response of " + layers + " runs on the error page",
		StatusChanged:             "the status of the error page is no longer the same for every kind of error",
		InnerResponseHooksRun:     "process_response of " + layers + " runs all the same",
		OuterResponseHooksSkipped: "process_response of " + layers + " no longer runs",
		Refused:                   "it is an error that names the layer",
		SecondHalfSkipped:         "what it does after next no longer runs",
	}[d.Effect]
	if d.Effect == StatusChanged && d.Trigger == RaisesLater {
		text = "the error page is always that of status 500"
	}
	if len(d.Island) > 1 {
		text += "; an island of " + strings.Join(d.Island, ", ") + " keeps that"
	}
	return fmt.Sprintf("if %s: %s", d.Trigger, text)
}

// String is one line for the layer and one for each difference.
func (a Advice) String() string {
	var b strings.Builder
	switch {
	case a.Problem != "":
		fmt.Fprintf(&b, "%s: %s\n", a.Layer, a.Problem)
	case a.Unused:
		fmt.Fprintf(&b, "%s: not used\n", a.Layer)
	case a.Bridge == "":
		fmt.Fprintf(&b, "%s: needs no bridge\n", a.Layer)
	default:
		fmt.Fprintf(&b, "%s: %s\n", a.Layer, a.Bridge)
	}
	for _, d := range a.Differences {
		fmt.Fprintf(&b, "  %s\n", d)
	}
	return b.String()
}
