package stack

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on a stack that is given as text. Real ones have 2 to 43 layers.
const (
	maxParseBytes   = 1 << 20
	maxParseEntries = 10_000
)

// ParseError is a place in a stack given as text that cannot be read. Line and
// Column are 1-based, columns count Unicode code points.
type ParseError struct {
	File         string
	Line, Column int
	Message      string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Parse reads a stack without a project: dotted paths, one per line, outermost
// first, with empty lines and "#" comments; or a JSON array of strings. file is
// the name that positions carry, as "<stdin>". An empty stack is a stack. The
// error is a *[ParseError] at the first thing that is neither.
func Parse(file string, data []byte, model Model) (*Stack, error) {
	p := &parser{file: file, data: data, line: 1, column: 1}
	s := &Stack{
		ID: file + ":" + model.Setting(), File: file, Setting: model.Setting(), Model: model,
		Complete: true, Effective: true,
	}
	if len(data) > maxParseBytes {
		return nil, p.errorf("the stack is longer than %d bytes", maxParseBytes)
	}
	p.skipMark()
	s.Span = p.here()
	p.skipSpace()
	var err error
	if p.peek() == '[' {
		s.Span = p.here()
		s.Entries, err = p.array()
		s.Span.End, s.Span.EndLine, s.Span.EndColumn = p.offset, p.line, p.column
	} else {
		s.Entries, err = p.lines()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

type parser struct {
	file         string
	data         []byte
	offset       int
	line, column int
}

func (p *parser) errorf(format string, args ...any) error {
	return &ParseError{p.file, p.line, p.column, fmt.Sprintf(format, args...)}
}

func (p *parser) here() Span {
	return Span{
		File: p.file, Start: p.offset, End: p.offset,
		Line: p.line, Column: p.column, EndLine: p.line, EndColumn: p.column,
	}
}

// skipMark passes a byte order mark, which is no column.
func (p *parser) skipMark() {
	if strings.HasPrefix(string(p.data[:min(3, len(p.data))]), "\ufeff") {
		p.offset = 3
	}
}

// peek is the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.offset < len(p.data) {
		return p.data[p.offset]
	}
	return 0
}

// next passes one code point; a line ends with LF, CRLF or CR.
func (p *parser) next() rune {
	r, size := utf8.DecodeRune(p.data[p.offset:])
	p.offset += size
	if r == '\n' || (r == '\r' && p.peek() != '\n') {
		p.line++
		p.column = 1
	} else {
		p.column++
	}
	return r
}

func (p *parser) skipSpace() {
	for p.offset < len(p.data) && strings.IndexByte(" \t\r\n", p.peek()) >= 0 {
		p.next()
	}
}

func (p *parser) lines() ([]Entry, error) {
	var entries []Entry
	for {
		p.skipSpace()
		if p.offset >= len(p.data) {
			return entries, nil
		}
		if p.peek() == '#' {
			p.skipLine()
			continue
		}
		e, err := p.path()
		if err != nil {
			return nil, err
		}
		if entries, err = p.add(entries, e); err != nil {
			return nil, err
		}
		for p.peek() == ' ' || p.peek() == '\t' {
			p.next()
		}
		switch p.peek() {
		case '#':
			p.skipLine()
		case '\n', '\r', 0:
			if p.offset < len(p.data) && p.peek() == 0 {
				return nil, p.errorf("a NUL byte")
			}
		default:
			return nil, p.errorf("more than one word on the line: want one dotted path, as %q", "shop.middleware.Basket")
		}
	}
}

func (p *parser) skipLine() {
	for p.offset < len(p.data) && p.peek() != '\n' && p.peek() != '\r' {
		p.next()
	}
}

// path reads a dotted path and checks its form.
func (p *parser) path() (Entry, error) {
	start := *p
	span := p.here()
	for p.offset < len(p.data) && strings.IndexByte(" \t\r\n#", p.peek()) < 0 {
		p.next()
	}
	text := string(p.data[start.offset:p.offset])
	span.End, span.EndLine, span.EndColumn = p.offset, p.line, p.column
	if problem := notDotted(text); problem != "" {
		return Entry{}, start.errorf("%s", problem)
	}
	return Entry{Path: text, Span: span}, nil
}

// notDotted says what is wrong with a dotted path, or "".
func notDotted(text string) string {
	if !utf8.ValidString(text) {
		return "the line is not UTF-8"
	}
	shown := text
	if runes := []rune(text); len(runes) > 80 {
		shown = string(runes[:79]) + "…"
	}
	if strings.ContainsAny(text, `"',[]()=`) {
		return fmt.Sprintf("%q is no dotted path: give one bare path per line, or a JSON array", shown)
	}
	if !strings.Contains(text, ".") {
		return fmt.Sprintf("%q is no dotted path: it has no dot", shown)
	}
	for _, part := range strings.Split(text, ".") {
		for i, r := range part {
			if r != '_' && !unicode.IsLetter(r) && (i == 0 || !(unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))) {
				return fmt.Sprintf("%q is no dotted path: %q cannot be a Python name", shown, part)
			}
		}
		if part == "" {
			return fmt.Sprintf("%q is no dotted path: a part is empty", shown)
		}
	}
	return ""
}

