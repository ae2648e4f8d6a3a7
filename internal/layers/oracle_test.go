package layers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// program writes random layers out of the forms that hooks are made of: guards,
// reads, writes, helpers, early returns, loops, try.
type program struct {
	r      *rand.Rand
	b      strings.Builder
	kind   string // the hook
	helper bool   // in a helper: no further calls
}

func (p *program) line(depth int, format string, a ...any) {
	fmt.Fprintf(&p.b, "%s%s\n", strings.Repeat("    ", depth), fmt.Sprintf(format, a...))
}

func (p *program) attr() string { return string(rune('a' + p.r.IntN(4))) }

func (p *program) layer() string {
	p.line(0, "from django.http import HttpResponse, Http404")
	p.line(0, "from outside import flag")
	p.line(0, "class A(object):")
	p.line(1, "def __init__(self, get_response):")
	p.line(2, "self.get_response = get_response")
	args := "self, request"
	if p.kind == "process_response" {
		args += ", response"
	}
	p.line(1, "def %s(%s):", p.kind, args)
	p.line(2, "v = r = None")
	p.block(2, 3)
	p.helper = true
	for i := range 2 {
		p.line(1, "def h%d(self, request):", i)
		p.line(2, "v = r = None")
		p.block(2, 2)
	}
	for i := range 2 { // tests that helpers call, too
		p.line(1, "def p%d(self, request):", i)
		p.line(2, "return %s", p.predicate())
	}
	return p.b.String()
}

// predicate is a test of its own.
func (p *program) predicate() string {
	a, b := p.attr(), p.attr()
	return []string{
		"hasattr(request, '" + a + "') and flag()", "not hasattr(request, '" + a + "')", "hasattr(request, '" + a + "') and request." + b,
		"flag() or hasattr(request, '" + a + "')", "hasattr(request, '" + a + "') and hasattr(request, '" + b + "')",
		"getattr(request, '" + a + "', None) is not None", "request." + a + " is None",
	}[p.r.IntN(7)]
}

func (p *program) block(depth, nest int) {
	for range 1 + p.r.IntN(4) {
		p.stmt(depth, nest)
	}
}

func (p *program) test() string {
	a := p.attr()
	tests := []string{
		"flag()", "not flag()", "hasattr(request, '" + a + "')", "not hasattr(request, '" + a + "')", "v", "not v", "v is None",
		"v is not None", "r", "r is not None", "getattr(request, '" + a + "', None)",
		"hasattr(request, '" + a + "') and flag()", "flag() or hasattr(request, '" + a + "')",
		"not hasattr(request, '" + a + "') or request." + a, "hasattr(request, '" + a + "') and request." + p.attr(),
	}
	tests = append(tests, "self.p0(request)", "not self.p1(request)", "self.p1(request) and flag()")
	if !p.helper {
		tests = append(tests, "self.h0(request)", "not self.h1(request)", "self.h0(request) is not None")
	}
	return tests[p.r.IntN(len(tests))]
}

func (p *program) value() string {
	values := []string{"None", "HttpResponse()", "r", "v", "HttpResponse() if flag() else None", "v and r", "v or r", "False"}
	if !p.helper {
		values = append(values, "self.h0(request)", "self.h1(request)")
		switch p.kind {
		case "__call__":
			values = append(values, "self.get_response(request)", "self.get_response(request)", "r", "r", "r or self.get_response(request)")
		case "process_response":
			values = append(values, "response", "response", "response")
		}
	}
	return values[p.r.IntN(len(values))]
}

func (p *program) stmt(depth, nest int) {
	a := p.attr()
	n := p.r.IntN(15)
	if nest == 0 {
		n = p.r.IntN(9)
	}
	switch n {
	case 0, 1:
		p.line(depth, "request.%s", a)
	case 2:
		p.line(depth, "request.%s = 1", a)
	case 3:
		p.line(depth, "v = getattr(request, '%s', None)", a)
	case 4, 5:
		p.line(depth, "r = %s", p.value())
	case 6:
		switch p.r.IntN(4) {
		case 0:
			p.line(depth, "del request.%s", a)
		case 1:
			p.line(depth, "setattr(request, '%s', 1)", a)
		case 2:
			p.line(depth, "v = request.%s", a)
		case 3:
			p.line(depth, "pass")
		}
	case 7:
		switch {
		case p.helper:
			p.line(depth, "request.%s = None", a)
		default:
			p.line(depth, "self.h%d(request)", p.r.IntN(2))
		}
	case 8:
		if p.r.IntN(3) == 0 {
			p.line(depth, "raise Http404")
			return
		}
		p.line(depth, "return %s", p.value())
	case 9, 10, 11:
		p.line(depth, "if %s:", p.test())
		p.block(depth+1, nest-1)
		if p.r.IntN(2) == 0 {
			p.line(depth, "else:")
			p.block(depth+1, nest-1)
		}
	case 12:
		p.line(depth, "for _ in range(2):")
		p.block(depth+1, nest-1)
		if p.r.IntN(2) == 0 {
			p.line(depth+1, "if flag():")
			p.line(depth+2, "%s", []string{"break", "continue"}[p.r.IntN(2)])
		}
	default:
		p.line(depth, "try:")
		p.block(depth+1, nest-1)
		p.line(depth, "except %s:", []string{"AttributeError", "Exception", "KeyError", "(AttributeError, KeyError)"}[p.r.IntN(4)])
		p.block(depth+1, nest-1)
		if p.r.IntN(3) == 0 {
			p.line(depth, "finally:")
			p.line(depth+1, "request.%s = 2", p.attr())
		}
	}
}

