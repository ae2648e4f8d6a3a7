package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// grade says what a difference means for the layers and for the request, and
// whether it matters.
func (b *builder) grade(d *Difference) {
	g := &grader{b: b, d: d, from: ranIn(d.From), to: ranIn(d.To)}
	if !d.Static {
		for i := range d.Effects {
			g.effect(&d.Effects[i])
		}
		g.failures()
	}
	if d.late {
		g.request(Harmless, "under %s the redirect takes the place of a 404 page on the way out", b.opts.To.Name)
	}
	slices.SortStableFunc(d.Consequences, func(a, b Consequence) int { return cmp.Compare(b.Grade, a.Grade) })
	d.Grade = NotKnown
	if len(d.Consequences) > 0 {
		d.Grade = d.Consequences[0].Grade
	}
	d.Reason = reason(d)
}

// grader grades one difference.
type grader struct {
	b        *builder
	d        *Difference
	from, to map[string]bool // events without their fields
}

// ranIn are the events of a trace without their fields.
func ranIn(t conformance.Trace) map[string]bool {
	ran := map[string]bool{}
	for _, event := range t.Events {
		at, _, _ := strings.Cut(event, " ")
		ran[at] = true
	}
	return ran
}

// request adds a consequence for the request as a whole.
func (g *grader) request(grade Grade, format string, args ...any) {
	g.d.Consequences = append(g.d.Consequences, Consequence{Entry: -1, Text: fmt.Sprintf(format, args...), Grade: grade})
}

// layer adds a consequence for a layer.
func (g *grader) layer(s *seat, hook string, grade Grade, span stack.Span, text string) {
	g.d.Consequences = append(g.d.Consequences, Consequence{
		Layer: g.b.stack.Entries[s.entry].Path, Entry: s.entry, Hook: hook, Text: text, Grade: grade, Span: span,
	})
}

func (b *builder) seatAt(entry int) *seat {
	for i := range b.seats {
		if b.seats[i].entry == entry {
			return &b.seats[i]
		}
	}
	return nil
}

// reason is the sentence that explains the grade.
func reason(d *Difference) string {
	var parts []string
	more := 0
	for _, c := range d.Consequences {
		if c.Grade != d.Grade {
			continue
		}
		text := c.Text
		if c.Layer != "" {
			text = catalog.ShortName(c.Layer) + ": " + text
		}
		if slices.Contains(parts, text) {
			continue
		}
		if len(parts) == 3 {
			more++
			continue
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "what it means is not known"
	}
	out := strings.Join(parts, "; ")
	if more > 0 {
		out += fmt.Sprintf("; and %d more", more)
	}
	return out
}
