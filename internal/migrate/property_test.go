package migrate

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/python"
)

// renameOnly runs the first pass alone.
func renameOnly(files django.Files, opts Options) (*run, error) {
	r := newRun(files, opts)
	return r, r.settings(context.Background())
}

// applied are the files after some changes.
func applied(files fstest.MapFS, changes []edit.Change) fstest.MapFS {
	out := fstest.MapFS{}
	for name, f := range files {
		out[name] = &fstest.MapFile{Data: f.Data}
	}
	for _, c := range changes {
		out[c.File] = &fstest.MapFile{Data: c.After}
	}
	return out
}

// lists are the stacks that Django would load with one setting, by module.
func lists(t interface{ Fatalf(string, ...any) }, files fstest.MapFS, setting string) []string {
	p, err := django.Load(context.Background(), django.FS{FS: files}, django.Options{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	var out []string
	for _, m := range p.Settings {
		for _, s := range m.Stacks {
			if s.Setting != setting {
				continue
			}
			text := m.Module
			for _, c := range s.Conditions {
				text += fmt.Sprintf(" %s=%v", c.Text, c.Value)
			}
			for _, e := range s.Entries {
				text += " " + e.Path + e.Text
			}
			out = append(out, strings.ReplaceAll(text, oldName, newName))
		}
	}
	return out
}

// settingsGen draws split settings: a base module and modules that take its list
// over in every way there is, in all kinds of formatting.
func settingsGen(t *rapid.T) fstest.MapFS {
	newline := rapid.SampledFrom([]string{"\n", "\n", "\r\n"}).Draw(t, "newline")
	quote := rapid.SampledFrom([]string{"'", `"`, "'''", "u'", `r"`}).Draw(t, "quote")
	closing := strings.TrimLeft(quote, "ur")
	comment := func() string {
		return rapid.SampledFrom([]string{"", "", "  # why", "  # MIDDLEWARE_CLASSES", "\t#"}).Draw(t, "comment")
	}
	count := 0
	layer := func() string {
		count++
		name := rapid.SampledFrom([]string{"shop.mw.A", "shop.mw.B", "shop.mw.C", "shop.mw.D"}).Draw(t, "layer")
		return quote + fmt.Sprintf("%s%d", name, count) + closing
	}
	// Python joins lists with lists and tuples with tuples only.
	list := rapid.Bool().Draw(t, "list")
	display := func() string {
		open, shut := "(", ")"
		if list {
			open, shut = "[", "]"
		}
		var b strings.Builder
		b.WriteString(open)
		many := rapid.IntRange(0, 3).Draw(t, "many")
		lines := rapid.Bool().Draw(t, "lines")
		for range many {
			if lines {
				b.WriteString(comment() + "\n    ")
			}
			b.WriteString(layer() + ",")
		}
		if lines {
			b.WriteString(comment() + "\n")
		}
		return b.String() + shut
	}
	head := "DEBUG = False\nSECRET_KEY = 'x'\nROOT_URLCONF = 'x'\nINSTALLED_APPS = ()\n"
	assign := rapid.SampledFrom([]string{"MIDDLEWARE_CLASSES = %s", "MIDDLEWARE_CLASSES=%s", "MIDDLEWARE_CLASSES  =  \\\n %s", "X = MIDDLEWARE_CLASSES = %s", "if True: MIDDLEWARE_CLASSES = %s", "globals()['MIDDLEWARE_CLASSES'] = %s"})
	change := func(prefix string) string {
		var b strings.Builder
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			form := rapid.SampledFrom([]string{
				"MIDDLEWARE_CLASSES += %s", "MIDDLEWARE_CLASSES = MIDDLEWARE_CLASSES + %s", "MIDDLEWARE_CLASSES = %s + %sMIDDLEWARE_CLASSES",
				"if os.environ.get('X'):\n    MIDDLEWARE_CLASSES += %s", "try:\n    import z\nexcept ImportError:\n    pass\nelse:\n    MIDDLEWARE_CLASSES += %s",
				"for i in range(1):\n\tMIDDLEWARE_CLASSES += %s", "MIDDLEWARE_CLASSES = list(MIDDLEWARE_CLASSES); MIDDLEWARE_CLASSES.extend(%s)",
				"def MIDDLE(MIDDLEWARE_CLASSES=MIDDLEWARE_CLASSES):\n    return MIDDLEWARE_CLASSES, %s",
				"def f():\n    MIDDLEWARE_CLASSES = %s\n    return MIDDLEWARE_CLASSES",
				"MY_MIDDLEWARE_CLASSES = [m for m in MIDDLEWARE_CLASSES] + list(%s)",
			}).Draw(t, "form")
			if !list {
				form = strings.Replace(form, "= list(MIDDLEWARE_CLASSES); MIDDLEWARE_CLASSES.extend(%s)", "= MIDDLEWARE_CLASSES; MIDDLEWARE_CLASSES += %s", 1)
			}
			if strings.Count(form, "%s") == 2 {
				fmt.Fprintf(&b, form, display(), prefix)
			} else {
				fmt.Fprintf(&b, form, display())
			}
			b.WriteString(comment() + "\n")
		}
		return b.String()
	}
	files := map[string]string{
		"manage.py":                 "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.live')\n",
		"shop/__init__.py":          "",
		"shop/settings/__init__.py": "",
		"shop/settings/base.py":     "import os\n" + head + fmt.Sprintf(assign.Draw(t, "assign"), display()) + comment() + "\n" + change(""),
		"shop/views.py":             "from django.conf import settings\nx = settings.MIDDLEWARE_CLASSES, '''MIDDLEWARE_CLASSES'''\n",
	}
	taking := rapid.SampledFrom([]string{
		"from .base import *\n", "from shop.settings.base import *\nfrom shop.settings import base as b\n",
		"from .base import (SECRET_KEY, DEBUG,\n  MIDDLEWARE_CLASSES, # all\n)\n" + head, "from . import base\nfrom base import *\n",
		"from .base import MIDDLEWARE_CLASSES as OTHER\n" + head + "MIDDLEWARE_CLASSES = OTHER\n",
		"import shop.settings.base\n" + head + "MIDDLEWARE_CLASSES = shop.settings.base.MIDDLEWARE_CLASSES\n",
	}).Draw(t, "taking")
	prefix := ""
	if strings.Contains(taking, "base as b") {
		prefix = "b."
	}
	files["shop/settings/live.py"] = taking + "import os\n" + change(prefix)
	if rapid.Bool().Draw(t, "third") {
		files["shop/settings/test.py"] = "from .live import *\n" + change("")
	}
	out := fstest.MapFS{}
	for name, text := range files {
		if name == "shop/settings/live.py" && rapid.Bool().Draw(t, "no end") {
			text = strings.TrimRight(text, "\n")
		}
		out[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, "\n", newline))}
	}
	return out
}

