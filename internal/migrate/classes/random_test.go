package classes_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/migrate/classes"
)

// writer writes random classic classes out of what hooks are made of: state on
// the request and on self, guards, answers of every kind, loops, try, helpers.
type writer struct {
	r     *rand.Rand
	b     strings.Builder
	depth int
}

func (w *writer) line(format string, a ...any) {
	fmt.Fprintf(&w.b, "%s%s\n", strings.Repeat("    ", w.depth), fmt.Sprintf(format, a...))
}

func (w *writer) one(of ...string) string { return of[w.r.IntN(len(of))] }

func (w *writer) chance(percent int) bool { return w.r.IntN(100) < percent }

func (w *writer) test() string {
	return w.one(`request.GET.get("a")`, `request.path == "/x"`, `"b" in request.GET`, `not request.GET`, `getattr(request, "p", 0) > 1`,
		"self.n % 2", `request.path.startswith("/o")`)
}

// effect is a statement without a return.
func (w *writer) effect() {
	switch w.r.IntN(8) {
	case 0:
		w.line("request.%s = %d", w.one("p", "q"), w.r.IntN(4))
	case 1:
		w.line("self.n += 1")
	case 2:
		w.line("%s = request.path", w.one("path", "here"))
	case 3:
		w.line("if %s: request.q = 7", w.test())
	case 4:
		w.line("for x in (1, 2):")
		w.line("    request.p = x")
	case 5:
		w.line("pass  # nothing")
	case 6:
		w.line("# a remark")
		w.line("self.note(request)")
	case 7:
		w.line("try:")
		w.line("    request.n = int(request.GET[%q])", w.one("n", "a"))
		w.line("except (KeyError, ValueError):")
		w.line("    request.n = -1")
	}
}

func (w *writer) answer() string {
	return w.one("HttpResponse('a')", "HttpResponse('b', status=403)", "HttpResponseRedirect('/new')", "None", "", "False", "0", "self.maybe(request)",
		"HttpResponse('c') if request.GET else None", "self.maybe(request) if self.n < 9 else None", "redirect('/r')", "not request.GET and HttpResponse('d')", "self.maybe(request) or None",
		"StreamingHttpResponse(iter([b's']))", "lambda: 0 if request else 1")
}

func (w *writer) ret(value string) { w.line("%s", strings.TrimSpace("return "+value)) }

// request writes the body of a process_request.
func (w *writer) request() {
	n := w.r.IntN(3)
	for range n {
		w.effect()
	}
	guards := w.r.IntN(4)
	for i := range guards {
		if w.chance(20) {
			w.effect() // a statement between guards
		}
		word := "if"
		if i > 0 && w.chance(30) {
			word = "elif"
		}
		if w.chance(8) && word == "if" {
			w.line("for x in request.GET:")
			w.depth++
			w.line("if x:")
			w.depth++
			w.ret(w.answer())
			w.depth -= 2
			continue
		}
		if word == "elif" && !strings.Contains(lastIf(w.b.String(), w.depth), "if") {
			word = "if"
		}
		w.line("%s %s:", word, w.test())
		w.depth++
		if w.chance(30) {
			w.effect()
		}
		switch {
		case w.chance(15):
			w.line("response = %s", w.one("HttpResponse('l')", "HttpResponseRedirect('/l')", "self.maybe(request)", "None"))
			if w.chance(50) {
				w.line("self.note(request)")
			}
			w.line("return response")
		case w.chance(10):
			w.line("raise Http404('r')")
		case w.chance(6):
			w.line("request.z = 1")
		default:
			w.ret(w.answer())
		}
		w.depth--
		if w.chance(20) {
			w.b.WriteString("\n")
		}
	}
	switch w.r.IntN(8) {
	case 6, 7:
		w.effect()
		w.line("if %s:", w.test())
		w.line("    request.rest = 1")
	case 0:
		w.ret("None")
	case 1:
		w.ret(w.answer())
	case 2:
		w.line("try:")
		w.line("    request.t = int(request.GET['n'])")
		w.line("except ValueError:")
		w.line("    return HttpResponse('bad', status=400)")
		w.line("except KeyError:")
		w.line("    pass")
	}
	if n == 0 && guards == 0 {
		w.line("pass")
	}
}

