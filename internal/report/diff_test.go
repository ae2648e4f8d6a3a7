package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// nasty is text that is markup, ends lines, or turns the direction of writing.
func nasty() *rapid.Generator[string] {
	pieces := []string{
		"|", "`", "```", "````", "<b>", "</details>", "<details>", "<!--", "*", "__", "~~", "[a](b)", "\\", "\t", "\n", "\r\n", "\x00", "\x1b[31m", "\u202e", "\u2028",
		"# ", "- ", "1. ", "@team", "#12", "https://x.y", "&lt;", "中間件", "é", "\xff", "a", "shop.mw.Gate", " ", "process_request", "---", "+++", "$x$", "'", `"`,
	}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 6).Draw(t, "pieces"), "")
	})
}

// diffReport makes a report of any shape, with texts from name.
func diffReport(t *rapid.T, name func() string) report.Diff {
	pick := func(label string, n int) int { return rapid.IntRange(0, n).Draw(t, label) }
	span := func() stack.Span {
		if pick("placed", 2) == 0 {
			return stack.Span{}
		}
		return stack.Span{File: name(), Line: 1 + pick("line", 99), Column: 1}
	}
	grades := []diff.Grade{diff.Harmless, diff.NotKnown, diff.Visible, diff.Serious}
	names := conformance.EffectNames()
	r := report.Diff{Traces: rapid.Bool().Draw(t, "traces")}
	for range pick("stacks", 3) {
		s := &stack.Stack{ID: name(), File: name(), Span: span()}
		for range pick("entries", 4) {
			s.Entries = append(s.Entries, stack.Entry{Path: name(), Span: span()})
		}
		for range pick("conditions", 2) {
			s.Conditions = append(s.Conditions, stack.Condition{Text: name(), Span: span()})
		}
		result := &diff.Result{From: "classic@1.9", To: "modern@5.2", Complete: rapid.Bool().Draw(t, "complete"), Differences: []diff.Difference{}}
		trace := func() conformance.Trace {
			var out conformance.Trace
			for range pick("events", 4) {
				out.Events = append(out.Events, name()+".process_response status=200 marker="+name())
			}
			out.Outcome = conformance.Outcome{Kind: conformance.OutcomeResponse, Status: 200, Body: name()}
			return out
		}
		for range pick("differences", 5) {
			d := diff.Difference{
				Grade: rapid.SampledFrom(grades).Draw(t, "grade"), Reason: name(), From: trace(), To: trace(), Static: rapid.Bool().Draw(t, "static"),
			}
			if d.Static && rapid.Bool().Draw(t, "not run") {
				d.From, d.To = conformance.Trace{}, conformance.Trace{}
			}
			for range pick("triggers", 2) {
				tg := diff.Trigger{Entry: -1, Hook: "view", Behaviour: name()}
				if len(s.Entries) > 0 && rapid.Bool().Draw(t, "of a layer") {
					tg = diff.Trigger{Layer: name(), Entry: pick("entry", len(s.Entries)-1), Hook: "process_request", Behaviour: "raise:value_error", Kind: name(), Span: span()}
				}
				d.Trigger = append(d.Trigger, tg)
			}
			d.Effects = append(d.Effects, diff.Effect{Name: rapid.SampledFrom(names).Draw(t, "effect"), Layers: []string{}})
			for range pick("consequences", 4) {
				d.Consequences = append(d.Consequences, diff.Consequence{
					Layer: name(), Entry: pick("at", 3) - 1, Hook: "process_response", Text: name(), Grade: rapid.SampledFrom(grades).Draw(t, "weight"), Span: span(),
				})
			}
			result.Differences = append(result.Differences, d)
		}
		for range pick("unknown", 2) {
			result.Unknown = append(result.Unknown, diff.Unknown{Layer: name(), Why: name(), Span: span(), Absent: rapid.Bool().Draw(t, "absent")})
		}
		r.Stacks = append(r.Stacks, report.StackDiff{Stack: s, Result: result})
	}
	for range pick("notes", 2) {
		r.Notes = append(r.Notes, stack.Note{Span: span(), Message: name()})
	}
	return r
}

