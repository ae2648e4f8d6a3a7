package cli_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
)

// marker stands before an output block of a document and says which command in
// which directory wrote it: <!-- output: mwcheck lint . (in testdata/projects) -->.
// With "part of output" the block is one coherent part of it.
var marker = regexp.MustCompile("(?m)^<!-- (part of )?output: mwcheck (.+?)(?: \\(in (.+)\\))? -->\n```text\n((?s:.*?))```\n")

// documents are README.md and the pages of docs.
func documents(t *testing.T) []string {
	names := []string{"README.md"}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	for _, page := range pages {
		names = append(names, "docs/"+filepath.Base(page))
	}
	return names
}

// TestDocumentedOutput runs every command whose output a document shows.
func TestDocumentedOutput(t *testing.T) {
	blocks := 0
	for _, name := range documents(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		found := marker.FindAllStringSubmatch(string(text), -1)
		require.Len(t, found, strings.Count(string(text), "output: mwcheck "), "%s has an output marker without a ```text block behind it", name)
		for _, m := range found {
			blocks++
			part, args, dir, want := m[1] != "", strings.Fields(m[2]), m[3], m[4]
			t.Run(name+"/"+m[2], func(t *testing.T) {
				if strings.HasPrefix(dir, ".corpus/") {
					needPackage(t, strings.Split(dir, "/")[1])
				}
				code, stdout, stderr := run(t, filepath.Join(root, dir), "", args...)
				require.NotEqual(t, cli.ExitFailure, code, stderr)
				if part {
					require.Contains(t, stdout, want)
				} else {
					require.Empty(t, cmp.Diff(want, stdout))
				}
			})
		}
	}
	require.NotZero(t, blocks, "no document shows any output")
}

// picture stands before an image of a document and says which command wrote it.
var picture = regexp.MustCompile("(?m)^<!-- picture: mwcheck (.+?) -->\n!\\[[^]\n]{20,}\\]\\(([a-z/.-]+\\.svg)\\)$")

// word is one argument of a command line, in quotes if it has blanks.
var word = regexp.MustCompile(`"[^"]*"|[^\s"]+`)

// TestDocumentedPictures runs every command whose picture a document shows, from
// the top of the repository; "go test -update" writes the pictures anew.
func TestDocumentedPictures(t *testing.T) {
	shown := map[string]bool{}
	for _, name := range documents(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		found := picture.FindAllStringSubmatch(string(text), -1)
		require.Len(t, found, strings.Count(string(text), "picture: mwcheck "), "%s has a picture marker without an image and its description behind it", name)
		for _, m := range found {
			var args []string
			for _, w := range word.FindAllString(m[1], -1) {
				args = append(args, strings.Trim(w, `"`))
			}
			code, stdout, stderr := run(t, root, "", args...)
			require.Equal(t, cli.ExitOK, code, stderr)
			require.Empty(t, stderr)
			file := filepath.Join(root, filepath.Dir(name), filepath.FromSlash(m[2]))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(stdout), 0o644))
			}
			got, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(stdout, string(got)), "%s is stale: run go test ./internal/cli -run Pictures -update", file)
			shown[file] = true
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "docs", "img", "*.svg"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		require.True(t, shown[file], "no document shows %s", file)
	}
}

// needPackage skips a test that reads a corpus package where it is absent or of
// another version; REQUIRE_CORPUS makes its absence a failure.
func needPackage(t *testing.T, name string) {
	t.Helper()
	switch state := unpackedVersions(t)[name]; {
	case state == "pinned":
	case state != "":
		t.Skipf("the archive has another version of %s (%s) than the one that was reviewed", name, state)
	case os.Getenv("REQUIRE_CORPUS") != "":
		t.Fatalf("%s is not in .corpus and REQUIRE_CORPUS is set: run scripts/corpus.sh --ci", name)
	default:
		t.Skipf("%s is not in .corpus: run scripts/corpus.sh", name)
	}
}

// TestReadmeCommands keeps README's promise: two commands in the first block,
// of which the first finds something and the second is the test command.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	_, block, found := strings.Cut(string(text), "```sh\n")
	require.True(t, found)
	block, _, found = strings.Cut(block, "```")
	require.True(t, found)
	lines := strings.Split(strings.TrimSpace(block), "\n")
	require.Len(t, lines, 2)
	args, found := strings.CutPrefix(lines[0], "go run ./cmd/mwcheck ")
	require.True(t, found, lines[0])
	require.Equal(t, "go test ./...", lines[1])

	code, stdout, stderr := run(t, root, "", strings.Fields(args)...)
	require.Equal(t, cli.ExitFindings, code, stderr)
	require.Contains(t, stdout, "error[MW101 wrong-order]")
}

// TestExplainIsThePage holds that a rule's page on the terminal and the one in
// docs/rules are the same text, which internal/lint executes.
func TestExplainIsThePage(t *testing.T) {
	_, list, _ := run(t, root, "", "explain")
	rules := 0
	for line := range strings.Lines(list) {
		id, rest, _ := strings.Cut(line, " ")
		name := strings.Fields(rest)[0]
		page, err := os.ReadFile(filepath.Join(root, "docs", "rules", name+".md"))
		require.NoError(t, err)
		for _, key := range []string{id, name, strings.ToLower(id)} {
			code, stdout, _ := run(t, root, "", "explain", key)
			require.Equal(t, cli.ExitOK, code)
			require.Empty(t, cmp.Diff(string(page), stdout))
		}
		rules++
	}
	require.NotZero(t, rules)
}

// TestJSONFieldsAreDocumented looks every field of the documents up in
// docs/json.md.
func TestJSONFieldsAreDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "json.md"))
	require.NoError(t, err)
	words := map[string]bool{}
	for _, w := range regexp.MustCompile("[a-z_]+").FindAllString(string(text), -1) {
		words[w] = true
	}
	for _, document := range []any{findingsDocument{}, stacksDocument{}, conformDocument{}} {
		for _, name := range fieldNames(reflect.TypeOf(document)) {
			require.True(t, words[name], "docs/json.md does not speak of %q", name)
		}
	}
}

// fieldNames lists the JSON names of a type and of all types in it.
func fieldNames(typ reflect.Type) []string {
	switch typ.Kind() {
	case reflect.Slice, reflect.Map:
		return fieldNames(typ.Elem())
	case reflect.Struct:
		var names []string
		for i := range typ.NumField() {
			if name := typ.Field(i).Tag.Get("json"); name != "" {
				names = append(names, name)
			}
			names = append(names, fieldNames(typ.Field(i).Type)...)
		}
		return names
	}
	return nil
}
