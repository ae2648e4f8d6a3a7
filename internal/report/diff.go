package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Diff is what the diff command reports.
type Diff struct {
	Stacks []StackDiff
	Notes  []stack.Note
	// Traces asks for both traces of each difference.
	Traces bool
}

// StackDiff is the comparison of one stack.
type StackDiff struct {
	Stack  *stack.Stack
	Result *diff.Result
}

// grades counts the differences of all stacks by grade.
func (r *Diff) grades() map[diff.Grade]int {
	n := map[diff.Grade]int{}
	for _, s := range r.Stacks {
		for i := range s.Result.Differences {
			n[s.Result.Differences[i].Grade]++
		}
	}
	return n
}

// summary says in one line what was compared and found.
func (r *Diff) summary() string {
	n, complete := r.grades(), 0
	for _, s := range r.Stacks {
		if s.Result.Complete {
			complete++
		}
	}
	return fmt.Sprintf("%s compared, %d entirely; %s", count(len(r.Stacks), "stack"), complete, gradeCounts(n))
}

func gradeCounts(n map[diff.Grade]int) string {
	total := 0
	var parts []string
	for _, g := range []diff.Grade{diff.Serious, diff.Visible, diff.NotKnown, diff.Harmless} {
		total += n[g]
		if n[g] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[g], g))
		}
	}
	if total == 0 {
		return "no difference"
	}
	return count(total, "difference") + ": " + strings.Join(parts, ", ")
}