// lastIf is the last line at a depth if only deeper ones follow it.
func lastIf(text string, depth int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	in := strings.Repeat("    ", depth)
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.HasPrefix(lines[i], in) && !strings.HasPrefix(lines[i], in+" ") {
			return strings.TrimSpace(lines[i])
		}
	}
	return ""
}

// response writes the body of a process_response.
func (w *writer) response() {
	if w.chance(20) {
		w.line(`"""Tell."""`)
	}
	if w.chance(30) {
		w.line("# how it was")
	}
	if w.chance(50) {
		w.line("response['X-N'] = str(self.n)")
	}
	if w.chance(40) {
		w.line("response['X-P'] = str(getattr(request, 'p', None))")
	}
	if w.chance(20) {
		w.line("path = response.status_code")
	}
	if w.chance(25) {
		w.line("if response.status_code == %s:", w.one("200", "404", "500"))
		w.line("    return %s", w.one("HttpResponse('other')", "response", "None", "redirect('/e')"))
	}
	if w.chance(10) {
		w.line("if %s: raise %s('late')", w.test(), w.one("ValueError", "PermissionDenied", "Http404"))
	}
	if w.chance(20) {
		w.line("self.note(request)")
	}
	switch {
	case w.chance(90):
		w.line("return response")
	case w.chance(50):
		w.line("response['X-End'] = '1'")
	default:
		w.line("try:")
		w.line("    return response")
		w.line("finally:")
		w.line("    self.n = 0")
	}
}

func (w *writer) method(args string, name string, write func()) {
	if w.chance(20) {
		w.line("# %s it is.", name)
	}
	w.line("def %s(%s):", name, args)
	w.depth++
	if w.chance(20) {
		w.line(`"""Do %s."""`, name)
	}
	write()
	w.depth--
	if w.chance(80) {
		w.b.WriteString("\n")
	}
}

func (w *writer) class(i int) string {
	name := fmt.Sprintf("Layer%d", i)
	w.depth = 0
	w.b.WriteString("\n")
	w.line("class %s%s:", name, w.one("", "()", "(object)"))
	w.depth = 1
	if w.chance(30) {
		w.line(`"""A layer."""`)
	}
	if w.chance(50) {
		w.line("n = 0")
		w.b.WriteString("\n")
	} else {
		w.method("self", "__init__", func() { w.line("self.n = %d", w.r.IntN(3)) })
	}
	var parts []func()
	if w.chance(75) {
		parts = append(parts, func() { w.method("self, request", "process_request", w.request) })
	}
	if w.chance(75) {
		parts = append(parts, func() { w.method("self, request, response", "process_response", w.response) })
	}
	if w.chance(20) {
		parts = append(parts, func() {
			w.method("self, request, view, args, kwargs", "process_view", func() {
				w.line("if %s:", w.test())
				w.line("    return HttpResponse('viewed')")
			})
		})
	}
	if w.chance(20) || len(parts) == 0 {
		parts = append(parts, func() {
			w.method("self, request, exception", "process_exception", func() { w.line("return HttpResponse('caught')") })
		})
	}
	w.r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	for _, part := range parts {
		part()
	}
	w.line("def maybe(self, request):")
	w.line("    if request.GET:")
	w.line("        return HttpResponse('maybe')")
	w.line("def note(self, request):")
	w.line("    request.noted = self.n")
	if w.chance(50) {
		w.line("n = 1")
	} else if !strings.Contains(w.b.String(), "n = 0") {
		w.line("n = 2")
	}
	return name
}

const randomHead = `from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect
`

// randomLayers writes a module of random classes.
func randomLayers(seed uint64, n int) (files map[string]string, paths []string) {
	w := &writer{r: rand.New(rand.NewPCG(seed, 1))}
	w.b.WriteString(randomHead)
	for i := range n {
		paths = append(paths, "app.mw."+w.class(i))
	}
	return map[string]string{"app/__init__.py": "", "app/mw.py": w.b.String()}, paths
}

// TestRandomNativeLive compares random classes, as far as they can be given a
// __call__, with their mixin forms in real Django.
func TestRandomNativeLive(t *testing.T) {
	env := djangoEnv(t)
	files, paths := randomLayers(7, 60)
	native := compareLive(t, env, files, paths, classes.Options{}, []string{"/", "/x", "/old?a=1", "/?n=x", "/?b=1&n=4"}, []string{"ok", "value", "http404"})
	require.Greater(t, native, 40, "of %d classes", len(paths))
	t.Logf("%d of %d classes were given a __call__", native, len(paths))
}
