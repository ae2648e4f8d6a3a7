package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// LintText writes findings for people: the place and the message, the source
// line with the place underlined, the places it collides with, what to do.
// Notes and the summary line follow. Suppressed findings are counted only.
func LintText(w io.Writer, r Lint, source Source, opts TextOptions) error {
	p := palette{opts.Color}
	var b strings.Builder
	for _, f := range open(r.Findings) {
		writeFinding(&b, f, source, p)
		b.WriteByte('\n')
	}
	writeNotes(&b, r.Notes, opts, p)
	b.WriteString(SummaryLine(r.Summary) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// FindingsText writes findings alone, an empty line between any two.
func FindingsText(w io.Writer, findings []finding.Finding, source Source, opts TextOptions) error {
	var b strings.Builder
	for i, f := range findings {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeFinding(&b, f, source, palette{opts.Color})
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// LintShort writes one line for each finding, and for each note as far as opts
// allow: "path:line:col: error MW101 wrong-order: message". The summary line
// goes to a second writer, so that the first holds nothing but places.
func LintShort(w, summary io.Writer, r Lint, opts TextOptions) error {
	var b strings.Builder
	for _, f := range open(r.Findings) {
		fmt.Fprintf(&b, "%s%s %s: %s\n", prefix(f.Span), f.Severity, title(f), printable(f.Message))
	}
	shown := capped(r.Notes, opts)
	for _, n := range shown {
		fmt.Fprintf(&b, "%snote: %s\n", prefix(n.Span), printable(n.Message))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	_, err := io.WriteString(summary, hiddenNotes(len(r.Notes)-len(shown), opts)+SummaryLine(r.Summary)+"\n")
	return err
}

// NotesText writes the notes alone, where there is nothing else to say.
func NotesText(w io.Writer, notes []stack.Note, opts TextOptions) error {
	var b strings.Builder
	writeNotes(&b, notes, opts, palette{opts.Color})
	_, err := io.WriteString(w, strings.TrimSuffix(b.String(), "\n"))
	return err
}

func writeFinding(b *strings.Builder, f finding.Finding, source Source, p palette) {
	kind := f.Severity.String()
	if f.Rule != "" {
		kind += "[" + title(f) + "]"
	}
	fmt.Fprintf(b, "%s%s: %s\n", p.place(prefix(f.Span)), p.severity(f.Severity, kind), printable(f.Message))
	marks := []mark{{f.Span, '^', f.Label}}
	var elsewhere []finding.Related
	for _, r := range f.Related {
		if r.Span.File == f.Span.File && r.Span.Line > 0 && f.Span.Line > 0 {
			marks = append(marks, mark{r.Span, '-', r.Message})
		} else {
			elsewhere = append(elsewhere, r)
		}
	}
	if f.Span.Line > 0 {
		writeSnippet(b, f.Span.File, marks, source, p)
	}
	for len(elsewhere) > 0 {
		// Places in one file are shown together.
		first := elsewhere[0]
		if first.Span.Line < 1 {
			fmt.Fprintf(b, "  --> %s%s\n", prefix(first.Span), printable(first.Message))
			elsewhere = elsewhere[1:]
			continue
		}
		var together []mark
		for len(elsewhere) > 0 && elsewhere[0].Span.Line > 0 && elsewhere[0].Span.File == first.Span.File {
			together = append(together, mark{elsewhere[0].Span, '-', elsewhere[0].Message})
			elsewhere = elsewhere[1:]
		}
		fmt.Fprintf(b, "  --> %s\n", position(first.Span))
		writeSnippet(b, first.Span.File, together, source, p)
	}
	if fix := fixOf(f); fix != "" {
		fmt.Fprintf(b, "%s %s\n", p.help("fix:"), printable(fix))
	}
	help := f.Help
	if f.Rule != "" {
		help = strings.TrimPrefix(help+"; ", "; ") + "more: mwcheck explain " + f.Rule
	}
	if help != "" {
		fmt.Fprintf(b, "%s %s\n", p.help("help:"), printable(help))
	}
}

// fixOf says how the finding's first fix is applied; "" where there is none or it
// is only to be shown: the help line says the same.
func fixOf(f finding.Finding) string {
	if len(f.Fixes) == 0 || f.Suppression != nil {
		return ""
	}
	switch fix := f.Fixes[0]; fix.Safety {
	case finding.Safe:
		return fix.Title + " (mwcheck lint --fix)"
	case finding.Unsafe:
		return fix.Title + " (mwcheck lint --fix --unsafe-fixes)"
	}
	return ""
}

// writeSnippet shows source, or says why it cannot: a marked label is not lost
// with the file.
func writeSnippet(b *strings.Builder, file string, marks []mark, source Source, p palette) {
	src, err := source(file)
	text, reason := "", ""
	if err != nil {
		reason = err.Error()
	} else {
		text, reason = snippet(src, marks, p)
	}
	if reason == "" {
		b.WriteString(text)
		return
	}
	fmt.Fprintf(b, "  (source not shown: %s)\n", printable(reason))
	for _, m := range marks {
		if m.label != "" {
			fmt.Fprintf(b, "  line %d: %s\n", m.span.Line, printable(m.label))
		}
	}
}

func writeNotes(b *strings.Builder, notes []stack.Note, opts TextOptions, p palette) {
	shown := capped(notes, opts)
	for _, n := range shown {
		fmt.Fprintf(b, "%s%s: %s\n", p.place(prefix(n.Span)), p.severity(finding.Note, "note"), printable(n.Message))
	}
	b.WriteString(hiddenNotes(len(notes)-len(shown), opts))
	if len(notes) > 0 {
		b.WriteByte('\n')
	}
}

// capped gives the notes that are printed.
func capped(notes []stack.Note, opts TextOptions) []stack.Note {
	if opts.MaxNotes > 0 && len(notes) > opts.MaxNotes {
		return notes[:opts.MaxNotes]
	}
	return notes
}

// hiddenNotes is the line that says how many notes are not printed, or "".
func hiddenNotes(hidden int, opts TextOptions) string {
	if hidden == 0 {
		return ""
	}
	line := "... and " + count(hidden, "more note")
	if opts.AllNotes != "" {
		line += " (" + opts.AllNotes + ")"
	}
	return line + "\n"
}
