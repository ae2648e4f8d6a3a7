package django

import (
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func (e *evaluator) here() place {
	if e.override != nil {
		return *e.override
	}
	return e.cur
}

// placeOf is the origin of a node of the module in execution.
func (e *evaluator) placeOf(n python.Node) place {
	if e.override != nil {
		return *e.override
	}
	file := ""
	if e.frame != nil {
		file = e.frame.mod.file
		if e.frame.mod.src != n.File() && e.cur.f == n.File() {
			file = e.cur.file
		}
	}
	return place{n.File(), file, n.Start(), n.End()}
}

// textAt is the source text of a place on one line, shortened.
func (e *evaluator) textAt(p place) string {
	if p.f == nil || p.start < 0 || p.end > len(p.f.Src) || p.start >= p.end {
		return ""
	}
	src := p.f.Src[p.start:p.end]
	if len(src) > 400 {
		src = src[:400]
	}
	return shorten(string(src))
}

func shorten(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if r := []rune(s); len(r) > 120 {
		s = string(r[:117]) + "..."
	}
	return s
}

// span is the place as a span for the outside.
func (p place) span() stack.Span {
	if p.f == nil {
		return stack.Span{File: p.file}
	}
	s := stack.Span{File: p.file, Start: p.start, End: p.end}
	s.Line, s.Column = p.f.Position(p.start)
	s.EndLine, s.EndColumn = p.f.Position(p.end)
	return s
}

// noteOnce records a note, the same one a single time over all runs.
func (e *evaluator) noteOnce(message string, at place) {
	key := at.file + ":" + strconv.Itoa(at.start) + ":" + message
	if e.noted[key] || len(e.notes) >= 200 {
		return
	}
	e.noted[key] = true
	e.notes = append(e.notes, stack.Note{Span: at.span(), Message: message})
}

func (e *evaluator) newUnknown(text string, at place) *pUnknown {
	e.step(1)
	return &pUnknown{text: text, at: at, sym: e.site("u", at)}
}

func (e *evaluator) unknownAt(text string) *pUnknown {
	return e.newUnknown(text, e.here())
}

func (e *evaluator) unknownRun(text string, at place) *pUnknown {
	u := e.newUnknown(text, at)
	u.run = true
	return u
}

// unknownNode is an unknown value written as n.
func (e *evaluator) unknownNode(n python.Node) *pUnknown {
	at := e.placeOf(n)
	return e.newUnknown(e.textAt(at), at)
}

// site makes a name that no other unknown of the run has, and that stays the
// same over runs as far as these go the same way.
func (e *evaluator) site(kind string, at place) string {
	key := kind + "@" + at.file + ":" + strconv.Itoa(at.start)
	e.occurs[key]++
	return key + "#" + strconv.Itoa(e.occurs[key])
}

// condID numbers a condition key.
func (e *evaluator) condID(key string) int32 {
	id, ok := e.condIDs[key]
	if !ok {
		id = int32(len(e.conds))
		e.condIDs[key] = id
		e.conds = append(e.conds, key)
	}
	return id
}

// originOf is where a value comes from, and its text.
func (e *evaluator) originOf(v pv) (place, string) {
	switch v := v.(type) {
	case *pStr:
		return v.at, e.textAt(v.at)
	case *pUnknown:
		return v.at, v.text
	}
	return place{}, ""
}
