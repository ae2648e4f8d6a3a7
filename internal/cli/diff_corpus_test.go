package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/cli"
)

// TestDiffCorpus compares what diff says of stacks of layers that nobody here
// wrote, with output that was read beside their source. The comment of each file
// says why it is right, and behind "args" and "packages" what is compared: the
// project of one package, or, if the file has sources of its own, a project whose
// layers come from several.
func TestDiffCorpus(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(root, "testdata", "corpus", "diff", "*.txtar"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(names), 4)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			var args, packages []string
			for line := range strings.Lines(string(archive.Comment)) {
				word, rest, _ := strings.Cut(strings.TrimSpace(line), ": ")
				switch word {
				case "args":
					args = strings.Fields(rest)
				case "packages":
					packages = strings.Fields(rest)
				}
			}
			require.NotEmpty(t, args, "no line with args")
			require.NotEmpty(t, packages, "no line with packages")
			for _, p := range packages {
				needPackage(t, p)
			}
			last := len(archive.Files) - 1
			require.GreaterOrEqual(t, last, 0)
			require.Equal(t, "diff", archive.Files[last].Name)
			dir := filepath.Join(root, ".corpus", packages[0])
			if last > 0 {
				dir = t.TempDir()
				for _, p := range packages {
					copySources(t, filepath.Join(root, ".corpus", p, "usr", "lib", "python3", "dist-packages"), dir)
				}
				for _, f := range archive.Files[:last] {
					write(t, filepath.Join(dir, f.Name), f.Data)
				}
			}
			code, got, stderr := run(t, dir, "", append([]string{"diff"}, append(args, ".")...)...)
			require.Equal(t, cli.ExitFindings, code, stderr)
			if *update {
				archive.Files[last].Data = []byte(got)
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
				return
			}
			require.Empty(t, cmp.Diff(string(archive.Files[last].Data), got), "(-reviewed +now)")
		})
	}
}

// copySources copies the Python files of a tree.
func copySources(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".py") {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		write(t, filepath.Join(to, name), text)
		return nil
	}))
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, text, 0o600))
}
