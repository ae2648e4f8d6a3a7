package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabWidth is the distance of tab stops in printed source. Tabs are expanded,
// so that markers stand right whatever the terminal's own stops are.
const tabWidth = 4

// wide holds the ranges whose characters take two cells on a terminal: East
// Asian Width "W" and "F" of Unicode 15.1 (EastAsianWidth.txt), neighbouring
// ranges joined where only unassigned characters lie between.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x231a, 0x231b, 1}, {0x2329, 0x232a, 1},
		{0x23e9, 0x23ec, 1}, {0x23f0, 0x23f0, 1}, {0x23f3, 0x23f3, 1},
		{0x25fd, 0x25fe, 1}, {0x2614, 0x2615, 1}, {0x2648, 0x2653, 1},
		{0x267f, 0x267f, 1}, {0x2693, 0x2693, 1}, {0x26a1, 0x26a1, 1},
		{0x26aa, 0x26ab, 1}, {0x26bd, 0x26be, 1}, {0x26c4, 0x26c5, 1},
		{0x26ce, 0x26ce, 1}, {0x26d4, 0x26d4, 1}, {0x26ea, 0x26ea, 1},
		{0x26f2, 0x26f3, 1}, {0x26f5, 0x26f5, 1}, {0x26fa, 0x26fa, 1},
		{0x26fd, 0x26fd, 1}, {0x2705, 0x2705, 1}, {0x270a, 0x270b, 1},
		{0x2728, 0x2728, 1}, {0x274c, 0x274c, 1}, {0x274e, 0x274e, 1},
		{0x2753, 0x2755, 1}, {0x2757, 0x2757, 1}, {0x2795, 0x2797, 1},
		{0x27b0, 0x27b0, 1}, {0x27bf, 0x27bf, 1}, {0x2b1b, 0x2b1c, 1},
		{0x2b50, 0x2b50, 1}, {0x2b55, 0x2b55, 1}, {0x2e80, 0x303e, 1},
		{0x3041, 0x3247, 1}, {0x3250, 0x4dbf, 1}, {0x4e00, 0xa4cf, 1},
		{0xa960, 0xa97c, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1},
		{0xfe10, 0xfe19, 1}, {0xfe30, 0xfe6b, 1}, {0xff01, 0xff60, 1},
		{0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x16fe0, 0x18cff, 1}, {0x18d00, 0x18d08, 1}, {0x1aff0, 0x1b2fb, 1},
		{0x1f004, 0x1f004, 1}, {0x1f0cf, 0x1f0cf, 1}, {0x1f18e, 0x1f18e, 1},
		{0x1f191, 0x1f19a, 1}, {0x1f200, 0x1f320, 1}, {0x1f32d, 0x1f335, 1},
		{0x1f337, 0x1f37c, 1}, {0x1f37e, 0x1f393, 1}, {0x1f3a0, 0x1f3ca, 1},
		{0x1f3cf, 0x1f3d3, 1}, {0x1f3e0, 0x1f3f0, 1}, {0x1f3f4, 0x1f3f4, 1},
		{0x1f3f8, 0x1f43e, 1}, {0x1f440, 0x1f440, 1}, {0x1f442, 0x1f4fc, 1},
		{0x1f4ff, 0x1f53d, 1}, {0x1f54b, 0x1f54e, 1}, {0x1f550, 0x1f567, 1},
		{0x1f57a, 0x1f57a, 1}, {0x1f595, 0x1f596, 1}, {0x1f5a4, 0x1f5a4, 1},
		{0x1f5fb, 0x1f64f, 1}, {0x1f680, 0x1f6c5, 1}, {0x1f6cc, 0x1f6cc, 1},
		{0x1f6d0, 0x1f6d2, 1}, {0x1f6d5, 0x1f6d7, 1}, {0x1f6dc, 0x1f6df, 1},
		{0x1f6eb, 0x1f6ec, 1}, {0x1f6f4, 0x1f6fc, 1}, {0x1f7e0, 0x1f7eb, 1},
		{0x1f7f0, 0x1f7f0, 1}, {0x1f90c, 0x1f93a, 1}, {0x1f93c, 0x1f945, 1},
		{0x1f947, 0x1f9ff, 1}, {0x1fa70, 0x1faf8, 1}, {0x20000, 0x2fffd, 1},
		{0x30000, 0x3fffd, 1},
	},
}

// runeWidth is the number of terminal cells a printable character takes. It
// does not know tabs; the line expands these.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		if r == 0xad { // soft hyphen
			return 0
		}
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// line is one source line made ready to print: tabs expanded, control
// characters and undecodable bytes made visible, and the cell in which each
// column starts.
type line struct {
	runes []rune // what is printed, tabs as blanks
	owner []int  // owner[i]: the source column (0-based) that runes[i] stems from
	cells []int  // cells[c]: first cell of source column c; one more at the end
}

// newLine takes a source line without its line end. Columns are code points; a
// byte that is not UTF-8 counts as one column, as the reader counts it.
func newLine(src []byte) line {
	l := line{cells: []int{0}}
	cell, column := 0, 0
	add := func(r rune, w int) {
		l.runes = append(l.runes, r)
		l.owner = append(l.owner, column)
		cell += w
	}
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		src = src[size:]
		if r == '\t' {
			for n := tabWidth - cell%tabWidth; n > 0; n-- {
				add(' ', 1)
			}
		} else {
			r = visible(r)
			add(r, runeWidth(r))
		}
		column++
		l.cells = append(l.cells, cell)
	}
	return l
}

// width is the number of cells the whole line takes.
func (l line) width() int { return l.cells[len(l.cells)-1] }

// cell gives the cell in which a 1-based column starts; a column behind the
// end of the line is its end.
func (l line) cell(column int) int {
	return l.cells[min(max(column-1, 0), len(l.cells)-1)]
}

// indent is the first cell that is not blank.
func (l line) indent() int {
	for i, r := range l.runes {
		if r != ' ' {
			return l.cells[l.owner[i]]
		}
	}
	return 0
}

// visible replaces what a terminal would act on, or could not show, by a sign
// for it: a settings file must not be able to move the cursor.
func visible(r rune) rune {
	switch {
	case r < 0x20:
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	case r < 0xa0 && r >= 0x80, r == utf8.RuneError:
		return utf8.RuneError
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
		// Bidirectional overrides and line separators reorder what is seen.
		return utf8.RuneError
	}
	return r
}

// printable makes any text safe to print on one line.
func printable(s string) string {
	clean := true
	for _, r := range s {
		if visible(r) != r || r == utf8.RuneError {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(visible, s)
}
