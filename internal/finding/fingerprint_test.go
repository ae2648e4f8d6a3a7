package finding_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func sample() finding.Finding {
	return finding.Finding{
		Rule: "MW101", Name: "wrong-order", Fact: "dj.auth-after-session", Severity: finding.Error, Message: "m",
		Span:  stack.Span{File: "shop/settings.py", Start: 40, End: 60, Line: 4, Column: 5, EndLine: 4, EndColumn: 25},
		Stack: "shop.settings:MIDDLEWARE", Subject: []string{"a.A", "b.B"},
	}
}

func TestFingerprintForgetsPlacesAndWords(t *testing.T) {
	want := finding.Fingerprint(sample(), 0)
	require.Regexp(t, "^[0-9a-f]{32}$", want)
	same := map[string]func(*finding.Finding){
		"moved":           func(f *finding.Finding) { f.Span.Line, f.Span.Start, f.Span.Column = 90, 4000, 1 },
		"worded anew":     func(f *finding.Finding) { f.Message, f.Help, f.Label = "x", "y", "z" },
		"another variant": func(f *finding.Finding) { f.Stack = "shop.settings:MIDDLEWARE#3" },
		"another module":  func(f *finding.Finding) { f.Stack = "shop.production:MIDDLEWARE" },
		"severity":        func(f *finding.Finding) { f.Severity = finding.Note },
		"suppressed":      func(f *finding.Finding) { f.Suppression = &finding.Suppression{Kind: finding.InSource} },
		"renamed rule":    func(f *finding.Finding) { f.Name = "order" },
	}
	for name, change := range same {
		f := sample()
		change(&f)
		require.Equal(t, want, finding.Fingerprint(f, 0), name)
	}
	other := map[string]func(*finding.Finding){
		"rule":              func(f *finding.Finding) { f.Rule = "MW102" },
		"fact":              func(f *finding.Finding) { f.Fact = "" },
		"file":              func(f *finding.Finding) { f.Span.File = "settings.py" },
		"setting":           func(f *finding.Finding) { f.Stack = "shop.settings:MIDDLEWARE_CLASSES" },
		"subject":           func(f *finding.Finding) { f.Subject = []string{"a.A"} },
		"order of subjects": func(f *finding.Finding) { f.Subject = []string{"b.B", "a.A"} },
		"joined subjects":   func(f *finding.Finding) { f.Subject = []string{"a.Ab.B"} },
	}
	seen := map[string]string{want: "sample", finding.Fingerprint(sample(), 1): "second"}
	require.Len(t, seen, 2)
	for name, change := range other {
		f := sample()
		change(&f)
		got := finding.Fingerprint(f, 0)
		require.NotContains(t, seen, got, name)
		seen[got] = name
	}
}

// A file of accepted findings holds these: a change of the recipe must change
// FingerprintVersion with it.
func TestFingerprintIsStableBetweenReleases(t *testing.T) {
	require.Equal(t, "mwcheck/1", finding.FingerprintVersion)
	require.Equal(t, "2c4d45686c604ee4ad475e55b3eb282e", finding.Fingerprint(sample(), 0))
}

func TestFingerprintsAreDistinct(t *testing.T) {
	second := sample()
	second.Span.Line = 9
	second.Subject = []string{"a.A"}
	got := finding.Fingerprints([]finding.Finding{sample(), second, sample(), sample()})
	require.Equal(t, []string{
		finding.Fingerprint(sample(), 0), finding.Fingerprint(second, 0),
		finding.Fingerprint(sample(), 1), finding.Fingerprint(sample(), 2),
	}, got)
	require.Empty(t, finding.Fingerprints(nil))

	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"", "a", "b", "1:a"})
		findings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) finding.Finding {
			return finding.Finding{
				Rule: word.Draw(t, "rule"), Fact: word.Draw(t, "fact"), Span: stack.Span{File: word.Draw(t, "file"), Line: rapid.Int().Draw(t, "line")},
				Stack: word.Draw(t, "stack"), Subject: rapid.SliceOfN(word, 0, 3).Draw(t, "subject"),
			}
		}), 0, 30).Draw(t, "findings")
		seen := map[string]bool{}
		for _, print := range finding.Fingerprints(findings) {
			if seen[print] {
				t.Fatalf("%s is there twice", print)
			}
			seen[print] = true
		}
	})
}