// requireOneLineEach checks that no text of a project ends a line, moves the
// cursor or changes the direction of writing.
func requireOneLineEach(t *rapid.T, out string) {
	require.True(t, utf8.ValidString(out))
	for _, r := range out {
		require.True(t, r == '\n' || !unicode.IsControl(r) && r != '\u202e' && r != '\u2028', "%q in %q", r, out)
	}
}

// TestDiffTextHoldsItsLines prints reports with any names: each line begins as
// the format has it.
func TestDiffTextHoldsItsLines(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := nasty()
		r := diffReport(rt, func() string { return text.Draw(rt, "text") })
		var out bytes.Buffer
		require.NoError(rt, report.DiffText(&out, r, report.TextOptions{}))
		requireOneLineEach(rt, out.String())
		require.True(rt, strings.HasSuffix(out.String(), "\n"))
		var same bytes.Buffer
		require.NoError(rt, report.DiffText(&same, r, report.TextOptions{}))
		require.Equal(rt, out.String(), same.String())
	})
}

// kindOf is what a line of the Markdown is, without its text.
func kindOf(line string) string {
	for _, start := range []string{"### ", "#### ", "- ", "  - ", "  + ", "    ", "<details><summary>", "</details>", "  <details><summary>traces", "  </details>", "  ```"} {
		if strings.HasPrefix(line, start) {
			return start
		}
	}
	if line == "" {
		return ""
	}
	return "text"
}

// TestDiffMarkdownHoldsItsShape prints reports with any names: folds, lists and
// fences are those of the format, and no text is markup.
func TestDiffMarkdownHoldsItsShape(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := nasty()
		r := diffReport(rt, func() string { return text.Draw(rt, "text") })
		var out bytes.Buffer
		require.NoError(rt, report.DiffMarkdown(&out, r))
		requireOneLineEach(rt, out.String())
		fence, folds := "", 0
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			inner := strings.TrimLeft(line, " ")
			switch {
			case fence != "":
				if strings.HasPrefix(inner, fence) { // at any indentation
					require.Equal(rt, "  "+fence, line)
					fence = ""
					continue
				}
				require.Contains(rt, []string{"  - ", "  + ", "    "}, kindOf(line), line)
			case strings.HasPrefix(inner, "```"):
				require.True(rt, strings.HasPrefix(line, "  ```") && strings.HasSuffix(line, "diff"), line)
				fence = strings.TrimSuffix(inner, "diff")
				require.Equal(rt, strings.Repeat("`", len(fence)), fence)
			case strings.HasPrefix(inner, "<details>"):
				require.Equal(rt, 1, strings.Count(line, "<details>"), line)
				folds++
			case inner == "</details>":
				folds--
			default:
				require.NotContains(rt, line, "<")
				require.NotContains(rt, line, "`")
				require.NotContains(rt, line, "|")
				require.NotContains(rt, line, "[")
				require.NotContains(rt, line, "\\")
				require.NotContains(rt, line, "~")
				require.NotContains(rt, line, "://")
				require.NotContains(rt, strings.NewReplacer("classic@1.9", "", "modern@5.2", "").Replace(line), "@")
				stars := strings.Count(line, "*")
				require.True(rt, stars == 0 || stars == 4 && strings.HasPrefix(line, "- **"), line)
			}
			require.GreaterOrEqual(rt, folds, 0)
		}
		require.Zero(rt, folds)
		require.Empty(rt, fence)
	})
}

