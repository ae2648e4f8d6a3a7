package report_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// sarifSchema is OASIS's schema of SARIF 2.1.0, formats included.
func sarifSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("testdata/sarif/sarif-schema-2.1.0.json")
	require.NoError(t, err)
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("sarif.json", doc))
	schema, err := c.Compile("sarif.json")
	require.NoError(t, err)
	return schema
}

func sarif(t testing.TB, r report.Lint, source report.Source) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, report.LintSARIF(&b, r, source, tool))
	return b.String()
}

func validateSARIF(schema *jsonschema.Schema, doc string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(doc))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

func TestSARIFIsValid(t *testing.T) {
	schema := sarifSchema(t)
	eachReport(t, func(t *testing.T, o odd) {
		require.NoError(t, validateSARIF(schema, sarif(t, o.Lint, o.source())))
	})
	require.NoError(t, validateSARIF(schema, func() string {
		var b strings.Builder
		require.NoError(t, report.LintSARIF(&b, report.Lint{}, nil, report.Tool{}))
		return b.String()
	}()))
}

// The validator itself finds what is wrong: each change breaks a valid log.
func TestSARIFValidatorFindsBrokenLogs(t *testing.T) {
	schema := sarifSchema(t)
	good := sarif(t, oddReport(t).Lint, oddReport(t).source())
	require.NoError(t, validateSARIF(schema, good))
	breaks := map[string][2]string{
		"version":         {`"version": "2.1.0"`, `"version": "2.2"`},
		"level":           {`"level": "error"`, `"level": "fatal"`},
		"no message":      {`"message": {`, `"massage": {`},
		"line 0":          {`"startLine": 2`, `"startLine": 0`},
		"column kind":     {`"unicodeCodePoints"`, `"bytes"`},
		"address":         {`"uri": "open.py"`, `"uri": "open.py%zz"`},
		"unknown member":  {`"ruleId": "MW101"`, `"rule": "MW101"`},
		"rule index":      {`"ruleIndex": 0`, `"ruleIndex": -2`},
		"suppression":     {`"kind": "inSource"`, `"kind": "ignored"`},
		"empty fix":       {`"artifactChanges": [`, `"artifactChanges": [], "x": [`},
		"negative length": {`"byteLength": 0`, `"byteLength": -1`},
		"not JSON":        {`"runs": [`, `"runs": `},
	}
	for name, b := range breaks {
		require.Contains(t, good, b[0], name)
		require.Error(t, validateSARIF(schema, strings.Replace(good, b[0], b[1], 1)), name)
	}
}

// What GitHub's code scanning wants beyond the standard, or else it refuses the
// log: the "GH" rules of Microsoft's SARIF Multitool 5.7.
func TestSARIFIsWhatGitHubTakes(t *testing.T) {
	eachReport(t, func(t *testing.T, o odd) {
		run := readSARIF(t, sarif(t, o.Lint, o.source())).Runs[0]
		for _, x := range run.Results {
			require.NotEmpty(t, x.RuleID)
			require.Len(t, x.Locations, 1)
			require.NotEmpty(t, x.Locations[0].PhysicalLocation.ArtifactLocation.URI)
		}
		for _, r := range run.Tool.Driver.Rules {
			require.NotEmpty(t, r.FullDescription.Text)
			require.NotEmpty(t, r.Help.Text)
		}
		for _, r := range run.Tool.Driver.Notifications {
			require.NotEmpty(t, r.FullDescription.Text)
			require.NotEmpty(t, r.Help.Text)
		}
	})
}

// The log as a reader would declare it, from the standard.
type sarifDocument struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Name, Version, SemanticVersion string
				Properties                     map[string]string
				Rules                          []struct {
					ID, Name, HelpURI    string
					ShortDescription     struct{ Text string }
					FullDescription      struct{ Text string }
					Help                 struct{ Text, Markdown string }
					DefaultConfiguration struct{ Level string }
				}
				Notifications []struct {
					ID, Name        string
					FullDescription struct{ Text string }
					Help            struct{ Text string }
				}
			}
		}
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct {
				Descriptor struct {
					ID    string
					Index int
				}
				Level     string
				Message   struct{ Text string }
				Locations []sarifWhere
			}
		}
		OriginalURIBaseIDs map[string]any `json:"originalUriBaseIds"`
		ColumnKind         string
		Results            []sarifOne
	}
}

