package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// StacksText writes each stack as a numbered list, outermost layer first, with
// the origin of every entry and what must hold for the stack.
func StacksText(w io.Writer, r Stacks, opts TextOptions) error {
	p := palette{opts.Color}
	var b strings.Builder
	complete := 0
	for _, s := range r.Stacks {
		if s.Complete {
			complete++
		}
		writeStack(&b, s, p)
		b.WriteByte('\n')
	}
	writeNotes(&b, r.Notes, opts, p)
	fmt.Fprintf(&b, "%s in %s; %d of %s understood entirely\n", count(len(r.Stacks), "stack"),
		count(r.Settings, "settings module"), complete, count(len(r.Stacks), "stack"))
	_, err := io.WriteString(w, b.String())
	return err
}

func writeStack(b *strings.Builder, s stack.Stack, p palette) {
	facts := []string{string(s.Model) + " model"}
	if s.Complete {
		facts = append(facts, count(len(s.Entries), "layer"))
	} else {
		facts = append(facts, p.unknown("incomplete"))
	}
	if !s.Effective {
		facts = append(facts, p.unknown("not in effect"))
	}
	fmt.Fprintf(b, "%s (%s)\n", p.place(printable(s.ID)), strings.Join(facts, ", "))
	if place := position(s.Span); place != "" {
		fmt.Fprintf(b, "  assigned at %s\n", place)
	}
	for _, c := range s.Conditions {
		fmt.Fprintf(b, "  %s\n", conditionWords(c))
	}
	if !s.Effective {
		b.WriteString("  Django does not read this setting here\n")
	}
	if !s.Complete {
		b.WriteString("  the list may hold more than is shown, or other layers where it says unknown\n")
	}
	if len(s.Entries) == 0 {
		b.WriteString("  (empty)\n")
	}
	digits := len(strconv.Itoa(len(s.Entries)))
	widest := 0
	texts := make([]string, len(s.Entries))
	for i, e := range s.Entries {
		texts[i] = entryText(e)
		if n := utf8.RuneCountInString(texts[i]); n <= 100 {
			widest = max(widest, n)
		}
	}
	for i, e := range s.Entries {
		text := texts[i]
		pad := strings.Repeat(" ", max(widest-utf8.RuneCountInString(text), 0))
		if e.Unknown {
			text = p.unknown(text)
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %*d. %s%s  %s", digits, i+1, text, pad, p.gutter(origin(e.Span))), " ") + "\n")
	}
}

// entryText is the dotted path, or the source of what stands in its place.
func entryText(e stack.Entry) string {
	if !e.Unknown {
		return printable(e.Path)
	}
	text := strings.Join(strings.Fields(e.Text), " ")
	if utf8.RuneCountInString(text) > 70 {
		text = string([]rune(text)[:69]) + "…"
	}
	if text == "" {
		return "unknown"
	}
	return "unknown: " + printable(text)
}

// origin is file:line; a list needs no columns to be found.
func origin(s stack.Span) string {
	if s.Line < 1 {
		return printable(s.File)
	}
	if s.File == "" {
		return fmt.Sprintf("line %d", s.Line)
	}
	return fmt.Sprintf("%s:%d", printable(s.File), s.Line)
}

// conditionWords says a condition as a sentence part: "when DEBUG is true
// (settings.py:4)".
func conditionWords(c stack.Condition) string {
	text := strings.Join(strings.Fields(c.Text), " ")
	words := fmt.Sprintf("when %s is %t", printable(text), c.Value)
	if place := origin(c.Span); place != "" {
		words += " (" + place + ")"
	}
	return words
}
