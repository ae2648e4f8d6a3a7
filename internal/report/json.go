package report

import (
	"encoding/json"
	"io"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// The names of the JSON documents with their versions. A field is never
// removed or given another meaning under the same name; new ones may come.
const (
	FindingsSchema = "mwcheck.findings/1"
	StacksSchema   = "mwcheck.stacks/1"
)

type jsonSpan struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

type jsonNote struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

type jsonFindings struct {
	Schema   string        `json:"schema"`
	Findings []jsonFinding `json:"findings"`
	Notes    []jsonNote    `json:"notes"`
	Summary  jsonSummary   `json:"summary"`
}

type jsonFinding struct {
	Rule     string `json:"rule"`
	Name     string `json:"name"`
	Fact     string `json:"fact"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	URL      string `json:"url"`
	jsonSpan
	Stack    string        `json:"stack"`
	Subjects []string      `json:"subjects"`
	Related  []jsonRelated `json:"related"`
	Fixes    []jsonFix     `json:"fixes"`
	// Fingerprint is the same for the same finding when lines move.
	Fingerprint string           `json:"fingerprint"`
	Suppression *jsonSuppression `json:"suppression,omitempty"` // absent where it is not suppressed
}

type jsonSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification"`
	File          string `json:"file"`
	Line          int    `json:"line"`
	Column        int    `json:"column"`
}

type jsonRelated struct {
	jsonSpan
	Message string `json:"message"`
}

type jsonFix struct {
	Title  string     `json:"title"`
	Safety string     `json:"safety"`
	Edits  []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	File      string `json:"file"`
	StartByte int    `json:"start_byte"`
	EndByte   int    `json:"end_byte"`
	Text      string `json:"text"`
}

type jsonSummary struct {
	Settings   int `json:"settings"`
	Stacks     int `json:"stacks"`
	Complete   int `json:"complete"`
	Layers     int `json:"layers"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Notes      int `json:"notes"`
	Suppressed int `json:"suppressed"`
	LeftOut    int `json:"left_out,omitempty"` // absent where nothing is left out
}

type jsonStacks struct {
	Schema string      `json:"schema"`
	Stacks []jsonStack `json:"stacks"`
	Notes  []jsonNote  `json:"notes"`
}

type jsonStack struct {
	ID         string          `json:"id"`
	Module     string          `json:"module"`
	File       string          `json:"file"`
	Setting    string          `json:"setting"`
	Model      string          `json:"model"`
	Complete   bool            `json:"complete"`
	Effective  bool            `json:"effective"`
	Conditions []jsonCondition `json:"conditions"`
	Entries    []jsonEntry     `json:"entries"`
}

type jsonCondition struct {
	Text  string `json:"text"`
	File  string `json:"file"`
	Line  int    `json:"line"`
	Value bool   `json:"value"`
}

type jsonEntry struct {
	Path    string `json:"path"`
	Unknown bool   `json:"unknown"`
	Text    string `json:"text"`
	jsonSpan
}

// LintJSON writes a mwcheck.findings/1 document. Empty arrays are [], never
// null.
func LintJSON(w io.Writer, r Lint) error {
	doc := jsonFindings{Schema: FindingsSchema, Findings: []jsonFinding{}, Notes: toNotes(r.Notes), Summary: jsonSummary(r.Summary)}
	prints := finding.Fingerprints(r.Findings)
	for i, f := range r.Findings {
		j := toFinding(f)
		j.Fingerprint = prints[i]
		doc.Findings = append(doc.Findings, j)
	}
	return writeJSON(w, doc)
}

// StacksJSON writes a mwcheck.stacks/1 document.
func StacksJSON(w io.Writer, r Stacks) error {
	doc := jsonStacks{Schema: StacksSchema, Stacks: []jsonStack{}, Notes: toNotes(r.Notes)}
	for _, s := range r.Stacks {
		doc.Stacks = append(doc.Stacks, toStack(s))
	}
	return writeJSON(w, doc)
}

func toFinding(f finding.Finding) jsonFinding {
	j := jsonFinding{
		Rule: f.Rule, Name: f.Name, Fact: f.Fact, Severity: f.Severity.String(), Message: f.Message, URL: f.URL,
		jsonSpan: toSpan(f.Span), Stack: f.Stack,
		Subjects: append([]string{}, f.Subject...), Related: []jsonRelated{}, Fixes: []jsonFix{},
	}
	for _, r := range f.Related {
		j.Related = append(j.Related, jsonRelated{toSpan(r.Span), r.Message})
	}
	for _, x := range f.Fixes {
		fix := jsonFix{Title: x.Title, Safety: string(x.Safety), Edits: []jsonEdit{}}
		for _, e := range x.Edits {
			fix.Edits = append(fix.Edits, jsonEdit{e.File, e.Start, e.End, e.Text})
		}
		j.Fixes = append(j.Fixes, fix)
	}
	if x := f.Suppression; x != nil {
		j.Suppression = &jsonSuppression{string(x.Kind), x.Justification, x.Span.File, x.Span.Line, x.Span.Column}
	}
	return j
}

func toStack(s stack.Stack) jsonStack {
	j := jsonStack{
		ID: s.ID, Module: s.Module, File: s.File, Setting: s.Setting, Model: string(s.Model),
		Complete: s.Complete, Effective: s.Effective, Conditions: []jsonCondition{}, Entries: []jsonEntry{},
	}
	for _, c := range s.Conditions {
		j.Conditions = append(j.Conditions, jsonCondition{c.Text, c.Span.File, c.Span.Line, c.Value})
	}
	for _, e := range s.Entries {
		j.Entries = append(j.Entries, jsonEntry{e.Path, e.Unknown, e.Text, toSpan(e.Span)})
	}
	return j
}

func toSpan(s stack.Span) jsonSpan {
	return jsonSpan{s.File, s.Line, s.Column, s.EndLine, s.EndColumn}
}

func toNotes(notes []stack.Note) []jsonNote {
	out := []jsonNote{}
	for _, n := range notes {
		out = append(out, jsonNote{n.Span.File, n.Span.Line, n.Span.Column, n.Message})
	}
	return out
}

func writeJSON(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}
