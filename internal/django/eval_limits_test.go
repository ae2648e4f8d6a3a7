package django

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func evaluateSource(src string, limits Limits) *Result {
	return Evaluate(newMemLoader(map[string]string{"settings.py": src}), "settings", limits)
}

// stackOf is the only variant's stack.
func stackOf(t *testing.T, r *Result) List {
	t.Helper()
	require.Len(t, r.Variants, 1)
	l, ok := r.Variants[0].Stack("MIDDLEWARE")
	require.True(t, ok, "MIDDLEWARE is not defined; notes: %v", r.Notes)
	return l
}

// TestEvaluateTraps feeds programs that would cost exponential time or space,
// or never end. Each must come back soon, and never with a complete stack that
// is wrong.
func TestEvaluateTraps(t *testing.T) {
	repeat := func(n int, f func(i int) string) string {
		var sb strings.Builder
		for i := range n {
			sb.WriteString(f(i))
		}
		return sb.String()
	}
	nested := func(n int) string {
		var sb strings.Builder
		sb.WriteString("import os\nMIDDLEWARE = ['a']\n")
		for i := range n {
			fmt.Fprintf(&sb, "%sif os.environ.get('F%d'):\n%sMIDDLEWARE.append('m%d')\n", strings.Repeat(" ", i), i, strings.Repeat(" ", i+1), i)
		}
		return sb.String()
	}
	cases := map[string]string{
		"doubling":         "MIDDLEWARE = ['a']\nfor i in range(100):\n    MIDDLEWARE *= 2\n",
		"doubling by plus": "MIDDLEWARE = ['a']\nwhile True:\n    MIDDLEWARE += MIDDLEWARE\n",
		"endless append":   "MIDDLEWARE = ['a']\nfor m in MIDDLEWARE:\n    MIDDLEWARE.append(m)\n",
		"endless while":    "MIDDLEWARE = ['a']\nwhile True:\n    pass\n",
		"nested ifs":       nested(40),
		"independent ifs": "import os\nMIDDLEWARE = ['a']\n" + repeat(40, func(i int) string {
			return fmt.Sprintf("if os.environ.get('F%d'):\n    MIDDLEWARE.append('m%d')\n", i, i)
		}),
		"many ifs": "import os\nMIDDLEWARE = ['a']\n" + repeat(2000, func(i int) string {
			return fmt.Sprintf("if os.environ.get('F%d'):\n    MIDDLEWARE.append('m%d')\n", i, i)
		}),
		"comprehensions":    "A = list(range(300))\nMIDDLEWARE = [str(a) for a in A for b in A for c in A for d in A]\n",
		"recursion":         "def f(n):\n    return f(n + 1) + f(n + 2)\nMIDDLEWARE = f(0)\n",
		"unknown recursion": "import os\ndef f(p):\n    if os.path.exists(p):\n        return p\n    return f(os.path.dirname(p)) + f(p + 'x')\nX = f('y')\nMIDDLEWARE = [X]\n",
		"fibonacci":         "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nMIDDLEWARE = ['m%d' % fib(60)]\n",
		"growing string":    "S = 'x'\nfor i in range(1000):\n    S = S + S\nMIDDLEWARE = [S]\n",
		"big repetition":    "MIDDLEWARE = ['a'] * 10 ** 9\n",
		"big repetition 2":  "MIDDLEWARE = ['a'] * 1000000000\n",
		"big range":         "MIDDLEWARE = [str(i) for i in range(10 ** 9)]\n",
		"big range 2":       "MIDDLEWARE = [str(i) for i in range(1000000000)]\n",
		"long list":         "MIDDLEWARE = [" + repeat(50000, func(i int) string { return "'a', " }) + "]\n",
		"long sum":          "MIDDLEWARE = ['a']" + repeat(20000, func(i int) string { return " + ['b']" }) + "\n",
		"self import":       "from settings import *\nimport settings\nMIDDLEWARE = getattr(settings, 'MIDDLEWARE', []) + ['a']\n",
		"self exec":         "MIDDLEWARE = ['a']\nexec(open(__file__).read())\n",
		"generator of self": "def g():\n    yield from g()\nMIDDLEWARE = list(g())\n",
		"growing dict":      "D = {}\nfor i in range(100000):\n    D[i] = i\nMIDDLEWARE = list(D)\n",
		"class tower": repeat(300, func(i int) string {
			return fmt.Sprintf("class C%d(%s):\n    MIDDLEWARE = ['c']\n", i, map[bool]string{true: "object", false: fmt.Sprintf("C%d", i-1)}[i == 0])
		}) + "MIDDLEWARE = C299.MIDDLEWARE\n",
		"nested comprehend": "MIDDLEWARE = " + strings.Repeat("[x for x in ", 60) + "['a']" + strings.Repeat("]", 60) + "\n",
		"unknown loops":     "import p\nMIDDLEWARE = ['a']\n" + repeat(8, func(i int) string { return strings.Repeat(" ", i) + fmt.Sprintf("for x%d in p.q():\n", i) }) + strings.Repeat(" ", 8) + "MIDDLEWARE = MIDDLEWARE + [x0]\n",
		"branching calls":   "import os\ndef f(n):\n    if n == 0: return []\n    if os.environ.get('A%d' % n): return f(n - 1) + ['y']\n    return f(n - 1) + ['n']\nMIDDLEWARE = f(30)\n",
		"try tower": "MIDDLEWARE = ['a']\n" + repeat(30, func(i int) string {
			return strings.Repeat(" ", i) + "try:\n" + strings.Repeat(" ", i+1) + fmt.Sprintf("import opt%d\n", i)
		}) + strings.Repeat(" ", 31) + "MIDDLEWARE.append('x')\n" + repeat(30, func(i int) string {
			return strings.Repeat(" ", 29-i) + "except ImportError:\n" + strings.Repeat(" ", 30-i) + fmt.Sprintf("MIDDLEWARE.append('e%d')\n", 29-i)
		}),
	}
	for name, src := range cases {
		t.Run(name, func(t *testing.T) {
			done := make(chan *Result, 1)
			go func() { done <- evaluateSource(src, Limits{}) }()
			select {
			case r := <-done:
				require.NotEmpty(t, r.Variants)
				require.LessOrEqual(t, len(r.Variants), 32)
				for _, v := range r.Variants {
					l, ok := v.Stack("MIDDLEWARE")
					require.True(t, ok || v.Open, "MIDDLEWARE is lost without a word")
					require.LessOrEqual(t, len(l.Entries), 10_001)
				}
			case <-time.After(60 * time.Second):
				t.Fatal("no answer in 60 seconds")
			}
		})
	}
}

