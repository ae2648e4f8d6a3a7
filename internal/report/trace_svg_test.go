package report_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/trace"
)

func svg(t require.TestingT, r report.Traces) string {
	var b strings.Builder
	require.NoError(t, report.TracesSVG(&b, r))
	return b.String()
}

// texts are the texts of a picture's rows by their class, tooltips left out. It
// fails where the picture is not well-formed.
func texts(t require.TestingT, picture string) map[string][]string {
	out := map[string][]string{}
	d := xml.NewDecoder(strings.NewReader(picture))
	class, text, title := "", "", false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err, picture)
		switch token := token.(type) {
		case xml.StartElement:
			title = token.Name.Local == "title"
			if token.Name.Local == "text" {
				class, text = "", ""
				for _, a := range token.Attr {
					if a.Name.Local == "class" {
						class = a.Value
					}
				}
			}
		case xml.EndElement:
			title = false
			if token.Name.Local == "text" {
				out[class] = append(out[class], text)
				class = ""
			}
		case xml.CharData:
			if class != "" && !title {
				text += string(token)
			}
		}
	}
}

func drawn(request string, rows ...trace.Row) report.Traces {
	return report.Traces{
		Request: request, Stack: "shop:MIDDLEWARE", Scenario: &conformance.Scenario{View: "raise:http404"},
		Drawn: []report.Drawn{{Engine: "modern@5.2", Rows: rows, Trace: conformance.Trace{Outcome: conformance.Outcome{Status: 404, Body: "handler404+"}}}},
	}
}

func TestTracesSVG(t *testing.T) {
	r := drawn("GET /a?b=1&c=<2>",
		trace.Row{Layer: "A", Hook: "process_request", Way: trace.In, Ran: true},
		trace.Row{Layer: "B", Hook: "process_view", Depth: 1, Way: trace.In},
		trace.Row{Hook: "view", Depth: 2, Way: trace.At, Ran: true, Does: "raise:http404"},
		trace.Row{Layer: "A", Hook: "process_response", Way: trace.Out, Ran: true, Sees: "status=404 marker=handler404"},
	)
	picture := svg(t, r)
	require.Equal(t, map[string][]string{
		"title": {"GET /a?b=1&c=<2> through shop:MIDDLEWARE", "modern@5.2"},
		"more":  {"where the view raises Http404", "404, the response of handler404"},
		"in":    {"→ A.process_request"},
		"off":   {"✗ B.process_view"},
		"at":    {"• view raises Http404"},
		"out":   {"← A.process_response"},
	}, texts(t, picture))
	require.Contains(t, picture, "<title>gets 404 of handler404</title>")
	require.Equal(t, 3, strings.Count(picture, `class="bar"`), "one bar for each layer around")
	require.Contains(t, picture, "text-decoration: line-through")
	require.Contains(t, picture, "prefers-color-scheme: dark")
	require.NotRegexp(t, regexp.MustCompile(`(?i)<script|href|@import|url\(`), picture)
}

// Whatever names are read from a project, the picture is well-formed, shows
// every row, and is as wide as its rows.
func TestTracesSVGOfAnyNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []trace.Row
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			rows = append(rows, trace.Row{
				Layer: rapid.String().Draw(t, "layer"), Hook: rapid.String().Draw(t, "hook"), Depth: rapid.IntRange(0, 300).Draw(t, "depth"),
				Way: rapid.SampledFrom([]trace.Way{trace.In, trace.At, trace.Out}).Draw(t, "way"), Ran: rapid.Bool().Draw(t, "ran"),
				Sees: rapid.String().Draw(t, "sees"), Does: rapid.String().Draw(t, "does"),
			})
		}
		r := drawn("GET /", rows...)
		r.Stack = rapid.String().Draw(t, "stack")
		picture := svg(t, r)
		found := texts(t, picture)
		require.Len(t, append(append(append(found["in"], found["out"]...), found["at"]...), found["off"]...), len(rows))
		require.Equal(t, picture, svg(t, r))
	})
	require.NotEmpty(t, texts(t, svg(t, report.Traces{Scenario: &conformance.Scenario{}}))["title"], "no engine, no drawing")
}
