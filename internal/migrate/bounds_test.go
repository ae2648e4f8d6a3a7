package migrate

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// hangs is far more than any of these takes on a busy machine, and far less
// than what grows with the square of the input.
const hangs = 60 * time.Second

// TestBounds: settings that no person wrote are renamed in bounded time.
func TestBounds(t *testing.T) {
	head := "DEBUG = False\nSECRET_KEY = ROOT_URLCONF = 'x'\nMIDDLEWARE_CLASSES = ['a.B']\n"
	nested := &strings.Builder{}
	for i := range 60 {
		fmt.Fprintf(nested, "%sdef f%d(a=MIDDLEWARE_CLASSES):\n%sMIDDLEWARE_CLASSES\n", strings.Repeat(" ", i), i, strings.Repeat(" ", i+1))
	}
	dicts := &strings.Builder{}
	for i := range 1200 {
		fmt.Fprintf(dicts, " D%d = {'MIDDLEWARE_CLASSES': 1}\n D%d['MIDDLEWARE_CLASSES'] = dict(MIDDLEWARE_CLASSES=2)\n f(**D%d)\n", i, i, i)
	}
	// Their projects have nothing to do with one another.
	broken := fstest.MapFS{}
	for i := range 40 {
		broken[fmt.Sprintf("p%d/manage.py", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 's%d.settings'\n", i)}
		broken[fmt.Sprintf("p%d/s%d/__init__.py", i, i)] = &fstest.MapFile{}
		broken[fmt.Sprintf("p%d/s%d/settings.py", i, i)] = &fstest.MapFile{Data: []byte(strings.Replace(head, "['a.B']", "['a.B'", 1))}
	}
	one := func(text string) fstest.MapFS { return fstest.MapFS{"settings.py": {Data: []byte(head + text)}} }
	cases := []struct {
		name    string
		files   fstest.MapFS
		changes int
		renamed int // places
		left    int
		worst   finding.Severity
	}{
		{"many places", one(strings.Repeat("MIDDLEWARE_CLASSES += ['a.B']\n", 2500)), 1, 2501, 0, 0},
		{"on one line", one(strings.Repeat("MIDDLEWARE_CLASSES;", 4000) + "\n"), 1, 4001, 0, 0},
		{"nested functions", one(nested.String()), 1, 121, 0, 0},
		// No dict of the function becomes settings: each key is a string, each
		// keyword an argument whose use is not known.
		{"many dicts", one("def g():\n" + dicts.String()), 1, 1, 3600, finding.Warning},
		{"an attribute of an attribute", one("def g(x):\n    x" + strings.Repeat(".MIDDLEWARE_CLASSES", 2500) + "\n"), 1, 1, 2500, finding.Warning},
		{"one long comment", one("#" + strings.Repeat(" MIDDLEWARE_CLASSES", 4000) + "\n"), 1, 1, 4000, finding.Note},
		{"one long string", one("x = '" + strings.Repeat("MIDDLEWARE_CLASSES ", 4000) + "'\n"), 1, 1, 4000, finding.Note},
		{"a long line beside it", one("x = ['" + strings.Repeat("y', '", 400_000) + "']; MIDDLEWARE_CLASSES += x\n"), 1, 2, 0, finding.Note},
		{"more places than anybody reads", one(strings.Repeat("MIDDLEWARE_CLASSES\n", maxUses+1)), 0, 0, 1, finding.Error},
		{"many broken projects", broken, 0, 0, 40, finding.Error},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			start := time.Now()
			r, err := renameOnly(django.FS{FS: tc.files}, Options{})
			require.NoError(t, err)
			require.Less(t, time.Since(start), hangs)
			require.Len(t, r.over.changes(), tc.changes)
			require.Len(t, r.result.Done, tc.renamed)
			require.Len(t, r.result.Left, tc.left)
			if tc.left > 0 {
				require.Equal(t, tc.worst, r.result.Worst())
			}
		})
	}
}

