package config

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// Error is something wrong with a configuration file, with its place.
type Error struct {
	Span    stack.Span // Line 0: the whole file is meant
	Message string
}

func (e *Error) Error() string {
	if e.Span.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Span.File, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Span.File, e.Span.Line, e.Span.Column, e.Message)
}

// Errors is everything that is wrong with a configuration file, by place.
type Errors []*Error

func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "\n")
}

// lines turns byte offsets into positions. A line ends with LF; the CR of CRLF
// belongs to the line.
type lines struct {
	name   string
	src    string
	starts []int
	// The last position: what follows on the same line is counted from there.
	last struct{ offset, line, column int }
}

func newLines(name, src string) *lines {
	l := &lines{name: name, src: src, starts: []int{0}}
	for i := range len(src) {
		if src[i] == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

func (l *lines) file() stack.Span { return stack.Span{File: l.name} }

func (l *lines) span(start, end int) stack.Span {
	s := stack.Span{File: l.name, Start: start, End: end}
	s.Line, s.Column = l.position(start)
	s.EndLine, s.EndColumn = l.position(end)
	return s
}

func (l *lines) position(offset int) (line, column int) {
	offset = max(0, min(offset, len(l.src)))
	line = sort.SearchInts(l.starts, offset+1)
	from, column := l.starts[line-1], 1
	if l.last.line == line && l.last.offset <= offset {
		from, column = l.last.offset, l.last.column
	} else if line == 1 && strings.HasPrefix(l.src[:offset], "\ufeff") {
		from = len("\ufeff")
	}
	column += utf8.RuneCountInString(l.src[from:offset])
	l.last.offset, l.last.line, l.last.column = offset, line, column
	return line, column
}
