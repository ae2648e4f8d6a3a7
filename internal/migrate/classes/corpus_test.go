package classes_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// TestCorpus asks for everything that looks like middleware in Debian's
// packages: what is modern is left alone, the edits of the rest are sound.
func TestCorpus(t *testing.T) {
	dirs := testenv.CorpusGlob(t, "*/usr/*/*")
	looked, touched := 0, map[string]bool{}
	for _, dir := range dirs {
		files := osfiles.Files{Dir: dir}
		workDir, err := files.WorkDir()
		require.NoError(t, err)
		project, _ := django.Load(context.Background(), files, django.Options{Paths: []string{"."}, WorkDir: workDir, Django: stack.Version{Major: 5, Minor: 2}})
		if project == nil {
			continue
		}
		for _, m := range project.Modules() {
			tree := projectfacts.Tree{Loader: project.LoaderAt(m)}
			reader := layers.NewReader(tree, layers.Options{Catalog: catalog.Default(), Django: stack.Version{Major: 5, Minor: 2}})
			paths := reader.Candidates(m.Module)
			if len(paths) == 0 {
				continue
			}
			mod, _ := tree.Module(m.Module)
			for _, native := range []bool{false, true} {
				result := classes.Rewrite(classes.Project{Reader: reader, Modules: []layers.Module{mod}}, paths, classes.Options{Native: native, Python3: true})
				looked += len(paths)
				if len(result.Edits)+len(result.Refused) > 0 {
					touched[m.File] = true
				}
				changes, err := edit.Plan(func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }, result.Edits)
				require.NoError(t, err, m.File)
				for _, c := range changes {
					require.LessOrEqual(t, len(python.Parse(c.After).Errors), len(python.Parse(c.Before).Errors), c.File)
				}
			}
		}
	}
	// django-pagination 1.0.7 has the one class that is classic still.
	require.Equal(t, map[string]bool{"dist-packages/pagination/middleware.py": true}, touched)
	require.Greater(t, looked, 100)
}

const importLine = "from django.utils.deprecation import MiddlewareMixin\n"

// TestCorpusAgain makes the mixin classes of Debian's packages classic again and
// rewrites them: they come out as their authors wrote them, the place of the
// import included.
func TestCorpusAgain(t *testing.T) {
	rewritten := 0
	for _, dir := range testenv.CorpusGlob(t, "*/usr/lib/python3/dist-packages") {
		require.NoError(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".py") {
				return err
			}
			src, err := os.ReadFile(name)
			text := string(src)
			if err != nil || !strings.Contains(text, importLine) || !strings.Contains(text, "(MiddlewareMixin):") {
				return err
			}
			classic := strings.ReplaceAll(strings.Replace(text, importLine, "", 1), "(MiddlewareMixin):", "(object):")
			classic = strings.TrimPrefix(classic, "\n")
			if strings.Contains(classic, "MiddlewareMixin") {
				return nil
			}
			files := map[string]string{"app/__init__.py": "", "app/mw.py": classic}
			reader := layers.NewReader(layertest.New(files), layers.Options{Catalog: catalog.Default()})
			after, _ := rewrite(t, files, reader.Candidates("app.mw"), classes.Options{Python3: true})
			if diff := cmp.Diff(text, after["app/mw.py"]); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			rewritten++
			return nil
		}))
	}
	require.GreaterOrEqual(t, rewritten, 25)
}
