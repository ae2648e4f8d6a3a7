package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// MigrateSchema is the name of the JSON document of a migration.
const MigrateSchema = "mwcheck.migrate/1"

// Step is something that a migration does, or leaves for a person.
type Step struct {
	Pass     string           // "settings", "classes", "fixes", "annotate"
	Severity finding.Severity // of what is left; zero for what is done
	Text     string           // one line
	Span     stack.Span       // in the file as it was; Line 0: the whole file
}

// Difference is a way in which the migrated project behaves differently.
type Difference struct {
	Stack string // id of the stack before the migration
	Grade string // "visible", "serious" …
	Text  string // one line: what happens, and what follows
	// Advice is what restores the old behaviour, "" where nothing is known to.
	Advice string
	Layers []string // dotted paths concerned, outermost first
	Span   stack.Span
}

// Migration is the result of one run of migrate.
type Migration struct {
	To          string // the release, as "5.2"
	Changes     []edit.Change
	Done        []Step
	Left        []Step
	Differences []Difference
	Findings    []finding.Finding // of lint, for the migrated project
	Notes       []stack.Note
	Written     bool // the changes are on disk
}

// MigrateText writes what a migration does and leaves, without the diff.
func MigrateText(w io.Writer, m Migration, opts TextOptions) error {
	p := palette{opts.Color}
	var b strings.Builder
	writeDone(&b, m, p)
	if len(m.Differences) > 0 {
		b.WriteString("behaves differently from now on:\n")
		for _, d := range m.Differences {
			fmt.Fprintf(&b, "  %s%s: %s\n", p.place(prefix(d.Span)), p.severity(d.severity(), d.Grade), printable(d.Text))
			if d.Advice != "" {
				fmt.Fprintf(&b, "    %s %s\n", p.help("to keep it as it was:"), printable(d.Advice))
			}
		}
	}
	if len(m.Left) > 0 {
		b.WriteString("left for a person:\n")
		for _, s := range m.Left {
			fmt.Fprintf(&b, "  %s%s: %s\n", p.place(prefix(s.Span)), p.severity(s.Severity, s.Severity.String()), printable(s.Text))
		}
	}
	if len(m.Findings) > 0 {
		fmt.Fprintf(&b, "lint says of the migrated files, on Django %s:\n", m.To)
		for _, f := range m.Findings {
			fmt.Fprintf(&b, "  %s%s[%s]: %s\n", p.place(prefix(f.Span)), p.severity(f.Severity, f.Severity.String()), title(f), printable(f.Message))
		}
	}
	writeNotes(&b, m.Notes, opts, p)
	b.WriteString(migrateLine(m) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// severity is what a difference weighs beside findings.
func (d *Difference) severity() finding.Severity {
	switch d.Grade {
	case "serious":
		return finding.Warning
	case "visible":
		return finding.Note
	}
	return finding.Note
}

// writeDone lists what is done; what is done to many places of a file is said
// once.
func writeDone(b *strings.Builder, m Migration, p palette) {
	if len(m.Done) == 0 {
		return
	}
	if m.Written {
		b.WriteString("done:\n")
	} else {
		b.WriteString("to be done:\n")
	}
	type key struct{ pass, file, text string }
	counts := map[key]int{}
	for _, s := range m.Done {
		counts[key{s.Pass, s.Span.File, s.Text}]++
	}
	for _, s := range m.Done {
		k := key{s.Pass, s.Span.File, s.Text}
		n := counts[k]
		if n == 0 {
			continue
		}
		counts[k] = 0
		times := ""
		if n > 1 {
			times = fmt.Sprintf(" (%d places)", n)
		}
		fmt.Fprintf(b, "  %s%s%s\n", p.place(prefix(s.Span)), printable(s.Text), times)
	}
}

// migrateLine is the summary in one line.
func migrateLine(m Migration) string {
	s := migrateSummary(m)
	verb := "would change"
	if m.Written {
		verb = "changed"
	}
	if s.Files == 0 {
		verb = "to change"
	}
	return fmt.Sprintf("Django %s: %s %s; left for a person: %s, %s, %s; %s in behaviour", m.To, count(s.Files, "file"), verb,
		count(s.Errors, "error"), count(s.Warnings, "warning"), count(s.Notes, "note"), count(s.Differences, "difference"))
}

type jsonMigrateSummary struct {
	Files       int `json:"files"`
	Done        int `json:"done"`
	Differences int `json:"differences"`
	Errors      int `json:"errors"`
	Warnings    int `json:"warnings"`
	Notes       int `json:"notes"`
}

// migrateSummary counts what is left together with the findings.
func migrateSummary(m Migration) jsonMigrateSummary {
	s := jsonMigrateSummary{Files: len(m.Changes), Done: len(m.Done), Differences: len(m.Differences)}
	add := func(severity finding.Severity) {
		switch severity {
		case finding.Error:
			s.Errors++
		case finding.Warning:
			s.Warnings++
		default:
			s.Notes++
		}
	}
	for _, l := range m.Left {
		add(l.Severity)
	}
	for _, f := range m.Findings {
		add(f.Severity)
	}
	return s
}

type jsonMigrate struct {
	Schema      string             `json:"schema"`
	To          string             `json:"to"`
	Written     bool               `json:"written"`
	Files       []string           `json:"files"`
	Diff        string             `json:"diff"`
	Done        []jsonStep         `json:"done"`
	Left        []jsonLeft         `json:"left"`
	Differences []jsonChanged      `json:"differences"`
	Findings    []jsonFinding      `json:"findings"`
	Notes       []jsonNote         `json:"notes"`
	Summary     jsonMigrateSummary `json:"summary"`
}

type jsonStep struct {
	Pass    string `json:"pass"`
	Message string `json:"message"`
	jsonSpan
}

type jsonLeft struct {
	Pass     string `json:"pass"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	jsonSpan
}

type jsonChanged struct {
	Stack   string   `json:"stack"`
	Grade   string   `json:"grade"`
	Message string   `json:"message"`
	Advice  string   `json:"advice"`
	Layers  []string `json:"layers"`
	jsonSpan
}

// MigrateJSON writes a mwcheck.migrate/1 document.
func MigrateJSON(w io.Writer, m Migration) error {
	doc := jsonMigrate{
		Schema: MigrateSchema, To: m.To, Written: m.Written, Files: []string{}, Diff: edit.Unified(m.Changes),
		Done: []jsonStep{}, Left: []jsonLeft{}, Differences: []jsonChanged{}, Findings: []jsonFinding{},
		Notes: toNotes(m.Notes), Summary: migrateSummary(m),
	}
	for _, c := range m.Changes {
		doc.Files = append(doc.Files, c.File)
	}
	for _, s := range m.Done {
		doc.Done = append(doc.Done, jsonStep{s.Pass, s.Text, toSpan(s.Span)})
	}
	for _, s := range m.Left {
		doc.Left = append(doc.Left, jsonLeft{s.Pass, s.Severity.String(), s.Text, toSpan(s.Span)})
	}
	for _, d := range m.Differences {
		doc.Differences = append(doc.Differences, jsonChanged{d.Stack, d.Grade, d.Text, d.Advice, append([]string{}, d.Layers...), toSpan(d.Span)})
	}
	prints := finding.Fingerprints(m.Findings)
	for i, f := range m.Findings {
		j := toFinding(f)
		j.Fingerprint = prints[i]
		doc.Findings = append(doc.Findings, j)
	}
	return writeJSON(w, doc)
}
