package migrate

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// pythonFiles are the Python sources below a directory that are not too many.
func pythonFiles(t *testing.T, dir string) fstest.MapFS {
	files := fstest.MapFS{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(name, ".py") {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = &fstest.MapFile{Data: data}
		return err
	}))
	return files
}

// whole says that a count is what the whole corpus gives, where it has to be
// there, and that there was something else.
func whole(t *testing.T, n, want int) {
	t.Helper()
	if !testenv.Required(testenv.RequireCorpus) {
		want = 1
	}
	require.GreaterOrEqual(t, n, want)
}

// TestCorpusRoundTrip gives the setting of real projects its old name back, in
// each file that has it as a word of code, and migrates: what comes out is what
// their authors wrote, byte for byte. What is left is a string or a comment.
func TestCorpusRoundTrip(t *testing.T) {
	word := regexp.MustCompile(`\bMIDDLEWARE\b`)
	projects, renamed := 0, 0
	for _, dir := range testenv.CorpusGlob(t, "*/usr") {
		name := filepath.Base(filepath.Dir(dir))
		if name == "python3-django" {
			continue // Django itself speaks of both on purpose
		}
		files := pythonFiles(t, dir)
		classic := fstest.MapFS{}
		mentions, both := false, false
		for file, f := range files {
			text := string(f.Data)
			both = both || strings.Contains(text, oldName)
			mentions = mentions || word.MatchString(text)
			classic[file] = &fstest.MapFile{Data: []byte(word.ReplaceAllString(text, oldName))}
		}
		if !mentions || both {
			continue
		}
		r, err := renameOnly(django.FS{FS: classic}, Options{})
		if err != nil {
			require.ErrorIs(t, err, django.ErrNothing)
			continue
		}
		after := applied(classic, r.over.changes())
		projects++
		renamed += len(r.result.Done)
		left := map[string]bool{}
		for _, l := range r.result.Left {
			left[l.Span.File] = true
			if l.Severity == finding.Error {
				// lava-server's settings call a function with globals() and take the
				// locals() that it returns for their own.
				require.Equal(t, "lava-server", name, "%s:%d: %s", l.Span.File, l.Span.Line, l.Reason)
				require.Contains(t, l.Reason, "would yield another list")
				require.Empty(t, r.over.changes())
			}
		}
		for file, f := range files {
			if !left[file] {
				require.Empty(t, cmp.Diff(string(f.Data), string(after[file].Data)), "%s: %s (-authors +migrated)", name, file)
			}
			// What was left is left whole: renamed by the word it is the original.
			require.Equal(t, string(f.Data), strings.ReplaceAll(string(after[file].Data), oldName, newName))
		}
	}
	t.Logf("%d projects, %d places renamed", projects, renamed)
	whole(t, projects, 8)
	whole(t, renamed, 8)
}

// TestCorpusSound runs all passes over real projects, in both directions of age.
func TestCorpusSound(t *testing.T) {
	if testing.Short() {
		t.Skip("reads many files")
	}
	ran := 0
	for i, dir := range testenv.CorpusGlob(t, "*/usr") {
		files := pythonFiles(t, dir)
		if len(files) > 200 {
			continue
		}
		opts := Options{To: stack.Version{Major: 4, Minor: 2}}
		if i%2 == 0 {
			opts = Options{To: stack.Version{Major: 3, Minor: 2}, Unsafe: true, Native: true, Annotate: true}
		}
		sound(t, files, opts)
		if _, err := django.Load(context.Background(), django.FS{FS: files}, django.Options{}); err == nil {
			ran++
		}
	}
	whole(t, ran, 8)
}
