package migrate

import (
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// maxPlaces is how many places of one file that is no Python are listed.
const maxPlaces = 20

// leaveText lists where a file that is no Python speaks of the setting: a
// template that is to become settings, a document, a configuration.
func (r *run) leaveText(t textFile) {
	line, start, seen := 1, 0, 0
	for at := nextWord(t.data, oldName, 0); at >= 0 && seen < maxPlaces; at = nextWord(t.data, oldName, at+1) {
		for i := start; i < at; i++ {
			if t.data[i] == '\n' {
				line, start = line+1, i+1
			}
		}
		column := utf8.RuneCount(t.data[start:at]) + 1
		r.result.Left = append(r.result.Left, Left{
			Pass: PassSettings, Severity: finding.Note, Reason: "not Python source", Mention: true,
			Span: stack.Span{File: t.name, Start: at, End: at + len(oldName), Line: line, Column: column, EndLine: line, EndColumn: column + len(oldName)},
		})
		seen++
	}
}
