package classes

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// maxElse bounds how deep the statements behind answers are indented.
const maxElse = 2

// answers turns the answers of process_request into assignments. tail are the
// lines that follow its body. It knows these shapes: no answer; an answer or
// None as the last statement; and a row of ifs that all answer, with or without
// something behind them,
//
//	if a:
//	    return x
//	if b:
//	    return y
//	more()
//
// which becomes if, elif and else. The statements behind the row go into its
// else, with their own answers.
func (p *nativePlan) answers(code []python.Node, depth int) (tail []string, reason string) {
	next := p.response.names[2] + " = " + nextCall(p.request)
	in := strings.Repeat(p.unit, depth)
	at := slices.IndexFunc(code, func(st python.Node) bool { return len(returnsIn(st)) > 0 })
	if at < 0 {
		return []string{in + next}, ""
	}
	rest := code[at:]
	if len(rest) == 1 && rest[0].Kind() == python.KindReturn {
		p.assign(rest[0])
		return nil, ""
	}
	for i, st := range rest {
		last := i == len(rest)-1
		switch {
		case i > 0 && last && st.Kind() == python.KindReturn:
			p.elseReturn(st, depth)
			return nil, ""
		case st.Kind() == python.KindIf && answersAll(st):
			if i > 0 {
				p.closeUp(rest[i-1], p.source.lineStart(st.Start()))
				p.edits = append(p.edits, p.source.insert(st.Start(), "el"))
			}
			p.assignAll(st)
			if !hasElse(st) {
				break
			}
			if !last {
				return nil, "a statement follows an answer of process_request"
			}
			return nil, ""
		case i == 0:
			return nil, "process_request returns in the middle"
		case depth == maxElse:
			return nil, "process_request has too many ways out"
		default:
			p.elseBlock(rest[i-1], rest[i:], depth)
			return p.answers(rest[i:], depth+1)
		}
	}
	return []string{in + "else:", in + p.unit + next}, ""
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

// branchesOf are the bodies of an if, of its elifs and of its else.
func branchesOf(st python.Node) [][]python.Node {
	var out [][]python.Node
	for {
		out = append(out, collect(st, python.FieldBody))
		orelse := collect(st, python.FieldOrelse)
		switch {
		case len(orelse) == 0:
			return out
		case len(orelse) == 1 && orelse[0].Is(python.FlagElif):
			st = orelse[0]
		default:
			return append(out, orelse)
		}
	}
}

func hasElse(st python.Node) bool {
	for {
		orelse := collect(st, python.FieldOrelse)
		if len(orelse) != 1 || !orelse[0].Is(python.FlagElif) {
			return len(orelse) > 0
		}
		st = orelse[0]
	}
}

// answersAll says that every branch of an if ends in an answer or an error and
// answers nowhere else.
func answersAll(st python.Node) bool {
	for _, branch := range branchesOf(st) {
		for i, x := range branch {
			ends := x.Kind() == python.KindReturn || x.Kind() == python.KindRaise
			if last := i == len(branch)-1; ends != last || !ends && len(returnsIn(x)) > 0 {
				return false
			}
		}
	}
	return true
}

// assignAll turns the answers at the ends of an if's branches into assignments.
func (p *nativePlan) assignAll(st python.Node) {
	for _, branch := range branchesOf(st) {
		if last := branch[len(branch)-1]; last.Kind() == python.KindReturn {
			p.assign(last)
		}
	}
}

// answer is what a return statement of process_request makes the response.
func (p *nativePlan) answer(ret python.Node) string {
	if returnsNone(ret) {
		return nextCall(p.request)
	}
	text := strings.TrimLeft(string(p.source.src[ret.Start()+len("return"):ret.End()]), " \t\f")
	if p.surely(ret) {
		return text
	}
	if low(ret.Field(python.FieldValue)) {
		text = "(" + text + ")"
	}
	return text + " or " + nextCall(p.request)
}

// assign turns a return into an assignment of the response; one of the response
// itself goes.
func (p *nativePlan) assign(ret python.Node) {
	s, name := p.source, p.response.names[2]
	v := ret.Field(python.FieldValue)
	if v.Kind() != python.KindName || v.Name() != name || !p.surely(ret) {
		p.edits = append(p.edits, s.replace(ret.Start(), ret.End(), name+" = "+p.answer(ret)))
		return
	}
	_, own := s.indent(ret)
	end := s.nextLine(ret.End())
	if own && ret.Parent().Field(ret.Role()) != ret && strings.TrimSpace(string(s.src[ret.End():end])) == "" {
		start := s.lineStart(ret.Start())
		p.gone[start] = true
		p.edits = append(p.edits, s.replace(start, end, ""))
		return
	}
	p.edits = append(p.edits, s.replace(ret.Start(), ret.End(), "pass"))
}

// elseReturn turns the return behind a row of ifs into its else.
func (p *nativePlan) elseReturn(ret python.Node, depth int) {
	text := "else:" + p.source.nl + p.request.indent + strings.Repeat(p.unit, depth+1) + p.response.names[2] + " = " + p.answer(ret)
	p.edits = append(p.edits, p.source.replace(ret.Start(), ret.End(), text))
}

// elseBlock puts the statements behind a row of ifs into its else. The lines
// have been indented depth times before, by edits at the same places.
func (p *nativePlan) elseBlock(before python.Node, rest []python.Node, depth int) {
	s, in := p.source, p.request.indent
	floor := s.nextLine(before.End())
	start := s.above(s.lineStart(rest[0].Start()), floor)
	end := s.behind(rest[len(rest)-1], in)
	p.closeUp(before, start)
	p.edits = append(p.edits, s.insert(start, in+"else:"+s.nl+strings.Repeat(p.unit, depth)))
	inside := s.inString(start, end)
	for at := start; at < end; at = s.nextLine(at) {
		if strings.TrimSpace(s.line(at)) != "" && !inside[at] {
			p.edits = append(p.edits, s.insert(at, p.unit))
		}
	}
}

// closeUp takes away blank lines between an if and its elif or else, where
// nothing else stands there.
func (p *nativePlan) closeUp(before python.Node, at int) {
	s := p.source
	start := s.nextLine(before.End())
	if start < at && strings.TrimSpace(string(s.src[start:at])) == "" {
		p.edits = append(p.edits, s.replace(start, at, ""))
	}
}

// inString are the line starts of a range that lie inside of a string.
func (s *source) inString(start, end int) map[int]bool {
	out := map[int]bool{}
	for tok := range s.m.Src.Tokens() {
		switch tok.Kind {
		case python.TokenString, python.TokenFStringText:
		default:
			continue
		}
		if tok.End <= start || tok.Start >= end {
			continue
		}
		for at := s.nextLine(tok.Start); at < tok.End; at = s.nextLine(at) {
			out[at] = true
		}
		if tok.Kind == python.TokenFStringText && s.lineStart(tok.End) > tok.Start {
			out[s.lineStart(tok.End)] = true
		}
	}
	return out
}
