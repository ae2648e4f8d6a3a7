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
	"github.com/mwcheck/mwcheck/internal/python"
)

var update = flag.Bool("update", false, "rewrite the golden sections; review each change beside its source")

// memTree is a Loader over files in memory, with the rules of internal/django: a
// folder without __init__.py is no top package, as it may have parts elsewhere.
type memTree struct {
	files map[string]string
	cache map[string]layers.Module
}

func newMemTree(files map[string]string) *memTree {
	return &memTree{files: files, cache: map[string]layers.Module{}}
}

func (m *memTree) Module(dotted string) (layers.Module, bool) {
	if x, ok := m.cache[dotted]; ok {
		return x, true
	}
	base := strings.ReplaceAll(dotted, ".", "/")
	for _, name := range []string{base + "/__init__.py", base + ".py"} {
		if text, ok := m.files[name]; ok {
			x := layers.Module{Name: dotted, File: name, Package: strings.HasSuffix(name, "__init__.py"), Src: python.Parse([]byte(text))}
			m.cache[dotted] = x
			return x, true
		}
	}
	for name := range m.files {
		if strings.HasPrefix(name, base+"/") {
			return layers.Module{Name: dotted, Package: true}, true
		}
	}
	return layers.Module{}, false
}

func (m *memTree) HasTop(dotted string) bool {
	top, _, _ := strings.Cut(dotted, ".")
	for name := range m.files {
		if name == top+".py" || name == top+"/__init__.py" {
			return true
		}
	}
	return false
}

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
			r := layers.NewReader(newMemTree(files), layers.Options{Catalog: catalog.Default()})
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
