package layers_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// dirTree is a Loader over directories of packages, as sys.path is.
type dirTree struct {
	root  string // of the repository: positions are relative to it
	roots []string
	files map[string]layers.Module
}

func newDirTree(root string, roots ...string) *dirTree {
	return &dirTree{root: root, roots: roots, files: map[string]layers.Module{}}
}

func (d *dirTree) Module(dotted string) (layers.Module, bool) {
	if m, ok := d.files[dotted]; ok {
		return m, m.Name != ""
	}
	rel := strings.ReplaceAll(dotted, ".", "/")
	for _, r := range d.roots {
		for _, name := range []string{rel + "/__init__.py", rel + ".py"} {
			file := filepath.Join(r, name)
			src, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			shown, err := filepath.Rel(d.root, file)
			if err != nil {
				continue
			}
			m := layers.Module{Name: dotted, File: filepath.ToSlash(shown), Package: strings.HasSuffix(name, "__init__.py"), Src: python.Parse(src)}
			d.files[dotted] = m
			return m, true
		}
		if st, err := os.Stat(filepath.Join(r, rel)); err == nil && st.IsDir() {
			m := layers.Module{Name: dotted, File: "", Package: true}
			d.files[dotted] = m
			return m, true
		}
	}
	d.files[dotted] = layers.Module{}
	return layers.Module{}, false
}

func (d *dirTree) HasTop(dotted string) bool {
	top, _, _ := strings.Cut(dotted, ".")
	for _, r := range d.roots {
		if st, err := os.Stat(filepath.Join(r, top)); err == nil && st.IsDir() {
			return true
		}
		if _, err := os.Stat(filepath.Join(r, top+".py")); err == nil {
			return true
		}
	}
	return false
}

// modules lists the dotted names of all modules.
func (d *dirTree) modules() []string {
	var out []string
	for _, r := range d.roots {
		_ = filepath.WalkDir(r, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(p, ".py") {
				return nil
			}
			rel, err := filepath.Rel(r, p)
			if err != nil {
				return nil
			}
			rel = strings.TrimSuffix(strings.TrimSuffix(filepath.ToSlash(rel), ".py"), "/__init__")
			out = append(out, strings.ReplaceAll(rel, "/", "."))
			return nil
		})
	}
	return out
}

// corpusVersion is the Django release that the packages of the corpus were made
// for.
var corpusVersion = stack.Version{Major: 3, Minor: 2}

// corpusFacts reads the reviewed table: one line a class, its cells split by
// "|": package, dotted path, style, hooks, answers, reads, writes. The cells
// say what the source says, found by reading it; where the reader says something
// else, a cell has " => " and what it says.
func corpusFacts(t *testing.T) [][]string {
	data, err := os.ReadFile("testdata/corpus-facts.txt")
	require.NoError(t, err)
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		require.Len(t, cells, 7, line)
		rows = append(rows, cells)
	}
	return rows
}

// pinned are the packages that a machine with a corpus always has.
var pinned = []string{"graphite-web", "lava-server", "python3-django", "python3-django-horizon"}