type sarifOne struct {
	RuleID              string
	RuleIndex           *int
	Level               string
	Message             struct{ Text string }
	Locations           []sarifWhere
	RelatedLocations    []sarifWhere
	PartialFingerprints map[string]string
	Suppressions        *[]struct {
		Kind, Justification string
		Location            sarifWhere
	}
	Fixes []struct {
		Description     struct{ Text string }
		ArtifactChanges []struct {
			ArtifactLocation sarifURI
			Replacements     []struct {
				DeletedRegion   sarifArea
				InsertedContent struct{ Text string }
			}
		}
	}
}

type sarifWhere struct {
	Message          struct{ Text string }
	PhysicalLocation struct {
		ArtifactLocation sarifURI
		Region           *sarifArea
	}
}

type sarifURI struct{ URI, URIBaseID string }

type sarifArea struct {
	StartLine, StartColumn, EndLine, EndColumn int
	ByteOffset, ByteLength                     *int
	Snippet                                    *struct{ Text string }
}

// offset finds a line and column in a text, by the rules of the standard:
// lines end with CRLF, LF or CR, columns are code points, a byte order mark is
// no part of the text.
func (a sarifArea) cut(src string) (start, end int) {
	place := func(line, column int) int {
		i := 0
		if strings.HasPrefix(src, "\ufeff") {
			i = 3
		}
		for ; line > 1; line-- {
			i += strings.IndexAny(src[i:], "\r\n")
			if strings.HasPrefix(src[i:], "\r\n") {
				i++
			}
			i++
		}
		for range column - 1 {
			_, size := decode(src[i:])
			i += size
		}
		return i
	}
	return place(a.StartLine, a.StartColumn), place(a.EndLine, a.EndColumn)
}

// decode gives the first code point of a text with its length in bytes.
func decode(s string) (rune, int) {
	for i, r := range s {
		if i > 0 {
			return r, i
		}
	}
	return 0, len(s)
}

func readSARIF(t *testing.T, doc string) sarifDocument {
	t.Helper()
	var out sarifDocument
	require.NoError(t, json.Unmarshal([]byte(doc), &out))
	require.Len(t, out.Runs, 1)
	return out
}

func TestSARIFPlaces(t *testing.T) {
	o := oddReport(t)
	run := readSARIF(t, sarif(t, o.Lint, o.source())).Runs[0]
	require.Equal(t, "unicodeCodePoints", run.ColumnKind)
	require.Contains(t, run.OriginalURIBaseIDs, "SRCROOT")
	require.Len(t, run.Results, 5)

	text := func(w sarifWhere) string {
		name, err := url.PathUnescape(w.PhysicalLocation.ArtifactLocation.URI)
		require.NoError(t, err)
		require.Equal(t, "SRCROOT", w.PhysicalLocation.ArtifactLocation.URIBaseID)
		src, found := o.files[name]
		require.True(t, found, name)
		start, end := w.PhysicalLocation.Region.cut(src)
		return src[start:end]
	}
	first := run.Results[0]
	require.Equal(t, "'🦊.B'", text(first.Locations[0]))
	require.Equal(t, "too late", first.Locations[0].Message.Text)
	require.Equal(t, "'層.A'", text(first.RelatedLocations[0]))
	require.Equal(t, "first", first.RelatedLocations[0].Message.Text)
	require.Equal(t, "requirements.txt", first.RelatedLocations[1].PhysicalLocation.ArtifactLocation.URI)
	require.Nil(t, first.RelatedLocations[1].PhysicalLocation.Region, "the file as a whole")
	require.Equal(t, "100% \"wrong\", says 'a,b:c'::d; 層 🦊", first.Message.Text)
	require.Equal(t, "'b'\n    '.B'", text(run.Results[1].Locations[0]))

	require.Equal(t, "file:///etc/settings.py", run.Results[2].Locations[0].PhysicalLocation.ArtifactLocation.URI)
	require.Empty(t, run.Results[2].Locations[0].PhysicalLocation.ArtifactLocation.URIBaseID)
	require.Equal(t, sarifURI{".", "SRCROOT"}, run.Results[3].Locations[0].PhysicalLocation.ArtifactLocation)
	require.Equal(t, "mwcheck", run.Results[3].RuleID)

	// The source goes with the result where it is what the span was made for.
	require.Equal(t, "'🦊.B'", first.Locations[0].PhysicalLocation.Region.Snippet.Text)
	require.Nil(t, run.Results[1].Locations[0].PhysicalLocation.Region.Snippet, "a span without offsets")
	o.files[o.Findings[0].Span.File] = "\n" + tabsSource
	moved := readSARIF(t, sarif(t, o.Lint, o.source())).Runs[0].Results[0]
	require.Nil(t, moved.Locations[0].PhysicalLocation.Region.Snippet)

	require.Equal(t, []string{"error", "warning", "note", "warning", "error"}, []string{
		run.Results[0].Level, run.Results[1].Level, run.Results[2].Level, run.Results[3].Level, run.Results[4].Level,
	})
}

