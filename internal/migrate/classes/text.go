package classes

import (
	"bytes"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// source is one file that is edited.
type source struct {
	m   layers.Module
	src []byte
	nl  string // the line end that is used in it
	// mixin is what MiddlewareMixin is called in it, "" as long as that is not
	// decided, and mixinAt the place from which on it is.
	mixin   string
	mixinAt int
	imports *finding.Edit // the edit that imports it, nil for none
}

func newSource(m layers.Module) *source {
	s := &source{m: m, src: m.Src.Src, nl: "\n"}
	if i := bytes.IndexAny(s.src, "\r\n"); i >= 0 && s.src[i] == '\r' {
		s.nl = "\r"
		if i+1 < len(s.src) && s.src[i+1] == '\n' {
			s.nl = "\r\n"
		}
	}
	return s
}

func (s *source) insert(at int, text string) finding.Edit {
	return finding.Edit{File: s.m.File, Start: at, End: at, Text: text}
}

func (s *source) replace(start, end int, text string) finding.Edit {
	return finding.Edit{File: s.m.File, Start: start, End: end, Text: text}
}

// lineStart is the offset of the first byte of the line that holds an offset; a
// byte order mark belongs to no line.
func (s *source) lineStart(at int) int {
	for at > 0 && s.src[at-1] != '\n' && s.src[at-1] != '\r' {
		at--
	}
	if at == 0 && bytes.HasPrefix(s.src, []byte("\xef\xbb\xbf")) {
		return 3
	}
	return at
}

// lineEnd is the offset of the line end at or behind an offset.
func (s *source) lineEnd(at int) int {
	for at < len(s.src) && s.src[at] != '\n' && s.src[at] != '\r' {
		at++
	}
	return at
}

// nextLine is the first byte of the line behind the one that holds an offset.
func (s *source) nextLine(at int) int {
	at = s.lineEnd(at)
	if at < len(s.src) && s.src[at] == '\r' {
		at++
		if at < len(s.src) && s.src[at] == '\n' {
			at++
		}
		return at
	}
	return min(at+1, len(s.src))
}

// previousLine is the first byte of the line above the one that begins at an
// offset; false at the first line.
func (s *source) previousLine(start int) (int, bool) {
	at := start
	if at > 0 && s.src[at-1] == '\n' {
		at--
	}
	if at > 0 && s.src[at-1] == '\r' {
		at--
	}
	if at == start {
		return 0, false
	}
	return s.lineStart(at), true
}

// line is the text of the line that begins at an offset, without its end.
func (s *source) line(start int) string { return string(s.src[start:s.lineEnd(start)]) }

// indent is the blank text in front of a node; false where something else stands
// before it on its line.
func (s *source) indent(n python.Node) (string, bool) {
	text := string(s.src[s.lineStart(n.Start()):n.Start()])
	return text, strings.Trim(text, " \t\f") == ""
}

// alone says that nothing but a comment follows behind an offset on its line.
func (s *source) alone(at int) bool {
	rest := strings.TrimLeft(string(s.src[at:s.lineEnd(at)]), " \t\f")
	return rest == "" || rest[0] == '#'
}

// above is the first byte of the comment lines that stand directly above the
// line that begins at an offset, or that offset; floor is where to stop.
func (s *source) above(start, floor int) int {
	for {
		prev, ok := s.previousLine(start)
		if !ok || prev < floor || !strings.HasPrefix(strings.TrimLeft(s.line(prev), " \t\f"), "#") {
			return start
		}
		start = prev
	}
}

// behind is the first byte of the line behind a block: behind its last
// statement and the comment lines that are indented like it.
func (s *source) behind(last python.Node, indent string) int {
	at := s.nextLine(last.End())
	end := at
	for at < len(s.src) {
		text := s.line(at)
		trimmed := strings.TrimLeft(text, " \t\f")
		switch {
		case trimmed == "":
		case trimmed[0] == '#' && strings.HasPrefix(text, indent):
			end = s.nextLine(at)
		default:
			return end
		}
		at = s.nextLine(at)
	}
	return end
}

// fresh is the text for lines that are put in at a place where a line begins:
// at the end of a file without a final line end they need one in front instead
// of behind.
func (s *source) fresh(at int, lines ...string) string {
	text := strings.Join(lines, s.nl)
	if at > 0 && at == len(s.src) && s.src[at-1] != '\n' && s.src[at-1] != '\r' {
		return s.nl + text
	}
	return text + s.nl
}

func (s *source) span(start, end int) stack.Span {
	out := stack.Span{File: s.m.File, Start: start, End: end}
	out.Line, out.Column = s.m.Src.Position(start)
	out.EndLine, out.EndColumn = s.m.Src.Position(end)
	return out
}

// nameSpan is the place of a definition's name.
func (s *source) nameSpan(n python.Node) stack.Span { return s.span(n.NameRange()) }

func collect(n python.Node, fd python.Field) []python.Node {
	var out []python.Node
	for c := range n.All(fd) {
		out = append(out, c)
	}
	return out
}

// isDocstring says that a statement is a plain string.
func isDocstring(n python.Node) bool {
	return n.Kind() == python.KindExprStmt && n.Field(python.FieldValue).Kind() == python.KindString
}

// body is a definition's statements and whether the first is a docstring.
func body(def python.Node) (stmts []python.Node, doc bool) {
	stmts = collect(def, python.FieldBody)
	return stmts, len(stmts) > 0 && isDocstring(stmts[0])
}

// within yields the nodes of a statement that run with it: those of nested
// functions, lambdas and classes do not.
func within(n python.Node, visit func(python.Node)) {
	visit(n)
	switch n.Kind() {
	case python.KindFunctionDef, python.KindLambda, python.KindClassDef:
		return
	}
	for c := range n.Children() {
		within(c, visit)
	}
}
