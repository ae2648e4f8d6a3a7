package layers_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
)

// BenchmarkShapes reads the layers of the largest golden case, parsing left out.
func BenchmarkShapes(b *testing.B) {
	archive, err := txtar.ParseFile("testdata/shapes/answers.txtar")
	require.NoError(b, err)
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	tree := layertest.New(files)
	known := catalog.Default()
	_, names, _ := strings.Cut(string(archive.Comment), "layers: ")
	paths := strings.Fields(names)
	b.ReportAllocs()
	for b.Loop() {
		r := layers.NewReader(tree, layers.Options{Catalog: known})
		for _, p := range paths {
			r.Layer(p)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(paths)), "µs/layer")
}

// BenchmarkDjango finds and reads every layer in Django's own package, parsing
// left out.
func BenchmarkDjango(b *testing.B) {
	root := "../../.corpus/python3-django/usr/lib/python3/dist-packages"
	if _, err := os.Stat(root); err != nil {
		b.Skip("no .corpus: scripts/corpus.sh brings it")
	}
	tree := newDirTree("../..", root)
	modules := tree.modules()
	for _, m := range modules {
		tree.Module(m)
	}
	known := catalog.Default()
	layersRead := 0
	for b.Loop() {
		r := layers.NewReader(tree, layers.Options{Catalog: known})
		layersRead = 0
		for _, m := range modules {
			for _, path := range r.Candidates(m) {
				r.Layer(path)
				layersRead++
			}
		}
	}
	b.ReportMetric(float64(layersRead), "layers")
}