// DiffText writes the differences of each stack, grouped by the layer that
// triggers them, outermost first.
func DiffText(w io.Writer, r Diff, opts TextOptions) error {
	p := palette{opts.Color}
	var b strings.Builder
	for i := range r.Stacks {
		writeDiff(&b, &r.Stacks[i], r.Traces, p)
		b.WriteByte('\n')
	}
	writeNotes(&b, r.Notes, opts, p)
	b.WriteString(r.summary() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func writeDiff(b *strings.Builder, s *StackDiff, traces bool, p palette) {
	r := s.Result
	fmt.Fprintf(b, "%s (%s -> %s)\n", p.place(printable(s.Stack.ID)), r.From, r.To)
	for _, c := range s.Stack.Conditions {
		fmt.Fprintf(b, "  %s\n", conditionWords(c))
	}
	if len(r.Differences) == 0 {
		b.WriteString("  no difference")
		if !r.Complete {
			b.WriteString(" in what is known")
		}
		b.WriteByte('\n')
	}
	for _, g := range groupDiff(s) {
		fmt.Fprintf(b, "\n  %s%s\n", p.place(g.title), g.place)
		for _, m := range g.merged {
			writeDifference(b, m, traces, r, p)
		}
	}
	if len(r.Unknown) > 0 {
		b.WriteString("\n  not known\n")
		for _, u := range r.Unknown {
			writeUnknown(b, u, p)
		}
	}
}

// diffGroup are the differences that one layer triggers.
type diffGroup struct {
	title, place string
	merged       []mergedDiff
}

// mergedDiff are differences that are alike but for their trigger.
type mergedDiff struct {
	words []string // of the triggers
	first *diff.Difference
}

// groupDiff groups differences by the outermost layer that triggers them, in the
// order of the stack, those of the site last.
func groupDiff(s *StackDiff) []diffGroup {
	var out []diffGroup
	index := map[int]int{}
	entries := len(s.Stack.Entries)
	order := map[int][]*diff.Difference{}
	for i := range s.Result.Differences {
		d := &s.Result.Differences[i]
		order[groupEntry(d, entries)] = append(order[groupEntry(d, entries)], d)
	}
	for entry := range entries + 1 {
		list := order[entry]
		if len(list) == 0 {
			continue
		}
		index[entry] = len(out)
		g := diffGroup{title: "the site", place: ""}
		if entry < entries {
			e := s.Stack.Entries[entry]
			g.title, g.place = printable(e.Path), fmt.Sprintf(" (%d of %d, %s)", entry+1, entries, origin(e.Span))
		}
		g.merged = mergeDiff(list)
		out = append(out, g)
	}
	return out
}

func groupEntry(d *diff.Difference, none int) int {
	for _, t := range d.Trigger {
		if t.Entry >= 0 {
			return t.Entry
		}
	}
	return none
}

// mergeDiff joins differences with the same effects and consequences.
func mergeDiff(list []*diff.Difference) []mergedDiff {
	var out []mergedDiff
	index := map[string]int{}
	for _, d := range list {
		var key strings.Builder
		fmt.Fprint(&key, d.Grade, d.Effects, d.Consequences, len(d.Trigger) > 1)
		at, have := index[key.String()]
		if !have {
			at = len(out)
			index[key.String()] = at
			out = append(out, mergedDiff{first: d})
		}
		m := &out[at]
		if words := triggerWords(d); !slices.Contains(m.words, words) {
			m.words = append(m.words, words)
		}
	}
	return out
}

// triggerWords are the triggers with their places; the first layer is the one
// that the group is about.
func triggerWords(d *diff.Difference) string {
	if len(d.Trigger) == 0 {
		return "whatever its layers do"
	}
	group := groupEntry(d, -1)
	var parts []string
	for i := range d.Trigger {
		t := &d.Trigger[i]
		text := t.Words()
		if t.Entry >= 0 && t.Entry == group {
			text = t.Predicate()
		}
		if places := triggerPlaces(t); places != "" {
			text += " (" + places + ")"
		}
		parts = append(parts, printable(text))
	}
	return strings.Join(parts, ", and ")
}

// triggerPlaces are the places of a trigger, those in one file together.
func triggerPlaces(t *diff.Trigger) string {
	if t.Span.Line == 0 {
		return ""
	}
	return placesWords(append([]stack.Span{t.Span}, t.Also...))
}

func gradeSeverity(g diff.Grade) finding.Severity {
	switch g {
	case diff.Serious:
		return finding.Error
	case diff.Visible, diff.NotKnown:
		return finding.Warning
	}
	return finding.Note
}

func (p palette) grade(g diff.Grade) string {
	return p.severity(gradeSeverity(g), g.String()) + strings.Repeat(" ", len("harmless")-len(g.String()))
}

func writeDifference(b *strings.Builder, m mergedDiff, traces bool, r *diff.Result, p palette) {
	d := m.first
	words := strings.Join(m.words, "; or ")
	if d.Has(conformance.EffectLoadFails) {
		words += ": the site does not start"
	}
	fmt.Fprintf(b, "  %s  %s\n", p.grade(d.Grade), words)
	for _, e := range d.Effects {
		if !ownWords(d, e.Name) {
			continue
		}
		fmt.Fprintf(b, "            %s\n", e.Name.Words())
	}
	for _, c := range collapse(consequences(d)) {
		fmt.Fprintf(b, "            %s  %s\n", p.grade(c.grade), c.text)
	}
	if traces && !d.Static && !d.Has(conformance.EffectLoadFails) {
		writeTraces(b, d, r)
	}
}

// consequences are those that the first line does not say already.
func consequences(d *diff.Difference) []diff.Consequence {
	if d.Has(conformance.EffectLoadFails) && len(d.Trigger) == 1 && !d.Static {
		return nil
	}
	return d.Consequences
}

// ownWords says that an effect is worth a line: the consequences say the rest.
func ownWords(d *diff.Difference, name conformance.EffectName) bool {
	switch name {
	case conformance.EffectLoadFails, conformance.EffectLoadWorks, conformance.EffectStatusChanged, conformance.EffectBodyChanged,
		conformance.EffectHeaderChanged, conformance.EffectErrorLeaves, conformance.EffectErrorLeavesNot, conformance.EffectUnrendered,
		conformance.EffectReportsChanged, conformance.EffectFinishChanged, conformance.EffectPagesChanged, conformance.EffectRenderedNow,
		conformance.EffectViewSkipped, conformance.EffectViewRuns, conformance.EffectOtherResponse, conformance.EffectOtherError,
		conformance.EffectCountChanged, conformance.EffectErrorChanged, conformance.EffectUnknown, conformance.EffectRenderChanged,
		conformance.EffectOrderChanged, conformance.EffectModeChanged, conformance.EffectStreamChanged:
		return false
	}
	return true
}

// collapsed are consequences of one grade for one layer, or for several that are
// alike.
type collapsed struct {
	grade diff.Grade
	text  string
}

// collapse joins the consequences of a layer, and layers with the same ones.
func collapse(list []diff.Consequence) []collapsed {
	type owner struct {
		grade diff.Grade
		entry int
	}
	var owners []owner
	texts, places := map[owner][]string{}, map[owner][]stack.Span{}
	names := map[owner]string{}
	for _, c := range list {
		o := owner{c.Grade, c.Entry}
		if _, have := names[o]; !have {
			owners = append(owners, o)
			names[o] = printable(catalog.ShortName(c.Layer))
		}
		if text := printable(c.Text); !slices.Contains(texts[o], text) {
			texts[o] = append(texts[o], text)
		}
		if c.Span.Line > 0 {
			places[o] = append(places[o], c.Span)
		}
	}
	// Layers with the same words stand together, each with its places.
	var out []collapsed
	index, alike := map[string]int{}, map[string][]owner{}
	for _, o := range owners {
		text := strings.Join(texts[o], "; ")
		key := fmt.Sprint(o.grade, names[o] == "", text)
		at, have := index[key]
		if !have {
			at = len(out)
			index[key] = at
			out = append(out, collapsed{grade: o.grade})
		}
		alike[key] = append(alike[key], o)
		var layers []string
		for _, x := range alike[key] {
			layers = append(layers, names[x]+parens(placesWords(places[x])))
		}
		switch {
		case names[o] == "":
			out[at].text = text
		case len(layers) == 1:
			out[at].text = names[o] + ": " + text + parens(placesWords(places[o]))
		default:
			out[at].text = strings.Join(layers, ", ") + ": " + text
		}
	}
	return out
}

// placesWords are places, those in one file together.
func placesWords(list []stack.Span) string {
	out, file, last := "", "", 0
	for _, s := range list {
		switch {
		case s.File == file && s.Line == last:
			continue
		case s.File == file && out != "":
			out += fmt.Sprintf(", %d", s.Line)
		case out != "":
			out += ", " + origin(s)
		default:
			out = origin(s)
		}
		file, last = s.File, s.Line
	}
	return out
}

func writeUnknown(b *strings.Builder, u diff.Unknown, p palette) {
	name := printable(strings.Join(strings.Fields(u.Layer), " "))
	if u.Absent {
		name += " (left out)"
	}
	fmt.Fprintf(b, "    %s: %s%s\n", p.unknown(name), printable(u.Why), parens(origin(u.Span)))
}

func parens(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