func TestEvaluateStepsAreBounded(t *testing.T) {
	r := evaluateSource("MIDDLEWARE = ['a']\nwhile True:\n    pass\n", Limits{Steps: 3000})
	require.Len(t, r.Variants, 1)
	require.True(t, r.Variants[0].Open)
	_, ok := r.Variants[0].Stack("MIDDLEWARE")
	require.False(t, ok, "nothing may be claimed after giving up")
	require.NotEmpty(t, r.Notes)
	require.Contains(t, r.Notes[len(r.Notes)-1].Message, "gave up")
}

func TestEvaluateLengthIsBounded(t *testing.T) {
	l := stackOf(t, evaluateSource("MIDDLEWARE = ['a', 'b', 'c', 'd']\n", Limits{Length: 3}))
	require.False(t, l.Complete)
	require.Len(t, l.Entries, 4)
	require.Equal(t, "c", l.Entries[2].Path)
	require.True(t, l.Entries[3].Unknown)
	l = stackOf(t, evaluateSource("MIDDLEWARE = ['a', 'b', 'c']\n", Limits{Length: 3}))
	require.True(t, l.Complete)
}

func TestEvaluateDepthIsBounded(t *testing.T) {
	src := "L = ['keep']\ndef f(n):\n    L.append('x')\n    return f(n - 1) if n else ['end']\nMIDDLEWARE = ['a'] + f(100)\nMIDDLEWARE_CLASSES = L\n"
	r := evaluateSource(src, Limits{})
	l := stackOf(t, r)
	require.False(t, l.Complete, "a call past the depth limit is not known")
	c, ok := r.Variants[0].Stack("MIDDLEWARE_CLASSES")
	require.True(t, ok)
	require.False(t, c.Complete, "what the function changes is not known either")
}