func TestSARIFFileNames(t *testing.T) {
	for name, want := range map[string]sarifURI{
		"shop/settings.py":   {"shop/settings.py", "SRCROOT"},
		"../x/settings.py":   {"../x/settings.py", "SRCROOT"},
		"c:d.py":             {"./c:d.py", "SRCROOT"},
		"a?b#c%41.py":        {"a%3Fb%23c%2541.py", "SRCROOT"},
		"<stdin>":            {"%3Cstdin%3E", "SRCROOT"},
		"/srv/é.py":          {"file:///srv/%C3%A9.py", ""},
		"C:/srv/settings.py": {"file:///C:/srv/settings.py", ""},
	} {
		r := report.Lint{Findings: []finding.Finding{{Span: stack.Span{File: name}}}}
		doc := sarif(t, r, nil)
		require.NoError(t, validateSARIF(sarifSchema(t), doc), name)
		require.Equal(t, want, readSARIF(t, doc).Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation, name)
	}
}

func TestSARIFFixes(t *testing.T) {
	o := oddReport(t)
	fixes := readSARIF(t, sarif(t, o.Lint, o.source())).Runs[0].Results[0].Fixes
	require.Len(t, fixes, 2, "what is only to be shown is left out")
	require.Equal(t, "Move it", fixes[0].Description.Text)
	require.Equal(t, "Rewrite (may change behaviour)", fixes[1].Description.Text)

	// Both ways to say what is deleted mean the same bytes, and applying them
	// gives the file that the fix is meant to give.
	apply := func(src string, fix, change int) string {
		type edit struct {
			start, end int
			text       string
		}
		var edits []edit
		for _, r := range fixes[fix].ArtifactChanges[change].Replacements {
			start, end := r.DeletedRegion.cut(src)
			require.Equal(t, *r.DeletedRegion.ByteOffset, start)
			require.Equal(t, *r.DeletedRegion.ByteLength, end-start)
			edits = append(edits, edit{start, end, r.InsertedContent.Text})
		}
		slices.SortFunc(edits, func(a, b edit) int { return b.start - a.start })
		for _, e := range edits {
			src = src[:e.start] + e.text + src[e.end:]
		}
		return src
	}
	require.Equal(t, "shop/a%20b%25,:%C3%A9.py", fixes[0].ArtifactChanges[0].ArtifactLocation.URI)
	require.Equal(t, "M = (\r\n\t'🦊.B',\r\n\t'層.A', # a\r\n\t'c.C',\r\n)\r\n", apply(tabsSource, 0, 0))
	require.Equal(t, "\xef\xbb\xbfMIDDLEWARE = [\n    'a.A',\n    'b.B']", apply(openSource, 1, 0))

	// Of a file that cannot be read, only the bytes are known.
	gone := fixes[1].ArtifactChanges[1]
	require.Equal(t, "gone.py", gone.ArtifactLocation.URI)
	require.Equal(t, 3, *gone.Replacements[0].DeletedRegion.ByteOffset)
	require.Equal(t, 2, *gone.Replacements[0].DeletedRegion.ByteLength)
	require.Zero(t, gone.Replacements[0].DeletedRegion.StartLine)

	// A fix that does not fit the file as it is now is no fix.
	o.files[o.Findings[0].Span.File] = "M = []\n"
	fixes = readSARIF(t, sarif(t, o.Lint, o.source())).Runs[0].Results[0].Fixes
	require.Len(t, fixes, 1)
	require.Equal(t, "Rewrite (may change behaviour)", fixes[0].Description.Text)
}

