package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/trace"
)

// Traces are the ways of one request through a stack under some engines.
type Traces struct {
	Request  string // as "GET /path"
	Stack    string // id of the stack
	Others   int    // stacks that were not drawn
	Scenario *conformance.Scenario
	Layers   []TraceLayer
	Drawn    []Drawn
	Notes    []stack.Note
}

// TraceLayer is a layer of the scenario.
type TraceLayer struct {
	Name string `json:"name"` // in the traces
	Path string `json:"path"`
}

// Drawn is the way under one engine.
type Drawn struct {
	Engine string
	Trace  conformance.Trace
	Rows   []trace.Row
}

// deepStack is the number of layers from which a layer is indented by one
// column, not two.
const deepStack = 12

// TracesText draws the request's way under each engine as an onion: what runs
// on the way in, inside, and on the way out, indented by the layers around it.
// What is skipped is struck out.
func TracesText(w io.Writer, r Traces, opts TextOptions) error {
	p := palette{opts.Color}
	var b strings.Builder
	fmt.Fprintf(&b, "%s through %s", p.place(printable(r.Request)), p.place(printable(r.Stack)))
	if does := behavioursOf(r.Scenario); does != "" {
		fmt.Fprintf(&b, ", where %s", does)
	}
	b.WriteByte('\n')
	if r.Others > 0 {
		b.WriteString(OtherStacks(r.Others) + "\n")
	}
	for _, d := range r.Drawn {
		fmt.Fprintf(&b, "\n%s\n", p.place(d.Engine))
		if len(d.Trace.Load) > 0 {
			fmt.Fprintf(&b, "  built in the order %s\n", strings.Join(d.Trace.Load, ", "))
		}
		drawRows(&b, d.Rows, len(r.Layers), p)
		fmt.Fprintf(&b, "%s\n", outcomeWords(d.Trace.Outcome))
	}
	if len(r.Notes) > 0 {
		b.WriteByte('\n')
		writeNotes(&b, r.Notes, opts, p)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// OtherStacks says how many stacks were not drawn.
func OtherStacks(n int) string {
	return count(n, "other stack") + "; --id chooses another one"
}

func drawRows(b *strings.Builder, rows []trace.Row, layers int, p palette) {
	bar := "│ "
	if layers >= deepStack {
		bar = "│"
	}
	widest := 0
	for _, r := range rows {
		if r.Ran && rowWords(r) != "" {
			widest = max(widest, r.Depth*utf8.RuneCountInString(bar)+utf8.RuneCountInString(rowName(r)))
		}
	}
	for _, r := range rows {
		indent := strings.Repeat(bar, r.Depth)
		name := rowName(r)
		if !r.Ran {
			fmt.Fprintf(b, "  %s✗ %s\n", p.gutter(indent), p.struck(name))
			continue
		}
		sign := "•"
		switch r.Way {
		case trace.In:
			sign = "→"
		case trace.Out:
			sign = "←"
		}
		words := rowWords(r)
		if words == "" {
			fmt.Fprintf(b, "  %s%s %s\n", p.gutter(indent), sign, name)
			continue
		}
		pad := strings.Repeat(" ", max(widest-utf8.RuneCountInString(indent)-utf8.RuneCountInString(name), 0))
		fmt.Fprintf(b, "  %s%s %s%s  %s\n", p.gutter(indent), sign, name, pad, words)
	}
}

// struck is text that is crossed out: by the terminal, or by tildes.
func (p palette) struck(s string) string {
	if p.on {
		return "\x1b[9;2m" + s + reset
	}
	return "~~" + s + "~~"
}

func rowName(r trace.Row) string {
	if r.Layer == "" {
		return r.Hook
	}
	return r.Layer + "." + r.Hook
}

// rowWords is what a step gets and does.
func rowWords(r trace.Row) string {
	var parts []string
	if got := seenWords(r.Sees); got != "" {
		parts = append(parts, got)
	}
	if does := behaviourWords(r.Does); does != "" {
		parts = append(parts, does)
	}
	return strings.Join(parts, ", ")
}

// seenWords puts the fields of an event into words.
func seenWords(sees string) string {
	fields := map[string]string{}
	for _, f := range strings.Fields(sees) {
		key, value, _ := strings.Cut(f, "=")
		fields[key] = value
	}
	var words string
	switch {
	case fields["exc"] != "":
		words = fmt.Sprintf("gets the error %s of %s", diff.ErrorName(fields["exc"]), fields["from"])
	case fields["status"] == "None":
		words = "gets nothing (None)"
	case fields["status"] == "coroutine" || fields["status"] == "False":
		words = "gets no response (" + fields["status"] + ")"
	case fields["status"] != "":
		words = fmt.Sprintf("gets %s of %s", fields["status"], fields["marker"])
	}
	if fields["rendered"] == "no" {
		words += ", not rendered"
	}
	if fields["mode"] == "async" {
		words = strings.TrimPrefix(words+", on the event loop", ", ")
	}
	return words
}

// behaviourWords puts a behaviour of the scenarios' vocabulary into words.
func behaviourWords(behaviour string) string {
	head, kind, _ := strings.Cut(behaviour, ":")
	switch head {
	case "":
		return ""
	case "respond":
		return "answers"
	case "respond_template", "template":
		return "answers with a template"
	case "respond_template_raises", "template_render_raises":
		return "answers with a template that cannot be rendered"
	case "respond_stream", "stream":
		return "answers with a stream"
	case "notfound":
		return "answers with status 404"
	case "replace":
		return "replaces the response"
	case "replace_template":
		return "replaces the response by a template"
	case "return_none":
		return "returns None"
	case "return_false":
		return "returns False"
	case "raise":
		return "raises " + diff.ErrorName(kind)
	case "reraise":
		return "raises the error again"
	case "set_urlconf":
		return "sets request.urlconf"
	case "get_response":
		if kind == "never" {
			return "does not call get_response"
		}
		return "calls get_response " + kind
	case "swallow":
		return "swallows the error"
	case "record":
		return "raises the error again"
	}
	return behaviour
}

// behavioursOf are the behaviours out of the ordinary that a scenario asks
// for, in one line.
func behavioursOf(s *conformance.Scenario) string {
	var parts []string
	for i := range s.Layers {
		l := &s.Layers[i]
		for _, hook := range []string{"process_request", "process_view", "process_template_response", "process_exception", "process_response"} {
			switch behaviour := l.Hooks[hook]; behaviour {
			case "", "pass", "touch":
			default:
				parts = append(parts, fmt.Sprintf("%s.%s %s", l.Name, hook, behaviourWords(behaviour)))
			}
		}
		parts = append(parts, callWords(l)...)
		if words := initWords(l.Init); words != "" {
			parts = append(parts, l.Name+" "+words)
		}
	}
	if s.View != "" && s.View != "ok" {
		parts = append(parts, "the view "+behaviourWords(strings.TrimPrefix(s.View, "async_")))
	}
	switch s.ErrorHandlers {
	case "raise":
		parts = append(parts, "the error pages raise")
	case "raise4xx":
		parts = append(parts, "the error pages of 4xx raise")
	case "template":
		parts = append(parts, "the error pages are templates")
	}
	if s.URL == "not_found" {
		parts = append(parts, "no URL pattern matches")
	}
	if s.Propagate {
		parts = append(parts, "DEBUG_PROPAGATE_EXCEPTIONS is on")
	}
	return strings.Join(parts, "; ")
}

// callWords are what a layer's own call does out of the ordinary.
func callWords(l *conformance.LayerSpec) []string {
	if l.Call == nil {
		return nil
	}
	var parts []string
	for _, part := range [][2]string{{"before", l.Call.Before}, {"after", l.Call.After}} {
		switch part[1] {
		case "", "pass", "touch":
		default:
			parts = append(parts, fmt.Sprintf("%s %s %s get_response", l.Name, behaviourWords(part[1]), part[0]))
		}
	}
	switch l.Call.GetResponse {
	case "", "once":
	default:
		parts = append(parts, l.Name+" "+behaviourWords("get_response:"+l.Call.GetResponse))
	}
	switch l.Call.Try {
	case "":
	case "finally":
		parts = append(parts, l.Name+" has a finally around get_response")
	default:
		parts = append(parts, fmt.Sprintf("%s has a try around get_response and %s", l.Name, behaviourWords(l.Call.Try)))
	}
	return parts
}

// initWords say how a layer's construction is out of the ordinary.
func initWords(init string) string {
	head, kind, _ := strings.Cut(init, ":")
	switch head {
	case "not_used":
		return "raises MiddlewareNotUsed when it is built"
	case "returns_none":
		return "is a factory that returns None"
	case "no_arg":
		return "takes no get_response"
	case "no_super":
		return "does not call super().__init__"
	case "super_no_arg":
		return "calls super().__init__() without get_response"
	case "raise":
		return "raises " + diff.ErrorName(kind) + " when it is built"
	}
	return ""
}

func outcomeWords(o conformance.Outcome) string {
	switch o.Kind {
	case conformance.OutcomeLoadError:
		return fmt.Sprintf("the site does not start: %s%s", diff.ErrorName(o.Exc), ofSource(o.From))
	case conformance.OutcomeRaised:
		words := fmt.Sprintf("%s%s leaves the handler", diff.ErrorName(o.Exc), ofSource(o.From))
		if o.Started != 0 {
			return fmt.Sprintf("status %d is sent, then %s", o.Started, words)
		}
		return words
	}
	return fmt.Sprintf("%d, the response of %s", o.Status, strings.TrimSuffix(o.Body, "+"))
}

func ofSource(from string) string {
	if from == "" {
		return ""
	}
	return " of " + from
}

// TraceSchema is the name of the document that TracesJSON writes.
const TraceSchema = "mwcheck.trace/1"

type jsonTraces struct {
	Schema   string                `json:"schema"`
	Request  string                `json:"request"`
	Stack    string                `json:"stack"`
	Layers   []TraceLayer          `json:"layers"`
	Scenario *conformance.Scenario `json:"scenario"`
	Traces   []jsonTrace           `json:"traces"`
	Notes    []jsonNote            `json:"notes"`
}

type jsonTrace struct {
	Engine string `json:"engine"`
	conformance.Trace
	Rows []jsonTraceRow `json:"rows"`
}

type jsonTraceRow struct {
	Layer string    `json:"layer"`
	Hook  string    `json:"hook"`
	Depth int       `json:"depth"`
	Way   trace.Way `json:"way"`
	Ran   bool      `json:"ran"`
	Sees  string    `json:"sees"`
	Does  string    `json:"does"`
}

// TracesJSON writes a mwcheck.trace/1 document.
func TracesJSON(w io.Writer, r Traces) error {
	doc := jsonTraces{
		Schema: TraceSchema, Request: r.Request, Stack: r.Stack, Layers: r.Layers, Scenario: r.Scenario,
		Traces: []jsonTrace{}, Notes: toNotes(r.Notes),
	}
	if doc.Layers == nil {
		doc.Layers = []TraceLayer{}
	}
	for _, d := range r.Drawn {
		j := jsonTrace{Engine: d.Engine, Trace: d.Trace, Rows: []jsonTraceRow{}}
		for _, row := range d.Rows {
			j.Rows = append(j.Rows, jsonTraceRow(row))
		}
		doc.Traces = append(doc.Traces, j)
	}
	return writeJSON(w, doc)
}