// runner is the Python side: it runs each layer many times, with and without
// each attribute, and tells how each run ended.
const runner = `
import sys, json, types, random
http = types.ModuleType("django.http")
class HttpResponse: pass
class Http404(Exception): pass
http.HttpResponse, http.Http404 = HttpResponse, Http404
sys.modules["django"] = types.ModuleType("django")
sys.modules["django.http"] = http
outside = types.ModuleType("outside")
outside.flag = None
sys.modules["outside"] = outside
NEXT, GIVEN = HttpResponse(), HttpResponse()
class Request:
    def __init__(self, attrs):
        for a in attrs: self.__dict__[a] = 1
        self.__dict__["_w"] = set()
    def __setattr__(self, k, v):
        self._w.add(k); self.__dict__[k] = v
out = []
for kind, text in json.load(sys.stdin):
    runs = []
    space = {}
    exec(compile(text, "layer", "exec"), space)
    for n in range(48):
        rnd = random.Random(n)
        space["flag"] = lambda: rnd.random() < 0.5
        request = Request([a for i, a in enumerate("abcd") if n >> i & 1])
        calls = []
        layer = space["A"](lambda r: calls.append(1) or NEXT)
        args = (request, GIVEN) if kind == "process_response" else (request,)
        run = {"attr": "", "line": 0, "ret": "", "raised": ""}
        try:
            v = getattr(layer, kind)(*args)
            run["ret"] = "none" if v is None else "next" if v is NEXT else "given" if v is GIVEN else "fresh" if isinstance(v, HttpResponse) else "other"
        except AttributeError as e:
            tb = e.__traceback__
            while tb.tb_next: tb = tb.tb_next
            run["attr"] = str(e).rsplit("'", 2)[1] if "'" in str(e) else str(e)
            run["line"] = tb.tb_lineno
        except Http404:
            run["raised"] = "Http404"
        run["writes"] = sorted(request._w)
        run["calls"] = len(calls)
        runs.append(run)
    out.append(runs)
json.dump(out, sys.stdout)
`

type runResult struct {
	Attr   string   `json:"attr"`
	Line   int      `json:"line"`
	Ret    string   `json:"ret"`
	Raised string   `json:"raised"`
	Writes []string `json:"writes"`
	Calls  int      `json:"calls"`
}

// TestAgainstPython runs random layers with CPython and wants nothing to happen
// that the reader has ruled out: an error of a read that it calls guarded, an
// answer or a missing response that it says cannot be, an unseen write or raise.
func TestAgainstPython(t *testing.T) {
	python, _ := testenv.Python3(t)
	const count = 900
	var kinds, texts []string
	var input [][2]string
	for seed := range uint64(count) {
		kind := []string{"process_request", "process_response", "__call__"}[seed%3]
		p := &program{r: rand.New(rand.NewPCG(seed, 8)), kind: kind}
		text := p.layer()
		kinds, texts = append(kinds, kind), append(texts, text)
		input = append(input, [2]string{kind, text})
	}
	data, err := json.Marshal(input)
	require.NoError(t, err)
	cmd := exec.Command(python, "-c", runner)
	cmd.Stdin = bytes.NewReader(data)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var results [][]runResult
	require.NoError(t, json.Unmarshal(output, &results))
	require.Len(t, results, count)

	happened := map[string]int{}
	unguarded, failed := 0, 0
	for i, runs := range results {
		r := layers.NewReader(layertest.New(map[string]string{"app/__init__.py": "", "app/mw.py": texts[i]}), layers.Options{})
		l := r.Layer("app.mw.A")
		h := l.Hook(kinds[i])
		say := func(what string) string { return fmt.Sprintf("program %d: %s\n%s\n%s", i, what, texts[i], render(l)) }
		require.NotNil(t, h, say("no hook"))
		broke := map[int]bool{}
		for _, run := range runs {
			for _, name := range run.Writes {
				require.True(t, writes(l, name), say("unseen write of "+name))
			}
			switch {
			case run.Line > 0:
				happened["fails"]++
				broke[run.Line] = true
				require.True(t, unguardedAt(l, run.Attr, run.Line), say(fmt.Sprintf("request.%s fails at line %d", run.Attr, run.Line)))
			case run.Raised != "":
				happened["raises"]++
				require.NotEmpty(t, l.Raises, say("unseen raise"))
			case run.Ret == "none" && kinds[i] != "process_request":
				happened["nothing"]++
				require.NotEqual(t, layers.No, h.ReturnsNothing, say("returns nothing"))
			case run.Ret == "fresh" && kinds[i] == "process_request", run.Ret == "fresh" && kinds[i] == "__call__" && run.Calls == 0:
				happened["answers"]++
				require.NotEqual(t, layers.No, h.Answers, say("answers"))
			case run.Ret == "fresh":
				happened["replaces"]++
				require.True(t, h.Replaces != layers.No || h.Answers != layers.No, say("replaces"))
			}
		}
		for _, a := range l.Reads {
			if a.Guarded == layers.No {
				unguarded++
				if broke[a.Span.Line] {
					failed++
				}
			}
		}
	}
	for _, what := range []string{"fails", "raises", "nothing", "answers", "replaces"} {
		require.Greater(t, happened[what], 100, "too few runs in which it %s", what)
	}
	t.Logf("runs by outcome: %v; of %d unguarded reads %d failed in a run", happened, unguarded, failed)
}

func writes(l *layers.Layer, name string) bool {
	for _, a := range l.Writes {
		if a.Attr == name && a.Op == "set" {
			return true
		}
	}
	return false
}

func unguardedAt(l *layers.Layer, attr string, line int) bool {
	for _, a := range l.Reads {
		if a.Attr == attr && a.Span.Line == line && a.Guarded == layers.No {
			return true
		}
	}
	return false
}
