package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/edit/oswrite"
)

// step is a block of docs/moving.md: a command with what it prints, or an edit of
// the file that the text before it names.
var step = regexp.MustCompile("(?ms)^```console\n\\$ mwcheck ([^\n]+)\n(.*?)^```$|`([^`\n]+)`:\n\n```diff\n(.*?)^```$")

// TestMovingStepByStep goes through docs/moving.md on a copy of the project.
func TestMovingStepByStep(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "moving.md"))
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(root, "testdata", "projects", "intranet"))))
	commands, edits := 0, 0
	for _, m := range step.FindAllStringSubmatch(string(text), -1) {
		if m[1] == "" {
			edits++
			before, after := sides(m[4])
			name := filepath.Join(dir, filepath.FromSlash(m[3]))
			source, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, 1, strings.Count(string(source), before), "%s holds once:\n%s", m[3], before)
			require.NoError(t, os.WriteFile(name, []byte(strings.Replace(string(source), before, after, 1)), 0o644))
			continue
		}
		commands++
		var stdout, stderr bytes.Buffer
		files := osfiles.Files{Dir: dir}
		workDir, err := files.WorkDir()
		require.NoError(t, err)
		code := cli.Main(strings.Fields(m[1]), cli.Env{
			Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, LookupEnv: func(string) (string, bool) { return "", false },
			Files: files, WorkDir: workDir,
			Write: func(changes []edit.Change) error { return oswrite.Write(dir, changes) },
		})
		got := fmt.Sprintf("%s%sexit code %d\n", &stdout, &stderr, code)
		require.Empty(t, missing(m[2], got), "mwcheck %s printed\n%s", m[1], got)
	}
	require.Equal(t, strings.Count(string(text), "```console"), commands)
	require.Equal(t, strings.Count(string(text), "```diff"), edits)
	require.Greater(t, commands, 5)
}

// sides are the old and the new text of a diff.
func sides(diff string) (before, after string) {
	for line := range strings.Lines(diff) {
		switch line[0] {
		case '-':
			before += line[1:]
		case '+':
			after += line[1:]
		default:
			before, after = before+line[1:], after+line[1:]
		}
	}
	return before, after
}

// missing is the first part of a shown output that the real one does not have in
// its place; "…" alone on a line stands for any lines.
func missing(want, got string) string {
	parts := strings.Split("\n"+want, "\n…\n")
	got = "\n" + got
	for i, part := range parts {
		if i > 0 {
			part = "\n" + part
		}
		if i < len(parts)-1 {
			part += "\n"
		}
		at := strings.Index(got, part)
		if at < 0 || i == 0 && at > 0 {
			return part
		}
		got = got[at+len(part)-1:]
	}
	if got != "\n" && got != "" {
		return "nothing behind the last line"
	}
	return ""
}

func TestMissing(t *testing.T) {
	const got = "a\nb\nc\nd\n"
	for _, want := range []string{"a\nb\nc\nd\n", "…\nd\n", "a\n…\nd\n", "a\n…\nc\nd\n", "…\nb\n…\nd\n", "a\nb\n…\nd\n"} {
		require.Empty(t, missing(want, got), want)
	}
	for _, want := range []string{"a\nb\nc\n", "b\n…\nd\n", "a\n…\nx\n…\nd\n", "…\nc\n…\nb\n…\nd\n", "a\n…\nc\n", "a\nc\n…\nd\n", "…\n"} {
		require.NotEmpty(t, missing(want, got), want)
	}
}
