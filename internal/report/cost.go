package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/internal/cost"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// CostSchema is the name of the document that CostJSON writes.
const CostSchema = "mwcheck.cost/1"

// Cost is what the cost command reports.
type Cost struct {
	Stacks []StackCost
	Notes  []stack.Note
}

// StackCost is the cost of one stack; Result has a layer for each entry.
type StackCost struct {
	Stack  *stack.Stack
	Django stack.Version
	Result *cost.Result
}

type jsonCost struct {
	Schema string          `json:"schema"`
	Stacks []jsonStackCost `json:"stacks"`
	Notes  []jsonNote      `json:"notes"`
}

type jsonStackCost struct {
	ID         string          `json:"id"`
	File       string          `json:"file"`
	Django     string          `json:"django"`
	Exact      bool            `json:"exact"`
	HandOvers  jsonRange       `json:"hand_overs"`
	Returns    *int            `json:"returns"`
	Chain      jsonRange       `json:"chain"`
	Layers     []jsonLayerCost `json:"layers"`
	Change     *jsonChange     `json:"change"`
	Conditions []jsonCondition `json:"conditions"`
}

// jsonRange has no max where there is no bound.
type jsonRange struct {
	Min int  `json:"min"`
	Max *int `json:"max"`
}

type jsonLayerCost struct {
	Path      string    `json:"path"`
	Text      string    `json:"text"`
	Line      int       `json:"line"`
	Known     bool      `json:"known"`
	Unclear   string    `json:"unclear"`
	Modes     []string  `json:"modes"`
	HandOvers jsonRange `json:"hand_overs"`
	Hooks     []string  `json:"hooks"`
	Adapts    *bool     `json:"adapts"`
}

type jsonChange struct {
	Kind      string `json:"kind"`
	Path      string `json:"path"`
	Index     int    `json:"index"`
	To        int    `json:"to"`
	HandOvers int    `json:"hand_overs"`
	Saves     int    `json:"saves"`
	Message   string `json:"message"`
}

// CostJSON writes a mwcheck.cost/1 document.
func CostJSON(w io.Writer, r Cost) error {
	doc := jsonCost{Schema: CostSchema, Stacks: []jsonStackCost{}, Notes: toNotes(r.Notes)}
	for i := range r.Stacks {
		doc.Stacks = append(doc.Stacks, toStackCost(&r.Stacks[i]))
	}
	return writeJSON(w, doc)
}

func toStackCost(s *StackCost) jsonStackCost {
	r := s.Result
	j := jsonStackCost{
		ID: s.Stack.ID, File: s.Stack.File, Django: s.Django.String(), Exact: r.Exact(), HandOvers: toRange(r.HandOvers, r.AtLeast),
		Chain: toRange(r.Top, false), Layers: []jsonLayerCost{}, Conditions: []jsonCondition{},
	}
	if r.Exact() {
		j.Returns = &r.Returns
	}
	for _, c := range s.Stack.Conditions {
		j.Conditions = append(j.Conditions, jsonCondition{c.Text, c.Span.File, c.Span.Line, c.Value})
	}
	for i := range r.Layers {
		l, e := &r.Layers[i], &s.Stack.Entries[i]
		x := jsonLayerCost{
			Path: e.Path, Text: e.Text, Line: e.Span.Line, Known: l.Known(), Unclear: l.Why, Modes: modes(l),
			HandOvers: toRange(l.HandOvers, l.Open), Hooks: []string{},
		}
		if l.Step != nil {
			x.Hooks, x.Adapts = append(x.Hooks, l.Step.Hooks...), &l.Step.Adapted
		}
		j.Layers = append(j.Layers, x)
	}
	if c := r.Change; c != nil {
		j.Change = &jsonChange{
			Kind: string(c.Kind), Path: s.Stack.Entries[c.Layer].Path, Index: c.Layer + 1, To: c.To + 1, HandOvers: c.HandOvers,
			Saves: c.Saves, Message: changeWords(s),
		}
	}
	return j
}

func toRange(r cost.Range, open bool) jsonRange {
	if open {
		return jsonRange{Min: r.Min}
	}
	return jsonRange{r.Min, &r.Max}
}

