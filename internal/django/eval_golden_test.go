package django

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// A golden case is a txtar archive: input files, then "want". Each variant of
// the want begins with a line "variant" and its conditions, "text = true;…".
// Then come one line an entry (a path, or "? text" for an unknown one, each
// with " @file:line:column" if the case is about origins), "incomplete" if the
// stack is, "undefined" or "none". A line "class Name" or "configure" begins
// the variants of a sub-result, a line "[MIDDLEWARE_CLASSES]" the other
// setting of the variant. "env A=1 B=2", "modules x y.z" and "python no reason"
// tell the oracle how to arrange for the variant, and are no part of the result.
type goldenVariant struct {
	head  string
	lines []string
	env   map[string]string
	mods  []string
	skip  bool
}

type goldenCase struct {
	name     string
	module   string
	archive  *txtar.Archive
	variants []goldenVariant
}

func loadGolden(t *testing.T) []goldenCase {
	t.Helper()
	files, err := filepath.Glob("testdata/eval/*.txtar")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 90, "golden cases are missing")
	var out []goldenCase
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		require.NoError(t, err)
		c := goldenCase{name: strings.TrimSuffix(filepath.Base(f), ".txtar"), module: "settings", archive: a}
		require.NotEmpty(t, strings.TrimSpace(string(a.Comment)), "%s: say why the case exists", f)
		for _, line := range strings.Split(string(a.Comment), "\n") {
			if m, ok := strings.CutPrefix(line, "module: "); ok {
				c.module = strings.TrimSpace(m)
			}
		}
		for _, f := range a.Files {
			if f.Name == "want" {
				c.variants = parseWant(t, c.name, string(f.Data))
			}
		}
		require.NotEmpty(t, c.variants, "%s: no want", f)
		out = append(out, c)
	}
	return out
}

func parseWant(t *testing.T, name, text string) []goldenVariant {
	var out []goldenVariant
	sub := ""
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "class", "configure":
			sub = line + " "
			continue
		case "variant":
			out = append(out, goldenVariant{head: sub + "variant " + rest, env: map[string]string{}})
			continue
		}
		require.NotEmpty(t, out, "%s: a line before the first variant: %q", name, line)
		v := &out[len(out)-1]
		switch word {
		case "env":
			for _, kv := range strings.Fields(rest) {
				k, val, _ := strings.Cut(kv, "=")
				v.env[k] = val
			}
		case "modules":
			v.mods = strings.Fields(rest)
		case "python":
			require.Regexp(t, `^no \w+`, rest, "%s: a variant that Python does not confirm needs a reason", name)
			v.skip = true
		default:
			v.lines = append(v.lines, line)
		}
	}
	return out
}

// rendered writes variants in the form of a want.
func rendered(sub string, vs []Variant, origins bool) []goldenVariant {
	var out []goldenVariant
	for _, v := range vs {
		var conds []string
		for _, c := range v.Conditions {
			conds = append(conds, fmt.Sprintf("%s = %t", c.Text, c.Value))
		}
		if v.Merged {
			conds = append(conds, "merged")
		}
		g := goldenVariant{head: strings.TrimSpace(sub + "variant " + strings.Join(conds, "; "))}
		for _, name := range []string{"MIDDLEWARE", "MIDDLEWARE_CLASSES"} {
			l, ok := v.Stack(name)
			if name == "MIDDLEWARE_CLASSES" {
				if !ok {
					continue
				}
				g.lines = append(g.lines, "["+name+"]")
			}
			if !ok {
				if v.Open {
					g.lines = append(g.lines, "open")
				} else {
					g.lines = append(g.lines, "undefined")
				}
				continue
			}
			if l.Kind == KindNone {
				g.lines = append(g.lines, "none")
				continue
			}
			for _, e := range l.Entries {
				line := e.Path
				if e.Unknown {
					line = "? " + e.Text
				}
				if origins {
					line += fmt.Sprintf(" @%s:%d:%d", e.Span.File, e.Span.Line, e.Span.Column)
				}
				g.lines = append(g.lines, line)
			}
			if !l.Complete {
				g.lines = append(g.lines, "incomplete")
			}
		}
		out = append(out, g)
	}
	return out
}

func evaluated(r *Result, origins bool) []goldenVariant {
	out := rendered("", r.Variants, origins)
	for _, s := range r.Subs {
		sub := "configure "
		if s.Kind == SubClass {
			sub = "class " + s.Name + " "
		}
		out = append(out, rendered(sub, s.Variants, origins)...)
	}
	return out
}

func text(vs []goldenVariant) string {
	var sb strings.Builder
	for _, v := range vs {
		sb.WriteString(strings.TrimSpace(v.head) + "\n")
		for _, l := range v.lines {
			sb.WriteString("  " + l + "\n")
		}
	}
	return sb.String()
}

func TestEvaluateGolden(t *testing.T) {
	for _, c := range loadGolden(t) {
		t.Run(c.name, func(t *testing.T) {
			res := Evaluate(loaderOf(c.archive), c.module, Limits{})
			origins := false
			for _, v := range c.variants {
				for _, l := range v.lines {
					origins = origins || strings.Contains(l, " @")
				}
			}
			got := evaluated(res, origins)
			// A module without a stack of its own shows only its sub-results.
			if len(res.Subs) > 0 && strings.Contains(c.variants[0].head, "variant") && !strings.HasPrefix(c.variants[0].head, "variant") {
				got = got[len(res.Variants):]
			}
			if diff := cmp.Diff(text(c.variants), text(got)); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s\nnotes: %v", c.archive.Comment, diff, res.Notes)
			}
		})
	}
}
