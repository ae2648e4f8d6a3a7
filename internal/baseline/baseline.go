// Package baseline keeps lists of findings that a project has at one time, so
// that later runs report the new ones alone. A list names findings as
// finding.Fingerprint does, by rule, fact, file, setting and layers, and neither
// by place nor by message: it survives lines that move and messages that are
// worded anew. It touches no files; docs/json.md has the format.
package baseline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Schema is the version of the format.
const Schema = "mwcheck.baseline/1"

// Baseline is a list of accepted findings.
type Baseline struct {
	// File is what the list is called in positions.
	File    string
	Entries []Entry
}

// Entry stands for Count findings that differ in nothing but place and wording.
type Entry struct {
	Rule     string // id
	Name     string // of the rule, for the reader
	Fact     string // "" for none
	File     string // relative to the directory of the list
	Setting  string // MIDDLEWARE or MIDDLEWARE_CLASSES
	Subjects []string
	Count    int
	// Span is where the entry stands in the list; zero for one that was not read.
	Span stack.Span
}

// Paths turns the names of files in findings into those in a list, and back.
type Paths struct {
	In, Out func(file string) string
}

// key is the fingerprint of the first of the findings that an entry stands for.
func (e *Entry) key() string {
	return finding.Fingerprint(finding.Finding{
		Rule: e.Rule, Fact: e.Fact, Span: stack.Span{File: e.File}, Stack: e.Setting, Subject: e.Subjects,
	}, 0)
}

// entryOf is the entry for a finding.
func entryOf(f *finding.Finding, p Paths) Entry {
	return Entry{
		Rule: f.Rule, Name: f.Name, Fact: f.Fact, File: p.In(f.Span.File), Setting: finding.Setting(f.Stack),
		Subjects: f.Subject, Count: 1,
	}
}

// Of is the list of the findings that no comment accepts. Where old is not nil
// nothing comes in that old does not have.
func Of(findings []finding.Finding, p Paths, old *Baseline) *Baseline {
	out := &Baseline{}
	at := map[string]int{}
	var room map[string]int
	if old != nil {
		room = map[string]int{}
		for i := range old.Entries {
			room[old.Entries[i].key()] += old.Entries[i].Count
		}
	}
	for i := range findings {
		if x := findings[i].Suppression; x != nil && x.Kind == finding.InSource {
			continue
		}
		e := entryOf(&findings[i], p)
		key := e.key()
		if old != nil {
			if room[key] == 0 {
				continue
			}
			room[key]--
		}
		if k, ok := at[key]; ok {
			out.Entries[k].Count++
			continue
		}
		at[key] = len(out.Entries)
		out.Entries = append(out.Entries, e)
	}
	slices.SortFunc(out.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fact, b.Fact),
			cmp.Compare(a.Setting, b.Setting), slices.Compare(a.Subjects, b.Subjects))
	})
	return out
}

// Apply suppresses the findings that are in the list and that no comment
// accepts: of equal ones, as many as it counts, the first ones. It returns the
// entries of which there are fewer findings than they count, in order, with
// Count the number that is missing.
func (b *Baseline) Apply(findings []finding.Finding, p Paths) []Entry {
	byKey := map[string][]int{}
	left := make([]int, len(b.Entries))
	for i := range b.Entries {
		left[i] = b.Entries[i].Count
		key := b.Entries[i].key()
		byKey[key] = append(byKey[key], i)
	}
	for i := range findings {
		f := &findings[i]
		if f.Suppression != nil {
			continue
		}
		e := entryOf(f, p)
		for _, k := range byKey[e.key()] {
			if left[k] == 0 {
				continue
			}
			left[k]--
			f.Suppression = &finding.Suppression{Kind: finding.External, Justification: "in the baseline " + b.File, Span: b.Entries[k].Span}
			break
		}
	}
	var stale []Entry
	for i, e := range b.Entries {
		if left[i] > 0 {
			e.Count = left[i]
			stale = append(stale, e)
		}
	}
	return stale
}

// Total is the number of findings that the list stands for.
func (b *Baseline) Total() int {
	n := 0
	for _, e := range b.Entries {
		n += e.Count
	}
	return n
}

// Minus is how many findings of the list the other one does not stand for.
func (b *Baseline) Minus(other *Baseline) int {
	room := map[string]int{}
	for i := range other.Entries {
		room[other.Entries[i].key()] += other.Entries[i].Count
	}
	n := 0
	for i := range b.Entries {
		key := b.Entries[i].key()
		both := min(room[key], b.Entries[i].Count)
		room[key] -= both
		n += b.Entries[i].Count - both
	}
	return n
}

// Bytes writes the list: JSON with one line for each entry, so that a change of
// it reads well and two of them merge.
func (b *Baseline) Bytes() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n  %q: %q,\n  %q: [", "schema", Schema, "findings")
	for i, e := range b.Entries {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n    {")
		member := func(name string, value any) {
			if name != "file" {
				out.WriteString(", ")
			}
			out.WriteString(quoted(name) + ": ")
			switch v := value.(type) {
			case string:
				out.WriteString(quoted(v))
			case int:
				fmt.Fprint(&out, v)
			case []string:
				var words []string
				for _, w := range v {
					words = append(words, quoted(w))
				}
				out.WriteString("[" + strings.Join(words, ", ") + "]")
			}
		}
		member("file", e.File)
		member("rule", e.Rule)
		member("name", e.Name)
		if e.Fact != "" {
			member("fact", e.Fact)
		}
		member("setting", e.Setting)
		member("subjects", e.Subjects)
		if e.Count != 1 {
			member("count", e.Count)
		}
		out.WriteByte('}')
	}
	if len(b.Entries) > 0 {
		out.WriteString("\n  ")
	}
	out.WriteString("]\n}\n")
	return out.Bytes()
}

// quoted is a JSON string in which letters beyond ASCII stay readable.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // a string can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
