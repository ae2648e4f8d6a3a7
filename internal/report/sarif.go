package report

import (
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	// srcRoot stands for the working directory, which file names start from.
	srcRoot = "SRCROOT"
	// sarifFingerprint is the key of a finding's fingerprint, "name/version" as
	// the standard asks (SARIF 2.1.0, 3.27.17).
	sarifFingerprint = "mwcheckFinding/v1"
)

// The notifications of a run; the index of each is its place here.
const (
	notUnderstood = iota
	notChecked
)

// LintSARIF writes a SARIF 2.1.0 log with one run. Columns are code points.
// Suppressed findings are results with a suppression; notes are notifications
// of the run. source is asked for the lines of fixes alone.
func LintSARIF(w io.Writer, r Lint, source Source, tool Tool) error {
	s := sarifWriter{source: source, files: map[string]*offsets{}, rules: map[string]int{}}
	for i, rule := range tool.Rules {
		s.rules[rule.ID] = i
	}
	return writeJSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{{
		Tool:        sarifTool{sarifDriverOf(tool)},
		Invocations: []sarifInvocation{sarifInvocationOf(r)},
		OriginalURIBaseIDs: map[string]sarifBase{
			srcRoot: {sarifText{Text: "The directory that mwcheck was started in."}},
		},
		AutomationDetails: sarifAutomation{toolName + "/"},
		ColumnKind:        "unicodeCodePoints",
		Results:           s.results(r.Findings),
		Properties:        map[string]map[string]int{"summary": sarifSummary(r.Summary)},
	}}})
}

func sarifDriverOf(tool Tool) sarifDriver {
	d := sarifDriver{
		Name: toolName, Version: semantic(tool.Version), SemanticVersion: semantic(tool.Version), InformationURI: toolURL,
		Rules: []sarifRule{},
		Notifications: []sarifRule{
			notUnderstood: sarifNotice("not-understood", "note", "A part was not understood or left out.",
				"What depends on this part of the project was not checked, or checked with more care. The rest was checked."),
			notChecked: sarifNotice("not-checked", "error", "Nothing could be checked.",
				"That there are no results does not mean that all is well: the run failed before it could find any."),
		},
	}
	if tool.Catalog != "" {
		d.Properties = map[string]string{"catalog": tool.Catalog}
	}
	for _, r := range tool.Rules {
		severity := r.Severity
		if severity == "note" {
			severity = "recommendation" // GitHub's word
		}
		d.Rules = append(d.Rules, sarifRule{
			ID: r.ID, Name: r.Name,
			ShortDescription:     &sarifText{Text: r.Title + "."},
			FullDescription:      &sarifText{Text: firstParagraph(r.Doc)},
			Help:                 &sarifText{Text: plainDoc(r.Doc), Markdown: r.Doc},
			HelpURI:              r.URL,
			DefaultConfiguration: &sarifConfiguration{r.Severity},
			Properties:           &sarifRuleMore{[]string{"django", "middleware"}, severity},
		})
	}
	return d
}

// sarifNotice describes a kind of notification.
func sarifNotice(id, level, title, help string) sarifRule {
	return sarifRule{
		ID: id, ShortDescription: &sarifText{Text: title}, FullDescription: &sarifText{Text: title},
		Help: &sarifText{Text: help}, DefaultConfiguration: &sarifConfiguration{level},
	}
}

var semverPattern = regexp.MustCompile(`^v?(\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)$`)

// semantic is a version without its "v", or "" where it is none.
func semantic(version string) string {
	if m := semverPattern.FindStringSubmatch(version); m != nil {
		return m[1]
	}
	return ""
}

// firstParagraph is the first paragraph of a rule's documentation on one line.
func firstParagraph(doc string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(doc), "\n\n")
	return strings.Join(strings.Fields(first), " ")
}

