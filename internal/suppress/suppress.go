// Package suppress reads the comments that accept findings:
//
//	"shop.middleware.Basket",  # mwcheck: ignore[wrong-order] reason
//
// A comment behind code covers its line. One that is alone on its line covers
// the first line below it that is no such comment. Where the covered line begins
// a class or a function, a decorator of it included, all of it is covered.
//
// What names mean is not known here; see internal/lint.
package suppress

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Comment is one comment that accepts findings, or that tries to.
type Comment struct {
	Span   stack.Span // from "mwcheck:" to its end
	Names  []Name
	Reason string
	// Malformed says what is wrong with its form; "" where nothing is. Such a
	// comment covers nothing.
	Malformed string
	// First and Last are the lines it covers.
	First, Last int
}

// Name is one name of findings in a comment.
type Name struct {
	Text string
	Span stack.Span
}

// Covers says that the comment speaks of a place.
func (c *Comment) Covers(s stack.Span) bool {
	return c.Malformed == "" && s.File == c.Span.File && s.Line > 0 && s.Line <= c.Last && max(s.EndLine, s.Line) >= c.First
}

// The bounds of what is read: comments of one file, names of one comment.
const (
	maxComments = 2000
	maxNames    = 50
)

// Read gives the comments of a file that accept findings, in order. name is how
// the file is called in positions.
func Read(name string, f *python.File) []Comment {
	if f == nil || !bytes.Contains(f.Src, []byte("mwcheck")) {
		return nil
	}
	r := &reader{name: name, f: f, alone: map[int]bool{}}
	var out []Comment
	var own []bool
	for _, c := range f.Comments() {
		line, _ := f.Position(c.Start)
		before := f.Src[f.LineStart(line):c.Start]
		alone := len(bytes.TrimSpace(bytes.TrimPrefix(before, []byte("\ufeff")))) == 0
		if alone {
			r.alone[line] = true
		}
		for _, one := range r.comment(c) {
			if len(out) == maxComments {
				break
			}
			one.First = line
			out, own = append(out, one), append(own, alone)
		}
	}
	if len(out) == 0 {
		return nil
	}
	r.blocks()
	for i := range out {
		c := &out[i]
		if own[i] {
			for c.First++; r.alone[c.First]; c.First++ {
			}
		}
		c.Last = max(c.First, r.ends[c.First])
	}
	return out
}

type reader struct {
	name  string
	f     *python.File
	alone map[int]bool // lines that hold nothing but a comment
	ends  map[int]int  // first line of a class or function -> its last
}

// blocks finds where classes and functions begin and end.
func (r *reader) blocks() {
	r.ends = map[int]int{}
	for n := range r.f.Root().Descendants() {
		if n.Kind() != python.KindClassDef && n.Kind() != python.KindFunctionDef {
			continue
		}
		last, _ := r.f.Position(n.End())
		begin := func(offset int) {
			line, _ := r.f.Position(offset)
			r.ends[line] = max(r.ends[line], last)
		}
		begin(n.Start())
		for d := range n.All(python.FieldDecorators) {
			begin(d.Start())
		}
	}
}

// comment finds what is said to mwcheck in one comment; others may stand before
// it, as in "# noqa  # mwcheck: ignore[wrong-order] reason".
func (r *reader) comment(c python.Comment) []Comment {
	text := string(r.f.Src[c.Start:c.End])
	var out []Comment
	for i := 0; i < len(text); i++ {
		if text[i] != '#' {
			continue
		}
		rest := strings.TrimLeft(text[i+1:], " \t")
		start := len(text) - len(rest)
		if !strings.HasPrefix(rest, "mwcheck:") {
			continue
		}
		end := len(text)
		// The next comment in the comment ends it.
		if next := strings.Index(rest, " #"); next >= 0 {
			end = start + next
		}
		if one, ok := r.directive(c.Start+start, text[start:end]); ok {
			out = append(out, one)
		}
		i = end - 1
	}
	return out
}

// forbidding are words that other tools have for this, so that who writes them
// means to accept a finding.
const forbidding = " ignore ignored disable skip noqa nolint allow off suppress "

// directive reads "mwcheck: ignore[a, b] reason". ok is false for prose that
// only begins with the name.
func (r *reader) directive(offset int, text string) (c Comment, ok bool) {
	text = strings.TrimRight(text, " \t\r\f")
	c.Span = r.span(offset, offset+len(text))
	rest := strings.TrimLeft(text[len("mwcheck:"):], " \t")
	n := strings.IndexFunc(rest, func(x rune) bool { return !unicode.IsLetter(x) && x != '-' })
	if n < 0 {
		n = len(rest)
	}
	word, rest := rest[:n], strings.TrimLeft(rest[n:], " \t")
	bracket := strings.HasPrefix(rest, "[")
	switch {
	case word != "ignore" && !bracket && !strings.Contains(forbidding, " "+strings.ToLower(word)+" "):
		return c, false
	case word != "ignore":
		c.Malformed = "the word behind \"mwcheck:\" must be \"ignore\""
		return c, true
	case !bracket:
		c.Malformed = "names in brackets must follow \"ignore\""
		return c, true
	}
	closing := strings.IndexByte(rest, ']')
	if closing < 0 {
		c.Malformed = "the bracket behind \"ignore\" is not closed"
		return c, true
	}
	if strings.Count(rest[:closing], ",") > maxNames {
		c.Malformed = fmt.Sprintf("more than %d names", maxNames)
		return c, true
	}
	at := offset + len(text) - len(rest) + 1
	for _, part := range strings.Split(rest[1:closing], ",") {
		name := strings.TrimSpace(part)
		start := at + strings.Index(part, name)
		at += len(part) + 1
		if name != "" {
			c.Names = append(c.Names, Name{valid(name), r.span(start, start+len(name))})
		}
	}
	c.Reason = valid(strings.Join(strings.Fields(strings.TrimLeft(rest[closing+1:], " \t:,-–—")), " "))
	switch {
	case len(c.Names) == 0:
		c.Malformed = "no rule or fact is named in the brackets"
	case !strings.ContainsFunc(c.Reason, func(x rune) bool { return unicode.IsLetter(x) || unicode.IsDigit(x) }):
		c.Malformed = "the reason is missing"
	}
	return c, true
}

func (r *reader) span(start, end int) stack.Span {
	s := stack.Span{File: r.name, Start: start, End: end}
	s.Line, s.Column = r.f.Position(start)
	s.EndLine, s.EndColumn = r.f.Position(end)
	return s
}

// valid makes a text of a file in another encoding printable.
func valid(s string) string { return strings.ToValidUTF8(s, string(utf8.RuneError)) }