// TestClassBounds: so are classes, by all passes together.
func TestClassBounds(t *testing.T) {
	hook := func(name string) string { return "    def " + name + "(self, request):\n        request.x = 1\n" }
	deep := &strings.Builder{} // a class in a class in a class
	for i := range 80 {
		fmt.Fprintf(deep, "%sclass C%d(object):\n%sdef process_request(self, request): pass\n", strings.Repeat(" ", i), i, strings.Repeat(" ", i+1))
	}
	line := &strings.Builder{} // each inherits from the one before
	for i := range 1500 {
		base := "object"
		if i > 0 {
			base = fmt.Sprintf("C%d", i-1)
		}
		fmt.Fprintf(line, "class C%d(%s):\n%s", i, base, hook("process_request"))
	}
	wide := &strings.Builder{} // all inherit from one
	wide.WriteString("class C0(object):\n" + hook("process_request"))
	for i := range 3000 {
		fmt.Fprintf(wide, "class D%d(C0):\n%s", i, hook("process_view"))
	}
	many := &strings.Builder{} // 10,000 hooks in 2,500 layers
	var layers []string
	for i := range 2500 {
		fmt.Fprintf(many, "class C%d(object):\n%s%s%s%s", i, hook("process_request"), hook("process_view"), hook("process_response"), hook("process_exception"))
		layers = append(layers, fmt.Sprintf("'app.mw.C%d'", i))
	}
	ifs := "class C0(object):\n    def process_request(self, request):\n"
	for i := range 80 {
		ifs += strings.Repeat(" ", 8+i) + "if request.x:\n"
	}
	ifs += strings.Repeat(" ", 88) + "return 1\n"
	bases := "class C0(" + strings.Repeat("(", 5000) + "object" + strings.Repeat(")", 5000) + "):\n" + hook("process_request")
	cases := []struct {
		name, text, list string
		native           bool
		changed          bool
	}{
		{name: "classes in classes", text: deep.String(), changed: true},
		{name: "a long line of bases", text: line.String(), list: "'app.mw.C1499'", changed: true},
		{name: "many subclasses", text: wide.String(), changed: true},
		{name: "10,000 hooks in one class", text: "class C0(object):\n" + strings.Repeat(hook("process_request"), 10_000), changed: true},
		{name: "10,000 methods in one class", text: "class C0(object):\n" + strings.Repeat(hook("other"), 10_000) + hook("process_request"), changed: true, native: true},
		{name: "10,000 hooks in many classes", text: many.String(), list: strings.Join(layers, ", "), changed: true},
		{name: "10,000 statements", text: "class C0(object):\n" + hook("process_request") + strings.Repeat("        request.y = request.x\n", 10_000), native: true},
		{name: "10,000 returns", text: "class C0(object):\n" + hook("process_request") + strings.Repeat("        if request.y: return 1\n", 10_000), native: true},
		{name: "deep branches", text: ifs, changed: true, native: true},
		{name: "deep parentheses", text: bases},
		{name: "a long expression", text: "class C0(object):\n    x = " + strings.Repeat("1 + ", 20_000) + "1\n" + hook("process_request"), changed: true, native: true},
		{name: "a long string", text: "class C0(object):\n    x = '" + strings.Repeat("y", 1<<20) + "'\n" + hook("process_request"), changed: true, native: true},
		{name: "many imports", text: strings.Repeat("import re\n", 10_000) + "class C0(object):\n" + hook("process_request"), changed: true},
		{name: "many uses", text: "class C0(object):\n" + hook("process_request") + strings.Repeat("C0()\n", 10_000), changed: true, native: true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if tc.list == "" {
				tc.list = "'app.mw.C0'"
			}
			files := fstest.MapFS{
				"settings.py":     {Data: []byte("SECRET_KEY = ROOT_URLCONF = 'x'\nMIDDLEWARE_CLASSES = [" + tc.list + "]\n")},
				"app/__init__.py": {}, "app/mw.py": {Data: []byte(tc.text)},
			}
			start := time.Now()
			r, err := Run(context.Background(), django.FS{FS: files}, Options{To: stack.Version{Major: 3, Minor: 2}, Native: tc.native})
			require.NoError(t, err)
			require.Less(t, time.Since(start), hangs)
			changed := false
			for _, c := range r.Changes {
				changed = changed || c.File == "app/mw.py"
				require.LessOrEqual(t, len(python.Parse(c.After).Errors), len(python.Parse(c.Before).Errors))
			}
			require.Equal(t, tc.changed, changed)
			if !changed {
				require.GreaterOrEqual(t, r.Worst(), finding.Warning)
				require.Contains(t, r.Left[0].Reason, "app.mw.C0 is left as it is")
			}
		})
	}
}
