package migrate

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/stack"
)

var update = flag.Bool("update", false, "write the expected parts of golden files anew")

// TestGolden runs testdata/migrate/*.txtar of the repository. A case is a
// comment that says why it is there, the files of a project, and
//
//	-- flags --  options, as "keep-classic to=3.2"; may be absent
//	-- diff --   what changes, as a unified diff
//	-- left --   what is left for a person, one line each
//	-- behaviour --  what will behave differently; where it is absent nothing is
//	             asked of it, since it depends on facts of the catalog
//
// Each case is run a second time on its own result, which must not change.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("../../testdata/migrate/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runGolden(t, file) })
	}
}

func runGolden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	require.NotEmpty(t, strings.TrimSpace(string(archive.Comment)), "a case says why it is there")
	opts := Options{}
	files := fstest.MapFS{}
	places := map[string]int{"diff": -1, "left": -1, "behaviour": -1}
	for i, f := range archive.Files {
		switch f.Name {
		case "flags":
			opts = parseFlags(t, string(f.Data))
		case "diff", "left", "behaviour":
			places[f.Name] = i
		default:
			files[f.Name] = &fstest.MapFile{Data: unescape(f.Data)}
		}
	}
	result, err := Run(context.Background(), django.FS{FS: files}, opts)
	require.NoError(t, err)
	got := map[string]string{"diff": escape(edit.Unified(result.Changes)), "left": leftText(result), "behaviour": behaviourText(result)}
	for name, text := range got {
		if *update && places[name] >= 0 {
			archive.Files[places[name]].Data = []byte(text)
			require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
			continue
		}
		if name == "behaviour" && places[name] < 0 {
			continue
		}
		require.GreaterOrEqual(t, places[name], 0, "no section %q", name)
		require.Equal(t, string(archive.Files[places[name]].Data), text)
	}
	for _, c := range result.Changes {
		require.Equal(t, string(files[c.File].Data), string(c.Before))
		files[c.File] = &fstest.MapFile{Data: c.After}
	}
	again, err := Run(context.Background(), django.FS{FS: files}, opts)
	require.NoError(t, err)
	require.Empty(t, edit.Unified(again.Changes), "a second run changes nothing")
}

// escape and unescape show carriage returns and marks, which archives and
// editors would lose.
var escaped = strings.NewReplacer("\r\n", "^M\n", "\ufeff", "^BOM")

func escape(s string) string { return escaped.Replace(s) }

func unescape(b []byte) []byte {
	return []byte(strings.NewReplacer("^M\n", "\r\n", "^BOM", "\ufeff", "^EOF\n", "").Replace(string(b)))
}

func leftText(r *Result) string {
	var b strings.Builder
	for _, l := range r.Left {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s: %s\n", l.Span.File, l.Span.Line, l.Span.Column, l.Severity, l.Pass, l.Reason)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s: %s\n", f.Span.File, f.Span.Line, f.Span.Column, f.Severity, f.Rule, f.Message)
	}
	return b.String()
}

func behaviourText(r *Result) string {
	var b strings.Builder
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s\n", d.Span.File, d.Span.Line, d.Span.Column, d.Grade, d.Text)
		if d.Advice != "" {
			fmt.Fprintf(&b, "  advice: %s\n", d.Advice)
		}
	}
	return b.String()
}

func parseFlags(t *testing.T, text string) Options {
	var opts Options
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "keep-classic":
			opts.KeepClassic = true
		case "native":
			opts.Native = true
		case "unsafe":
			opts.Unsafe = true
		case "annotate":
			opts.Annotate = true
		case "to":
			v, err := stack.ParseVersion(value)
			require.NoError(t, err)
			opts.To = v
		default:
			t.Fatalf("unknown flag %q", word)
		}
	}
	return opts
}
