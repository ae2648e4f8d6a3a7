package baseline_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/baseline"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func same(file string) string { return file }

// asIs leaves the names of files alone.
var asIs = baseline.Paths{In: same, Out: same}

func at(line int, file, rule, fact string, subjects ...string) finding.Finding {
	return finding.Finding{
		Rule: rule, Name: "n-" + rule, Fact: fact, Span: stack.Span{File: file, Line: line, Column: 5},
		Stack: "shop.settings:MIDDLEWARE#2", Subject: subjects,
	}
}

// suppressed says for each finding whether and by what it is.
func suppressed(findings []finding.Finding) string {
	var out []string
	for _, f := range findings {
		if f.Suppression == nil {
			out = append(out, "open")
		} else {
			out = append(out, fmt.Sprintf("%s:%d", f.Suppression.Kind, f.Suppression.Span.Line))
		}
	}
	return strings.Join(out, " ")
}

const written = `{
  "schema": "mwcheck.baseline/1",
  "findings": [
    {"file": "a/größe.py", "rule": "MW101", "name": "n-MW101", "fact": "dj.x", "setting": "MIDDLEWARE", "subjects": ["a.<A>", "b.B"]},
    {"file": "b.py", "rule": "MW101", "name": "n-MW101", "fact": "dj.x", "setting": "MIDDLEWARE", "subjects": ["a.<A>", "b.B"]},
    {"file": "b.py", "rule": "MW901", "name": "n-MW901", "setting": "MIDDLEWARE", "subjects": [], "count": 2}
  ]
}
`

func TestWriteAndRead(t *testing.T) {
	accepted := at(1, "b.py", "MW102", "", "a.A")
	accepted.Suppression = &finding.Suppression{Kind: finding.InSource}
	listed := at(9, "b.py", "MW101", "dj.x", "a.<A>", "b.B")
	listed.Suppression = &finding.Suppression{Kind: finding.External}
	b := baseline.Of([]finding.Finding{
		at(1, "b.py", "MW901", ""), accepted, listed, at(7, "b.py", "MW901", ""), at(3, "a/größe.py", "MW101", "dj.x", "a.<A>", "b.B"),
	}, asIs, nil)
	require.Empty(t, cmp.Diff(written, string(b.Bytes())))
	require.Equal(t, 4, b.Total())

	again, err := baseline.Read("b.json", b.Bytes())
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(b.Entries, again.Entries, cmpopts.IgnoreFields(baseline.Entry{}, "Span"), cmpopts.EquateEmpty()))
	require.Equal(t, stack.Span{File: "b.json", Start: 56, End: 187, Line: 4, Column: 5, EndLine: 4, EndColumn: 134}, again.Entries[0].Span)
	require.Equal(t, 6, again.Entries[2].Span.Line)
	require.Equal(t, string(b.Bytes()), string(again.Bytes()))

	empty, err := baseline.Read("b.json", baseline.Of(nil, asIs, nil).Bytes())
	require.NoError(t, err)
	require.Empty(t, empty.Entries)
}

func TestApply(t *testing.T) {
	b, err := baseline.Read("b.json", []byte(written))
	require.NoError(t, err)
	byComment := at(2, "b.py", "MW901", "")
	byComment.Suppression = &finding.Suppression{Kind: finding.InSource, Span: stack.Span{Line: 2}}
	findings := []finding.Finding{
		at(1, "b.py", "MW901", ""), byComment, at(3, "b.py", "MW901", ""), at(4, "b.py", "MW901", ""),
		at(5, "b.py", "MW101", "dj.x", "a.<A>", "b.B"), at(6, "b.py", "MW101", "dj.x", "a.<A>"), at(7, "b.py", "MW101", "dj.y", "a.<A>", "b.B"),
		at(8, "c.py", "MW101", "dj.x", "a.<A>", "b.B"),
	}
	stale := b.Apply(findings, asIs)
	require.Equal(t, "external:6 inSource:2 external:6 open external:5 open open open", suppressed(findings))
	require.Equal(t, "in the baseline b.json", findings[0].Suppression.Justification)
	require.Len(t, stale, 1)
	require.Equal(t, "a/größe.py", stale[0].File)

	one := []finding.Finding{at(1, "b.py", "MW901", "")}
	stale = b.Apply(one, asIs)
	require.Len(t, stale, 3)
	require.Equal(t, 1, stale[2].Count, "of two equal ones one is left")
}