// plainDoc is a rule's documentation without the signs of headings; its other
// Markdown reads as text.
func plainDoc(doc string) string {
	lines := strings.Split(strings.TrimSpace(doc), "\n")
	for i, line := range lines {
		if heading := strings.TrimLeft(line, "#"); heading != line && strings.HasPrefix(heading, " ") {
			lines[i] = strings.TrimSpace(heading) + ":"
		}
	}
	return strings.Join(lines, "\n")
}

func sarifInvocationOf(r Lint) sarifInvocation {
	inv := sarifInvocation{ExecutionSuccessful: r.Failure == "", Notifications: []sarifNotification{}}
	if r.Failure != "" {
		inv.Notifications = append(inv.Notifications, sarifNotification{
			Descriptor: sarifReference{"not-checked", notChecked}, Level: "error", Message: sarifText{Text: r.Failure},
		})
	}
	for _, n := range r.Notes {
		note := sarifNotification{Descriptor: sarifReference{"not-understood", notUnderstood}, Level: "note", Message: sarifText{Text: n.Message}}
		if p := sarifPlace(n.Span); p != nil {
			note.Locations = []sarifLocation{{Physical: p}}
		}
		inv.Notifications = append(inv.Notifications, note)
	}
	return inv
}

func sarifSummary(s finding.Summary) map[string]int {
	out := map[string]int{
		"settings": s.Settings, "stacks": s.Stacks, "complete": s.Complete, "layers": s.Layers,
		"errors": s.Errors, "warnings": s.Warnings, "notes": s.Notes, "suppressed": s.Suppressed,
	}
	if s.LeftOut > 0 {
		out["left_out"] = s.LeftOut
	}
	return out
}

// sarifWriter makes results.
type sarifWriter struct {
	source Source
	files  map[string]*offsets // nil: the file cannot be read
	rules  map[string]int
}

func (s *sarifWriter) results(findings []finding.Finding) []sarifResult {
	out := []sarifResult{}
	prints := finding.Fingerprints(findings)
	// The standard wants suppressions on all results of a run or on none.
	some := slices.ContainsFunc(findings, func(f finding.Finding) bool { return f.Suppression != nil })
	for i, f := range findings {
		x := sarifResult{
			RuleID: f.Rule, Level: f.Severity.String(), Message: sarifText{Text: f.Message}, Locations: []sarifLocation{},
			PartialFingerprints: map[string]string{sarifFingerprint: prints[i]},
			Properties:          sarifResultMore{f.Fact, f.Stack, f.Subject, f.Help},
		}
		if n, ok := s.rules[f.Rule]; ok {
			x.RuleIndex = &n
		}
		if x.RuleID == "" {
			x.RuleID = toolName // the standard wants one (3.27.5)
		}
		here := sarifLocation{Physical: sarifPlace(f.Span)}
		if here.Physical == nil {
			// GitHub refuses a whole log for one result without a place.
			here.Physical = &sarifPhysical{Artifact: sarifFile(".")}
		} else if here.Physical.Region != nil {
			here.Physical.Region.Snippet = s.snippet(f.Span)
		}
		if f.Label != "" {
			here.Message = &sarifText{Text: f.Label}
		}
		x.Locations = append(x.Locations, here)
		for n, related := range f.Related {
			id := n + 1
			there := sarifLocation{ID: &id, Physical: sarifPlace(related.Span)}
			if related.Message != "" {
				there.Message = &sarifText{Text: related.Message}
			}
			x.RelatedLocations = append(x.RelatedLocations, there)
		}
		for _, fix := range f.Fixes {
			if one, ok := s.fix(fix); ok {
				x.Fixes = append(x.Fixes, one)
			}
		}
		if some {
			x.Suppressions = sarifSuppressions(f.Suppression)
		}
		out = append(out, x)
	}
	return out
}

func sarifSuppressions(x *finding.Suppression) *[]sarifSuppression {
	out := []sarifSuppression{}
	if x != nil {
		one := sarifSuppression{Kind: string(x.Kind), Status: "accepted", Justification: x.Justification}
		if p := sarifPlace(x.Span); p != nil {
			one.Location = &sarifLocation{Physical: p}
		}
		out = append(out, one)
	}
	return &out
}

