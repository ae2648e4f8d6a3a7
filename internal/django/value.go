package django

import "github.com/mwcheck/mwcheck/internal/stack"

// Kind is the kind of a setting's value.
type Kind int

const (
	KindUnknown Kind = iota // cannot be known without running code
	KindNone
	KindBool
	KindInt
	KindString
	KindList
	KindTuple
	KindSet
	KindDict
	KindOther // known to be something else: a class, a function, a float, …
)

// Value is a setting's value as far as it is known. The zero Value is unknown.
type Value struct {
	Kind Kind
	Bool bool
	Int  int64
	Str  string
	// Items are the elements of a list, tuple or set, or the values of a dict.
	Items []Value
	// Keys are the keys of a dict, beside Items.
	Keys []Value
	// Run says, of an unknown element of a list, that it stands for any number
	// of elements, also none.
	Run bool
	// Partial says that a dict or set may hold more than Items.
	Partial bool
	// OneOf are the values an unknown may have; empty: anything.
	OneOf []Value
	// Text is the source text of an unknown value.
	Text string
	// Span is where the value is written: the string literal, the display, the
	// unknown expression.
	Span stack.Span
	// Assigned is where the setting is assigned last (zero for elements).
	Assigned stack.Span
}

// Known says that no part of the value is unknown.
func (v Value) Known() bool {
	if v.Kind == KindUnknown || v.Run || v.Partial {
		return false
	}
	for _, it := range v.Items {
		if !it.Known() {
			return false
		}
	}
	for _, it := range v.Keys {
		if !it.Known() {
			return false
		}
	}
	return true
}

// list reads the value as a stack's list.
func (v Value) list() List {
	l := List{Kind: v.Kind, Span: v.Assigned}
	switch v.Kind {
	case KindNone:
		l.Complete = true
	case KindUnknown:
		l.Entries = []stack.Entry{{Unknown: true, Text: v.Text, Span: v.Span}}
	case KindList, KindTuple:
		l.Complete = true
		for _, it := range v.Items {
			if it.Kind == KindString && !it.Run {
				l.Entries = append(l.Entries, stack.Entry{Path: it.Str, Span: it.Span})
				continue
			}
			l.Complete = false
			l.Entries = append(l.Entries, stack.Entry{Unknown: true, Text: it.Text, Span: it.Span})
		}
	}
	return l
}