// A list may be merged by hand, so that entries are there twice.
func TestEntriesThatAreThereTwiceAddUp(t *testing.T) {
	line := `{"file": "b.py", "rule": "MW901", "setting": "MIDDLEWARE", "subjects": []}`
	b, err := baseline.Read("b.json", []byte(`{"schema": "mwcheck.baseline/1", "findings": [`+line+",\n"+line+`]}`))
	require.NoError(t, err)
	findings := []finding.Finding{at(1, "b.py", "MW901", ""), at(2, "b.py", "MW901", ""), at(3, "b.py", "MW901", "")}
	require.Empty(t, b.Apply(findings, asIs))
	require.Equal(t, "external:1 external:2 open", suppressed(findings))
}

// TestOld keeps what an older list has, and never more.
func TestOld(t *testing.T) {
	old := baseline.Of([]finding.Finding{at(1, "a.py", "MW901", ""), at(2, "a.py", "MW901", ""), at(1, "a.py", "MW101", "x", "a.A")}, asIs, nil)
	now := []finding.Finding{at(9, "a.py", "MW901", ""), at(1, "a.py", "MW101", "y", "a.A")}
	pruned := baseline.Of(now, asIs, old)
	require.Equal(t, 1, pruned.Total())
	require.Equal(t, "MW901", pruned.Entries[0].Rule)
	require.Equal(t, 2, old.Minus(pruned))
	require.Equal(t, 0, pruned.Minus(old))
	require.Equal(t, 1, baseline.Of(now, asIs, nil).Minus(old))
}

func TestPaths(t *testing.T) {
	p := baseline.Paths{
		In:  func(file string) string { return strings.TrimPrefix(file, "repo/") },
		Out: func(file string) string { return "repo/" + file },
	}
	b := baseline.Of([]finding.Finding{at(1, "repo/a.py", "MW901", "")}, p, nil)
	require.Equal(t, "a.py", b.Entries[0].File)
	findings := []finding.Finding{at(4, "repo/a.py", "MW901", "")}
	require.Empty(t, b.Apply(findings, p))
	require.NotNil(t, findings[0].Suppression)
}

func TestReadRefuses(t *testing.T) {
	entry := func(text string) string {
		return "{\"schema\": \"mwcheck.baseline/1\",\n\"findings\": [" + text + "]}"
	}
	for _, tc := range []struct{ src, want string }{
		{"", "b.json:1:1: not JSON: the list does not end"},
		{"<<<<<<< HEAD\n", "b.json:1:1: not JSON: invalid character '<' looking for beginning of value"},
		{"[]", "b.json:1:1: want an object: this is no baseline"},
		{"{}", `b.json:1:1: "schema" and "findings" are required: this is no baseline`},
		{`{"schema": "mwcheck.findings/1", "findings": []}`, `b.json:1:12: the schema is "mwcheck.findings/1"; want "mwcheck.baseline/1"`},
		{`{"schema": 1}`, `b.json:1:12: "schema" must be a string`},
		{entry("")[:46], "b.json:2:14: not JSON: the list does not end"},
		{entry("") + "\n{}", "b.json:3:1: data behind the list"},
		{entry("1"), "b.json:2:14: want a finding: an object"},
		{entry("\n  {\"größe\": 1}"), `b.json:3:4: unknown member "größe"; known here: count, fact, file, name, rule, setting, subjects`},
		{entry(`{"file": "a", "file": "b"}`), `b.json:2:28: "file" is there twice`},
		{entry(`{"file": "a"}`), `b.json:2:14: the finding has no "rule"`},
		{entry(`{"subjects": ["a", 2]}`), `b.json:2:33: "subjects" must be a string`},
		{entry(`{"subjects": "a"}`), `b.json:2:27: want a list of dotted paths`},
		{entry(`{"count": 0}`), `b.json:2:24: "count" must be a number from 1 to 1000000`},
		{entry(`{"count": 1.5}`), `b.json:2:24: "count" must be a number from 1 to 1000000`},
		{entry(`{"count": "1"}`), `b.json:2:24: "count" must be a number from 1 to 1000000`},
		{entry(`{"count": 99999999999999999999}`), `b.json:2:24: "count" must be a number from 1 to 1000000`},
		{entry("{\n=======\n}"), "b.json:3:1: not JSON: invalid character '='"},
		{entry("{},"), `b.json:2:14: the finding has no "file"`},
		{"{\"schema\": \"\xff\"}", "b.json:1:1: the list is not UTF-8"},
		{strings.Repeat(" ", baseline.MaxBytes+1), "b.json:1:1: the list is longer than"},
	} {
		_, err := baseline.Read("b.json", []byte(tc.src))
		var wrong *baseline.Error
		require.True(t, errors.As(err, &wrong), tc.want)
		require.ErrorContains(t, err, tc.want)
	}
}

