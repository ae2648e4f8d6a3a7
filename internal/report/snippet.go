package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

const (
	// maxCells is the widest part of a source line that is shown.
	maxCells = 160
	// maxSpanLines is the most lines of one span that are shown; of a longer
	// one the first and the last are.
	maxSpanLines = 6
)

// mark is one span to underline.
type mark struct {
	span  stack.Span
	sign  byte // '^' for the place of the finding, '-' for a related one
	label string
}

// piece is the part of a mark that lies on one line, in cells.
type piece struct {
	from, to int
	sign     byte
	label    string
}

// sourceLines splits at every line end that Python knows: \n, \r\n and \r. A
// byte order mark belongs to no line.
func sourceLines(src []byte) [][]byte {
	src = trimBOM(src)
	var lines [][]byte
	start := 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '\n':
		case '\r':
			if i+1 < len(src) && src[i+1] == '\n' {
				lines = append(lines, src[start:i])
				i++
				start = i + 1
				continue
			}
		default:
			continue
		}
		lines = append(lines, src[start:i])
		start = i + 1
	}
	if start < len(src) {
		lines = append(lines, src[start:])
	}
	return lines
}

func trimBOM(src []byte) []byte {
	if len(src) >= 3 && src[0] == 0xef && src[1] == 0xbb && src[2] == 0xbf {
		return src[3:]
	}
	return src
}

// snippet renders the lines of one file that hold marks, each with its
// underlines. It answers "" with the reason where nothing can be shown.
func snippet(src []byte, marks []mark, p palette) (text, reason string) {
	lines := sourceLines(src)
	rows := map[int][]piece{}
	for _, m := range marks {
		if m.span.Line < 1 || m.span.Line > len(lines) {
			return "", fmt.Sprintf("the file has %s now", count(len(lines), "line"))
		}
		addPieces(rows, lines, m)
	}
	if len(rows) == 0 {
		return "", ""
	}
	numbers := make([]int, 0, len(rows))
	for n := range rows {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	gutter := len(strconv.Itoa(numbers[len(numbers)-1]))

	var b strings.Builder
	blank := strings.Repeat(" ", gutter) + " " + p.gutter("|")
	b.WriteString(blank + "\n")
	for _, n := range numbers {
		l := newLine(lines[n-1])
		pieces := rows[n]
		shown, shift := clip(l, pieces)
		b.WriteString(trimRight(fmt.Sprintf("%s %s %s", p.gutter(fmt.Sprintf("%*d", gutter, n)), p.gutter("|"), shown)) + "\n")
		for _, pc := range pieces {
			// A place right of the window is marked under its ellipsis.
			from, to := min(max(pc.from-shift, 0), maxCells), min(pc.to-shift, maxCells)
			signs := strings.Repeat(string(pc.sign), max(to-from, 1))
			if pc.label != "" {
				signs += " " + printable(pc.label)
			}
			b.WriteString(blank + " " + strings.Repeat(" ", from) + p.sign(pc.sign, signs) + "\n")
		}
	}
	return b.String(), ""
}

// addPieces cuts one mark into its lines.
func addPieces(rows map[int][]piece, lines [][]byte, m mark) {
	first, last := m.span.Line, max(m.span.EndLine, m.span.Line)
	// An end in column 1 lies behind the line end before it.
	if last > first && m.span.EndColumn <= 1 {
		last--
	}
	last = min(last, len(lines))
	for n := first; n <= last; n++ {
		if last-first >= maxSpanLines && n != first && n != last {
			continue
		}
		l := newLine(lines[n-1])
		pc := piece{from: l.indent(), to: l.width(), sign: m.sign}
		if n == first {
			pc.from = l.cell(m.span.Column)
		}
		if n == m.span.EndLine && (n > first || m.span.EndColumn > m.span.Column) {
			pc.to = l.cell(m.span.EndColumn)
		} else if m.span.EndLine == 0 {
			pc.to = pc.from + 1
		}
		if n == last {
			pc.label = m.label
		}
		if n > first && n < last && pc.from >= pc.to {
			continue // an empty line inside
		}
		rows[n] = append(rows[n], pc)
		slices.SortStableFunc(rows[n], func(a, b piece) int { return cmp.Compare(b.sign, a.sign) })
	}
}

// clip gives the part of a line that is shown and the number of cells that its
// markers move to the left for it.
func clip(l line, pieces []piece) (text string, shift int) {
	if l.width() <= maxCells {
		return string(l.runes), 0
	}
	from := l.width()
	for _, p := range pieces {
		from = min(from, p.from)
	}
	start := 0
	if to := pieces[0].to; to > maxCells {
		start = max(from-maxCells/4, 0)
	}
	var b strings.Builder
	if start > 0 {
		b.WriteString("…")
	}
	lead := -1 // cells that are printed before the first shown column
	for i, r := range l.runes {
		at := l.cells[l.owner[i]]
		if at < start {
			continue
		}
		if lead < 0 {
			lead = at
		}
		if at-start >= maxCells {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	if start > 0 {
		return b.String(), lead - 1 // the ellipsis takes one cell
	}
	return b.String(), 0
}

// trimRight drops blanks at the end, which an empty source line leaves.
func trimRight(s string) string { return strings.TrimRight(s, " ") }