// TestEvaluateVariantLimit: 40 independent flags. The first variants are exact,
// the last stands for the rest, holds what is sure, and says so.
func TestEvaluateVariantLimit(t *testing.T) {
	var sb strings.Builder
	sb.WriteString("import os\nMIDDLEWARE = ['first']\n")
	for i := range 40 {
		fmt.Fprintf(&sb, "if os.environ.get('F%d'):\n    MIDDLEWARE.append('m%d')\n", i, i)
	}
	sb.WriteString("MIDDLEWARE.append('last')\n")
	r := evaluateSource(sb.String(), Limits{})
	require.True(t, r.Merged)
	require.Len(t, r.Variants, 32)
	for _, v := range r.Variants[:31] {
		l, _ := v.Stack("MIDDLEWARE")
		require.True(t, l.Complete)
		require.NotEmpty(t, v.Conditions)
	}
	rest := r.Variants[31]
	require.True(t, rest.Merged)
	l, ok := rest.Stack("MIDDLEWARE")
	require.True(t, ok)
	require.False(t, l.Complete)
	require.Equal(t, "first", l.Entries[0].Path)
	require.Equal(t, "last", l.Entries[len(l.Entries)-1].Path)
	found := false
	for _, n := range r.Notes {
		found = found || strings.Contains(n.Message, "more than 32 variants")
	}
	require.True(t, found, "the merge is not noted: %v", r.Notes)
}

// TestEvaluateFiveFlags: five independent flags are 32 variants, all exact.
func TestEvaluateFiveFlags(t *testing.T) {
	var sb strings.Builder
	sb.WriteString("import os\nMIDDLEWARE = []\n")
	for i := range 5 {
		fmt.Fprintf(&sb, "if os.environ.get('F%d'):\n    MIDDLEWARE.append('m%d')\n", i, i)
	}
	r := evaluateSource(sb.String(), Limits{})
	require.False(t, r.Merged)
	require.Len(t, r.Variants, 32)
	seen := map[string]bool{}
	for _, v := range r.Variants {
		require.Len(t, v.Conditions, 5)
		l, _ := v.Stack("MIDDLEWARE")
		require.True(t, l.Complete)
		key := ""
		for i, c := range v.Conditions {
			has := false
			for _, e := range l.Entries {
				has = has || e.Path == fmt.Sprintf("m%d", i)
			}
			require.Equal(t, c.Value, has)
			key += fmt.Sprint(c.Value)
		}
		require.False(t, seen[key])
		seen[key] = true
	}
}

// TestEvaluateIsLinear compares work, in steps, of settings of one and of four
// times the size.
func TestEvaluateIsLinear(t *testing.T) {
	program := func(n int) string {
		var sb strings.Builder
		sb.WriteString("import os\nMIDDLEWARE = ['a']\n")
		for i := range n {
			fmt.Fprintf(&sb, "NAME_%d = os.path.join('x', 'y%d')\nDICT_%d = {'a': [1, 2, 3], 'b': NAME_%d}\n", i, i, i, i)
		}
		sb.WriteString("MIDDLEWARE.append('b')\n")
		return sb.String()
	}
	steps := func(n int) int {
		l := newMemLoader(map[string]string{"settings.py": program(n)})
		for bound := 1000; ; bound += bound / 8 {
			if r := Evaluate(l, "settings", Limits{Steps: bound}); !r.Variants[0].Open {
				return bound
			}
			require.Less(t, bound, 10_000_000)
		}
	}
	small, large := steps(200), steps(800)
	require.Less(t, large, 6*small, "four times the size takes %d steps instead of %d", large, small)
}