func (p *parser) add(entries []Entry, e Entry) ([]Entry, error) {
	if len(entries) >= maxParseEntries {
		return nil, p.errorf("the stack has more than %d layers", maxParseEntries)
	}
	return append(entries, e), nil
}

// array reads a JSON array of strings. encoding/json keeps no positions.
func (p *parser) array() ([]Entry, error) {
	var entries []Entry
	p.next()
	p.skipSpace()
	if p.peek() == ']' && p.offset < len(p.data) {
		p.next()
		return entries, p.end()
	}
	for {
		p.skipSpace()
		if p.peek() != '"' {
			if p.offset >= len(p.data) {
				return nil, p.errorf("the JSON array does not end")
			}
			return nil, p.errorf("want a string in the JSON array")
		}
		e, err := p.jsonString()
		if err != nil {
			return nil, err
		}
		if entries, err = p.add(entries, e); err != nil {
			return nil, err
		}
		p.skipSpace()
		switch p.peek() {
		case ',':
			p.next()
		case ']':
			p.next()
			return entries, p.end()
		default:
			if p.offset >= len(p.data) {
				return nil, p.errorf("the JSON array does not end")
			}
			return nil, p.errorf("want a comma or the end of the JSON array")
		}
	}
}

func (p *parser) end() error {
	at := *p
	p.skipSpace()
	if p.offset < len(p.data) {
		return p.errorf("data after the JSON array")
	}
	p.offset, p.line, p.column = at.offset, at.line, at.column
	return nil
}

// jsonString reads a string, which may have escapes: Python's json.dumps writes
// names beyond ASCII that way.
func (p *parser) jsonString() (Entry, error) {
	start := *p
	span := p.here()
	p.next()
	for {
		switch c := p.peek(); {
		case p.offset >= len(p.data) || c == '\n' || c == '\r':
			return Entry{}, start.errorf("the string does not end")
		case c == '\\':
			p.next()
		case c == '"':
			p.next()
			span.End, span.EndLine, span.EndColumn = p.offset, p.line, p.column
			raw := p.data[start.offset:p.offset]
			text := string(raw[1 : len(raw)-1])
			if strings.Contains(text, `\`) {
				if err := json.Unmarshal(raw, &text); err != nil {
					return Entry{}, start.errorf("the string has a malformed escape")
				}
			}
			if problem := notDotted(text); problem != "" {
				return Entry{}, start.errorf("%s", problem)
			}
			return Entry{Path: text, Span: span}, nil
		}
		if p.offset < len(p.data) {
			p.next()
		}
	}
}
