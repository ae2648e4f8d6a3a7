package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Layers is what the layers command reports.
type Layers struct {
	Layers []*layers.Layer
	Notes  []stack.Note
	// Outside is the number of layers of other packages that the stacks name
	// and that are not among Layers.
	Outside int
}

// LayersText writes the facts of each layer that matter to a reader, a few
// lines a layer.
func LayersText(w io.Writer, r Layers, opts TextOptions) error {
	p := palette{opts.Color}
	var b strings.Builder
	unclear := 0
	for _, l := range r.Layers {
		if l.Whole != layers.Yes {
			unclear++
		}
		writeLayer(&b, l, p)
		b.WriteByte('\n')
	}
	writeNotes(&b, r.Notes, opts, p)
	fmt.Fprintf(&b, "%d of %s read entirely", len(r.Layers)-unclear, count(len(r.Layers), "layer"))
	if r.Outside > 0 {
		fmt.Fprintf(&b, "; %s outside of the project not shown", count(r.Outside, "layer"))
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

func writeLayer(b *strings.Builder, l *layers.Layer, p palette) {
	line := func(format string, a ...any) {
		fmt.Fprintf(b, "  "+format+"\n", a...)
	}
	fmt.Fprintf(b, "%s (%s", p.place(printable(l.Path)), l.Style)
	switch l.Origin {
	case layers.FromCatalog:
		fmt.Fprintf(b, ", as the catalog describes it")
	case layers.FromOutside:
		fmt.Fprintf(b, ", outside of the project")
	case layers.FromNowhere:
		fmt.Fprintf(b, ", not found")
	}
	b.WriteString(")\n")
	if at := origin(l.Span); at != "" {
		line("defined at %s", at)
	}
	for _, u := range l.Unclear {
		line("%s", p.unknown(strings.TrimSpace("not sure: "+printable(u.Text)+" "+at(u.Span))))
	}
	for _, h := range l.Hooks {
		line("%s", hookWords(l, h))
	}
	if l.Init.Takes != layers.TakesUnknown && l.Init.Takes != "" {
		line("takes get_response: %s", l.Init.Takes)
	}
	line("sync %s, async %s", l.Async.SyncCapable, l.Async.AsyncCapable)
	reads, writes := []string{}, []string{}
	seen := map[string]bool{}
	for _, a := range l.Reads {
		if a.Guard == "own" { // what the layer has put there itself
			continue
		}
		word := a.Attr
		if a.Guarded != layers.Yes {
			word += " (unguarded)"
		}
		once(&reads, seen, "r", word, a, l.Span.File)
	}
	for _, a := range l.Writes {
		once(&writes, seen, "w", a.Attr, a, l.Span.File)
	}
	if len(reads) > 0 {
		line("reads request.%s", strings.Join(reads, ", "))
	}
	if len(writes) > 0 {
		line("writes request.%s", strings.Join(writes, ", "))
	}
	for _, e := range l.Raises {
		if e.Name != "" {
			line("raises %s in %s at %s", printable(e.Name), e.Hook, origin(e.Span))
		}
	}
}

// once adds a word with its place the first time it comes.
func once(list *[]string, seen map[string]bool, what, word string, a layers.Access, file string) {
	if a.Attr == "" || a.Phase == layers.LazyPhase || seen[what+word] {
		return
	}
	seen[what+word] = true
	switch {
	case a.Span.Line > 0 && a.Span.File == file:
		word = fmt.Sprintf("%s:%d", word, a.Span.Line)
	case a.Span.Line > 0:
		word += " " + at(a.Span)
	}
	*list = append(*list, printable(word))
}

func at(s stack.Span) string {
	if o := origin(s); o != "" {
		return "(" + o + ")"
	}
	return ""
}

func hookWords(l *layers.Layer, h layers.Hook) string {
	words := h.Name
	switch {
	case h.Span.Line > 0 && h.Span.File == l.Span.File:
		words = fmt.Sprintf("%s:%d", h.Name, h.Span.Line)
	case h.Span.Line > 0:
		words = fmt.Sprintf("%s (%s)", h.Name, origin(h.Span))
	}
	if h.Inherited {
		words += " from " + printable(h.Owner)
	}
	lines := []string{}
	for _, a := range h.Returns {
		lines = append(lines, fmt.Sprint(a.Span.Line))
	}
	suffix := ""
	if len(lines) > 0 {
		suffix = " at line " + strings.Join(lines, ", ")
	}
	switch h.Answers {
	case layers.Yes:
		words += ", may answer" + suffix
	case layers.Unknown:
		words += ", may answer (not sure)" + suffix
	}
	if h.ReturnsNothing == layers.Yes {
		words += ", may return nothing"
	}
	if h.Conditional {
		words += ", under a condition"
	}
	return words
}
