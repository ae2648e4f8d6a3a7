package layers_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
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

func TestScratch(t *testing.T) {
	pkg := os.Getenv("SCRATCH")
	if pkg == "" {
		t.Skip("scratch")
	}
	for _, p := range strings.Fields(pkg) {
		root := "../../.corpus/" + p
		roots := []string{root + "/usr/lib/python3/dist-packages"}
		d := newDirTree("../../.corpus", roots...)
		r := layers.NewReader(d, layers.Options{Catalog: catalog.Default()})
		for _, m := range d.modules() {
			if strings.Contains(m, "test") {
				continue
			}
			for _, c := range r.Candidates(m) {
				t.Log("\n" + render(r.Layer(c)))
			}
		}
	}
}
