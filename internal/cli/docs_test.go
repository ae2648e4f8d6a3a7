package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
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

// output is a block of a document that shows what a command writes.
type output struct {
	command, dir, want string
	part               bool
}

func outputsIn(t *testing.T, name, text string) []output {
	var out []output
	for _, m := range marker.FindAllStringSubmatch(text, -1) {
		out = append(out, output{part: m[1] != "", command: m[2], dir: m[3], want: m[4]})
	}
	require.Len(t, out, strings.Count(text, "output: mwcheck "), "%s has an output marker without a ```text block behind it", name)
	return out
}

// written is what the command writes now.
func (o output) written(t *testing.T) string {
	code, stdout, stderr := run(t, filepath.Join(root, o.dir), "", strings.Fields(o.command)...)
	require.NotEqual(t, cli.ExitFailure, code, stderr)
	return stdout
}

// stale says what a command has written otherwise than the document.
func (o output) stale(written string) string {
	if o.part && strings.Contains(written, o.want) {
		return ""
	}
	return cmp.Diff(o.want, written)
}

// TestStaleOutputIsFound spoils an output that is right, one line after the
// other: each has to be missed.
func TestStaleOutputIsFound(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "two-models.md"))
	require.NoError(t, err)
	o := outputsIn(t, "two-models.md", string(text))[0]
	written := o.written(t)
	require.Empty(t, o.stale(written))
	lines := strings.SplitAfter(o.want, "\n")
	spoiled := 0
	for i, line := range lines {
		wrong := slices.Clone(lines)
		wrong[i] = strings.Replace(line, "s", "z", 1)
		if wrong[i] == line {
			continue
		}
		spoiled++
		for _, part := range []bool{false, true} {
			require.NotEmpty(t, output{part: part, want: strings.Join(wrong, "")}.stale(written), line)
		}
	}
	require.Greater(t, spoiled, 15)
	require.NotEmpty(t, output{want: strings.Join(lines[1:], "")}.stale(written), "a part is the whole only where it says so")
	require.Empty(t, output{part: true, want: strings.Join(lines[1:], "")}.stale(written))
}

// TestDocumentedOutput runs every command whose output a document shows.
func TestDocumentedOutput(t *testing.T) {
	blocks := 0
	for _, name := range documents(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		for _, o := range outputsIn(t, name, string(text)) {
			blocks++
			t.Run(name+"/"+o.command, func(t *testing.T) {
				if strings.HasPrefix(o.dir, ".corpus/") {
					needPackage(t, strings.Split(o.dir, "/")[1])
				}
				require.Empty(t, o.stale(o.written(t)))
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

// TestWrittenJSONIsDocumented looks every field that the commands write for the
// sample projects up in docs/json.md, or, for traces, in the vocabulary of the
// vectors.
func TestWrittenJSONIsDocumented(t *testing.T) {
	words := map[string]bool{}
	schemas := ""
	for _, name := range []string{"docs/json.md", "testdata/vectors/README.md"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		for _, w := range regexp.MustCompile("[a-z_]+").FindAllString(string(text), -1) {
			words[w] = true
		}
		schemas += string(text)
	}
	for _, args := range [][]string{
		{"lint", "testdata/projects"}, {"stacks", "testdata/projects"}, {"layers", "--all", "testdata/projects"},
		{"diff", "testdata/projects/intranet"}, {"migrate", "testdata/projects/intranet"},
		{"trace", "testdata/projects/clinic"}, {"cost", "testdata/projects/bookshop"},
	} {
		t.Run(args[0], func(t *testing.T) {
			_, stdout, stderr := run(t, root, "", append(args, "--format", "json")...)
			var document map[string]any
			require.NoError(t, json.Unmarshal([]byte(stdout), &document), stderr)
			require.Contains(t, schemas, "`"+document["schema"].(string)+"`")
			fields := map[string]bool{}
			writtenFields(document, fields)
			require.Greater(t, len(fields), 8)
			for name := range fields {
				require.True(t, words[name], "docs/json.md does not speak of %q", name)
			}
		})
	}
}

// writtenFields collects the names of the fields in a document. The keys of
// "hooks" are hooks.
func writtenFields(v any, fields map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			writtenFields(x, fields)
		}
	case map[string]any:
		for name, x := range v {
			fields[name] = true
			if hooks, ok := x.(map[string]any); ok && name == "hooks" {
				for _, y := range hooks {
					writtenFields(y, fields)
				}
				continue
			}
			writtenFields(x, fields)
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
