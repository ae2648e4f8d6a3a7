package cli_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/cli"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
)

var update = flag.Bool("update", false, "rewrite the golden outputs of the corpus; read every changed line before you commit it")

// root is the top of the repository.
const root = "../.."

// corpusProjects are the packages with a reviewed golden file, all from
// scripts/corpus.sh. Those marked ci are brought by "--ci".
var corpusProjects = []struct {
	name string
	ci   bool
}{
	{"autoradio", false},
	{"dicoweb", false},
	{"freedombox", false},
	{"graphite-web", true},
	{"lava-server", true},
	{"mailman3-web", true},
	{"omnidb-common", false},
	{"python3-ara", true},
	{"python3-django-guardian", false},
	{"python3-django-horizon", true},
	{"python3-django-hyperkitty", false},
	{"python3-django-mailman3", false},
	{"wims-lti", false},
}

// TestCorpus runs the command on real projects that nobody here wrote and
// compares with output that was reviewed by hand. Every finding there has an
// annotation, true or false, with the reason.
func TestCorpus(t *testing.T) {
	required := os.Getenv("REQUIRE_CORPUS") != ""
	versions := unpackedVersions(t)
	notes := readAnnotations(t, "testdata/corpus/annotations.txt")
	checked := 0
	for _, project := range corpusProjects {
		t.Run(project.name, func(t *testing.T) {
			switch state := versions[project.name]; {
			case state == "pinned":
				checkProject(t, project.name, notes)
			case state != "":
				t.Logf("the archive has version %s of %s, which nobody reviewed: its output is only read", state, project.name)
				checkOther(t, project.name)
			case required && project.ci:
				t.Fatalf("%s is not in .corpus and REQUIRE_CORPUS is set: run scripts/corpus.sh --ci", project.name)
			default:
				t.Skipf("%s is not in .corpus: run scripts/corpus.sh", project.name)
			}
			checked++
		})
	}
	if required && checked < 3 {
		t.Errorf("%d projects were checked and REQUIRE_CORPUS is set: want at least 3", checked)
	}
}

// checkOther asks of a version that nobody reviewed that its stacks are found
// and the documents are well formed.
func checkOther(t *testing.T, name string) {
	dir := filepath.Join(root, ".corpus", name)
	document, _ := runIn(t, dir, "stacks", "--format", "json", ".")
	var stacks stacksDocument
	decodeStrictly(t, document, &stacks)
	require.NotEmpty(t, stacks.Stacks)
	document, _ = runIn(t, dir, "lint", "--format", "json", "--fail-on", "never", ".")
	var findings findingsDocument
	decodeStrictly(t, document, &findings)
	require.NotZero(t, findings.Summary.Stacks)
}

// checkProject compares one project's output with its golden file and its
// findings with their annotations.
func checkProject(t *testing.T, name string, notes map[string]annotation) {
	dir := filepath.Join(root, ".corpus", name)
	// A project of which nothing can be known exits with 2 and says so.
	_, stacks, complaint := run(t, dir, "", "stacks", "--all-notes", ".")
	stacks += complaint
	_, short, summary := run(t, dir, "", "lint", "--all-notes", "--format", "short", "--fail-on", "never", ".")
	_, document, _ := run(t, dir, "", "lint", "--format", "json", "--fail-on", "never", ".")

	file := filepath.Join(root, "testdata", "corpus", name+".txtar")
	got := []txtar.File{
		{Name: "stacks", Data: []byte(stacks)},
		{Name: "lint", Data: []byte(short + summary)},
	}
	if *update {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			archive = &txtar.Archive{Comment: []byte("TODO: say what was read in this project, and what is particular in it.\n")}
		}
		archive.Files = got
		require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
	}
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(archive.Comment), "TODO", "%s is not reviewed", file)
	require.Len(t, archive.Files, 2)
	for i, f := range archive.Files {
		require.Equal(t, got[i].Name, f.Name)
		require.Empty(t, cmp.Diff(string(f.Data), string(got[i].Data)), "%s of %s (-reviewed +now)", f.Name, name)
	}

	var doc findingsDocument
	decodeStrictly(t, document, &doc)
	seen := map[string]bool{}
	for _, f := range doc.Findings {
		key := fmt.Sprintf("%s %s:%d %s %s", name, f.File, f.Line, f.Rule, f.Fact)
		seen[key] = true
		if _, ok := notes[key]; !ok {
			t.Errorf("this finding has no annotation in testdata/corpus/annotations.txt:\n%s\n%s", key, f.Message)
		}
	}
	for key := range notes {
		if strings.HasPrefix(key, name+" ") && !seen[key] {
			t.Errorf("this annotation has no finding any more: %s", key)
		}
	}
}

// runIn runs the command in a directory and gives what it wrote.
func runIn(t *testing.T, dir string, args ...string) (stdout, stderr string) {
	t.Helper()
	code, stdout, stderr := run(t, dir, "", args...)
	require.Equal(t, cli.ExitOK, code, "mwcheck %v in %s: %s", args, dir, stderr)
	return stdout, stderr
}

// run runs the command with the machine's files below dir and gives its exit
// code and what it wrote.
func run(t *testing.T, dir, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, complaints bytes.Buffer
	files := osfiles.Files{Dir: dir}
	workDir, err := files.WorkDir()
	require.NoError(t, err)
	code = cli.Main(args, cli.Env{
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &complaints,
		LookupEnv: func(string) (string, bool) { return "", false },
		Files:     files, WorkDir: workDir,
	})
	return code, out.String(), complaints.String()
}

// unpackedVersions reads .corpus/VERSIONS: package to "pinned" or to the
// version that stands there instead.
func unpackedVersions(t *testing.T) map[string]string {
	t.Helper()
	versions := map[string]string{}
	data, err := os.ReadFile(filepath.Join(root, ".corpus", "VERSIONS"))
	if os.IsNotExist(err) {
		return versions
	}
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		var name, version, state string
		_, err := fmt.Sscan(line, &name, &version, &state)
		require.NoError(t, err, "VERSIONS: %q", line)
		if state != "pinned" {
			state = version
		}
		versions[name] = state
	}
	return versions
}

// annotation says of one finding whether it is true, and why.
type annotation struct {
	verdict, reason string
}

// readAnnotations reads a file of the repository: lines of the form
// "package file:line rule fact | true | reason"; # starts a comment line.
func readAnnotations(t *testing.T, name string) map[string]annotation {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	notes := map[string]annotation{}
	var keys []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, " | ", 3)
		require.Len(t, parts, 3, "%s: %q", name, line)
		// A rule without a fact leaves the last word of the key empty.
		key, verdict, reason := parts[0], parts[1], parts[2]
		if strings.Count(key, " ") == 2 {
			key += " "
		}
		require.Contains(t, []string{"true", "false"}, verdict, "%s: %q", name, line)
		require.NotEmpty(t, reason, "%s: %q", name, line)
		require.NotContains(t, notes, key, "%s: annotated twice", name)
		notes[key] = annotation{verdict, reason}
		keys = append(keys, key)
	}
	require.True(t, slices.IsSorted(keys), "%s is not sorted", name)
	return notes
}

// decodeStrictly refuses fields that the type does not know, and anything
// behind the document.
func decodeStrictly(t *testing.T, text string, into any) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(into))
	require.False(t, dec.More(), "there is more than one document")
}
