package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
)

// What the differences with what is not known, and the notes, may take of a
// comment on a pull request, in bytes; GitHub takes 65,536 characters. What does not
// fit is counted.
const (
	diffRoom  = 54_000
	notesRoom = 5_000
)

// DiffMarkdown writes the differences for a pull request: the weightiest first,
// and what is harmless folded away.
func DiffMarkdown(w io.Writer, r Diff) error {
	b := &bounded{limit: diffRoom}
	left := 0
	for i := range r.Stacks {
		left += writeDiffMarkdown(b, &r.Stacks[i], r.Traces)
	}
	if left > 0 {
		b.force(fmt.Sprintf("... and %s that would not fit; \"mwcheck diff\" prints all.\n\n", count(left, "more line")))
	}
	if len(r.Notes) > 0 {
		b.force(markdownNotes(r.Notes, notesRoom) + "\n")
	}
	b.force(r.summary() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeDiffMarkdown gives the number of pieces that did not fit.
func writeDiffMarkdown(b *bounded, s *StackDiff, traces bool) (left int) {
	r := s.Result
	n := map[diff.Grade]int{}
	for i := range r.Differences {
		n[r.Differences[i].Grade]++
	}
	if !b.add(fmt.Sprintf("### %s: %s → %s\n\n%s\n\n", diffWords(s.Stack.ID), r.From, r.To, gradeCounts(n))) {
		return max(len(r.Differences), 1)
	}
	groups := groupDiff(s)
	for _, grade := range []diff.Grade{diff.Serious, diff.Visible, diff.NotKnown, diff.Harmless} {
		var items []string
		for _, g := range groups {
			for _, m := range g.merged {
				if m.first.Grade == grade {
					items = append(items, markdownItem(g, m, traces, r))
				}
			}
		}
		if len(items) == 0 {
			continue
		}
		head, tail := fmt.Sprintf("#### %s\n\n", grade), "\n"
		if grade == diff.Harmless {
			head, tail = fmt.Sprintf("<details><summary>%d harmless</summary>\n\n", n[grade]), "\n</details>\n\n"
		}
		left += folded(b, head, items, tail)
	}
	var unknown []string
	for _, u := range r.Unknown {
		out := ""
		if u.Absent {
			out = " (left out)"
		}
		unknown = append(unknown, fmt.Sprintf("- **%s**%s: %s%s\n", diffWords(u.Layer), out, diffWords(u.Why), diffWords(parens(origin(u.Span)))))
	}
	if len(unknown) > 0 {
		left += folded(b, fmt.Sprintf("<details><summary>not known (%d)</summary>\n\n", len(unknown)), unknown, "\n</details>\n\n")
	}
	return left
}

// folded writes items between a head and a tail, as far as they fit.
func folded(b *bounded, head string, items []string, tail string) (left int) {
	if len(head)+len(items[0])+len(tail) > b.left() {
		return len(items)
	}
	b.force(head)
	for i, item := range items {
		if len(item)+len(tail) > b.left() {
			left = len(items) - i
			break
		}
		b.force(item)
	}
	b.force(tail)
	return left
}

func markdownItem(g diffGroup, m mergedDiff, traces bool, r *diff.Result) string {
	var b strings.Builder
	d := m.first
	words := strings.Join(m.words, "; or ")
	if d.Has(conformance.EffectLoadFails) {
		words += ": the site does not start"
	}
	who := "**" + diffWords(g.title) + "**"
	if g.place == "" { // the site is no subject of what follows
		who += ":"
	}
	fmt.Fprintf(&b, "- %s %s\n", who, diffWords(words))
	for _, e := range d.Effects {
		if ownWords(d, e.Name) {
			fmt.Fprintf(&b, "  - %s\n", diffWords(e.Name.Words()))
		}
	}
	for _, c := range collapse(consequences(d)) {
		fmt.Fprintf(&b, "  - %s: %s\n", c.grade, diffWords(c.text))
	}
	if !traces || d.Static || d.Has(conformance.EffectLoadFails) {
		return b.String()
	}
	lines := unified(d)
	fence := "```"
	for strings.Contains(strings.Join(lines, "\n"), fence) {
		fence += "`"
	}
	fmt.Fprintf(&b, "\n  <details><summary>traces</summary>\n\n  %sdiff\n  - %s\n  + %s\n", fence, r.From, r.To)
	for _, line := range lines {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	fmt.Fprintf(&b, "  %s\n\n  </details>\n", fence)
	return b.String()
}

var inWord = regexp.MustCompile(`([0-9A-Za-z])&#95;([0-9A-Za-z])`)

// diffWords is markdownText, with the underscores left as they are that are no
// markup: those inside of a word.
func diffWords(s string) string {
	s = markdownText(s)
	return inWord.ReplaceAllString(inWord.ReplaceAllString(s, "${1}_${2}"), "${1}_${2}")
}
