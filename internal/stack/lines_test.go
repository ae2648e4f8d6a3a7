package stack

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLines(t *testing.T) {
	const text = "\ufeffäb\r\ncd\n\nx"
	l := NewLines("f", text)
	require.Equal(t, Span{File: "f"}, l.File())
	type place struct{ line, column int }
	for _, c := range []struct {
		offset int
		want   place
	}{
		{0, place{1, 1}},         // before the byte order mark
		{3, place{1, 1}},         // behind it
		{5, place{1, 2}},         // a letter of two bytes is one column
		{6, place{1, 3}},         // CR
		{7, place{1, 4}},         // LF
		{8, place{2, 1}},         // "c"
		{10, place{2, 3}},        // LF
		{11, place{3, 1}},        // an empty line
		{12, place{4, 1}},        // "x"
		{len(text), place{4, 2}}, // the end
		{8, place{2, 1}},         // back again
		{len(text) + 9, place{4, 2}},
		{-1, place{1, 1}},
	} {
		s := l.Span(c.offset, c.offset)
		require.Equal(t, c.want, place{s.Line, s.Column}, "%d", c.offset)
		require.Equal(t, c.want, place{s.EndLine, s.EndColumn}, "%d", c.offset)
		require.LessOrEqual(t, s.End, len(text))
		require.GreaterOrEqual(t, s.Start, 0)
	}
}