// TestRenameProperty: the lists stay what they are, nothing but the name changes,
// and a second run changes nothing.
func TestRenameProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := settingsGen(t)
		want := lists(t, files, oldName)
		r, err := renameOnly(django.FS{FS: files}, Options{})
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, l := range r.result.Left {
			if l.Severity > 1 {
				t.Fatalf("left at %s:%d: %s\n%s", l.Span.File, l.Span.Line, l.Reason, files[l.Span.File].Data)
			}
		}
		changes := r.over.changes()
		after := applied(files, changes)
		for _, c := range changes {
			plain := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(oldName), []byte(newName)) }
			if !bytes.Equal(plain(c.Before), plain(c.After)) {
				t.Fatalf("more than the name has changed:\n%s\nto\n%s", c.Before, c.After)
			}
			if errs := python.Parse(c.After).Errors; len(errs) > 0 {
				t.Fatalf("%v\n%s", errs, c.After)
			}
		}
		if got := lists(t, after, newName); !slices.Equal(got, want) || len(want) == 0 {
			t.Fatalf("the lists were\n%s\nand are\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
		}
		if rest := lists(t, after, oldName); len(rest) > 0 {
			t.Fatalf("still there: %v", rest)
		}
		again, err := renameOnly(django.FS{FS: after}, Options{})
		if err != nil || len(again.over.changes()) > 0 {
			t.Fatalf("a second run: %v\n%s", err, edit.Unified(again.over.changes()))
		}
	})
}

