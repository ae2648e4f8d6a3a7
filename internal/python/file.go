package python

import (
	"sort"
	"sync"
)

// File is one source text that was read. It is safe for use by several
// goroutines as long as none changes Src.
type File struct {
	Src      []byte  // as given to Parse, untouched
	Errors   []Error // sorted by Start, then End
	Encoding string  // normal name of the source encoding: "utf-8", "iso-8859-1", "cp1252" ...

	nodes    []node
	comments []span
	limit    int  // bytes of Src that are read
	wide     bool // see encoding
	valid    bool
	legacy   bool // Python 2, as far as can be told
	work     int  // bytes and tokens looked at, for tests

	linesOnce sync.Once
	lines     []uint32 // offsets of the first byte of each line
}

// span is a byte range.
type span struct{ start, end uint32 }

// ErrorKind sorts errors by what a reader of the report can do about them.
type ErrorKind uint8

// The kinds of errors.
const (
	ErrorSyntax   ErrorKind = iota // not Python of any version, or damaged
	ErrorConflict                  // a merge conflict's marker line
	ErrorTemplate                  // a template's tag ({% %}, {{ }}) where code should be
	ErrorEncoding                  // bytes that the declared encoding does not know
	ErrorLimit                     // too large or nested too deeply to be read in full
)

// String names the kind in one lower case word.
func (k ErrorKind) String() string {
	switch k {
	case ErrorSyntax:
		return "syntax"
	case ErrorConflict:
		return "conflict"
	case ErrorTemplate:
		return "template"
	case ErrorEncoding:
		return "encoding"
	case ErrorLimit:
		return "limit"
	}
	return "unknown"
}

// Error is something in a file that could not be read as Python.
type Error struct {
	Start, End int // byte offsets in Src
	Kind       ErrorKind
	Message    string // lower case, no final period
}

// Root returns the Module node.
func (f *File) Root() Node { return Node{f, 0} }

// Legacy reports whether the file is Python 2 as far as can be told: it holds
// what only Python 2 has, and nothing that only Python 3 has.
func (f *File) Legacy() bool { return f.legacy }

// NodeCount is the number of nodes of the tree.
func (f *File) NodeCount() int { return len(f.nodes) }

// Comment is one comment, from its "#" to the last byte before the newline.
type Comment struct {
	Start, End int
}

// Comments returns the comments outside of strings in source order.
func (f *File) Comments() []Comment {
	out := make([]Comment, len(f.comments))
	for i, c := range f.comments {
		out[i] = Comment{int(c.start), int(c.end)}
	}
	return out
}

// LineCount is the number of lines, at least 1.
func (f *File) LineCount() int {
	f.linesOnce.Do(f.findLines)
	return len(f.lines)
}

// LineStart is the offset of the first byte of a line, counted from 1. Lines
// before the first or behind the last are answered with the nearest offset.
func (f *File) LineStart(line int) int {
	f.linesOnce.Do(f.findLines)
	if line < 1 {
		return 0
	}
	if line > len(f.lines) {
		return len(f.Src)
	}
	return int(f.lines[line-1])
}

// Position turns a byte offset into a line and a column, both counted from 1.
// The column counts code points of the file's encoding; a byte that cannot be
// decoded counts as one, a byte order mark as none. Offsets outside of the file are moved to its
// nearest end.
func (f *File) Position(off int) (line, col int) {
	f.linesOnce.Do(f.findLines)
	off = max(0, min(off, len(f.Src)))
	line = sort.Search(len(f.lines), func(i int) bool { return int(f.lines[i]) > off })
	start := int(f.lines[line-1])
	if line == 1 && hasBOM(f.Src) {
		start = min(off, 3)
	}
	return line, 1 + countChars(f.Src[start:off], f.Encoding)
}

// findLines records where lines start. LF, CRLF and a lone CR end a line, as in
// CPython's universal newlines.
func (f *File) findLines() {
	lines := make([]uint32, 1, 1+len(f.Src)/32)
	for i := 0; i < len(f.Src); i++ {
		switch f.Src[i] {
		case '\r':
			if i+1 < len(f.Src) && f.Src[i+1] == '\n' {
				i++
			}
			lines = append(lines, uint32(i+1))
		case '\n':
			lines = append(lines, uint32(i+1))
		}
	}
	f.lines = lines
}
