package cli_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
)

type triggerDocument struct {
	Layer     string `json:"layer"`
	Entry     int    `json:"entry"`
	Hook      string `json:"hook"`
	Behaviour string `json:"behaviour"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	Also      []struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
	} `json:"also"`
}

func (t triggerDocument) String() string {
	name := t.Hook + "=" + t.Behaviour
	if t.Layer == "" {
		return name
	}
	return t.Layer[strings.LastIndexByte(t.Layer, '.')+1:] + "." + name
}

type traceDocument struct {
	Events  []string `json:"events"`
	Outcome struct {
		Outcome  string  `json:"outcome"`
		Status   int     `json:"status"`
		Body     *string `json:"body"`
		XTrace   string  `json:"xtrace"`
		Exc      string  `json:"exc"`
		From     string  `json:"from"`
		Finished int     `json:"finished"`
		Started  int     `json:"started"`
	} `json:"outcome"`
}

type diffDocument struct {
	Schema      string `json:"schema"`
	From        string `json:"from"`
	To          string `json:"to"`
	Differences []struct {
		Stack   string            `json:"stack"`
		Trigger triggerDocument   `json:"trigger"`
		With    []triggerDocument `json:"with"`
		Effect  string            `json:"effect"`
		Layers  []string          `json:"layers"`
		Effects []struct {
			Effect string   `json:"effect"`
			Words  string   `json:"words"`
			Layers []string `json:"layers"`
		} `json:"effects"`
		Grade        string `json:"grade"`
		Reason       string `json:"reason"`
		Consequences []struct {
			Layer string `json:"layer"`
			Entry int    `json:"entry"`
			Hook  string `json:"hook"`
			Text  string `json:"text"`
			Grade string `json:"grade"`
			File  string `json:"file"`
			Line  int    `json:"line"`
		} `json:"consequences"`
		Classic     *traceDocument `json:"classic"`
		Modern      *traceDocument `json:"modern"`
		Before      *traceDocument `json:"before"`
		After       *traceDocument `json:"after"`
		Explanation string         `json:"explanation"`
	} `json:"differences"`
	Stacks []struct {
		ID         string `json:"id"`
		File       string `json:"file"`
		Model      string `json:"model"`
		From       string `json:"from"`
		To         string `json:"to"`
		Complete   bool   `json:"complete"`
		Conditions []struct {
			Text  string `json:"text"`
			File  string `json:"file"`
			Line  int    `json:"line"`
			Value bool   `json:"value"`
		} `json:"conditions"`
		Unknown []struct {
			Layer  string `json:"layer"`
			Entry  int    `json:"entry"`
			Absent bool   `json:"absent"`
			File   string `json:"file"`
			Line   int    `json:"line"`
			Why    string `json:"why"`
		} `json:"unknown"`
	} `json:"stacks"`
	Notes []noteDocument `json:"notes"`
}

// TestDiffOfProjects compares what diff says of the classic sample projects with
// reviewed output. Each difference has a note that says why it is right.
func TestDiffOfProjects(t *testing.T) {
	for _, name := range []string{"emporium", "clinic", "courses"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(root, "testdata", "projects", name)
			code, text, stderr := run(t, dir, "", "diff", "--to", "5.2", ".")
			require.Equal(t, cli.ExitFindings, code, stderr)
			code, document, stderr := run(t, dir, "", "diff", "--to", "5.2", "--format", "json", ".")
			require.Equal(t, cli.ExitFindings, code, stderr)
			golden(t, filepath.Join(dir, "diff.txt"), text)
			golden(t, filepath.Join(dir, "diff.json"), document)

			var d diffDocument
			decodeStrictly(t, document, &d)
			require.Equal(t, "mwcheck.diff/1", d.Schema)
			require.NotEmpty(t, d.Differences)
			notes := readDiffNotes(t, filepath.Join(dir, "diff.notes"))
			for _, x := range d.Differences {
				key := x.Trigger.String()
				for _, w := range x.With {
					key += " + " + w.String()
				}
				require.NotEmpty(t, notes[key], "%s has no note in diff.notes", key)
				notes[key] = "used"
			}
			for key, note := range notes {
				require.Equal(t, "used", note, "diff.notes speaks of %s, which is no difference", key)
			}
		})
	}
}

// golden compares with a reviewed file, or rewrites it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(string(want), got), "%s (-reviewed +now)", file)
}

// readDiffNotes reads "key: why" lines; a line that begins with a blank goes on
// with the one before.
func readDiffNotes(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	notes, key := map[string]string{}, ""
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		switch {
		case line == "" || line[0] == '#':
		case line[0] == ' ':
			require.NotEmpty(t, key, "%s begins in the middle", file)
			notes[key] += line
		default:
			name, why, ok := strings.Cut(line, ": ")
			require.True(t, ok, "%s: %q is no note", file, line)
			require.Empty(t, notes[name], "%s speaks of %s twice", file, name)
			key = name
			notes[key] = why
		}
	}
	return notes
}
