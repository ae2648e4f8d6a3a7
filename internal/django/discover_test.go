package django_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/stack"
)

var updateDiscover = flag.Bool("update-discover", false, "rewrite testdata/discover")

// A case of testdata/discover is a tree of files and what Load finds in it. Its
// comment may hold lines "paths: A B" (default "."), "django: X.Y" and
// "link: NAME -> TARGET"; the section "want" is described at describe.
func TestDiscover(t *testing.T) {
	names, err := filepath.Glob("testdata/discover/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			opts, files, want := readCase(t, archive)
			project, err := django.Load(context.Background(), files, opts)
			got := describe(project, err)
			if *updateDiscover {
				for i := range archive.Files {
					if archive.Files[i].Name == "want" {
						archive.Files[i].Data = []byte(got)
					}
				}
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
				return
			}
			require.Empty(t, cmp.Diff(want, got), "want (-), got (+)")
		})
	}
}

func readCase(t *testing.T, archive *txtar.Archive) (opts django.Options, files django.Files, want string) {
	t.Helper()
	tree := fstest.MapFS{}
	links := map[string]string{}
	seen := false
	for _, f := range archive.Files {
		if f.Name == "want" {
			want, seen = string(f.Data), true
			continue
		}
		tree[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	require.True(t, seen, "the case has no section want")
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "paths":
			opts.Paths = strings.Fields(value)
		case "django":
			v, err := stack.ParseVersion(value)
			require.NoError(t, err)
			opts.Django = v
		case "link":
			link, target, ok := strings.Cut(value, " -> ")
			require.True(t, ok, "link without a target")
			links[link] = target
		}
	}
	if len(links) == 0 {
		return opts, django.FS{FS: tree}, want
	}
	// fstest.MapFS follows a circle of links for ever: links need a real folder.
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, tree))
	for link, target := range links {
		name := filepath.Join(dir, filepath.FromSlash(link))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		if err := os.Symlink(filepath.FromSlash(target), name); err != nil {
			t.Skipf("this system makes no symbolic links: %v", err)
		}
	}
	return opts, django.FS{FS: os.DirFS(dir)}, want
}

// describe prints a project: one line for each settings module (name, file,
// role, why, and why not checked), below it the release and its evidence, and
// its stacks; then notes, and the error.
func describe(p *django.Project, err error) string {
	var b strings.Builder
	if p != nil {
		for _, m := range p.Settings {
			fmt.Fprintf(&b, "%s %s %s: %s\n", m.Module, m.File, m.Role, m.Why)
			if !m.Checked {
				fmt.Fprintf(&b, "  not checked: %s\n", m.Reason)
			}
			if !m.Django.IsZero() {
				fmt.Fprintf(&b, "  Django %s to %s, lint %s\n", m.Django.Low, m.Django.High, m.Django.Lint)
			}
			for _, e := range m.Django.Evidence {
				fmt.Fprintf(&b, "    %s:%d:%d %s (%s)\n", e.Span.File, e.Span.Line, e.Span.Column, e.Text, e.Source)
			}
			for _, s := range m.Stacks {
				state := ""
				if !s.Complete {
					state += ", incomplete"
				}
				if !s.Effective {
					state += ", not read by Django"
				}
				fmt.Fprintf(&b, "  %s: %d entries%s\n", s.ID, len(s.Entries), state)
			}
		}
		for _, n := range p.Notes {
			fmt.Fprintf(&b, "note %s", n.Span.File)
			if n.Span.Line > 0 {
				fmt.Fprintf(&b, ":%d:%d", n.Span.Line, n.Span.Column)
			}
			fmt.Fprintf(&b, ": %s\n", n.Message)
		}
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %s\n", strings.ReplaceAll(err.Error(), "\n", " | "))
	}
	return b.String()
}