func TestSARIFRules(t *testing.T) {
	o := oddReport(t)
	run := readSARIF(t, sarif(t, o.Lint, o.source())).Runs[0]
	driver := run.Tool.Driver
	require.Equal(t, "mwcheck", driver.Name)
	require.Equal(t, "0.3.0", driver.Version)
	require.Equal(t, "0.3.0", driver.SemanticVersion)
	require.Equal(t, map[string]string{"catalog": "2026-11-01"}, driver.Properties)
	require.Len(t, driver.Rules, 2)
	rule := driver.Rules[0]
	require.Equal(t, "MW101", rule.ID)
	require.Equal(t, "wrong-order", rule.Name)
	require.Equal(t, "A layer stands in the wrong place of the list.", rule.ShortDescription.Text)
	require.Equal(t, "Many layers only work before `another` one.", rule.FullDescription.Text)
	require.Equal(t, "Many layers only work\nbefore `another` one.\n\nMore.\n\nWhy:\n\nDjango says so.", rule.Help.Text)
	require.Equal(t, tool.Rules[0].Doc, rule.Help.Markdown)
	require.Equal(t, "https://example.org/wrong-order", rule.HelpURI)
	require.Equal(t, "error", rule.DefaultConfiguration.Level)
	require.Equal(t, "note", driver.Rules[1].DefaultConfiguration.Level)

	for _, x := range run.Results {
		if x.RuleIndex != nil {
			require.Equal(t, x.RuleID, driver.Rules[*x.RuleIndex].ID)
		} else {
			require.NotContains(t, []string{"MW101", "MW107"}, x.RuleID)
		}
	}

	for version, semantic := range map[string]string{"": "", "(devel)": "", "v1.2": "", "v1.2.3-rc.1+x": "1.2.3-rc.1+x", "1.0.0": "1.0.0"} {
		var b strings.Builder
		require.NoError(t, report.LintSARIF(&b, report.Lint{}, nil, report.Tool{Version: version}))
		require.Equal(t, semantic, readSARIF(t, b.String()).Runs[0].Tool.Driver.SemanticVersion, version)
	}
}

func TestSARIFSuppressions(t *testing.T) {
	all := reports(t)
	for _, x := range readSARIF(t, sarif(t, all["none suppressed"].Lint, nil)).Runs[0].Results {
		require.Nil(t, x.Suppressions)
	}
	results := readSARIF(t, sarif(t, all["odd"].Lint, nil)).Runs[0].Results
	for _, x := range results[:4] {
		require.NotNil(t, x.Suppressions)
		require.Empty(t, *x.Suppressions)
	}
	require.Len(t, *results[4].Suppressions, 1)
	known := (*results[4].Suppressions)[0]
	require.Equal(t, "inSource", known.Kind)
	require.Equal(t, "since | `2019`", known.Justification)
	require.Equal(t, sarifArea{StartLine: 2, StartColumn: 12, EndLine: 2, EndColumn: 40}, *known.Location.PhysicalLocation.Region)
}

func TestSARIFNotes(t *testing.T) {
	all := reports(t)
	run := readSARIF(t, sarif(t, all["odd"].Lint, nil)).Runs[0]
	require.True(t, run.Invocations[0].ExecutionSuccessful)
	notes := run.Invocations[0].ToolExecutionNotifications
	require.Len(t, notes, 2)
	require.Equal(t, "left out ##[error] 50%", notes[0].Message.Text)
	require.Equal(t, sarifArea{StartLine: 3, StartColumn: 2}, *notes[0].Locations[0].PhysicalLocation.Region)
	require.Empty(t, notes[1].Locations)

	run = readSARIF(t, sarif(t, all["failed"].Lint, nil)).Runs[0]
	require.False(t, run.Invocations[0].ExecutionSuccessful)
	require.Empty(t, run.Results)
	notes = run.Invocations[0].ToolExecutionNotifications
	require.Len(t, notes, 3)
	require.Equal(t, "error", notes[0].Level)
	require.Equal(t, "no settings module | was\nfound", notes[0].Message.Text)
	for _, n := range notes {
		require.Equal(t, n.Descriptor.ID, run.Tool.Driver.Notifications[n.Descriptor.Index].ID)
	}
}

func TestSARIFFingerprintsStayWhenLinesMove(t *testing.T) {
	prints := func(o odd) []string {
		var out []string
		for _, x := range readSARIF(t, sarif(t, o.Lint, o.source())).Runs[0].Results {
			require.Len(t, x.PartialFingerprints, 1)
			out = append(out, x.PartialFingerprints["mwcheckFinding/v1"])
		}
		return out
	}
	before, moved := oddReport(t), oddReport(t)
	for name, src := range moved.files {
		moved.files[name] = "\n\n" + src
	}
	for i := range moved.Findings {
		f := &moved.Findings[i]
		f.Span.Line, f.Span.EndLine, f.Span.Start, f.Span.End = f.Span.Line+2, f.Span.EndLine+2, f.Span.Start+2, f.Span.End+2
	}
	got := prints(before)
	require.Equal(t, got, prints(moved))
	require.Len(t, maps.Collect(func(yield func(string, bool) bool) {
		for _, p := range got {
			if !yield(p, true) {
				return
			}
		}
	}), len(got), "no two are the same")
}
