package cli_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// TestHealthyClasses lists every class in Django 3.2 and in packages of Debian
// 12 that looks like middleware, in the setting it is written for, alone and in a
// common place: each finding of
// the rules that read classes has a verdict in testdata/corpus/classes.txt, and no
// error is false.
func TestHealthyClasses(t *testing.T) {
	dirs := testenv.CorpusGlob(t, "python3-*/usr/lib/python3/dist-packages")
	var rules []*lint.Rule
	for _, r := range lint.Rules() {
		if r.ID >= "MW12" {
			rules = append(rules, r)
		}
	}
	at := stack.Version{Major: 3, Minor: 2}
	verdicts := readAnnotations(t, "testdata/corpus/classes.txt")
	read, unexplained := 0, []string(nil)
	seen := map[string]bool{}
	for _, dir := range dirs {
		pkg := filepath.Base(strings.TrimSuffix(filepath.ToSlash(dir), "/usr/lib/python3/dist-packages"))
		files := osfiles.Files{Dir: dir}
		workDir, err := files.WorkDir()
		require.NoError(t, err)
		project, _ := django.Load(context.Background(), files, django.Options{Paths: []string{"."}, WorkDir: workDir, Django: at})
		require.NotNil(t, project, pkg)
		for _, m := range project.Modules() {
			if strings.Contains(m.File, "tests/") {
				continue
			}
			var reader *layers.Reader
			for _, path := range layers.NewReader(projectfacts.Tree{Loader: project.LoaderAt(m)}, layers.Options{}).Candidates(m.Module) {
				if reader == nil {
					reader = layers.NewReader(projectfacts.Tree{Loader: project.LoaderAt(m)}, layers.Options{Catalog: catalog.Default(), Django: at})
				}
				l := reader.Layer(path)
				if l.Span.File != m.File {
					continue
				}
				read++
				config := lint.Config{Django: lint.At(at), Rules: rules, Layer: func(_ *stack.Stack, path string) *layers.Layer { return reader.Layer(path) }}
				alone := listOf(path)
				if l.Style == layers.Classic {
					alone.Model, alone.Setting = stack.Classic, "MIDDLEWARE_CLASSES"
					config.Django = lint.At(stack.Version{Major: 1, Minor: 11})
				}
				findings, _ := lint.Run([]*stack.Stack{alone}, config)
				// Alone, it is right that nobody sets what the class reads.
				findings = slices.DeleteFunc(findings, func(f finding.Finding) bool { return f.Rule == "MW120" })
				if l.Style != layers.Classic { // and as the last layer of the list of startproject
					more, _ := lint.Run([]*stack.Stack{listOf(append(slices.Clone(startproject), path)...)}, config)
					findings = append(findings, more...)
				}
				for _, f := range findings {
					key := fmt.Sprintf("%s %s:%d %s ", pkg, f.Span.File, f.Span.Line, f.Rule)
					seen[key] = true
					if v, ok := verdicts[key]; !ok || f.Severity == finding.Error && v.verdict != "true" {
						unexplained = append(unexplained, key+path+" "+f.Severity.String()+": "+f.Message)
					}
				}
			}
		}
	}
	t.Logf("%d classes and functions in %d packages, %d findings", read, len(dirs), len(seen))
	require.GreaterOrEqual(t, read, 60)
	slices.Sort(unexplained)
	require.Empty(t, strings.Join(slices.Compact(unexplained), "\n"))
	for key := range verdicts {
		pkg, _, _ := strings.Cut(key, " ")
		if _, err := os.Stat(filepath.Join(root, ".corpus", pkg)); err == nil {
			require.True(t, seen[key], "this verdict has no finding any more: %s", key)
		}
	}
}

// startproject is the list that startproject writes (Django 3.2,
// conf/project_template/project_name/settings.py-tpl).
var startproject = []string{
	"django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
	"django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
	"django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
	"django.middleware.clickjacking.XFrameOptionsMiddleware",
}

// listOf is a complete list of layers in MIDDLEWARE.
func listOf(paths ...string) *stack.Stack {
	s := &stack.Stack{ID: "x", Model: stack.Modern, Setting: "MIDDLEWARE", Complete: true, Effective: true}
	for i, path := range paths {
		s.Entries = append(s.Entries, stack.Entry{Path: path, Span: stack.Span{File: "x", Line: i + 1, Column: 1, EndLine: i + 1, EndColumn: 2}})
	}
	return s
}
