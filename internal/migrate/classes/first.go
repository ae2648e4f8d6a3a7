package classes

import (
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
)

// addFirst makes a text the first statement of a function: behind its docstring,
// above the comment of its first statement, in the place of a lone pass. The
// reason says why it cannot.
func addFirst(s *source, fn python.Node, text string) (finding.Edit, string) {
	stmts, doc := body(fn)
	first := stmts
	if doc {
		first = stmts[1:]
	}
	if len(first) == 1 && first[0].Kind() == python.KindPass {
		return s.replace(first[0].Start(), first[0].End(), text), ""
	}
	if len(stmts) == 0 {
		return finding.Edit{}, "its " + fn.Name() + " has no body"
	}
	indent, own := s.indent(stmts[0])
	switch {
	case !own && doc:
		return finding.Edit{}, "its " + fn.Name() + " stands on one line with its docstring"
	case !own: // def __init__(self): self.x = 1
		return s.insert(stmts[0].Start(), text+"; "), ""
	case doc && !s.alone(stmts[0].End()):
		return finding.Edit{}, "a statement follows the docstring of its " + fn.Name() + " on one line"
	case len(first) == 0:
		at := s.nextLine(stmts[0].End())
		return s.insert(at, s.fresh(at, indent+text)), ""
	}
	floor := s.nextLine(headerEnd(s, fn))
	if doc {
		floor = s.nextLine(stmts[0].End())
	}
	at := s.above(s.lineStart(first[0].Start()), floor)
	return s.insert(at, indent+text+s.nl), ""
}

// headerEnd is the offset behind the colon of a def statement.
func headerEnd(s *source, fn python.Node) int {
	_, at := fn.NameRange()
	for _, fd := range []python.Field{python.FieldTypeParams, python.FieldParams, python.FieldReturns} {
		if n := fn.Field(fd); !n.IsZero() {
			at = max(at, n.End())
		}
	}
	for ; at < len(s.src); at++ {
		switch s.src[at] {
		case '#':
			at = s.lineEnd(at)
		case ':':
			return at + 1
		}
	}
	return at
}
