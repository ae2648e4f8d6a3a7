package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/mwcheck/mwcheck/internal/trace"
)

// The measures of the picture, in pixels. Letters are drawn in whatever
// monospaced font there is; svgLetter is a little more than the widest of them
// takes at svgSize.
const (
	svgSize   = 13
	svgLetter = 8.0
	svgLine   = 22
	svgIndent = 16
	svgMargin = 20
	svgHead   = 58 // above the drawings
	svgTop    = 34 // from the top of a drawing to its first row
	svgFoot   = 40 // below the rows: the outcome
)

// svgStyle paints on a ground of its own, so that the picture can be read on
// pages of any colour, and follows the reader's choice of light or dark.
const svgStyle = `
  svg { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328 }
  .page { fill: #f6f8fa } .way { fill: #ffffff; stroke: #d1d9e0 }
  .title { font-weight: 600; font-size: 14px } .more { fill: #59636e } .bar { stroke: #d1d9e0; stroke-width: 2 }
  .in { fill: #0969da } .at { fill: #59636e } .out { fill: #1a7f37 } .off { fill: #6e7781 }
  .off .name { text-decoration: line-through } .does { fill: #bc4c00; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    svg { fill: #e6edf3 } .page { fill: #0d1117 } .way { fill: #151b23; stroke: #3d444d } .more { fill: #9198a1 } .bar { stroke: #3d444d }
    .in { fill: #4493f8 } .at { fill: #9198a1 } .out { fill: #3fb950 } .off { fill: #8b949e } .does { fill: #f0883e }
  }
`

// TracesSVG draws the ways that TracesText draws side by side, as one SVG
// picture that stands alone: no scripts, no fonts, no links. What each hook gets
// is in its row's tooltip. Equal traces make equal bytes.
func TracesSVG(w io.Writer, r Traces) error {
	rows, wide := 0, 0.0
	for i := range r.Drawn {
		rows = max(rows, len(r.Drawn[i].Rows))
		wide = max(wide, svgWidth(&r.Drawn[i]))
	}
	head := fmt.Sprintf("%s through %s", printable(r.Request), printable(r.Stack))
	where := behavioursOf(r.Scenario)
	for _, line := range []string{head, "where " + where} {
		wide = max(wide, (float64(lettersOf(line))*svgLetter*1.1-svgMargin*float64(len(r.Drawn)-1))/float64(max(1, len(r.Drawn))))
	}
	height := svgHead + svgTop + rows*svgLine + svgFoot + svgMargin
	width := svgMargin + len(r.Drawn)*(int(wide)+svgMargin)

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img">`+"\n", width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n", svgText(head), svgStyle)
	fmt.Fprintf(&b, `<rect class="page" width="%d" height="%d" rx="8"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<text class="title" x="%d" y="28">%s</text>`+"\n", svgMargin, svgText(head))
	if where != "" {
		fmt.Fprintf(&b, `<text class="more" x="%d" y="48">where %s</text>`+"\n", svgMargin, svgText(where))
	}
	for i := range r.Drawn {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", svgMargin+i*(int(wide)+svgMargin), svgHead)
		fmt.Fprintf(&b, `<rect class="way" width="%d" height="%d" rx="6"/>`+"\n", int(wide), height-svgHead-svgMargin)
		svgWay(&b, &r.Drawn[i])
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// svgWidth is what the way under one engine takes.
func svgWidth(d *Drawn) float64 {
	wide := 0.0
	for _, line := range []string{d.Engine, outcomeWords(d.Trace.Outcome)} {
		wide = max(wide, float64(lettersOf(line))*svgLetter)
	}
	for _, row := range d.Rows {
		letters := lettersOf(rowName(row)) + 2
		if does := behaviourWords(row.Does); row.Ran && does != "" {
			letters += 2 + lettersOf(does)
		}
		wide = max(wide, float64(row.Depth*svgIndent)+float64(letters)*svgLetter)
	}
	return wide + 2*svgMargin
}

func svgWay(b *strings.Builder, d *Drawn) {
	fmt.Fprintf(b, `<text class="title" x="%d" y="24">%s</text>`+"\n", svgMargin, svgText(d.Engine))
	for i, row := range d.Rows {
		y := svgTop + i*svgLine
		for depth := range row.Depth {
			x := svgMargin + depth*svgIndent + 4
			fmt.Fprintf(b, `<path class="bar" d="M%d %dv%d"/>`+"\n", x, y, svgLine)
		}
		class, sign := svgSign(row)
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">`, class, svgMargin+row.Depth*svgIndent, y+16)
		if words := rowWords(row); row.Ran && words != "" {
			fmt.Fprintf(b, "<title>%s</title>", svgText(words))
		}
		fmt.Fprintf(b, `%s <tspan class="name">%s</tspan>`, sign, svgText(rowName(row)))
		if does := behaviourWords(row.Does); row.Ran && does != "" {
			fmt.Fprintf(b, ` <tspan class="does">%s</tspan>`, svgText(does))
		}
		b.WriteString("</text>\n")
	}
	fmt.Fprintf(b, `<text class="more" x="%d" y="%d">%s</text>`+"\n", svgMargin, svgTop+len(d.Rows)*svgLine+24, svgText(outcomeWords(d.Trace.Outcome)))
}

// svgSign is the colour and the sign of a row.
func svgSign(row trace.Row) (class, sign string) {
	switch {
	case !row.Ran:
		return "off", "✗"
	case row.Way == trace.In:
		return "in", "→"
	case row.Way == trace.Out:
		return "out", "←"
	}
	return "at", "•"
}

// lettersOf is the width of a text in letters of a monospaced font.
func lettersOf(s string) int {
	n := 0
	for _, r := range printable(s) {
		n += runeWidth(r)
	}
	return n
}

// svgText is text for an element: what is no XML is replaced, marks are escaped.
func svgText(s string) string {
	var b strings.Builder
	// Writing to a strings.Builder does not fail.
	_ = xml.EscapeText(&b, []byte(printable(s)))
	return b.String()
}