// TestDiffJSONKeepsTexts reads the document back: all texts are there, whatever
// they hold, but for bytes that are no UTF-8.
func TestDiffJSONKeepsTexts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := nasty()
		r := diffReport(rt, func() string { return text.Draw(rt, "text") })
		var out bytes.Buffer
		require.NoError(rt, report.DiffJSON(&out, r))
		var doc struct {
			Schema      string `json:"schema"`
			Differences []struct {
				Stack        string `json:"stack"`
				Reason       string `json:"reason"`
				Grade        string `json:"grade"`
				Consequences []struct {
					Layer, Text, File string
					Entry             int
				} `json:"consequences"`
				With   []any           `json:"with"`
				Layers []string        `json:"layers"`
				Before json.RawMessage `json:"classic"`
				After  json.RawMessage `json:"modern"`
			} `json:"differences"`
			Stacks []struct {
				ID      string `json:"id"`
				Unknown []struct{ Layer, Why string }
			} `json:"stacks"`
		}
		require.NoError(rt, json.Unmarshal(out.Bytes(), &doc))
		require.Equal(rt, "mwcheck.diff/1", doc.Schema)
		valid := func(s string) string { return string([]rune(s)) }
		at := 0
		require.Len(rt, doc.Stacks, len(r.Stacks))
		for i, s := range r.Stacks {
			require.Equal(rt, valid(s.Stack.ID), doc.Stacks[i].ID)
			require.Len(rt, doc.Stacks[i].Unknown, len(s.Result.Unknown))
			for j := range s.Result.Differences {
				d, got := &s.Result.Differences[j], doc.Differences[at]
				at++
				require.Equal(rt, valid(d.Reason), got.Reason)
				require.Equal(rt, d.Grade.String(), got.Grade)
				require.NotNil(rt, got.With)
				require.NotNil(rt, got.Layers)
				require.Equal(rt, d.From.Outcome.Kind == "", got.Before == nil && got.After == nil)
				require.Len(rt, got.Consequences, len(d.Consequences))
				for k, c := range d.Consequences {
					require.Equal(rt, valid(c.Text), got.Consequences[k].Text)
					require.Equal(rt, valid(c.Layer), got.Consequences[k].Layer)
					require.Equal(rt, c.Entry+1, got.Consequences[k].Entry)
				}
			}
		}
		require.Len(rt, doc.Differences, at)
	})
}

// TestDiffMarkdownIsBounded keeps below what a comment on GitHub may hold, and
// counts what is left out.
func TestDiffMarkdownIsBounded(t *testing.T) {
	s := &stack.Stack{ID: "s:MIDDLEWARE"}
	result := &diff.Result{From: "classic@1.9", To: "modern@5.2"}
	for i := range 400 {
		s.Entries = append(s.Entries, stack.Entry{Path: fmt.Sprintf("shop.mw.Layer%d", i)})
		result.Differences = append(result.Differences, diff.Difference{
			Grade: diff.Grade(1 + i%4), Trigger: []diff.Trigger{{Layer: s.Entries[i].Path, Entry: i, Hook: "process_request", Behaviour: "respond"}},
			Consequences: []diff.Consequence{{Entry: -1, Text: strings.Repeat("long & ", 40), Grade: diff.Visible}},
		})
		result.Unknown = append(result.Unknown, diff.Unknown{Layer: s.Entries[i].Path, Why: strings.Repeat("why ", 40)})
	}
	r := report.Diff{Stacks: []report.StackDiff{{Stack: s, Result: result}}}
	for range 500 {
		r.Notes = append(r.Notes, stack.Note{Message: strings.Repeat("note ", 30)})
	}
	var out bytes.Buffer
	require.NoError(t, report.DiffMarkdown(&out, r))
	require.Less(t, out.Len(), 60_000)
	shown := strings.Count(out.String(), "\n- ") - strings.Count(out.String(), "\n- note") - 1
	require.Greater(t, shown, 100)
	require.Contains(t, out.String(), fmt.Sprintf("\n... and %d more lines that would not fit;", 800-shown))
	require.Equal(t, strings.Count(out.String(), "<details>"), strings.Count(out.String(), "</details>"))
	require.True(t, strings.HasSuffix(out.String(), "400 differences: 100 serious, 100 visible, 100 unknown, 100 harmless\n"))
}
