package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
)

// DiffMarkdown writes the differences for a pull request: the weightiest first,
// and what is harmless folded away.
func DiffMarkdown(w io.Writer, r Diff) error {
	var b strings.Builder
	for i := range r.Stacks {
		writeDiffMarkdown(&b, &r.Stacks[i], r.Traces)
	}
	if len(r.Notes) > 0 {
		fmt.Fprintf(&b, "<details><summary>%s</summary>\n\n", count(len(r.Notes), "note"))
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "- %s%s\n", codePlace(position(n.Span)), markdown(n.Message))
		}
		b.WriteString("\n</details>\n\n")
	}
	fmt.Fprintf(&b, "%s\n", r.summary())
	_, err := io.WriteString(w, b.String())
	return err
}

func writeDiffMarkdown(b *strings.Builder, s *StackDiff, traces bool) {
	r := s.Result
	n := map[diff.Grade]int{}
	for i := range r.Differences {
		n[r.Differences[i].Grade]++
	}
	fmt.Fprintf(b, "### %s: %s → %s\n\n%s\n\n", code(s.Stack.ID), r.From, r.To, gradeCounts(n))
	groups := groupDiff(s)
	for _, grade := range []diff.Grade{diff.Serious, diff.Visible, diff.NotKnown, diff.Harmless} {
		if n[grade] == 0 {
			continue
		}
		if grade == diff.Harmless {
			fmt.Fprintf(b, "<details><summary>%d harmless</summary>\n\n", n[grade])
		} else {
			fmt.Fprintf(b, "#### %s\n\n", grade)
		}
		for _, g := range groups {
			for _, m := range g.merged {
				if m.first.Grade == grade {
					writeItem(b, g, m, traces, r)
				}
			}
		}
		b.WriteByte('\n')
		if grade == diff.Harmless {
			b.WriteString("</details>\n\n")
		}
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(b, "<details><summary>not known (%d)</summary>\n\n", len(r.Unknown))
		for _, u := range r.Unknown {
			left := ""
			if u.Absent {
				left = " (left out)"
			}
			fmt.Fprintf(b, "- %s%s: %s%s\n", code(u.Layer), left, markdown(u.Why), codeParens(origin(u.Span)))
		}
		b.WriteString("\n</details>\n\n")
	}
}

func writeItem(b *strings.Builder, g diffGroup, m mergedDiff, traces bool, r *diff.Result) {
	d := m.first
	words := strings.Join(m.words, "; or ")
	if d.Has(conformance.EffectLoadFails) {
		words += ": the site does not start"
	}
	who := "**" + markdown(g.title) + "**"
	if g.place == "" { // the site is no subject of what follows
		who += ":"
	}
	fmt.Fprintf(b, "- %s %s\n", who, markdown(words))
	for _, e := range d.Effects {
		if ownWords(d, e.Name) {
			fmt.Fprintf(b, "  - %s\n", markdown(e.Name.Words()))
		}
	}
	for _, c := range collapse(consequences(d)) {
		fmt.Fprintf(b, "  - %s: %s\n", c.grade, markdown(c.text))
	}
	if !traces || d.Static || d.Has(conformance.EffectLoadFails) {
		return
	}
	b.WriteString("\n  <details><summary>traces</summary>\n\n  ```diff\n")
	fmt.Fprintf(b, "  - %s\n  + %s\n", r.From, r.To)
	for _, line := range unified(d) {
		fmt.Fprintf(b, "  %s\n", line)
	}
	b.WriteString("  ```\n\n  </details>\n")
}

// markdown escapes what would be markup.
func markdown(s string) string {
	return strings.NewReplacer(
		`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "|", `\|`,
	).Replace(printable(s))
}

// code is a code span that may hold backticks.
func code(s string) string {
	s = printable(strings.Join(strings.Fields(s), " "))
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	return "`` " + s + " ``"
}

func codePlace(s string) string {
	if s == "" {
		return ""
	}
	return code(s) + ": "
}

func codeParens(s string) string {
	if s == "" {
		return ""
	}
	return " (" + code(s) + ")"
}