// fix leaves out what is only to be shown: a reader of SARIF would apply it.
func (s *sarifWriter) fix(f finding.Fix) (sarifFix, bool) {
	if f.Safety == finding.Display || len(f.Edits) == 0 {
		return sarifFix{}, false
	}
	title := f.Title
	if f.Safety == finding.Unsafe {
		title += " (may change behaviour)"
	}
	out := sarifFix{Description: sarifText{Text: title}}
	index := map[string]int{}
	for _, e := range f.Edits {
		region, ok := s.region(e)
		if !ok {
			return sarifFix{}, false
		}
		n, seen := index[e.File]
		if !seen {
			n = len(out.Changes)
			index[e.File] = n
			out.Changes = append(out.Changes, sarifChange{Artifact: sarifFile(e.File)})
		}
		replacement := sarifReplacement{Deleted: region}
		if e.Text != "" {
			replacement.Inserted = &sarifText{Text: e.Text}
		}
		out.Changes[n].Replacements = append(out.Changes[n].Replacements, replacement)
	}
	return out, true
}

// region is what an edit deletes, in bytes, and in lines and columns where the
// file can be read; not ok where it does not fit the file.
func (s *sarifWriter) region(e finding.Edit) (sarifRegion, bool) {
	length := e.End - e.Start
	if e.Start < 0 || length < 0 || e.File == "" {
		return sarifRegion{}, false
	}
	region := sarifRegion{ByteOffset: &e.Start, ByteLength: &length}
	o := s.file(e.File)
	if o == nil {
		return region, true
	}
	if e.End > len(o.src) {
		return sarifRegion{}, false
	}
	region.StartLine, region.StartColumn = o.place(e.Start)
	region.EndLine, region.EndColumn = o.place(e.End)
	return region, true
}

// maxSnippet is the longest source, in bytes, that a result carries with it.
const maxSnippet = 1000

// snippet is the source of a span, or nil where the file cannot be read or is
// not the one that the span was made for.
func (s *sarifWriter) snippet(at stack.Span) *sarifText {
	o := s.file(at.File)
	if o == nil || at.Start < 0 || at.End <= at.Start || at.End > len(o.src) || at.End-at.Start > maxSnippet {
		return nil
	}
	line, column := o.place(at.Start)
	endLine, endColumn := o.place(at.End)
	if line != at.Line || column != at.Column || endLine != at.EndLine || endColumn != at.EndColumn {
		return nil
	}
	return &sarifText{Text: string(o.src[at.Start:at.End])}
}

func (s *sarifWriter) file(name string) *offsets {
	if o, ok := s.files[name]; ok {
		return o
	}
	s.files[name] = nil
	if s.source != nil {
		if src, err := s.source(name); err == nil {
			o := newOffsets(src)
			s.files[name] = &o
		}
	}
	return s.files[name]
}

// sarifPlace is where a span is, or nil where it names no file.
func sarifPlace(at stack.Span) *sarifPhysical {
	if at.File == "" {
		return nil
	}
	p := &sarifPhysical{Artifact: sarifFile(at.File)}
	if at.Line < 1 {
		return p
	}
	p.Region = &sarifRegion{StartLine: at.Line, StartColumn: max(at.Column, 1)}
	switch {
	case at.EndLine > at.Line:
		p.Region.EndLine, p.Region.EndColumn = at.EndLine, max(at.EndColumn, 1)
	case at.EndLine == at.Line && at.EndColumn >= p.Region.StartColumn:
		p.Region.EndLine, p.Region.EndColumn = at.EndLine, at.EndColumn
	}
	return p
}

var drivePattern = regexp.MustCompile(`^[A-Za-z]:/`)

// sarifFile is the address of a file: absolute ones by themselves, all others
// below the working directory.
func sarifFile(name string) sarifArtifact {
	if drivePattern.MatchString(name) {
		name = "/" + name
	}
	if strings.HasPrefix(name, "/") {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: name}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: name}).String(), URIBaseID: srcRoot}
}
