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

// TestDocumentedOutput runs every command whose output a document shows.
func TestDocumentedOutput(t *testing.T) {
	documents := []string{"README.md"}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	for _, page := range pages {
		documents = append(documents, "docs/"+filepath.Base(page))
	}
	blocks := 0
	for _, name := range documents {
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
