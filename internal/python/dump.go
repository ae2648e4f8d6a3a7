package python

import (
	"strconv"
	"strings"
)

// Dump writes the tree below a node as an S-expression on one line, for tests
// and for people who want to see what was read:
//
//	(Assign targets=(Name x) value=(Number 1))
//
// A field that occurs several times is written for each of its nodes. Flags
// stand behind the kind, as "+Async".
func (n Node) Dump() string {
	var b strings.Builder
	n.dump(&b)
	return b.String()
}

func (n Node) dump(b *strings.Builder) {
	if n.IsZero() {
		b.WriteString("()")
		return
	}
	// Closing parentheses are written on the way up; no recursion, so that
	// deep trees do no harm.
	for id := n.id; ; {
		m := Node{n.f, id}
		if id != n.id {
			b.WriteByte(' ')
			if r := m.Role(); r != FieldNone {
				b.WriteString(strings.ToLower(r.String()[:1]) + r.String()[1:] + "=")
			}
		}
		b.WriteByte('(')
		b.WriteString(m.Kind().String())
		m.dumpOwn(b)
		if c := n.f.nodes[id].first; c != 0 {
			id = c
			continue
		}
		b.WriteByte(')')
		for id != n.id && n.f.nodes[id].next == 0 {
			id = n.f.nodes[id].parent
			b.WriteByte(')')
		}
		if id == n.id {
			return
		}
		id = n.f.nodes[id].next
	}
}

// dumpOwn writes what a node says besides its children.
func (n Node) dumpOwn(b *strings.Builder) {
	switch n.Kind() {
	case KindNumber:
		b.WriteString(" " + n.Text())
	case KindString:
		if n.Field(FieldPieces).IsZero() {
			b.WriteString(" " + strconv.Quote(n.Text()))
		}
	case KindBad, KindBadExpr:
		b.WriteString(" " + strconv.Quote(n.Text()))
	case KindImportFrom:
		if l := n.Level(); l > 0 {
			b.WriteString(" level=" + strconv.Itoa(l))
		}
	case KindTypeAlias, KindExceptHandler, KindPatternAs:
		// Their name is a child.
	default:
		if name := n.Name(); name != "" {
			b.WriteString(" " + name)
		}
	}
	if o := n.Op(); o != "" {
		b.WriteString(" " + o)
	}
	for _, fl := range []struct {
		flag Flag
		name string
	}{
		{FlagAsync, "Async"}, {FlagStar, "Star"}, {FlagDoubleStar, "DoubleStar"}, {FlagSlash, "Slash"},
		{FlagParenthesized, "Parens"}, {FlagElif, "Elif"}, {FlagLegacy, "Legacy"}, {FlagIncomplete, "Incomplete"},
	} {
		if !n.Is(fl.flag) {
			continue
		}
		if fl.flag == FlagSlash && n.Kind() == KindPrint {
			fl.name = "Comma"
		}
		b.WriteString(" +" + fl.name)
	}
}