func modes(l *cost.LayerCost) []string {
	out := []string{}
	if l.Sync {
		out = append(out, "sync")
	}
	if l.Async {
		out = append(out, "async")
	}
	return out
}

// changeWords says what the change is, in one line.
func changeWords(s *StackCost) string {
	c := s.Result.Change
	name := func(i int) string { return fmt.Sprintf("%q", printable(s.Stack.Entries[i].Path)) }
	saves := fmt.Sprintf("%s instead of %d", count(c.HandOvers, "hand-over"), s.Result.HandOvers.Min)
	if !s.Result.Exact() {
		saves = fmt.Sprintf("saves at least %s", count(c.Saves, "hand-over"))
	}
	switch {
	case c.Kind == cost.MakeAsync:
		return fmt.Sprintf("make %s at %d run in both modes without a thread: %s", name(c.Layer), c.Layer+1, saves)
	case c.To > c.Layer:
		return fmt.Sprintf("move %s from %d inside of %s at %d: %s", name(c.Layer), c.Layer+1, name(c.To), c.To+1, saves)
	}
	return fmt.Sprintf("move %s from %d outside of %s at %d: %s", name(c.Layer), c.Layer+1, name(c.To), c.To+1, saves)
}

// CostText writes each stack layer by layer, outermost first.
func CostText(w io.Writer, r Cost, opts TextOptions) error {
	p := palette{opts.Color}
	var b strings.Builder
	exact := 0
	for i := range r.Stacks {
		if r.Stacks[i].Result.Exact() {
			exact++
		}
		writeCost(&b, &r.Stacks[i], p)
		b.WriteByte('\n')
	}
	writeNotes(&b, r.Notes, opts, p)
	fmt.Fprintf(&b, "%s counted; %d exactly\n", count(len(r.Stacks), "stack"), exact)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCost(b *strings.Builder, s *StackCost, p palette) {
	r := s.Result
	fmt.Fprintf(b, "%s (ASGI, Django %s)\n", p.place(printable(s.Stack.ID)), s.Django)
	for _, c := range s.Stack.Conditions {
		fmt.Fprintf(b, "  %s\n", conditionWords(c))
	}
	number := rangeWords(r.HandOvers, r.AtLeast)
	fmt.Fprintf(b, "  %s thread hand-%s a request\n", number, map[bool]string{true: "over", false: "overs"}[number == "1"])
	if r.Exact() && r.Returns > 0 {
		fmt.Fprintf(b, "  %s from a thread back to the event loop\n", count(r.Returns, "return"))
	}
	if r.Top.Max > 0 {
		fmt.Fprintf(b, "  %5s  all below as one call in a thread\n", rangeWords(r.Top, false))
	}
	for i := range r.Layers {
		l, e := &r.Layers[i], &s.Stack.Entries[i]
		name := printable(e.Path)
		if e.Unknown {
			name = p.unknown("unknown: " + printable(e.Text))
		}
		fmt.Fprintf(b, "  %5s  %-5s %s%s\n", rangeWords(l.HandOvers, l.Open), strings.Join(modes(l), "/"), name, reason(l, p))
	}
	switch {
	case r.Change != nil:
		fmt.Fprintf(b, "  saves most: %s\n", changeWords(s))
	case r.AtLeast:
		b.WriteString("  no change was looked for, as the list may hold more layers\n")
	case !r.Exact():
		b.WriteString("  no single move or change of an own layer saves any in each case\n")
	case r.HandOvers.Min > 0:
		b.WriteString("  no single move or change of an own layer was found to save any\n")
	}
}

// reason says where the hand-overs of a layer come from, or what is not known.
func reason(l *cost.LayerCost, p palette) string {
	if l.Why != "" {
		return p.unknown(" (" + printable(l.Why) + ")")
	}
	if l.Step == nil {
		return ""
	}
	parts := append([]string{}, l.Step.Hooks...)
	if l.Step.Adapted {
		parts = append(parts, "what is further in runs in a thread")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func rangeWords(r cost.Range, open bool) string {
	switch {
	case open:
		return fmt.Sprintf("%d+", r.Min)
	case r.Exact():
		return fmt.Sprint(r.Min)
	}
	return fmt.Sprintf("%d-%d", r.Min, r.Max)
}
