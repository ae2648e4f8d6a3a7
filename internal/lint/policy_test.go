package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func selectors(t require.TestingT, words ...string) []Selector {
	var out []Selector
	for _, w := range words {
		s, err := ParseSelector(w, nil)
		require.NoError(t, err)
		out = append(out, s)
	}
	return out
}

func severities(t require.TestingT, pairs ...any) []Override {
	var out []Override
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Override{selectors(t, pairs[i].(string))[0], pairs[i+1].(finding.Severity)})
	}
	return out
}

func TestParseSelector(t *testing.T) {
	const fact = "dj.auth-after-session"
	for text, names := range map[string][3]bool{ // MW101, MW101 with the fact, MW102
		"MW101":               {true, true, false},
		"mw101":               {true, true, false},
		"Wrong-Order":         {true, true, false},
		fact:                  {false, true, false},
		"MW1":                 {true, true, true},
		"MW1xx":               {true, true, true},
		"mw10x":               {true, true, true},
		"MW2":                 {false, false, false},
		"missing-requirement": {false, false, false},
	} {
		s, err := ParseSelector(text, nil)
		require.NoError(t, err, text)
		require.Equal(t, names, [3]bool{s.Matches("MW101", ""), s.Matches("MW101", fact), s.Matches("MW102", "")}, text)
		require.Equal(t, text, s.String())
	}
	for text, want := range map[string]string{
		"MW100":                  `there is no rule or fact "MW100"; did you mean "MW10`,
		"wrong-ordre":            `did you mean "wrong-order"?`,
		"dj.auth-after-sesion":   `did you mean "dj.auth-after-session"?`,
		"MW8":                    `there is no rule or fact "MW8"`,
		"MW":                     `there is no rule or fact "MW"`,
		"MW1xxx":                 `there is no rule or fact "MW1xxx"`,
		"":                       `there is no rule or fact ""`,
		"something-else-at-all":  `mwcheck explain lists the rules`,
		"MW١":                    `there is no rule or fact`,
		strings.Repeat("x", 1e4): `mwcheck explain lists the rules`,
	} {
		_, err := ParseSelector(text, nil)
		require.ErrorContains(t, err, want, text)
	}
}

func TestPolicyLevels(t *testing.T) {
	const fact = "dj.auth-after-session"
	tests := func(file string) bool { return strings.HasPrefix(file, "tests/") }
	type row struct {
		rule, fact, file string
		want             bool
	}
	cases := []struct {
		name   string
		levels []Level
		rows   []row
	}{
		{"nothing", nil, []row{{"MW101", "", "a", true}}},
		{"select", []Level{{Select: selectors(t, "MW101")}}, []row{{"MW101", fact, "a", true}, {"MW102", "", "a", false}}},
		{"ignore", []Level{{Ignore: selectors(t, "MW101")}}, []row{{"MW101", fact, "a", false}, {"MW102", "", "a", true}}},
		{"a fact of a rule", []Level{{Ignore: selectors(t, fact)}}, []row{{"MW101", fact, "a", false}, {"MW101", "", "a", true}}},
		{"the closer name wins", []Level{{Select: selectors(t, "MW1", fact), Ignore: selectors(t, "MW101")}},
			[]row{{"MW101", fact, "a", true}, {"MW101", "", "a", false}, {"MW102", "", "a", true}, {"MW201", "", "a", false}}},
		{"ignore wins where both are equal", []Level{{Select: selectors(t, "MW101"), Ignore: selectors(t, "wrong-order")}}, []row{{"MW101", "", "a", false}}},
		{"a later ignore adds", []Level{{Select: selectors(t, "MW1")}, {Ignore: selectors(t, "MW101")}}, []row{{"MW101", "", "a", false}, {"MW102", "", "a", true}}},
		{"a later select starts anew", []Level{{Ignore: selectors(t, "MW101")}, {Select: selectors(t, "MW101")}}, []row{{"MW101", "", "a", true}, {"MW102", "", "a", false}}},
		{"per path", []Level{{Ignore: selectors(t, "MW101")}, {In: tests, Select: selectors(t, "MW1")}}, []row{{"MW101", "", "a", false}, {"MW101", "", "tests/a", true}}},
		{"off", []Level{{Severity: severities(t, "MW1", finding.Severity(0), "MW102", finding.Error)}}, []row{{"MW101", "", "a", false}, {"MW102", "", "a", true}}},
		{"off, then not", []Level{{Severity: severities(t, "MW1", finding.Severity(0))}, {In: tests, Severity: severities(t, "MW1", finding.Note)}},
			[]row{{"MW101", "", "a", false}, {"MW101", "", "tests/a", true}}},
		{"off, then selected", []Level{{Severity: severities(t, "MW1", finding.Severity(0))}, {Select: selectors(t, "MW101")}}, []row{{"MW101", "", "a", true}}},
		{"a severity does not bring back what is ignored", []Level{{Ignore: selectors(t, "MW1"), Severity: severities(t, "MW101", finding.Error)}}, []row{{"MW101", "", "a", false}}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p := Policy{tc.levels}
			for _, r := range tc.rows {
				require.Equal(t, r.want, p.Reports(r.rule, r.fact, r.file), "%+v", r)
			}
		})
	}
}

