package report

import (
	"io"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// DiffSchema is the name of the document that DiffJSON writes.
const DiffSchema = "mwcheck.diff/1"

type jsonDiff struct {
	Schema      string           `json:"schema"`
	From        string           `json:"from"`
	To          string           `json:"to"`
	Differences []jsonDifference `json:"differences"`
	Stacks      []jsonDiffStack  `json:"stacks"`
	Notes       []jsonNote       `json:"notes"`
}

type jsonDiffStack struct {
	ID         string          `json:"id"`
	File       string          `json:"file"`
	Model      string          `json:"model"`
	From       string          `json:"from"`
	To         string          `json:"to"`
	Complete   bool            `json:"complete"`
	Conditions []jsonCondition `json:"conditions"`
	Unknown    []jsonUnknown   `json:"unknown"`
}

type jsonUnknown struct {
	Layer  string `json:"layer"`
	Entry  int    `json:"entry"`
	Absent bool   `json:"absent"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Why    string `json:"why"`
}

type jsonDifference struct {
	Stack        string            `json:"stack"`
	Trigger      jsonTrigger       `json:"trigger"`
	With         []jsonTrigger     `json:"with"`
	Effect       string            `json:"effect"`
	Layers       []string          `json:"layers"`
	Effects      []jsonEffect      `json:"effects"`
	Grade        string            `json:"grade"`
	Reason       string            `json:"reason"`
	Consequences []jsonConsequence `json:"consequences"`
	// Traces have the name of the model, or before and after within one model.
	Classic     *jsonDiffTrace `json:"classic,omitempty"`
	Modern      *jsonDiffTrace `json:"modern,omitempty"`
	Before      *jsonDiffTrace `json:"before,omitempty"`
	After       *jsonDiffTrace `json:"after,omitempty"`
	Explanation string         `json:"explanation"`
}

type jsonTrigger struct {
	Layer     string          `json:"layer"`
	Entry     int             `json:"entry"`
	Hook      string          `json:"hook"`
	Behaviour string          `json:"behaviour"`
	File      string          `json:"file"`
	Line      int             `json:"line"`
	Column    int             `json:"column"`
	Also      []jsonDiffPlace `json:"also"`
}

type jsonDiffPlace struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type jsonEffect struct {
	Effect string   `json:"effect"`
	Words  string   `json:"words"`
	Layers []string `json:"layers"`
}

type jsonConsequence struct {
	Layer string `json:"layer"`
	Entry int    `json:"entry"`
	Hook  string `json:"hook"`
	Text  string `json:"text"`
	Grade string `json:"grade"`
	File  string `json:"file"`
	Line  int    `json:"line"`
}

type jsonDiffTrace struct {
	Events  []string            `json:"events"`
	Outcome conformance.Outcome `json:"outcome"`
}

// DiffJSON writes a mwcheck.diff/1 document. Its from and to are those of the
// first stack.
func DiffJSON(w io.Writer, r Diff) error {
	doc := jsonDiff{Schema: DiffSchema, Differences: []jsonDifference{}, Stacks: []jsonDiffStack{}, Notes: toNotes(r.Notes)}
	for i := range r.Stacks {
		s := &r.Stacks[i]
		if i == 0 {
			doc.From, doc.To = s.Result.From, s.Result.To
		}
		doc.Stacks = append(doc.Stacks, toDiffStack(s))
		for j := range s.Result.Differences {
			doc.Differences = append(doc.Differences, toDifference(s, &s.Result.Differences[j]))
		}
	}
	return writeJSON(w, doc)
}

func toDiffStack(s *StackDiff) jsonDiffStack {
	j := jsonDiffStack{
		ID: s.Stack.ID, File: s.Stack.File, Model: string(s.Stack.Model), From: s.Result.From, To: s.Result.To,
		Complete: s.Result.Complete, Conditions: []jsonCondition{}, Unknown: []jsonUnknown{},
	}
	for _, c := range s.Stack.Conditions {
		j.Conditions = append(j.Conditions, jsonCondition{c.Text, c.Span.File, c.Span.Line, c.Value})
	}
	for _, u := range s.Result.Unknown {
		j.Unknown = append(j.Unknown, jsonUnknown{u.Layer, u.Entry + 1, u.Absent, u.Span.File, u.Span.Line, u.Why})
	}
	return j
}

func toDifference(s *StackDiff, d *diff.Difference) jsonDifference {
	j := jsonDifference{
		Stack: s.Stack.ID, Trigger: jsonTrigger{Also: []jsonDiffPlace{}}, With: []jsonTrigger{}, Layers: d.Layers(), Effects: []jsonEffect{},
		Grade: d.Grade.String(), Reason: d.Reason, Consequences: []jsonConsequence{}, Explanation: d.Explanation(),
	}
	for i := range d.Trigger {
		t := toTrigger(&d.Trigger[i])
		if i == 0 {
			j.Trigger = t
		} else {
			j.With = append(j.With, t)
		}
	}
	for i, e := range d.Effects {
		if i == 0 {
			j.Effect = string(e.Name)
		}
		j.Effects = append(j.Effects, jsonEffect{string(e.Name), e.Name.Words(), append([]string{}, e.Layers...)})
	}
	for _, c := range d.Consequences {
		j.Consequences = append(j.Consequences, jsonConsequence{
			c.Layer, c.Entry + 1, c.Hook, c.Text, c.Grade.String(), c.Span.File, c.Span.Line,
		})
	}
	if d.Static && (d.From.Outcome.Kind == "" || d.To.Outcome.Kind == "") {
		return j
	}
	from, to := toTrace(d.From), toTrace(d.To)
	switch a, b := family(s.Result.From), family(s.Result.To); {
	case a == stack.Classic && b == stack.Modern:
		j.Classic, j.Modern = from, to
	case a == stack.Modern && b == stack.Classic:
		j.Modern, j.Classic = from, to
	default:
		j.Before, j.After = from, to
	}
	return j
}

// family is the model of an engine.
func family(name string) stack.Model {
	if len(name) > len(conformance.FamilyClassic) && name[:len(conformance.FamilyClassic)] == conformance.FamilyClassic {
		return stack.Classic
	}
	return stack.Modern
}

// toTrigger has entries from 1; 0 is the site.
func toTrigger(t *diff.Trigger) jsonTrigger {
	j := jsonTrigger{
		Layer: t.Layer, Entry: t.Entry + 1, Hook: t.Hook, Behaviour: t.Behaviour,
		File: t.Span.File, Line: t.Span.Line, Column: t.Span.Column, Also: []jsonDiffPlace{},
	}
	for _, s := range t.Also {
		j.Also = append(j.Also, jsonDiffPlace{s.File, s.Line, s.Column})
	}
	return j
}

func toTrace(t conformance.Trace) *jsonDiffTrace {
	return &jsonDiffTrace{Events: append([]string{}, t.Events...), Outcome: t.Outcome}
}
