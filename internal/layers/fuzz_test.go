package layers_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
)

// FuzzReader reads whatever looks like middleware in any text: no panic, an end
// in time, and the same facts each time. TestBounds has the costly shapes: as
// seeds they would leave no time to mutate.
func FuzzReader(f *testing.F) {
	paths, err := filepath.Glob("testdata/shapes/*.txtar")
	require.NoError(f, err)
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		require.NoError(f, err)
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, "mw.py") {
				f.Add(string(file.Data))
			}
		}
	}
	known := catalog.Default()
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			t.Skip("only short texts are mutated; TestBounds has long ones")
		}
		start := time.Now()
		first := readAll(text, known)
		require.Less(t, time.Since(start), 20*time.Second)
		require.Equal(t, first, readAll(text, known))
	})
}

// readAll renders all layers of a module, and two names that are always asked.
func readAll(text string, known *catalog.Catalog) string {
	r := layers.NewReader(layertest.New(map[string]string{"app/mw.py": text, "app/__init__.py": "from .mw import *\n"}), layers.Options{Catalog: known})
	var b strings.Builder
	for _, name := range append(r.Candidates("app.mw"), "app.Star", "app.mw.Missing", "app.mw.A", "app.mw.middleware") {
		b.WriteString(render(r.Layer(name)))
	}
	return b.String()
}

// hardTexts are shapes that cost a naive reader exponential time or all its
// stack.
func hardTexts() map[string]string {
	class := func(body string) string {
		return "class A(object):\n    def process_request(self, request):\n" + body
	}
	calls := "class A(object):\n    def process_request(self, request):\n        return self.h0(request)\n"
	for i := range 30 {
		calls += strings.ReplaceAll("    def hN(self, request):\n", "N", digits(i))
		for range 4 {
			calls += "        request.user; self.h" + digits(i+1) + "(request)\n"
		}
	}
	local := class("        def f0(): return request.user\n")
	for i := range 40 {
		local += "        def f" + digits(i+1) + "():\n            f" + digits(i) + "(); f" + digits(i) + "()\n            return f" + digits(i) + "()\n"
	}
	local += "        return f40()\n"
	hooks := "class A(object):\n    def __init__(self, get_response):\n        self.get_response = get_response\n"
	for _, h := range []string{"__call__", "process_request", "process_view", "process_response", "process_exception"} {
		hooks += "    def " + h + "(self, request, *a):\n"
		for range 6 {
			hooks += "        self.process_request(request); self.process_view(request); self.process_response(request); self.__call__(request); self.process_exception(request)\n"
		}
	}
	ifs := "        x = None\n"
	for i := range 60 {
		ifs += "        if request.a" + digits(i) + ": x = request.b\n        elif hasattr(request, 'c'): request.d = 1\n"
	}
	return map[string]string{
		"not":       class("        if " + strings.Repeat("not ", 300) + "hasattr(request, 'a'):\n            return request.a\n"),
		"or":        class("        if " + strings.Repeat("(hasattr(request, 'a') and request.a or ", 60) + "1" + strings.Repeat(")", 60) + ": pass\n"),
		"and":       class("        if " + strings.Repeat("hasattr(request, 'a') and ", 3000) + "1: pass\n"),
		"ternary":   class("        return " + strings.Repeat("request.a if request.b else ", 200) + "None\n"),
		"calls":     calls,
		"local":     local,
		"hooks":     hooks,
		"ifs":       class(ifs),
		"nested if": class(nestedIfs(60)),
		"try":       class(nestedTries(60)),
		"attrs":     class("        return request" + strings.Repeat(".a", 5000) + "\n"),
		"lambdas":   class("        return " + strings.Repeat("(lambda: ", 80) + "request.a" + strings.Repeat(")()", 80) + "\n"),
		"bases":     bases(200),
		"diamond":   diamond(40),
		"names":     "A0 = None\n" + names(400) + "A = A399\n",
		"self":      "class A(A):\n    def process_request(self, request): return super().process_request(request)\nA = A\n",
		"cyclic":    "A = B\nB = A\nfrom app import A\n",
		"decorated": "@a\n@b\n@c\nclass A: process_request = property(lambda s: 1)\n",
		"match":     "def middleware(get_response):\n    def inner(request):\n        match request.a:\n            case {'x': y}: return y\n            case _: return get_response(request)\n    return inner\n",
	}
}

