package cli_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
	"github.com/mwcheck/mwcheck/internal/gitdiff"
)

// TestSinceWithoutGit: no git, no git at all, and one that cannot be run.
func TestSinceWithoutGit(t *testing.T) {
	for _, tc := range []struct {
		git  gitdiff.Run
		want string
	}{
		{nil, "mwcheck: error: --since needs git, and there is none here\n"},
		{func(context.Context, []string) ([]byte, error) { return nil, gitdiff.ErrNoGit },
			"mwcheck: error: --since needs git: git was not found\nmwcheck: hint: install git, or leave --since out\n"},
		{func(context.Context, []string) ([]byte, error) { return nil, errors.New("no more processes") },
			"mwcheck: error: --since: no more processes\n"},
	} {
		env, stdout, stderr := memory(map[string]string{"settings.py": site})
		env.Git = tc.git
		require.Equal(t, cli.ExitFailure, cli.Main([]string{"lint", "--since", "main"}, env))
		require.Empty(t, stdout.String())
		require.Contains(t, stderr.String(), tc.want)
	}
}

// TestSinceWhole: the directory of a submodule stands for what is in it.
func TestSinceDirectories(t *testing.T) {
	for changed, want := range map[string]int{
		"one\x00": 1, "one/\x00": 1, "one/deep\x00": 0, "on\x00": 0, "two/settings.py\x00one/settings.py\x00": 2, "": 0, "gone.txt\x00": 0,
	} {
		env, stdout, stderr := memory(map[string]string{"one/settings.py": site, "two/settings.py": site})
		env.Git = func(_ context.Context, args []string) ([]byte, error) {
			for _, arg := range args {
				switch arg {
				case "rev-parse":
					return []byte("\n"), nil
				case "diff":
					return []byte(changed), nil
				}
			}
			return nil, nil
		}
		code := cli.Main([]string{"lint", "--format", "json", "--since", "main"}, env)
		var doc findingsDocument
		decodeStrictly(t, stdout.String(), &doc)
		require.Equal(t, want, doc.Summary.Stacks, "%q %s", changed, stderr)
		require.Equal(t, 2-want, doc.Summary.LeftOut, changed)
		require.Equal(t, want > 0, code == cli.ExitFindings)
	}
}

// TestBaselineInMemory: where nothing can be written, it is said.
func TestBaselineWithoutDisk(t *testing.T) {
	env, stdout, stderr := memory(map[string]string{"settings.py": site})
	require.Equal(t, cli.ExitFailure, cli.Main([]string{"lint", "--write-baseline", "known.json"}, env))
	require.Empty(t, stdout.String())
	require.Contains(t, stderr.String(), "mwcheck: error: there is no way to write files here\n")

	env, _, _ = memory(map[string]string{"settings.py": site})
	var name, text string
	env.Put = func(n string, data []byte) error { name, text = n, string(data); return nil }
	require.Equal(t, cli.ExitOK, cli.Main([]string{"lint", "--write-baseline", "lists/known.json"}, env))
	require.Equal(t, "lists/known.json", name)
	env, stdout, _ = memory(map[string]string{"settings.py": site, name: text})
	require.Equal(t, cli.ExitOK, cli.Main([]string{"lint", "--baseline", name}, env), stdout)
	require.Contains(t, stdout.String(), "1 suppressed")
}