// TestKeepProperty: with the old name kept both settings are the same list, and a
// second run changes nothing.
func TestKeepProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := settingsGen(t)
		want := lists(t, files, oldName)
		r, err := renameOnly(django.FS{FS: files}, Options{KeepClassic: true})
		if err != nil {
			t.Fatalf("%v", err)
		}
		changes := r.over.changes()
		if len(changes) == 0 {
			// Refused, and said so: a list that shares its line with others.
			if !slices.ContainsFunc(r.result.Left, func(l Left) bool { return l.Severity > 1 }) {
				t.Fatalf("nothing was done, nothing was said")
			}
			return
		}
		after := applied(files, changes)
		for _, name := range []string{oldName, newName} {
			if got := lists(t, after, name); !slices.Equal(got, want) {
				t.Fatalf("%s was\n%s\nand is\n%s\n%s", name, strings.Join(want, "\n"), strings.Join(got, "\n"), edit.Unified(changes))
			}
		}
		again, err := renameOnly(django.FS{FS: after}, Options{KeepClassic: true})
		if err != nil || len(again.over.changes()) > 0 {
			t.Fatalf("a second run: %v\n%s", err, edit.Unified(again.over.changes()))
		}
		back, err := renameOnly(django.FS{FS: after}, Options{})
		if err != nil {
			t.Fatalf("%v", err)
		}
		if got := lists(t, applied(after, back.over.changes()), newName); !slices.Equal(got, want) {
			t.Fatalf("without the old name again:\n%s\nand is\n%s\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"), edit.Unified(back.over.changes()))
		}
	})
}

// FuzzSettings: any text of a settings module is migrated in bounded time to a
// text with no more errors, in which nothing but names has changed.
func FuzzSettings(f *testing.F) {
	for _, seed := range []string{
		"MIDDLEWARE_CLASSES = ['a.B']\n", "MIDDLEWARE_CLASSES = (\n", "class A(B):\n  MIDDLEWARE_CLASSES = X.MIDDLEWARE_CLASSES\n",
		"from x import MIDDLEWARE_CLASSES, y\nMIDDLEWARE_CLASSES += []", "globals()['MIDDLEWARE_CLASSES'] = [] ; del MIDDLEWARE_CLASSES",
		"MIDDLEWARE_CLASSES = []\nMIDDLEWARE = MIDDLEWARE_CLASSES\n", "if x: MIDDLEWARE = None\nMIDDLEWARE_CLASSES: list = ['a.B']",
		"\ufeffMIDDLEWARE_CLASSES = []\r\nMIDDLEWARE = None\r\n", "settings.configure(MIDDLEWARE_CLASSES=[], **{'MIDDLEWARE_CLASSES': ()})",
		"lambda MIDDLEWARE_CLASSES: [MIDDLEWARE_CLASSES for MIDDLEWARE_CLASSES in MIDDLEWARE_CLASSES]",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, keep bool) {
		files := fstest.MapFS{
			"settings.py": {Data: []byte("DEBUG = False\nSECRET_KEY = ROOT_URLCONF = 'x'\n" + text)},
			"views.py":    {Data: []byte("from django.conf import settings\nx = settings.MIDDLEWARE_CLASSES\n")},
		}
		start := time.Now()
		r, err := renameOnly(django.FS{FS: files}, Options{KeepClassic: keep})
		require.Less(t, time.Since(start), 20*time.Second)
		if err != nil {
			require.ErrorIs(t, err, django.ErrNothing)
			return
		}
		changes := r.over.changes()
		for _, c := range changes {
			require.LessOrEqual(t, len(python.Parse(c.After).Errors), len(python.Parse(c.Before).Errors))
			plain := func(b []byte) string {
				return strings.ReplaceAll(strings.ReplaceAll(string(b), oldName+" as "+newName, newName), oldName, newName)
			}
			if !keep && nextWord(c.Before, newName, 0) < 0 {
				require.Equal(t, plain(c.Before), plain(c.After))
			}
		}
		again, err := renameOnly(django.FS{FS: applied(files, changes)}, Options{KeepClassic: keep})
		if err == nil {
			require.Empty(t, edit.Unified(again.over.changes()), "a second run changes nothing")
		}
	})
}
