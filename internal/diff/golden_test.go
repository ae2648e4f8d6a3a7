package diff_test

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden results; read every changed line before you commit it")

// TestGolden compares results with those that were read beside the source in
// the same archive.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			var from, to string
			var settings map[string]any
			for line := range strings.Lines(string(archive.Comment)) {
				word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
				switch word {
				case "from":
					from = rest
				case "to":
					to = rest
				case "setting":
					name, value, _ := strings.Cut(rest, " ")
					if settings == nil {
						settings = map[string]any{}
					}
					settings[name] = parseSetting(t, value)
				}
			}
			files, want := archive.Files, ""
			if last := files[len(files)-1]; last.Name == "want" {
				files, want = files[:len(files)-1], string(last.Data)
			}
			_, r := compareWith(t, files, from, to, settings)
			got := render(r)
			if *update {
				archive.Files = append(files, txtar.File{Name: "want", Data: []byte(got)})
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
				return
			}
			require.NotEmpty(t, want, "no section want")
			require.Empty(t, cmp.Diff(want, got), "(-reviewed +now)")
		})
	}
}

// parseSetting reads a value as Python writes it.
func parseSetting(t *testing.T, text string) any {
	switch text {
	case "True", "False":
		return text == "True"
	case "None":
		return nil
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}
