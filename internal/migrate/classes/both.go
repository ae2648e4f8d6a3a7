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
	tail, reason := p.answers()
	if reason != "" {
		return reason
	}
	p.becomeCall(req)
	p.move(tail, text)
	return ""
}

// shared is a name that one hook binds and the other uses: in one function they
// would be the same variable.
func shared(req, res *hook) string {
	bound1, used1 := union(req.stmts, stored), union(req.stmts, used)
	bound2, used2 := union(res.stmts, stored), union(res.stmts, used)
	bound2[res.names[2]], used2[res.names[2]] = true, true
	var out []string
	for name := range bound1 {
		if used2[name] {
			out = append(out, name)
		}
	}
	for name := range bound2 {
		if used1[name] {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return slices.Min(out)
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

// answers turns the answers of process_request into assignments. tail are the
// lines that follow its body. It knows three shapes: no answer; an answer or
// None as the last statement; and at the end a row of ifs that all answer,
//
//	if a:
//	    return x
//	if b:
//	    return y
//	return None
//
// which becomes if, elif and else.
func (p *nativePlan) answers() (tail []string, reason string) {
	h := p.request
	next := p.response.names[2] + " = " + nextCall(h)
	code := h.code()
	at := slices.IndexFunc(code, func(st python.Node) bool { return len(returnsIn(st)) > 0 })
	if at < 0 {
		return []string{next}, ""
	}
	rest := code[at:]
	if last := rest[len(rest)-1]; len(rest) == 1 && last.Kind() == python.KindReturn {
		p.assign(last)
		return nil, ""
	}
	closed := false // the row ends in an else or a return
	for i, st := range rest {
		if closed {
			return nil, "a statement follows an answer of process_request"
		}
		switch st.Kind() {
		case python.KindReturn:
			closed = true
			p.elseReturn(st)
		case python.KindIf:
			if i > 0 {
				p.edits = append(p.edits, p.source.insert(st.Start(), "el"))
			}
			if reason := p.branches(st, &closed); reason != "" {
				return nil, reason
			}
		default:
			return nil, "process_request returns in the middle"
		}
	}
	if closed {
		return nil, ""
	}
	return []string{"else:", p.unit + next}, ""
}

// returnsIn are the returns of a statement, those of nested functions left out.
func returnsIn(st python.Node) []python.Node {
	var out []python.Node
	within(st, func(n python.Node) {
		if n.Kind() == python.KindReturn {
			out = append(out, n)
		}
	})
	return out
}

// branches turns the answers of an if with its elifs into assignments.
func (p *nativePlan) branches(st python.Node, closed *bool) string {
	for {
		if reason := p.branch(collect(st, python.FieldBody)); reason != "" {
			return reason
		}
		orelse := collect(st, python.FieldOrelse)
		switch {
		case len(orelse) == 0:
			return ""
		case len(orelse) == 1 && orelse[0].Is(python.FlagElif):
			st = orelse[0]
		default:
			*closed = true
			return p.branch(orelse)
		}
	}
}

// branch turns the answer at the end of a branch into an assignment.
func (p *nativePlan) branch(stmts []python.Node) string {
	for i, st := range stmts {
		returns := returnsIn(st)
		switch {
		case i == len(stmts)-1 && st.Kind() == python.KindReturn:
			p.assign(st)
		case i == len(stmts)-1 && st.Kind() == python.KindRaise:
		case len(returns) > 0 || i == len(stmts)-1:
			return "process_request returns in the middle"
		}
	}
	return ""
}

// answer is what a return statement of process_request makes the response.
func (p *nativePlan) answer(ret python.Node) string {
	h := p.request
	v := ret.Field(python.FieldValue)
	if returnsNone(ret) {
		return nextCall(h)
	}
	text := string(p.source.src[ret.Start()+len("return") : ret.End()])
	text = strings.TrimLeft(text, " \t\f")
	if p.surely(ret) {
		return text
	}
	if low(v) {
		text = "(" + text + ")"
	}
	return text + " or " + nextCall(h)
}

// assign turns a return into an assignment of the response.
func (p *nativePlan) assign(ret python.Node) {
	p.edits = append(p.edits, p.source.replace(ret.Start(), ret.End(), p.response.names[2]+" = "+p.answer(ret)))
}

// elseReturn turns the return at the end of a row of ifs into its else.
func (p *nativePlan) elseReturn(ret python.Node) {
	text := "else:" + p.source.nl + p.request.indent + p.unit + p.response.names[2] + " = " + p.answer(ret)
	p.edits = append(p.edits, p.source.replace(ret.Start(), ret.End(), text))
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
