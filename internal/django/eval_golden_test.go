package django

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
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

// oracleScript executes jobs under CPython, each in a process of its own, and
// prints one JSON line for each.
const oracleScript = `
import json, os, sys, shutil, tempfile, types, importlib, io
jobs = json.load(sys.stdin)
def plain(v):
    if v is None: return None
    if isinstance(v, (list, tuple)): return [x if isinstance(x, str) else "?" + repr(type(x)) for x in v]
    return "?" + repr(type(v))
def run(job):
    d = tempfile.mkdtemp()
    try:
        for name, text in job["files"].items():
            p = os.path.join(d, name)
            os.makedirs(os.path.dirname(p), exist_ok=True)
            with open(p, "w", encoding="utf-8") as f: f.write(text)
        os.chdir(d); sys.path.insert(0, d)
        sys.dont_write_bytecode = True
        for k in list(os.environ):
            if k not in ("PATH", "HOME", "LANG"): del os.environ[k]
        os.environ.update(job["env"])
        for m in job["mods"]:
            parts = m.split(".")
            for i in range(len(parts)):
                n = ".".join(parts[:i+1])
                if n not in sys.modules:
                    mod = types.ModuleType(n); mod.__path__ = []
                    mod.__getattr__ = lambda a: (lambda *x, **k: None) if not a.startswith("__") else (_ for _ in ()).throw(AttributeError(a))
                    sys.modules[n] = mod
        m = importlib.import_module(job["module"])
        if job["cls"]:
            o = getattr(m, job["cls"])()
            m = types.SimpleNamespace(**{k: (getattr(o, k)() if callable(getattr(o, k)) else getattr(o, k)) for k in dir(o) if k.isupper()})
        return {"ok": True, "values": {n: plain(getattr(m, n)) for n in ("MIDDLEWARE", "MIDDLEWARE_CLASSES") if hasattr(m, n)}}
    except BaseException as e:
        return {"ok": False, "error": type(e).__name__ + ": " + str(e)}
    finally:
        shutil.rmtree(d, ignore_errors=True)
for job in jobs:
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(r)
        sys.stdout = io.StringIO()
        os.write(w, json.dumps(run(job)).encode())
        os._exit(0)
    os.close(w)
    data = b""
    while True:
        chunk = os.read(r, 65536)
        if not chunk: break
        data += chunk
    os.close(r); os.waitpid(pid, 0)
    print(data.decode() or '{"ok": false, "error": "died"}')
`

type oracleJob struct {
	Files  map[string]string `json:"files"`
	Module string            `json:"module"`
	Env    map[string]string `json:"env"`
	Mods   []string          `json:"mods"`
	Class  string            `json:"cls"`
}

type oracleAnswer struct {
	OK     bool           `json:"ok"`
	Error  string         `json:"error"`
	Values map[string]any `json:"values"`
}

// askPython runs jobs under python3. Without python3 the test is skipped, but
// for REQUIRE_PYTHON=1.
func askPython(t *testing.T, jobs []oracleJob) []oracleAnswer {
	t.Helper()
	exe, err := exec.LookPath("python3")
	if err != nil {
		require.NotEqual(t, "1", os.Getenv("REQUIRE_PYTHON"), "python3 is required")
		t.Skip("python3 is not installed; it confirms the expectations")
	}
	in, err := json.Marshal(jobs)
	require.NoError(t, err)
	cmd := exec.Command(exe, "-I", "-W", "ignore", "-c", oracleScript)
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", stderr.String())
	var answers []oracleAnswer
	dec := json.NewDecoder(bytes.NewReader(out))
	for dec.More() {
		var a oracleAnswer
		require.NoError(t, dec.Decode(&a))
		answers = append(answers, a)
	}
	require.Len(t, answers, len(jobs))
	return answers
}

// expected reads the lines of one setting of a variant.
func (v goldenVariant) expected(setting string) (lines []string, incomplete bool) {
	cur := "MIDDLEWARE"
	for _, l := range v.lines {
		if strings.HasPrefix(l, "[") {
			cur = strings.Trim(l, "[]")
			continue
		}
		if cur != setting {
			continue
		}
		if l == "incomplete" {
			incomplete = true
			continue
		}
		path, _, _ := strings.Cut(l, " @")
		lines = append(lines, path)
	}
	return lines, incomplete
}

// TestEvaluateGoldenOracle executes every golden case under CPython, with the
// environment and the modules its variants ask for.
func TestEvaluateGoldenOracle(t *testing.T) {
	var jobs []oracleJob
	type ref struct {
		c goldenCase
		v goldenVariant
	}
	var refs []ref
	for _, c := range loadGolden(t) {
		files := map[string]string{}
		for _, f := range c.archive.Files {
			if f.Name != "want" {
				files[f.Name] = string(f.Data)
			}
		}
		for _, v := range c.variants {
			if v.skip {
				continue
			}
			job := oracleJob{Files: files, Module: c.module, Env: v.env, Mods: v.mods}
			if name, ok := strings.CutPrefix(v.head, "class "); ok {
				job.Class, _, _ = strings.Cut(name, " ")
			}
			if job.Mods == nil {
				job.Mods = []string{}
			}
			jobs = append(jobs, job)
			refs = append(refs, ref{c, v})
		}
	}
	for i, a := range askPython(t, jobs) {
		r := refs[i]
		t.Run(r.c.name+"/"+strings.ReplaceAll(r.v.head, " ", "_"), func(t *testing.T) {
			require.True(t, a.OK, "Python: %s", a.Error)
			for _, setting := range []string{"MIDDLEWARE", "MIDDLEWARE_CLASSES"} {
				want, incomplete := r.v.expected(setting)
				val, defined := a.Values[setting]
				switch {
				case len(want) == 1 && want[0] == "undefined" || setting == "MIDDLEWARE_CLASSES" && len(want) == 0:
					require.False(t, defined && len(want) == 1, "Python defines it: %v", val)
				case len(want) == 1 && want[0] == "none":
					require.Nil(t, val)
					require.True(t, defined)
				default:
					require.True(t, defined, "Python does not define %s", setting)
					list, ok := val.([]any)
					require.True(t, ok, "Python has %v", val)
					require.Empty(t, disagree(want, incomplete, list), "Python has %v", list)
				}
			}
		})
	}
}

// disagree says in what a stack contradicts the list that Python made. Known
// entries must be there in order, and between two of them only what an unknown
// entry stands for.
func disagree(want []string, incomplete bool, list []any) string {
	got := make([]string, len(list))
	for i, v := range list {
		got[i], _ = v.(string)
	}
	if !incomplete {
		return cmp.Diff(append([]string{}, want...), append([]string{}, got...))
	}
	if !matchRuns(want, got) {
		return fmt.Sprintf("%q does not match %q", want, got)
	}
	return ""
}

// matchRuns matches entries against a list, an unknown entry standing for any
// number of elements.
func matchRuns(want, got []string) bool {
	reach := make([]bool, len(got)+1)
	reach[0] = true
	for _, w := range want {
		next := make([]bool, len(got)+1)
		any := false
		for i := range reach {
			if strings.HasPrefix(w, "? ") {
				any = any || reach[i]
				next[i] = any
			} else if reach[i] && i < len(got) && got[i] == w {
				next[i+1] = true
			}
		}
		reach = next
	}
	return reach[len(got)]
}