func TestEvaluateMissingModule(t *testing.T) {
	r := Evaluate(newMemLoader(map[string]string{"a.py": ""}), "nothing", Limits{})
	require.Empty(t, r.Variants)
}

func TestEvaluateIsDeterministic(t *testing.T) {
	for _, c := range loadGolden(t) {
		a := Evaluate(loaderOf(c.archive), c.module, Limits{})
		b := Evaluate(loaderOf(c.archive), c.module, Limits{})
		require.Equal(t, text(evaluated(a, true)), text(evaluated(b, true)), c.name)
		require.Equal(t, a.Notes, b.Notes, c.name)
	}
}

// TestEvaluateAnySteps: wherever the limit of steps falls, the answer is whole
// and claims nothing wrong.
func TestEvaluateAnySteps(t *testing.T) {
	src := "import os\nMIDDLEWARE = ['a']\nfor i in range(20):\n    X = [str(j) for j in range(20)]\n" +
		"if os.environ.get('A'):\n    MIDDLEWARE.append('b')\nif os.environ.get('B'):\n    MIDDLEWARE.append('c')\n"
	exact := false
	for steps := 100; steps < 40_000; steps += 100 {
		r := evaluateSource(src, Limits{Steps: steps})
		require.NotEmpty(t, r.Variants)
		for _, v := range r.Variants {
			l, ok := v.Stack("MIDDLEWARE")
			if !ok {
				require.True(t, v.Open)
				continue
			}
			require.Equal(t, !v.Merged, l.Complete)
		}
		exact = len(r.Variants) == 4 && !r.Merged
	}
	require.True(t, exact, "the last limit is large enough")
}

func BenchmarkEvaluate(b *testing.B) {
	var sb strings.Builder
	sb.WriteString("import os\nfrom pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nDEBUG = os.environ.get('DEBUG') == '1'\n")
	for i := range 60 {
		fmt.Fprintf(&sb, "SETTING_%d = os.path.join('x', 'y%d')\nDICT_%d = {'BACKEND': 'a.b.C', 'OPTIONS': {'x': [1, 2, 3]}}\n", i, i, i)
	}
	sb.WriteString("MIDDLEWARE = [\n")
	for i := range 12 {
		fmt.Fprintf(&sb, "    'django.middleware.m%d.Middleware',\n", i)
	}
	sb.WriteString("]\nif DEBUG:\n    MIDDLEWARE.insert(0, 'debug')\ntry:\n    import silk\n    MIDDLEWARE += ['silk']\nexcept ImportError:\n    pass\n")
	l := newMemLoader(map[string]string{"settings.py": sb.String()})
	l.parse("settings.py")
	b.ReportAllocs()
	for b.Loop() {
		if r := Evaluate(l, "settings", Limits{}); len(r.Variants) != 4 {
			b.Fatal(len(r.Variants))
		}
	}
}

// TestNamesImportedFromThemselves: a chain of imports that comes back to its
// beginning ends, and nothing is known of the name.
func TestNamesImportedFromThemselves(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"one module":  {"lists.py": "from lists import SESSION\n"},
		"two modules": {"lists.py": "from more import SESSION\n", "more.py": "from lists import SESSION\n"},
		"by package":  {"lists/__init__.py": "from lists.a import SESSION\n", "lists/a.py": "from lists import SESSION\n"},
		"renamed":     {"lists.py": "from more import A as SESSION\n", "more.py": "from lists import SESSION as A\n"},
	} {
		t.Run(name, func(t *testing.T) {
			files["settings.py"] = "from lists import SESSION\nMIDDLEWARE = ['a.A', SESSION, 'b.B']\n"
			l := stackOf(t, Evaluate(newMemLoader(files), "settings", Limits{}))
			require.False(t, l.Complete)
			require.Len(t, l.Entries, 3)
			require.True(t, l.Entries[1].Unknown)
		})
	}
}
