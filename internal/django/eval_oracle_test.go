package django

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

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
	exe, _ := testenv.Python3(t)
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
