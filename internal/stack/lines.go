package stack

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Lines turns byte offsets into a text into places. A line ends with LF; the CR of
// CRLF belongs to the line, and a byte order mark is no column. Python source,
// where a lone CR ends a line, has its own way (internal/python). It is not safe
// for use by several goroutines at once.
type Lines struct {
	file   string
	text   string
	starts []int
	// The last position: what follows on the same line is counted from there.
	last struct{ offset, line, column int }
}

// NewLines prepares a text; file is the name that places carry.
func NewLines(file, text string) *Lines {
	first := len(text) - len(strings.TrimPrefix(text, "\ufeff"))
	l := &Lines{file: file, text: text, starts: []int{first}}
	for i := range len(text) {
		if text[i] == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// File is the place of the whole file.
func (l *Lines) File() Span { return Span{File: l.file} }

// Span is the place from one offset to another, each moved to the nearest end of
// the text where it is outside.
func (l *Lines) Span(start, end int) Span {
	start, end = max(0, min(start, len(l.text))), max(0, min(end, len(l.text)))
	s := Span{File: l.file, Start: start, End: end}
	s.Line, s.Column = l.position(start)
	s.EndLine, s.EndColumn = l.position(end)
	return s
}

func (l *Lines) position(offset int) (line, column int) {
	offset = max(l.starts[0], offset) // a byte order mark is in front of the first column
	line = sort.SearchInts(l.starts, offset+1)
	from, column := l.starts[line-1], 1
	if l.last.line == line && l.last.offset <= offset {
		from, column = l.last.offset, l.last.column
	}
	column += utf8.RuneCountInString(l.text[from:offset])
	l.last.offset, l.last.line, l.last.column = offset, line, column
	return line, column
}
