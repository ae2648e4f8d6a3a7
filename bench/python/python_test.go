// Package python measures the reader of internal/python beside official
// tree-sitter, and beside only reading the files and counting newlines, over
// the Django sources in one run:
//
//	GOMAXPROCS=1 go test -bench . -benchmem ./python
//
// MWCHECK_CORPUS names the folder that scripts/corpus.sh fills.
package python

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sitter "github.com/tree-sitter/go-tree-sitter"
	sitterpython "github.com/tree-sitter/tree-sitter-python/bindings/go"

	"github.com/mwcheck/mwcheck/internal/python"
)

// corpus lists the Python files of Django and their size together.
func corpus(b *testing.B) (files []string, size int64) {
	b.Helper()
	root := os.Getenv("MWCHECK_CORPUS")
	if root == "" {
		root = "../../.corpus"
	}
	root = filepath.Join(root, "python3-django")
	if _, err := os.Stat(root); err != nil {
		b.Skip("the corpus is not there (scripts/corpus.sh brings it): ", err)
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".py") {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files = append(files, path)
		size += info.Size()
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return files, size
}

func readAll(b *testing.B, files []string) [][]byte {
	b.Helper()
	texts := make([][]byte, len(files))
	for i, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		texts[i] = text
	}
	return texts
}

// countNewlines reads the files and does next to nothing with them.
func countNewlines(b *testing.B, files []string) {
	lines := 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		lines += bytes.Count(text, []byte("\n"))
	}
	if lines == 0 {
		b.Fatal("no lines")
	}
}

// readTrees reads the files into full trees.
func readTrees(b *testing.B, files []string) {
	nodes := 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		f := python.Parse(text)
		if len(f.Errors) > 0 {
			b.Fatal(path, f.Errors[0])
		}
		nodes += f.NodeCount()
	}
	if nodes < 100_000 {
		b.Fatal("too few nodes: ", nodes)
	}
}

func newSitter(b *testing.B) *sitter.Parser {
	b.Helper()
	p := sitter.NewParser()
	if err := p.SetLanguage(sitter.NewLanguage(sitterpython.Language())); err != nil {
		b.Fatal(err)
	}
	return p
}

// sitterTrees does what readTrees does with tree-sitter.
func sitterTrees(b *testing.B, p *sitter.Parser, files []string) {
	nodes := uint(0)
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		tree := p.Parse(text, nil)
		nodes += tree.RootNode().DescendantCount()
		tree.Close()
	}
	if nodes < 100_000 {
		b.Fatal("too few nodes: ", nodes)
	}
}

func BenchmarkCountNewlines(b *testing.B) {
	files, size := corpus(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		countNewlines(b, files)
	}
}

func BenchmarkRead(b *testing.B) {
	files, size := corpus(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		readTrees(b, files)
	}
}

// BenchmarkParseOnly leaves the reading of files out.
func BenchmarkParseOnly(b *testing.B) {
	files, size := corpus(b)
	texts := readAll(b, files)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			python.Parse(text)
		}
	}
}

func BenchmarkTreeSitter(b *testing.B) {
	files, size := corpus(b)
	p := newSitter(b)
	defer p.Close()
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		sitterTrees(b, p, files)
	}
}

// BenchmarkRatios runs the three in turn, so that a busy machine disturbs them
// alike, and reports how many times as fast as tree-sitter the reader is, and
// how many times as long as counting newlines it takes.
func BenchmarkRatios(b *testing.B) {
	files, _ := corpus(b)
	p := newSitter(b)
	defer p.Close()
	var newlines, trees, treeSitter time.Duration
	timed := func(sum *time.Duration, f func()) {
		start := time.Now()
		f()
		*sum += time.Since(start)
	}
	for b.Loop() {
		timed(&newlines, func() { countNewlines(b, files) })
		timed(&trees, func() { readTrees(b, files) })
		timed(&treeSitter, func() { sitterTrees(b, p, files) })
	}
	b.ReportMetric(treeSitter.Seconds()/trees.Seconds(), "x-tree-sitter")
	b.ReportMetric(trees.Seconds()/newlines.Seconds(), "x-newlines")
}
