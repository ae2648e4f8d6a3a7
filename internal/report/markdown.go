package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

const (
	// maxMarkdown bounds the document in bytes: a comment on GitHub holds 65,536
	// characters, one on GitLab a million.
	maxMarkdown = 60_000
	// markdownEnd is what is kept free for the lines behind a list that is cut.
	markdownEnd = 1000
	// markdownMark lets a script find its earlier comment and replace it.
	markdownMark = "<!-- mwcheck -->"
)

// LintMarkdown writes a comment for a pull request in GitHub's and GitLab's
// Markdown: the summary, a table of findings, and folded below it the source
// lines and the notes. It is shorter than 60,000 bytes; what does not fit is
// counted. Text of the project cannot become markup, mentions or references.
func LintMarkdown(w io.Writer, r Lint, source Source) error {
	shown := open(r.Findings)
	b := &bounded{limit: maxMarkdown - markdownEnd}
	b.add(markdownMark + "\n### mwcheck: " + markdownVerdict(r) + "\n\n")
	if r.Failure != "" {
		b.add(markdownLine(clipped(r.Failure)) + "\n\n")
	}
	if len(shown) > 0 {
		b.add("| | rule | place | finding |\n|---|---|---|---|\n")
	}
	for i, f := range shown {
		if !b.add(markdownRow(f)) {
			b.force(fmt.Sprintf("\n... and %s that would not fit.\n", count(len(shown)-i, "more finding")))
			break
		}
	}
	for i, f := range shown {
		if !b.add(markdownDetails(f, source)) {
			b.force(fmt.Sprintf("\nThe source of %s would not fit.\n", count(len(shown)-i, "finding")))
			break
		}
	}
	if len(r.Notes) > 0 {
		b.add(markdownNotes(r.Notes, b.left()))
	}
	b.force("\n" + SummaryLine(r.Summary) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownVerdict(r Lint) string {
	var parts []string
	for _, p := range []struct {
		n    int
		noun string
	}{{r.Summary.Errors, "error"}, {r.Summary.Warnings, "warning"}, {r.Summary.Notes, "note"}} {
		if p.n > 0 {
			parts = append(parts, count(p.n, p.noun))
		}
	}
	switch {
	case r.Failure != "":
		return "nothing could be checked"
	case len(parts) == 0:
		return "nothing found"
	}
	return strings.Join(parts, ", ")
}

func markdownRow(f finding.Finding) string {
	rule := markdownText(title(f))
	if f.URL != "" {
		rule = "[" + rule + "](" + markdownURL.Replace(f.URL) + ")"
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", f.Severity, rule, markdownText(position(f.Span)), markdownText(f.Message))
}

// markdownDetails is the finding as the text format shows it, folded.
func markdownDetails(f finding.Finding, source Source) string {
	var text strings.Builder
	// Writing to a strings.Builder does not fail.
	_ = FindingsText(&text, []finding.Finding{f}, orNone(source), TextOptions{})
	fence := "```"
	for strings.Contains(text.String(), fence) {
		fence += "`"
	}
	return fmt.Sprintf("\n<details><summary>%s</summary>\n\n%stext\n%s%s\n\n</details>\n",
		markdownText(strings.TrimSpace(position(f.Span)+" "+title(f))), fence, text.String(), fence)
}

// markdownNotes lists the notes that fit into size bytes, folded.
func markdownNotes(notes []stack.Note, size int) string {
	b := &bounded{limit: size - markdownEnd/4}
	if !b.add(fmt.Sprintf("\n<details><summary>%s on what was not understood or left out</summary>\n\n", count(len(notes), "note"))) {
		return ""
	}
	for i, n := range notes {
		if !b.add("- " + markdownLine(prefix(n.Span)+n.Message) + "\n") {
			b.force(fmt.Sprintf("- ... and %s\n", count(len(notes)-i, "more note")))
			break
		}
	}
	b.force("\n</details>\n")
	return b.String()
}

// markdownURL keeps an address inside "(…)" and a table cell.
var markdownURL = strings.NewReplacer("(", "%28", ")", "%29", "|", "%7C", " ", "%20", "<", "%3C", ">", "%3E", "\n", "", "\r", "", "\\", "%5C")

// markdownSigns are written as entities, which no Markdown takes for markup,
// for the border of a table cell, for a mention or for a reference. Where a
// backslash would do, an entity does too, in tables and out of them.
var markdownSigns = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "~", "&#126;",
	"[", "&#91;", "]", "&#93;", "\\", "&#92;", "@", "&#64;", "#", "&#35;", "$", "&#36;", "!", "&#33;", "://", "&#58;//", "www.", "www&#46;",
)

// markdownText makes any text a piece of one line that shows as it is.
func markdownText(s string) string {
	return markdownSigns.Replace(printable(strings.Join(strings.Fields(s), " ")))
}

// markdownLine is markdownText for the start of a line, where a number or a
// sign may begin a list or a rule.
func markdownLine(s string) string {
	s = markdownText(s)
	if s != "" && strings.ContainsRune("0123456789+-=:", rune(s[0])) {
		return fmt.Sprintf("&#%d;%s", s[0], s[1:])
	}
	return s
}

// clipped cuts a text that is longer than any message should be.
func clipped(s string) string {
	if len(s) > 4000 {
		return strings.ToValidUTF8(s[:4000], "") + " ..."
	}
	return s
}

// bounded is text of a limited length.
type bounded struct {
	strings.Builder
	limit int
}

// add writes a piece if all of it fits.
func (b *bounded) add(piece string) bool {
	if b.Len()+len(piece) > b.limit {
		return false
	}
	b.WriteString(piece)
	return true
}

// force writes a short piece into what was kept free.
func (b *bounded) force(piece string) { b.WriteString(piece) }

func (b *bounded) left() int { return b.limit - b.Len() }

// orNone is a source that may be nil.
func orNone(source Source) Source {
	if source != nil {
		return source
	}
	return func(string) ([]byte, error) { return nil, errNoSource }
}
