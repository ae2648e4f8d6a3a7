package classes

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// both writes a __call__ from process_request, get_response and
// process_response. MiddlewareMixin hands an answer of process_request to
// process_response as well, so an answer is not returned but becomes the
// response that the rest works on.
func (p *nativePlan) both() string {
	req, res := p.request, p.response
	if req.names[0] != res.names[0] || req.names[1] != res.names[1] {
		return "its hooks name their arguments differently"
	}
	if name := req.rebinds(2); name != "" {
		return "process_request gives " + name + " another value"
	}
	if req.indent != res.indent {
		return "its hooks are indented differently"
	}
	if name := shared(req, res); name != "" {
		return "both hooks have a local name " + name
	}
	text, reason := p.responseText()
	if reason != "" {
		return reason
	}
	tail, reason := p.answers(p.request.code(), 0)
	if reason != "" {
		return reason
	}
	p.edits = slices.DeleteFunc(p.edits, func(e finding.Edit) bool { return e.Start == e.End && e.Text == p.unit && p.gone[e.Start] })
	p.becomeCall(req)
	p.move(tail, text)
	return ""
}

// shared is a name that one hook binds and the other uses: in one function they
// would be the same variable. What process_request calls response may be the
// same, since every path gives it its value before the rest begins.
func shared(req, res *hook) string {
	bound1, used1 := union(req.stmts, stored), union(req.stmts, used)
	bound2, used2 := union(res.stmts, stored), union(res.stmts, used)
	response := res.names[2]
	bound2[response], used2[response] = true, true
	ownLocal := bound1[response] && !outlives(req, response)
	var out []string
	for name := range bound1 {
		if used2[name] && (name != response || !ownLocal) {
			out = append(out, name)
		}
	}
	for name := range bound2 {
		if used1[name] && (name != response || !ownLocal) {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return slices.Min(out)
}

// outlives says that a local name of a hook is global, or that a function that
// is made there uses it.
func outlives(h *hook, name string) bool {
	for _, st := range h.stmts {
		for d := range st.Descendants() {
			switch d.Kind() {
			case python.KindGlobal, python.KindNonlocal, python.KindFunctionDef, python.KindLambda, python.KindGeneratorExp, python.KindClassDef:
				if used(d)[name] {
					return true
				}
			}
		}
	}
	return false
}

// responseText is the body of process_response as it goes behind the call of
// get_response; a docstring becomes a comment.
func (p *nativePlan) responseText() (string, string) {
	h, s := p.response, p.source
	var b strings.Builder
	line := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			b.WriteString(h.indent + text + s.nl)
		}
	}
	def := s.lineStart(h.fn.Start())
	for at := s.above(def, 0); at < def; at = s.nextLine(at) {
		line(s.line(at))
	}
	header := headerEnd(s, h.fn)
	line(string(s.src[header:s.lineEnd(header)]))
	at := s.nextLine(header)
	if h.doc {
		doc := h.stmts[0]
		words, ok := plainDocstring(doc)
		if !ok || !s.alone(doc.End()) {
			return "", "process_response has a docstring that is no plain text"
		}
		for text := range strings.Lines(words) {
			if text = strings.TrimSpace(text); text != "" {
				line("# " + text)
			}
		}
		line(string(s.src[doc.End():s.lineEnd(doc.End())]))
		at = s.nextLine(doc.End())
		for at < len(s.src) && strings.TrimSpace(s.line(at)) == "" {
			at = s.nextLine(at)
		}
	}
	if len(h.code()) == 0 {
		return b.String(), ""
	}
	b.Write(s.src[at:s.behind(h.last(), h.indent)])
	text := b.String()
	if !strings.HasSuffix(text, "\n") && !strings.HasSuffix(text, "\r") {
		text += s.nl
	}
	return text, ""
}

// plainDocstring is the text of a docstring without prefix or escapes.
func plainDocstring(st python.Node) (string, bool) {
	v := st.Field(python.FieldValue)
	text := v.Text()
	if v.Is(python.FlagParenthesized) || !v.Field(python.FieldPieces).IsZero() || strings.ContainsAny(text, "\\\f\v") || text[0] != '"' && text[0] != '\'' {
		return "", false
	}
	for _, quote := range []string{`"""`, "'''", `"`, "'"} {
		if inner, ok := strings.CutPrefix(text, quote); ok {
			return strings.TrimSuffix(inner, quote), true
		}
	}
	return "", false
}

// move puts the text of process_response behind the body of process_request and
// takes its definition away.
func (p *nativePlan) move(tail []string, text string) {
	s, req, res := p.source, p.request, p.response
	lone := len(req.code()) == 1 && req.last().Kind() == python.KindPass
	at := s.behind(req.last(), req.indent)
	if lone {
		p.edits = append(p.edits, s.replace(req.last().Start(), req.last().End(), strings.Join(tail, s.nl+req.indent)))
		tail = nil
	}
	var b strings.Builder
	if at == len(s.src) && at > 0 && s.src[at-1] != '\n' && s.src[at-1] != '\r' {
		b.WriteString(s.nl)
	}
	for _, line := range tail {
		b.WriteString(req.indent + line + s.nl)
	}
	b.WriteString(text)
	p.edits = append(p.edits, s.insert(at, b.String()), p.cut(s.above(s.lineStart(res.fn.Start()), 0), s.behind(res.last(), res.indent)))
}

// cut takes lines away together with the blank lines above them, or below where
// they come first in the class.
func (p *nativePlan) cut(start, end int) finding.Edit {
	s := p.source
	first := p.class.Node.Field(python.FieldBody)
	if s.above(s.lineStart(first.Start()), 0) >= start {
		for end < len(s.src) && strings.TrimSpace(s.line(end)) == "" {
			end = s.nextLine(end)
		}
		return s.replace(start, end, "")
	}
	for prev, ok := s.previousLine(start); ok && strings.TrimSpace(s.line(prev)) == ""; prev, ok = s.previousLine(start) {
		start = prev
	}
	return s.replace(start, end, "")
}
