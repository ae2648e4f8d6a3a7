package classes_test

import (
	"context"
	"testing"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
)

// BenchmarkRewrite rewrites one classic layer beside all modules of Django and
// the packages around it.
func BenchmarkRewrite(b *testing.B) {
	files := osfiles.Files{Dir: "../../../.corpus"}
	workDir, err := files.WorkDir()
	if err != nil {
		b.Skip("there is no .corpus: run scripts/corpus.sh")
	}
	project, _ := django.Load(context.Background(), files, django.Options{Paths: []string{"python3-django", "python3-django-pagination"}, WorkDir: workDir})
	var modules []layers.Module
	var pagination layers.Loader
	for _, m := range project.Modules() {
		tree := projectfacts.Tree{Loader: project.LoaderAt(m)}
		if mod, ok := tree.Module(m.Module); ok && mod.File == m.File {
			modules = append(modules, mod)
			if m.Module == "pagination.middleware" {
				pagination = tree
			}
		}
	}
	if pagination == nil {
		b.Skip("the corpus has no django-pagination")
	}
	for b.Loop() {
		reader := layers.NewReader(pagination, layers.Options{Catalog: catalog.Default()})
		result := classes.Rewrite(classes.Project{Reader: reader, Modules: modules}, []string{"pagination.middleware.PaginationMiddleware"}, classes.Options{Native: true})
		if len(result.Edits) == 0 {
			b.Fatal("nothing was rewritten")
		}
	}
	b.ReportMetric(float64(len(modules)), "modules")
}
