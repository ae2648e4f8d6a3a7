package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// Error says what is wrong with a list, and where.
type Error struct {
	Span    stack.Span
	Message string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Span.File, e.Span.Line, e.Span.Column, e.Message)
}

// The bounds of what is read: bytes, and findings of one entry.
const (
	MaxBytes = 32 << 20
	maxCount = 1_000_000
)

// Read reads a list. name is what it is called in positions. Every error is an
// *[Error]: what a list says has to be understood as a whole, since a part that
// is not would let findings through, or hide them.
func Read(name string, src []byte) (*Baseline, error) {
	r := &reader{src: src, dec: json.NewDecoder(bytes.NewReader(src)), lines: stack.NewLines(name, string(src))}
	r.dec.UseNumber()
	b := r.list()
	if r.err != nil {
		return nil, r.err
	}
	return b, nil
}

// reader walks through the tokens of a list. After an error there are none.
type reader struct {
	src   []byte
	dec   *json.Decoder
	start int    // offset of the last token
	err   *Error // the first one
	lines *stack.Lines
}

func (r *reader) fail(at int, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{r.lines.Span(at, at), fmt.Sprintf(format, args...)}
	}
}

func (r *reader) more() bool { return r.err == nil && r.dec.More() }

// token is the next token, nil after an error.
func (r *reader) token() json.Token {
	if r.err != nil {
		return nil
	}
	from := int(r.dec.InputOffset())
	for from < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[from]) >= 0 {
		from++
	}
	r.start = from
	t, err := r.dec.Token()
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return t
	case errors.As(err, &syntax):
		r.fail(max(int(syntax.Offset)-1, from), "not JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.fail(len(r.src), "not JSON: the list does not end")
	default:
		r.fail(from, "not JSON: %s", err)
	}
	return nil
}

func (r *reader) open(delim json.Delim, want string) {
	if r.token() != delim {
		r.fail(r.start, "want %s", want)
	}
}

// members calls f with the name of each member of an object whose beginning has
// been read.
func (r *reader) members(f func(name string, at int)) {
	seen := map[string]bool{}
	for r.more() {
		name, ok := r.token().(string)
		if !ok {
			r.fail(r.start, "want a name")
		}
		if seen[name] {
			r.fail(r.start, "%q is there twice", name)
		}
		seen[name] = true
		f(name, r.start)
	}
	r.token()
}

func (r *reader) text(what string) string {
	s, ok := r.token().(string)
	if !ok {
		r.fail(r.start, "%q must be a string", what)
	}
	return s
}

func (r *reader) list() *Baseline {
	switch {
	case len(r.src) > MaxBytes:
		r.fail(0, "the list is longer than %d bytes", MaxBytes)
	case !utf8.Valid(r.src):
		r.fail(0, "the list is not UTF-8")
	}
	b := &Baseline{File: r.lines.File().File}
	schema, findings := false, false
	r.open('{', "an object: this is no baseline")
	r.members(func(name string, at int) {
		switch name {
		case "schema":
			schema = true
			if s := r.text(name); s != Schema {
				r.fail(r.start, "the schema is %q; want %q", s, Schema)
			}
		case "findings":
			findings = true
			r.open('[', "a list of findings")
			for r.more() {
				b.Entries = append(b.Entries, r.entry())
			}
			r.token()
		default:
			r.fail(at, "unknown member %q; known here: findings, schema", name)
		}
	})
	end := int(r.dec.InputOffset())
	if rest := bytes.TrimLeft(r.src[end:], " \t\r\n"); len(rest) > 0 {
		r.fail(len(r.src)-len(rest), "data behind the list")
	}
	if !schema || !findings {
		r.fail(0, "%q and %q are required: this is no baseline", "schema", "findings")
	}
	return b
}

func (r *reader) entry() Entry {
	e := Entry{Count: 1}
	r.open('{', "a finding: an object")
	start := r.start
	known := map[string]bool{}
	r.members(func(name string, at int) {
		known[name] = true
		switch name {
		case "file":
			e.File = r.text(name)
		case "rule":
			e.Rule = r.text(name)
		case "name":
			e.Name = r.text(name)
		case "fact":
			e.Fact = r.text(name)
		case "setting":
			e.Setting = r.text(name)
		case "subjects":
			r.open('[', "a list of dotted paths")
			for r.more() {
				e.Subjects = append(e.Subjects, r.text(name))
			}
			r.token()
		case "count":
			number, ok := r.token().(json.Number)
			n, err := number.Int64()
			if !ok || err != nil || n < 1 || n > maxCount {
				r.fail(r.start, "%q must be a number from 1 to %d", name, maxCount)
			}
			e.Count = int(n)
		default:
			r.fail(at, "unknown member %q; known here: count, fact, file, name, rule, setting, subjects", name)
		}
	})
	e.Span = r.lines.Span(start, int(r.dec.InputOffset()))
	for _, name := range []string{"file", "rule", "setting", "subjects"} {
		if !known[name] {
			r.fail(start, "the finding has no %q", name)
		}
	}
	return e
}