func TestCorpusFacts(t *testing.T) {
	rows := corpusFacts(t)
	require.GreaterOrEqual(t, len(rows), 60)
	readers := map[string]*layers.Reader{}
	names := [...]string{2: "style", 3: "hooks", 4: "answers", 5: "reads", 6: "writes"}
	var right, unknown, wrong [7]int
	absent := map[string]bool{}
	for _, row := range rows {
		pkg, path := row[0], row[1]
		root := filepath.Join("../../.corpus", pkg, "usr/lib/python3/dist-packages")
		if _, err := os.Stat(root); err != nil {
			absent[pkg] = true
			continue
		}
		r := readers[pkg]
		if r == nil {
			r = layers.NewReader(newDirTree("../..", root), layers.Options{Catalog: catalog.Default(), Django: corpusVersion})
			readers[pkg] = r
		}
		layer := r.Layer(path)
		got := cellsOf(layer)
		for i := 2; i < 7; i++ {
			truth, tool, differs := strings.Cut(row[i], " => ")
			if !differs {
				tool = truth
			}
			switch verdict(truth, tool) {
			case "right":
				right[i]++
			case "unknown":
				unknown[i]++
				if part(tool, truth) {
					require.NotEmpty(t, layer.Unread, "%s: what is missing is not said to be unread", path)
				}
			default:
				wrong[i]++
			}
			if tool != got[i] {
				t.Errorf("%s %s %s: want %q, got %q", pkg, path, names[i], tool, got[i])
			}
		}
	}
	for _, pkg := range pinned {
		if absent[pkg] && os.Getenv("REQUIRE_CORPUS") == "1" {
			t.Fatalf("package %s is not in .corpus", pkg)
		}
	}
	if len(absent) == len(readers)+len(absent) {
		t.Skip("no .corpus: scripts/corpus.sh brings it")
	}
	require.Zero(t, wrong)
	for i := 2; i < 7; i++ {
		t.Logf("%s: %d right, %d unknown, %d wrong", names[i], right[i], unknown[i], wrong[i])
	}
}

// part says that all words of a cell are words of another: what is missing was
// not seen, and nothing is said that is not so.
func part(cell, of string) bool {
	for word := range strings.FieldsSeq(cell) {
		if word != "-" && !slices.Contains(strings.Fields(of), word) {
			return false
		}
	}
	return true
}

// cellsOf writes a layer as a row of the table. Reads and writes are listed by
// attribute and phase: "user.request!" is read unguarded at least once, "?" is
// guarded always, "~" is not known. What the layer has set itself before, and
// what is read lazily, is left out.
func cellsOf(l *layers.Layer) []string {
	var hooks, answers []string
	for _, h := range l.Hooks {
		word := fmt.Sprintf("%s:%d", h.Name, h.Span.Line)
		if h.Inherited {
			word += "^"
		}
		hooks = append(hooks, word)
		if h.Answers != layers.No && (h.ShortCircuits() || h.Name == "process_exception") {
			answers = append(answers, h.Name+"="+h.Answers.String())
		}
	}
	reads, writes := map[string]string{}, map[string]string{}
	for _, a := range l.Reads {
		if a.Guard == "own" || a.Phase == layers.LazyPhase {
			continue
		}
		key := a.Attr + "." + string(a.Phase)
		mark := map[layers.Tri]string{layers.No: "!", layers.Yes: "?", layers.Unknown: "~"}[a.Guarded]
		if have := reads[key]; have == "" || have == "?" || have == "~" && mark == "!" {
			reads[key] = mark
		}
	}
	for _, a := range l.Writes {
		if a.Phase != layers.LazyPhase {
			writes[a.Attr+"."+string(a.Phase)] = ""
		}
	}
	return []string{"", "", string(l.Style), cell(hooks), cell(answers), cell(sorted(reads)), cell(sorted(writes))}
}

func cell(words []string) string {
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, " ")
}

func sorted(m map[string]string) []string {
	var out []string
	for k, v := range m {
		out = append(out, k+v)
	}
	slices.Sort(out)
	return out
}

// TestCorpusCandidates wants every class of the table to be found by its looks.
func TestCorpusCandidates(t *testing.T) {
	roots := map[string]*layers.Reader{}
	for _, row := range corpusFacts(t) {
		root := filepath.Join("../../.corpus", row[0], "usr/lib/python3/dist-packages")
		if _, err := os.Stat(root); err != nil {
			continue
		}
		r := roots[row[0]]
		if r == nil {
			r = layers.NewReader(newDirTree("../..", root), layers.Options{Catalog: catalog.Default(), Django: corpusVersion})
			roots[row[0]] = r
		}
		module := row[1][:strings.LastIndexByte(row[1], '.')]
		require.Contains(t, r.Candidates(module), row[1])
	}
	if len(roots) == 0 {
		t.Skip("no .corpus: scripts/corpus.sh brings it")
	}
}