func TestPolicySeverity(t *testing.T) {
	give := func(in finding.Finding, pairs ...any) finding.Severity {
		p := Policy{[]Level{{Severity: severities(t, pairs...)}}}
		out := p.apply([]finding.Finding{in})
		require.Len(t, out, 1)
		return out[0].Severity
	}
	f := finding.Finding{Rule: "MW101", Fact: "dj.auth-after-session", Severity: finding.Error}
	require.Equal(t, finding.Warning, give(f, "MW101", finding.Warning))
	require.Equal(t, finding.Note, give(f, "MW101", finding.Warning, "dj.auth-after-session", finding.Note))
	f.Severity = finding.Note
	require.Equal(t, finding.Note, give(f, "MW101", finding.Error), "a note for want of knowledge stays one")
	require.Equal(t, finding.Error, give(f, "dj.auth-after-session", finding.Error))
	for _, r := range Rules() {
		if r.Severity == finding.Note {
			require.Equal(t, finding.Error, give(finding.Finding{Rule: r.ID, Severity: finding.Note}, r.Name, finding.Error), "a rule of notes can be raised")
		}
	}
}

// An ignored fact is as if the catalog did not have it: what it stood for is
// said by the next fact on the same layers.
func TestIgnoredFactGivesWay(t *testing.T) {
	s, err := stack.Parse("s", []byte("debug_toolbar.middleware.DebugToolbarMiddleware\ndjango.middleware.gzip.GZipMiddleware\n"), stack.Modern)
	require.NoError(t, err)
	config := Config{Django: At(stack.Version{Major: 4, Minor: 2})}
	findings, _ := Run([]*stack.Stack{s}, config)
	require.Contains(t, facts(findings), "debugtoolbar.after-encoders")
	require.NotContains(t, facts(findings), "dj.encoder-before-rewriter")
	config.Policy.Levels = []Level{{Ignore: selectors(t, "debugtoolbar.after-encoders")}}
	findings, _ = Run([]*stack.Stack{s}, config)
	require.NotContains(t, facts(findings), "debugtoolbar.after-encoders")
	require.Contains(t, facts(findings), "dj.encoder-before-rewriter")
}

func facts(findings []finding.Finding) []string {
	var out []string
	for _, f := range findings {
		if f.Rule == "MW101" {
			out = append(out, f.Fact)
		}
	}
	return out
}

// Rules that need not run give nothing that would have been reported.
func TestIdleRulesReportNothing(t *testing.T) {
	words := []string{"MW1", "MW101", "MW102", "MW2", "dj.auth-after-session", "MW103", "unresolved-path"}
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(label string) []Selector {
			return selectors(rt, rapid.SliceOfN(rapid.SampledFrom(words), 0, 3).Draw(rt, label)...)
		}
		var p Policy
		for range rapid.IntRange(0, 3).Draw(rt, "levels") {
			l := Level{Select: pick("select"), Ignore: pick("ignore")}
			for _, s := range pick("severity") {
				l.Severity = append(l.Severity, Override{s, finding.Severity(rapid.IntRange(0, 3).Draw(rt, "to"))})
			}
			if rapid.Bool().Draw(rt, "path") {
				l.In = func(file string) bool { return file == "x" }
			}
			p.Levels = append(p.Levels, l)
		}
		for _, r := range Rules() {
			if !p.idle(r) {
				continue
			}
			for _, fact := range []string{"", "dj.auth-after-session"} {
				for _, file := range []string{"x", "y"} {
					require.False(rt, p.Reports(r.ID, fact, file))
				}
			}
		}
		for _, fact := range p.without() {
			for _, file := range []string{"x", "y"} {
				require.False(rt, p.Reports("MW101", fact, file))
			}
		}
	})
}

func TestMatchPattern(t *testing.T) {
	for _, tc := range []struct {
		pattern, path string
		want          bool
	}{
		{"a.B", "a.B", true}, {"a.B", "a.b", false},
		{"a.*", "a.B", true}, {"a.*", "a.b.C", false}, {"a.**", "a.b.C", true}, {"a.**", "a", true}, {"a.**", "ab.C", false},
		{"**", "a.b.C", true}, {"**.C", "a.b.C", true}, {"**.C", "C", true}, {"a.**.C", "a.C", true}, {"a.**.C", "a.x.y.C", true},
		{"a.**.C", "a.x.y.D", false}, {"*.middleware.*Tenant", "shop.middleware.MyTenant", true}, {"a.B*", "a.B", true},
	} {
		require.Equal(t, tc.want, MatchPattern(tc.pattern, tc.path), "%s %s", tc.pattern, tc.path)
		require.NoError(t, CheckPattern(tc.pattern))
	}
	for _, bad := range []string{"", "a", "a..B", "a.[", "a/b.C", "a.b**", "a. B", `"a.B"`, ".", "*"} {
		require.Error(t, CheckPattern(bad), bad)
	}
	long := strings.Repeat("**.a*.", 500) + "b"
	require.False(t, MatchPattern(long, strings.Repeat("a.", 2000)+"c"), "many stars end in time")
}
