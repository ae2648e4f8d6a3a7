package layers_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
)

var update = flag.Bool("update", false, "rewrite the golden sections; review each change beside its source")

// TestShapes reads the layers that a case names and compares their facts, as
// render writes them, with the case's want section.
func TestShapes(t *testing.T) {
	paths, err := filepath.Glob("testdata/shapes/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			require.NoError(t, err)
			_, names, found := strings.Cut(string(archive.Comment), "layers: ")
			require.True(t, found, "the comment names no layers")
			files := map[string]string{}
			want, wantAt := "", -1
			for i, f := range archive.Files {
				if f.Name == "want" {
					want, wantAt = string(f.Data), i
					continue
				}
				files[f.Name] = string(f.Data)
			}
			r := layers.NewReader(layertest.New(files), layers.Options{Catalog: catalog.Default()})
			var b strings.Builder
			for _, name := range strings.Fields(names) {
				b.WriteString(render(r.Layer(name)))
			}
			got := b.String()
			if *update {
				if wantAt < 0 {
					archive.Files = append(archive.Files, txtar.File{Name: "want"})
					wantAt = len(archive.Files) - 1
				}
				archive.Files[wantAt].Data = []byte(got)
				require.NoError(t, os.WriteFile(path, txtar.Format(archive), 0o644))
				return
			}
			require.GreaterOrEqual(t, wantAt, 0, "no want section")
			require.Empty(t, cmp.Diff(want, got))
		})
	}
}
