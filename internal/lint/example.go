package lint

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/suppress"
)

// Example is a settings module that shows a rule at work.
type Example struct {
	Django string      // the project's Django version
	Model  stack.Model // of Layers; empty: modern
	// Layers are the list of the model's setting; Classic is a second list, in
	// MIDDLEWARE_CLASSES, beside a modern one.
	Layers, Classic []string
	Apps            []string // INSTALLED_APPS; nil: not assigned
	// Code is the source of the module shop.middleware; empty: there is none,
	// and no layer's source is known.
	Code string
	// Order is what the configuration asks for: Before of each element.
	Order []OwnOrder
	// Comment stands behind the first of Layers.
	Comment string
}

func (e Example) empty() bool { return e.Django == "" || len(e.Layers) == 0 }

// ExampleFile is the name examples go by in documentation.
const ExampleFile = "settings.py"

// ExampleCode is the name that Code goes by.
const ExampleCode = "shop/middleware.py"

// ExampleConfig is the name that the configuration goes by.
const ExampleConfig = "pyproject.toml"

// Files are the texts of the example's files by name.
func (e Example) Files() map[string]string {
	text, _ := e.Settings()
	files := map[string]string{ExampleFile: text}
	if e.Code != "" {
		files[ExampleCode] = e.Code
	}
	if len(e.Order) > 0 {
		files[ExampleConfig], _ = e.configuration()
	}
	return files
}

// Settings is the example as the text of a settings module, and the stacks that
// a reader of it finds, with their places in the text.
func (e Example) Settings() (text string, stacks []*stack.Stack) {
	w := &exampleWriter{}
	if e.Apps != nil {
		w.list("INSTALLED_APPS", e.Apps)
	}
	model := e.Model
	if model == "" {
		model = stack.Modern
	}
	add := func(model stack.Model, layers []string) {
		s := &stack.Stack{
			ID: "settings:" + model.Setting(), Module: "settings", File: ExampleFile, Setting: model.Setting(),
			Model: model, Complete: true, Effective: true,
		}
		s.Span, s.Entries = w.list(model.Setting(), layers)
		w.comment = ""
		stacks = append(stacks, s)
	}
	if e.Classic != nil {
		add(stack.Classic, e.Classic)
	}
	w.comment = e.Comment
	add(model, e.Layers)
	return w.b.String(), stacks
}

// Config is what is known beside the stacks of the example.
func (e Example) Config() Config {
	version, _ := stack.ParseVersion(e.Django)
	_, order := e.configuration()
	return Config{
		Django: At(version), Layer: e.layer(version), Order: order, Comments: e.comments,
		Setting: func(_ *stack.Stack, name string) Value {
			if name == "INSTALLED_APPS" && e.Apps != nil {
				return Value{State: Known, Value: slices.Clone(e.Apps)}
			}
			if name == "INSTALLED_APPS" {
				return Value{State: Unknown}
			}
			return Value{}
		},
	}
}

// layer reads the classes in Code.
func (e Example) layer(version stack.Version) func(*stack.Stack, string) *layers.Layer {
	if e.Code == "" {
		return nil
	}
	tree := newSources(map[string]string{ExampleCode: e.Code})
	reader := layers.NewReader(tree, layers.Options{Catalog: catalog.Default(), Django: version})
	return func(_ *stack.Stack, path string) *layers.Layer { return reader.Layer(path) }
}

// configuration is what Order asks for as the text of a configuration file, and
// with the places in it.
func (e Example) configuration() (text string, order []OwnOrder) {
	w := &exampleWriter{file: ExampleConfig}
	for _, o := range e.Order {
		head := fmt.Sprintf("[tool.mwcheck.order.%q]", o.Layer)
		o.Span = w.span(w.put(head), 1, head)
		var before []OwnTarget
		for _, t := range o.Before {
			text := fmt.Sprintf("%q", t.Layer)
			start := w.put("before = [" + text + "]")
			before = append(before, OwnTarget{Layer: t.Layer, Span: w.span(start+10, 11, text)})
		}
		o.Before = before
		w.put(fmt.Sprintf("reason = %q", o.Reason))
		order = append(order, o)
	}
	return w.b.String(), order
}

// comments are those of the settings.
func (e Example) comments(*stack.Stack) []Comment {
	if e.Comment == "" {
		return nil
	}
	text, _ := e.Settings()
	var out []Comment
	for _, c := range suppress.Read(ExampleFile, python.Parse([]byte(text))) {
		out = append(out, Comment{Comment: c, Settled: true})
	}
	return out
}

type exampleWriter struct {
	comment string // behind the first element of the next list
	file    string // ExampleFile if empty
	b       strings.Builder
	line    int
}

func (w *exampleWriter) put(line string) (start int) {
	start = w.b.Len()
	w.b.WriteString(line + "\n")
	w.line++
	return start
}

// list writes an assignment and returns the place of the name and the elements.
func (w *exampleWriter) list(name string, paths []string) (stack.Span, []stack.Entry) {
	start := w.put(name + " = [")
	span := w.span(start, 1, name)
	var entries []stack.Entry
	for i, p := range paths {
		text := fmt.Sprintf("%q", p)
		line := "    " + text + ","
		if i == 0 && w.comment != "" {
			line += "  # " + w.comment
		}
		start := w.put(line)
		entries = append(entries, stack.Entry{Path: p, Span: w.span(start+4, 5, text)})
	}
	w.put("]")
	return span, entries
}

func (w *exampleWriter) span(start, column int, text string) stack.Span {
	n := utf8.RuneCountInString(text)
	file := w.file
	if file == "" {
		file = ExampleFile
	}
	return stack.Span{
		File: file, Start: start, End: start + len(text),
		Line: w.line, Column: column, EndLine: w.line, EndColumn: column + n,
	}
}
