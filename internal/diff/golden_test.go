package diff_test

import (
	"flag"
	"os"
	"path/filepath"
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
			for line := range strings.Lines(string(archive.Comment)) {
				word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
				switch word {
				case "from":
					from = rest
				case "to":
					to = rest
				}
			}
			files, want := archive.Files, ""
			if last := files[len(files)-1]; last.Name == "want" {
				files, want = files[:len(files)-1], string(last.Data)
			}
			_, r := compare(t, files, from, to)
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