func digits(i int) string { return string([]byte{'a' + byte(i/26%26), 'a' + byte(i%26)}) }

func nestedIfs(n int) string {
	var b strings.Builder
	for i := range n {
		pad := strings.Repeat(" ", 8+i)
		b.WriteString(pad + "if hasattr(request, 'a') or request.b and not request.c:\n")
	}
	b.WriteString(strings.Repeat(" ", 8+n) + "return request.a\n")
	return b.String()
}

func nestedTries(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", 8+i) + "try:\n")
	}
	b.WriteString(strings.Repeat(" ", 8+n) + "return request.a\n")
	for i := n - 1; i >= 0; i-- {
		pad := strings.Repeat(" ", 8+i)
		b.WriteString(pad + "except AttributeError:\n" + pad + " request.b = 1\n" + pad + "finally:\n" + pad + " request.c\n")
	}
	return b.String()
}

func bases(n int) string {
	var b strings.Builder
	b.WriteString("class B0(object):\n    def process_request(self, request): pass\n")
	prev := "B0"
	for i := range n {
		name := "B" + digits(i) + digits(i*7)
		b.WriteString("class " + name + "(" + prev + "):\n    def process_request(self, request):\n        return super().process_request(request)\n")
		prev = name
	}
	b.WriteString("class A(" + prev + "): pass\n")
	return b.String()
}

// diamond has exponentially many ways from the last class to the first.
func diamond(n int) string {
	var b strings.Builder
	b.WriteString("class L0(object):\n    def process_request(self, request): pass\nclass R0(L0): pass\n")
	l, r := "L0", "R0"
	for i := range n {
		nl, nr := "L"+digits(i)+"x", "R"+digits(i)+"x"
		b.WriteString("class " + nl + "(" + r + ", " + l + "): pass\nclass " + nr + "(" + r + ", " + l + "): pass\n")
		l, r = nl, nr
	}
	b.WriteString("class A(" + l + ", " + r + "): pass\n")
	return b.String()
}

func names(n int) string {
	var b strings.Builder
	for i := 1; i < n; i++ {
		b.WriteString("A" + itoa(i) + " = A" + itoa(i-1) + "\n")
	}
	return b.String()
}

func itoa(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return itoa(i/10) + string(rune('0'+i%10))
}

// TestBounds reads texts that cost a naive reader exponential time, or its
// whole stack; the time is a guard against hanging and nothing finer.
func TestBounds(t *testing.T) {
	known := catalog.Default()
	texts := hardTexts()
	texts["many classes"] = strings.Repeat("class A(object):\n    def process_request(self, request):\n        request.x = request.y\n", 20_000)
	texts["long hook"] = "class A(object):\n    def process_request(self, request):\n" + strings.Repeat("        request.x = request.y\n", 100_000)
	texts["long test"] = "class A(object):\n    def process_request(self, request):\n        return " + strings.Repeat("request.x and ", 50_000) + "1\n"
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			done := make(chan string, 1)
			go func() { done <- readAll(text, known) }()
			select {
			case got := <-done:
				require.Contains(t, got, "layer app.mw.A\n")
			case <-time.After(60 * time.Second):
				t.Fatal("still reading after a minute")
			}
		})
	}
}

// TestBoundsAreSaid wants a layer that was not read to its end to say so.
func TestBoundsAreSaid(t *testing.T) {
	text := "class A(object):\n    def process_request(self, request):\n" + strings.Repeat("        request.x = request.y\n", 100_000)
	r := layers.NewReader(layertest.New(map[string]string{"app/mw.py": text, "app/__init__.py": ""}), layers.Options{})
	l := r.Layer("app.mw.A")
	require.Equal(t, layers.No, l.Whole)
	require.Len(t, l.Unclear, 1)
	require.Contains(t, l.Unclear[0].Text, "too much code to read")
	require.False(t, l.Hook("process_request").Read)
	require.Equal(t, layers.Unknown, l.MayAnswer())
}
