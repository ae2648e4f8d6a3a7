package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// TestMigrateCorpus migrates the real projects, and compares with a diff and a
// summary that were reviewed by hand. Most of them have the modern setting: there
// is nothing to do, and nothing may be done.
func TestMigrateCorpus(t *testing.T) {
	versions := unpackedVersions(t)
	const file = root + "/testdata/corpus/migrate.txt"
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	require.NotEmpty(t, archive.Comment)
	for i := range archive.Files {
		f := &archive.Files[i]
		t.Run(f.Name, func(t *testing.T) {
			if versions[f.Name] != "pinned" {
				ci := false
				for _, p := range corpusProjects {
					ci = ci || p.name == f.Name && p.ci
				}
				if os.Getenv("REQUIRE_CORPUS") != "" && ci && versions[f.Name] == "" {
					t.Fatalf("%s is not in .corpus and REQUIRE_CORPUS is set: run scripts/corpus.sh --ci", f.Name)
				}
				t.Skipf("the reviewed version of %s is not in .corpus: run scripts/corpus.sh", f.Name)
			}
			_, diff, summary := run(t, filepath.Join(root, ".corpus", f.Name), "", "migrate", "--to", "4.2", ".")
			if *update {
				f.Data = []byte(diff + summary)
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
			}
			require.Empty(t, cmp.Diff(string(f.Data), diff+summary), "(-reviewed +now)")
		})
	}
	require.Greater(t, len(archive.Files), 12)
}

// behaviour is the part of a summary that diff has to say; the samples have it in
// diff.txt.
var behaviour = regexp.MustCompile(`(?m)^behaves differently from now on:\n(  .*\n)+|; \d+ differences? in behaviour$`)

// TestMigrateSamples does the same for the sample projects of the repository.
func TestMigrateSamples(t *testing.T) {
	const file = root + "/testdata/corpus/migrate-samples.txt"
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	require.NotEmpty(t, archive.Comment)
	dirs, err := filepath.Glob(root + "/testdata/projects/*/README.md")
	require.NoError(t, err)
	require.Len(t, archive.Files, len(dirs))
	for i := range archive.Files {
		f := &archive.Files[i]
		t.Run(f.Name, func(t *testing.T) {
			_, diff, summary := run(t, filepath.Join(root, "testdata", "projects", f.Name), "", "migrate", "--to", "4.2", ".")
			got := diff + behaviour.ReplaceAllString(summary, "")
			if *update {
				f.Data = []byte(got)
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
			}
			require.Empty(t, cmp.Diff(string(f.Data), got), "(-reviewed +now)")
		})
	}
}
