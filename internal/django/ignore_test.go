package django

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestIgnoreRules(t *testing.T) {
	tests := []struct {
		rules string
		name  string
		isDir bool
		want  bool
	}{
		{"*.py", "a.py", false, true},
		{"*.py", "x/y/a.py", false, true},
		{"/*.py", "x/a.py", false, false},
		{"/*.py", "a.py", false, true},
		{"local/", "local", true, true},
		{"local/", "local", false, false},
		{"x/local", "y/x/local", true, false},
		{"x/local", "x/local", false, true},
		{"**/local", "y/x/local", false, true},
		{"**/local", "local", false, true},
		{"a/**", "a", true, false},
		{"a/**", "a/b/c", false, true},
		{"a/**/b", "a/b", false, true},
		{"a/**/b", "a/x/y/b", false, true},
		{"a/**/b/**/c", "a/x/b/y/b/c", false, true},
		{"a/**/b/**/c", "a/x/c", false, false},
		{"a/**/*.py", "a/x/y.py", false, true},
		{"*\n!keep.py", "keep.py", false, false},
		{"!keep.py\n*", "keep.py", false, true},
		{"# comment\n\n", "# comment", false, false},
		{`\#name`, "#name", false, true},
		{`\!name`, "!name", false, true},
		{"name   ", "name", false, true},
		{`name\ `, "name ", false, true},
		{"name\r\n", "name", false, true},
		{"\ufeffname", "name", false, true},
		{"[a-c]x", "bx", false, true},
		{"[!a-c]x", "bx", false, false},
		{"[]a]x", "]x", false, true},
		{"[a", "[a", false, false},
		{"[[:digit:]]x", "7x", false, true},
		{"[[:nosuch:]]x", "7x", false, false},
		{"?x", "yx", false, true},
		{"?x", "x", false, false},
		{"a*b*c", "aXXbYYc", false, true},
		{"a*b*c", "aXXbYY", false, false},
		{"/", "a", true, false},
		{"", "a", false, false},
	}
	for _, tt := range tests {
		got := (&ignores{file: parseIgnore("/r", []byte(tt.rules))}).ignored("/r/"+tt.name, tt.isDir)
		require.Equal(t, tt.want, got, "rules %q, name %q, directory %v", tt.rules, tt.name, tt.isDir)
	}
}

func TestIgnoreNested(t *testing.T) {
	outer := &ignores{file: parseIgnore("/r", []byte("*.log\n/build\n"))}
	inner := &ignores{file: parseIgnore("/r/a", []byte("!keep.log\n")), outer: outer}
	require.True(t, outer.ignored("/r/x.log", false))
	require.True(t, inner.ignored("/r/a/x.log", false))
	require.False(t, inner.ignored("/r/a/keep.log", false), "the inner file takes it back in")
	require.True(t, outer.ignored("/r/build", true))
	require.False(t, inner.ignored("/r/a/build", true), "an anchored pattern holds in its own directory only")
	require.False(t, (*ignores)(nil).ignored("/r/x.log", false))
}

// A pattern made to backtrack must still be decided at once: the test has a
// guard of the test binary's own time limit only.
func TestIgnoreBacktracking(t *testing.T) {
	f := parseIgnore("/r", []byte(strings.Repeat("a*", 2000)+"b\n"+strings.Repeat("**/a*/", 300)+"z\n"))
	_, decided := f.match("/r/"+strings.Repeat("a/", 2000)+strings.Repeat("a", 4000), false)
	require.False(t, decided)
}

// git itself is the oracle: generated rules and names must be decided as
// "git check-ignore" decides them. Every case has a directory of its own, so
// that one run of git decides all of them.
func TestIgnoreAgainstGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed: nothing to compare with")
	}
	type ignoreCase struct {
		rules string
		names []string
	}
	element := rapid.SampledFrom([]string{"a", "b", "ab", "a.py", "b.py", "é", "-", "]"})
	// "a**/b" is left out: git matches "ab" with it, although its manual says
	// that such asterisks are ordinary ones. So is a set that holds a slash.
	glob := rapid.SampledFrom([]string{"a", "b", "ab", "*.py", "*", "?", "a*", "*b", "[ab]", "[!a]", "[a-b]*", "**", `\a`, "[]-]", "[^b]?", "[[:alpha:]]", "é", `[\]]`, "*[b-]"})
	rule := rapid.Custom(func(t *rapid.T) string {
		r := rapid.SampledFrom([]string{"", "", "!", "/", "!/"}).Draw(t, "prefix")
		r += strings.Join(rapid.SliceOfN(glob, 1, 3).Draw(t, "globs"), "/")
		return r + rapid.SampledFrom([]string{"", "", "/", " "}).Draw(t, "suffix")
	})
	name := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(element, 1, 4).Draw(t, "name"), "/")
	})
	generator := rapid.Custom(func(t *rapid.T) ignoreCase {
		return ignoreCase{
			rules: strings.Join(rapid.SliceOfN(rule, 1, 5).Draw(t, "rules"), "\n") + "\n",
			names: rapid.SliceOfN(name, 4, 10).Draw(t, "names"),
		}
	})
	root := t.TempDir()
	var cases []ignoreCase
	var stdin strings.Builder
	for seed := range 2000 {
		c := generator.Example(seed)
		cases = append(cases, c)
		dir := filepath.Join(root, fmt.Sprint(seed))
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(c.rules), 0o600))
		for _, n := range c.names {
			fmt.Fprintf(&stdin, "%d/%s\x00", seed, n)
		}
	}
	run := func(stdin string, args ...string) []byte {
		cmd := exec.Command(git, args...)
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.Output()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			require.Equal(t, 1, exit.ExitCode(), "git %v: %s", args, exit.Stderr)
			err = nil
		}
		require.NoError(t, err)
		return out
	}
	run("", "init", "-q")
	// With -z -v -n git prints source, line, pattern and name for every name.
	out := run(stdin.String(), "check-ignore", "--no-index", "-z", "-v", "-n", "--stdin")
	fields := bytes.Split(bytes.TrimSuffix(out, []byte{0}), []byte{0})
	ignored, i := 0, 0
	for seed, c := range cases {
		chain := &ignores{file: parseIgnore("/r", []byte(c.rules))}
		for _, n := range c.names {
			require.Less(t, 4*i+3, len(fields))
			require.Equal(t, fmt.Sprintf("%d/%s", seed, n), string(fields[4*i+3]))
			pattern := string(fields[4*i+2])
			want := pattern != "" && !strings.HasPrefix(pattern, "!")
			require.Equal(t, want, ignoredWithParents(chain, n), "rules %q, name %q; git decides by %q", c.rules, n, pattern)
			if want {
				ignored++
			}
			i++
		}
	}
	require.Greater(t, ignored, i/10, "the cases must decide something")
	require.Less(t, ignored, i*9/10, "the cases must decide something")
}

// ignoredWithParents asks as the walk does: from the top down, and nothing
// below an ignored directory is looked at.
func ignoredWithParents(chain *ignores, name string) bool {
	for i := range len(name) {
		if name[i] == '/' && chain.ignored("/r/"+name[:i], true) {
			return true
		}
	}
	return chain.ignored("/r/"+name, false)
}