// TestLongLists bounds the time: places are counted once.
func TestLongLists(t *testing.T) {
	var findings []finding.Finding
	for i := range 40_000 {
		findings = append(findings, at(1, fmt.Sprintf("f%d.py", i), "MW101", "x", "a.A"))
	}
	src := strings.ReplaceAll(string(baseline.Of(findings, asIs, nil).Bytes()), "\n", "")
	start := time.Now()
	b, err := baseline.Read("b.json", []byte(src))
	require.NoError(t, err)
	require.Empty(t, b.Apply(findings, asIs))
	require.Less(t, time.Since(start), 20*time.Second)
}

// TestWrittenThenApplied: whatever was found is known afterwards, in any order
// and at any place, and nothing else is.
func TestWrittenThenApplied(t *testing.T) {
	word := rapid.SampledFrom([]string{"", "a", "b", "1:a", "\"\\", "ü\n"})
	one := rapid.Custom(func(t *rapid.T) finding.Finding {
		return finding.Finding{
			Rule: word.Draw(t, "rule"), Name: word.Draw(t, "name"), Fact: word.Draw(t, "fact"),
			Span:  stack.Span{File: word.Draw(t, "file"), Line: rapid.IntRange(1, 9).Draw(t, "line")},
			Stack: word.Draw(t, "module") + ":" + word.Draw(t, "setting"), Subject: rapid.SliceOfN(word, 0, 2).Draw(t, "subjects"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		findings := rapid.SliceOfN(one, 0, 20).Draw(t, "findings")
		more := rapid.SliceOfN(one, 0, 3).Draw(t, "more")
		b, err := baseline.Read("b.json", baseline.Of(findings, asIs, nil).Bytes())
		require.NoError(t, err)
		require.Equal(t, len(findings), b.Total())

		later := rapid.Permutation(append(append([]finding.Finding{}, findings...), more...)).Draw(t, "later")
		for i := range later {
			later[i].Span.Line, later[i].Message = 100+i, "worded anew"
		}
		require.Empty(t, b.Apply(later, asIs))
		open := 0
		for _, f := range later {
			if f.Suppression == nil {
				open++
			}
		}
		require.Equal(t, len(more), open)
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{written, "{", `{"schema": "mwcheck.baseline/1", "findings": [{}]}`, "[1,", `{"a"`, "\n\n{\"findings\": [{\"count\": 1e3"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		b, err := baseline.Read("b.json", src)
		require.Less(t, time.Since(start), 10*time.Second)
		if err != nil {
			var wrong *baseline.Error
			require.True(t, errors.As(err, &wrong))
			require.Positive(t, wrong.Span.Line)
			require.Positive(t, wrong.Span.Column)
			require.NotContains(t, wrong.Message, "\n")
			return
		}
		again, err := baseline.Read("b.json", b.Bytes())
		require.NoError(t, err)
		require.Equal(t, b.Total(), again.Total())
		require.Equal(t, string(b.Bytes()), string(again.Bytes()))
	})
}
