package edit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestUnified(t *testing.T) {
	got := Unified([]Change{
		{"shop/a.py", []byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), []byte("1\n2\n3\n4\nfive\n6\n7\n8\n9\n")},
		{"same.py", []byte("x"), []byte("x")},
		{"./b.py", []byte("x"), []byte("x\r\n")},
		{"with blank.py", []byte("x\n"), []byte("y\n")},
		{"a\"\\\tb.py", []byte("x\n"), []byte("")},
	})
	require.Equal(t, strings.Join([]string{
		"--- a/shop/a.py", "+++ b/shop/a.py", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8",
		"--- a/b.py", "+++ b/b.py", "@@ -1 +1 @@", "-x", `\ No newline at end of file`, "+x\r",
		"--- a/with blank.py\t", "+++ b/with blank.py\t", "@@ -1 +1 @@", "-x", "+y",
		`--- "a/a\"\\\011b.py"`, `+++ "b/a\"\\\011b.py"`, "@@ -1 +0,0 @@", "-x", "",
	}, "\n"), got)
}

// TestGitApply hands diffs to git and expects its result to be the planned one.
func TestGitApply(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	apply := func(t require.TestingT, dir string, changes []Change) {
		for _, c := range changes {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, c.File)), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.File), c.Before, 0o644))
		}
		diff := Unified(changes)
		if diff == "" {
			return
		}
		cmd := exec.Command(git, "apply", "--whitespace=nowarn", "-")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff)
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s\n%s", out, diff)
		for _, c := range changes {
			got, err := os.ReadFile(filepath.Join(dir, c.File))
			require.NoError(t, err)
			require.Equal(t, string(c.After), string(got), diff)
		}
	}
	fixed := []Change{
		{"crlf.py", []byte("a = [\r\n  1,\r\n  2,\r\n]\r\n"), []byte("a = [\r\n  2,\r\n  1,\r\n]\r\n")},
		{"mixed.py", []byte("a\r\nb\nc\rd\n"), []byte("a\nb\r\nc\rd\n")},
		{"noeol.py", []byte("a\nb"), []byte("a\nc")},
		{"eolgone.py", []byte("a\nb\n"), []byte("a\nb")},
		{"eolnew.py", []byte("a\nb"), []byte("a\nb\n")},
		{"latin1.py", []byte("# coding: latin-1\nx = '\xe9'\ny = 1\n"), []byte("# coding: latin-1\nx = '\xe9'\ny = 2\n")},
		{"bom.py", []byte("\xef\xbb\xbfx = 1\n"), []byte("\xef\xbb\xbfx = 2\n")},
		{"größe.py", []byte("x = 1\n"), []byte("x = 2\n")},
		{"with blank/b c.py", []byte("x = 1\n"), []byte("x = 2\n")},
		{"quo\"te\\d.py", []byte("x = 1\n"), []byte("x = 2\n")},
		{"first.py", []byte("x = 1\n"), []byte("import a\nx = 1\n")},
		{"emptied.py", []byte("x = 1\n"), nil},
		{"filled.py", nil, []byte("x = 1\n")},
	}
	for _, c := range fixed {
		t.Run(strings.ReplaceAll(c.File, "/", "_"), func(t *testing.T) {
			if c.File == "emptied.py" {
				// An emptied file looks like a deleted one in a diff without
				// git's own headers, and no fix empties a file.
				require.Contains(t, Unified([]Change{c}), "@@ -1 +0,0 @@")
				return
			}
			apply(t, t.TempDir(), []Change{c})
		})
	}
	t.Run("random", func(t *testing.T) {
		line := rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "d\r\n", "\n", "\\ x\n", "--- a\n", "+++ b\n"})
		dir, rounds := t.TempDir(), 0
		rapid.Check(t, func(t *rapid.T) {
			// A process for each case is slow: a dozen are enough.
			if rounds++; rounds > 12 {
				return
			}
			text := func(name string) []byte {
				lines := rapid.SliceOfN(line, 1, 30).Draw(t, name)
				end := rapid.SampledFrom([]string{"", "z"}).Draw(t, name+" end")
				return []byte(strings.Join(lines, "") + end)
			}
			apply(t, dir, []Change{{"x.py", text("before"), text("after")}, {"y.py", text("before y"), text("after y")}})
		})
	})
}

// TestUnifiedNumbers: the numbers of both files are right in every hunk, also
// behind a hunk with lines between its changes, and whatever the lines hold.
func TestUnifiedNumbers(t *testing.T) {
	got := Unified([]Change{{"x.py",
		[]byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n"),
		[]byte("1\nnew\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n@@ -1 +1 @@\n17\n18\n")}})
	require.Equal(t, strings.Join([]string{
		"--- a/x.py", "+++ b/x.py", "@@ -1,8 +1,9 @@", " 1", "+new", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8",
		"@@ -13,6 +14,6 @@", " 13", " 14", " 15", "-16", "+@@ -1 +1 @@", " 17", " 18", "",
	}, "\n"), got)

	line := rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "@@ -1 +1 @@\n"})
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SliceOfN(line, 1, 60).Draw(t, "before")
		after := rapid.SliceOfN(line, 1, 60).Draw(t, "after")
		for i := range min(len(before), len(after)) {
			if rapid.IntRange(0, 4).Draw(t, "same") > 0 {
				after[i] = before[i]
			}
		}
		diff := Unified([]Change{{"x", []byte(strings.Join(before, "")), []byte(strings.Join(after, ""))}})
		// Applied by the numbers alone, in the old and in the new file.
		out, old := []string{}, 0
		lines := strings.SplitAfter(diff, "\n")
		for i := 2; i < len(lines) && lines[i] != ""; {
			m := hunkHead.FindStringSubmatch(lines[i])
			if m == nil {
				t.Fatalf("no head: %q in\n%s", lines[i], diff)
			}
			start, _ := strconv.Atoi(m[1])
			for ; old < start-1; old++ {
				out = append(out, before[old])
			}
			if want := strconv.Itoa(len(out) + 1); !strings.Contains(lines[i], " +"+want+" ") && !strings.Contains(lines[i], " +"+want+",") {
				t.Fatalf("%q does not start at %s of the new file:\n%s", lines[i], want, diff)
			}
			from, to := hunkSize(m[2]), hunkSize(m[3])
			for i++; from+to > 0; i++ {
				switch lines[i][0] {
				case ' ':
					out, old, from, to = append(out, lines[i][1:]), old+1, from-1, to-1
				case '-':
					old, from = old+1, from-1
				case '+':
					out, to = append(out, lines[i][1:]), to-1
				}
			}
		}
		out = append(out, before[old:]...)
		if diff != "" && strings.Join(out, "") != strings.Join(after, "") {
			t.Fatalf("got %q, want %q by\n%s", out, after, diff)
		}
	})
}
