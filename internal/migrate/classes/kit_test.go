package classes_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

var update = flag.Bool("update", false, "rewrite the golden sections; review each change beside its source")

// rewrite plans the edits of a tree and applies them.
func rewrite(t require.TestingT, files map[string]string, paths []string, opts classes.Options) (map[string]string, classes.Result) {
	m := layertest.New(files)
	reader := layers.NewReader(m, layers.Options{Catalog: catalog.Default(), Django: opts.To})
	result := classes.Rewrite(classes.Project{Reader: reader, Modules: m.Modules()}, paths, opts)
	read := func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, fmt.Errorf("no file %q", name)
		}
		return []byte(text), nil
	}
	changes, err := edit.Plan(read, result.Edits)
	require.NoError(t, err)
	out := map[string]string{}
	for name, text := range files {
		out[name] = text
	}
	for _, c := range changes {
		out[c.File] = string(c.After)
	}
	return out, result
}

// options reads the words of a case's "options:" line.
func options(t *testing.T, words string) classes.Options {
	var o classes.Options
	for _, word := range strings.Fields(words) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "native":
			o.Native = true
		case "keep-old":
			o.KeepOld = true
		case "python3":
			o.Python3 = true
		case "from", "to":
			v, err := stack.ParseVersion(value)
			require.NoError(t, err)
			if key == "to" {
				o.To = v
			} else {
				o.From = v
			}
		default:
			t.Fatalf("unknown option %q", word)
		}
	}
	return o
}

// goldenCase is one txtar file: a comment with the lines "layers:" and
// "options:", the files of a project, "want" with what was done and refused,
// and below "after/" the files that change. The words <cr> and <bom> stand for
// the bytes that an editor would hide.
type goldenCase struct {
	archive *txtar.Archive
	paths   []string
	opts    classes.Options
	files   map[string]string
	want    string
	after   map[string]string
}

func readCase(t *testing.T, path string) *goldenCase {
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	c := &goldenCase{archive: archive, files: map[string]string{}, after: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		if rest, ok := strings.CutPrefix(line, "layers:"); ok {
			c.paths = strings.Fields(rest)
		}
		if rest, ok := strings.CutPrefix(line, "options:"); ok {
			c.opts = options(t, rest)
		}
	}
	require.NotEmpty(t, c.paths, "the comment names no layers")
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "after/"); ok {
			c.after[name] = unveil(string(f.Data))
		} else if f.Name == "want" {
			c.want = string(f.Data)
		} else {
			c.files[f.Name] = unveil(string(f.Data))
		}
	}
	return c
}

var veils = []string{"<cr>\n", "\r\n", "<bom>", "\xef\xbb\xbf", "<tab>", "\t", "<no final line end>\n", ""}

func unveil(text string) string { return strings.NewReplacer(veils...).Replace(text) }

func veil(text string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "<no final line end>\n"
	}
	return strings.NewReplacer("\r\n", "<cr>\n", "\xef\xbb\xbf", "<bom>", "\t", "<tab>").Replace(text)
}

// render writes a result in words, one line for each thing.
func render(r classes.Result) string {
	var b strings.Builder
	at := func(s stack.Span) string { return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Column) }
	for _, x := range r.Done {
		fmt.Fprintf(&b, "%s %s: %s\n", at(x.Span), x.Class, x.What)
	}
	for _, x := range r.Refused {
		kind := "refused"
		if x.Native {
			kind = "not native"
		}
		fmt.Fprintf(&b, "%s %s: %s: %s\n", at(x.Span), x.Class, kind, x.Reason)
	}
	for _, x := range r.Warnings {
		fmt.Fprintf(&b, "%s %s: warning: %s\n", at(x.Span), x.Class, x.Message)
	}
	return b.String()
}

// TestGolden compares each case's result with what was judged right by hand,
// parses it again, and rewrites it once more: that makes no edit.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(path), "testdata/"), ".txtar"), func(t *testing.T) {
			c := readCase(t, path)
			after, result := rewrite(t, c.files, c.paths, c.opts)
			got := render(result)
			changed := map[string]string{}
			for name, text := range after {
				if text != c.files[name] {
					changed[name] = text
				}
			}
			if *update {
				c.write(t, path, got, changed)
			} else {
				require.Equal(t, c.want, got)
				require.Equal(t, c.after, changed)
			}
			for name, text := range changed {
				require.LessOrEqual(t, len(python.Parse([]byte(text)).Errors), len(python.Parse([]byte(c.files[name])).Errors), name)
			}
			_, again := rewrite(t, after, c.paths, c.opts)
			require.Empty(t, again.Edits, "a second rewriting makes no edit")
		})
	}
}

// write replaces the golden sections of a case.
func (c *goldenCase) write(t *testing.T, path, want string, after map[string]string) {
	out := &txtar.Archive{Comment: c.archive.Comment}
	for _, f := range c.archive.Files {
		if f.Name != "want" && !strings.HasPrefix(f.Name, "after/") {
			out.Files = append(out.Files, f)
		}
	}
	out.Files = append(out.Files, txtar.File{Name: "want", Data: []byte(want)})
	var names []string
	for name := range after {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out.Files = append(out.Files, txtar.File{Name: "after/" + name, Data: []byte(veil(after[name]))})
	}
	require.NoError(t, os.WriteFile(path, txtar.Format(out), 0o644))
}
