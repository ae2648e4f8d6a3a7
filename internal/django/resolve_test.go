package django_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/django"
)

// load reads a project of a few files with one settings module, shop.settings.
func load(t require.TestingT, files map[string]string) *django.SettingsModule {
	tree := fstest.MapFS{
		"manage.py":        {Data: []byte("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n")},
		"shop/__init__.py": {},
		"shop/settings.py": {Data: []byte("MIDDLEWARE = []\n")},
	}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := django.Load(context.Background(), django.FS{FS: tree}, django.Options{})
	require.NoError(t, err)
	require.NotEmpty(t, p.Settings)
	for _, m := range p.Settings {
		if m.Module == "shop.settings" {
			return m
		}
	}
	require.Fail(t, "shop.settings was not found")
	return nil
}

func resolutionText(r django.Resolution) string {
	text := r.Kind.String()
	if r.What != "" {
		text += " " + r.What
	}
	text += " " + r.Path
	if r.Kind == django.InProject && r.Span.Line > 0 {
		text += fmt.Sprintf(" %s:%d:%d", r.Span.File, r.Span.Line, r.Span.Column)
	}
	if r.Reason != "" {
		text += " (" + r.Reason + ")"
	}
	return text
}

func TestResolve(t *testing.T) {
	m := load(t, map[string]string{
		"shop/mw.py": `from .impl import Renamed as Public, helper
from . import impl
from django.middleware.csrf import CsrfViewMiddleware as Csrf
import shop.impl as other
import outside.module

class Plain(object):
    pass

@decorated
def function(get_response):
    return get_response

Alias = Plain
Deep = impl.Renamed
Deeper = other.Renamed
External = outside.module.Thing
made = factory(Plain)
first, second = Plain, Plain
for loop in (): pass
if DEBUG:
    class Either: pass
else:
    class Either: pass
try:
    from fast import Guarded
except ImportError:
    class Guarded: pass
class Twice: pass
class Twice: pass
`,
		"shop/impl.py":             "class Renamed: pass\ndef helper(): pass\n",
		"shop/pkg/__init__.py":     "from .inner import *\nfrom .hidden import _private\n",
		"shop/pkg/inner.py":        "class Starred: pass\nclass _Hidden: pass\n",
		"shop/pkg/hidden.py":       "class _private: pass\n",
		"shop/lazy.py":             "def __getattr__(name):\n    return load(name)\n",
		"shop/globals.py":          "globals().update(load())\n",
		"shop/outer.py":            "from outside import *\n",
		"shop/broken.py":           "class Whole: pass\nclass (\n",
		"shop/dyn/__init__.py":     "__path__.append('/elsewhere')\n",
		"shop/fast.cpython-311.so": "\x7fELF",
		"space/inner/mod.py":       "class Here: pass\n",
		"cyc/__init__.py":          "",
		"cyc/a.py":                 "from cyc.b import X\n",
		"cyc/b.py":                 "from cyc.a import X\n",
		"cyc/s.py":                 "from cyc.t import *\n",
		"cyc/t.py":                 "from cyc.s import *\n",
		"cyc/self.py":              "A = B\nB = A\n",
		"templates/email/a.html":   "",
	})
	tests := []struct{ path, want string }{
		// What must not be called missing comes first.
		{"django.middleware.common.CommonMiddleware", "outside django.middleware.common.CommonMiddleware"},
		{"shop.lazy.Anything", `unknown shop.lazy.Anything (module "shop.lazy" may define "Anything" in a way that cannot be read)`},
		{"shop.globals.Anything", `unknown shop.globals.Anything (module "shop.globals" may define "Anything" in a way that cannot be read)`},
		{"shop.outer.Anything", `unknown shop.outer.Anything (module "shop.outer" may define "Anything" in a way that cannot be read)`},
		{"shop.broken.Lost", `unknown shop.broken.Lost (module "shop.broken" may define "Lost" in a way that cannot be read)`},
		{"shop.fast.Compiled", `unknown shop.fast.Compiled (module "shop.fast" is compiled)`},
		{"shop.dyn.far.Away", `unknown shop.dyn.far.Away (package "shop.dyn" is dynamic)`},
		{"space.other.Away", `unknown space.other.Away (package "space" may have more parts outside of the tree)`},
		{"templates.email.Thing", "outside templates.email.Thing"},
		{"cyc.a.X", "unknown cyc.a.X (import cycle)"},
		{"cyc.self.A", "in project value cyc.self.A cyc/self.py:1:5"},
		// What is there.
		{"shop.mw.Plain", "in project class shop.mw.Plain shop/mw.py:7:7"},
		{"shop.mw.function", "in project function shop.mw.function shop/mw.py:11:5"},
		{"shop.mw.Public", "in project class shop.impl.Renamed shop/impl.py:1:7"},
		{"shop.mw.helper", "in project function shop.impl.helper shop/impl.py:2:5"},
		{"shop.mw.Alias", "in project class shop.mw.Plain shop/mw.py:7:7"},
		{"shop.mw.Deep", "in project class shop.impl.Renamed shop/impl.py:1:7"},
		{"shop.mw.Deeper", "in project class shop.impl.Renamed shop/impl.py:1:7"},
		{"shop.mw.made", "in project value shop.mw.made shop/mw.py:18:8"},
		{"shop.mw.first", "in project value shop.mw.first"},
		{"shop.mw.loop", "in project value shop.mw.loop"},
		{"shop.mw.Either", "in project class shop.mw.Either shop/mw.py:22:11"},
		{"shop.mw.Twice", "in project class shop.mw.Twice shop/mw.py:30:7"},
		{"shop.mw.impl", "in project module shop.impl"},
		{"shop.pkg.Starred", "in project class shop.pkg.inner.Starred shop/pkg/inner.py:1:7"},
		{"shop.pkg._private", "in project class shop.pkg.hidden._private shop/pkg/hidden.py:1:7"},
		{"shop.broken.Whole", "in project class shop.broken.Whole shop/broken.py:1:7"},
		{"space.inner.mod.Here", "in project class space.inner.mod.Here space/inner/mod.py:1:7"},
		{"shop.mw", "in project module shop.mw"},
		// What leads outside through the project.
		{"shop.mw.Csrf", "outside django.middleware.csrf.CsrfViewMiddleware"},
		{"shop.mw.External", "outside outside.module.Thing"},
		// What is surely missing.
		{"shop.mw.Absent", `missing shop.mw.Absent (module "shop.mw" has no "Absent")`},
		{"shop.absent.Thing", `missing shop.absent.Thing (package "shop" has no module "absent")`},
		{"shop.mw.Plain.inner", `missing shop.mw.Plain.inner (package "shop.mw" has no module "Plain")`},
		{"shop.pkg._Hidden", `missing shop.pkg._Hidden (module "shop.pkg" has no "_Hidden")`},
		{"cyc.s.X", `missing cyc.s.X (module "cyc.s" has no "X")`},
		{"Middleware", `missing Middleware ("Middleware" is not a dotted path)`},
		{"shop..mw", `missing shop..mw ("shop..mw" is not a dotted path)`},
		{"", `missing  ("" is not a dotted path)`},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, resolutionText(m.Resolve(tt.path)), "%q", tt.path)
	}
	guarded := m.Resolve("shop.mw.Guarded")
	require.Equal(t, "in project value", guarded.Kind.String()+" "+guarded.What, "either import may work")
}

func TestBases(t *testing.T) {
	m := load(t, map[string]string{
		"shop/mw.py": `from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions import middleware
import django.middleware.common
from django.utils.deprecation import MiddlewareMixin
from typing import Generic
from .base import Base, Base as B
from . import base as module
import shop.base

class MySession(SessionMiddleware): pass
class ByModule(middleware.SessionMiddleware): pass
class ByDotted(django.middleware.common.CommonMiddleware): pass
class Second(MySession): pass
class Diamond(Second, B, metaclass=Meta): pass
class ByRelative(module.Base): pass
class ByAbsolute(shop.base.Base): pass
class Nothing: pass
class Old(object): pass
class Typed(Generic[T], MiddlewareMixin): pass
class Computed(make_base()): pass
class Unknown(Undefined): pass
class Loop(Pool): pass
class Pool(Loop): pass
Alias = MySession
def function(get_response): pass
`,
		"shop/base.py": "from django.utils.deprecation import MiddlewareMixin\nclass Base(MiddlewareMixin): pass\n",
		"shop/compat.py": `try:
    from django.utils.deprecation import MiddlewareMixin
except ImportError:
    MiddlewareMixin = object

class Compat(MiddlewareMixin): pass
`,
	})
	const (
		session = "django.contrib.sessions.middleware.SessionMiddleware"
		common  = "django.middleware.common.CommonMiddleware"
		mixin   = "django.utils.deprecation.MiddlewareMixin"
	)
	tests := []struct {
		path     string
		complete bool
		bases    []string
	}{
		{"shop.mw.MySession", true, []string{session}},
		{"shop.mw.ByModule", true, []string{session}},
		{"shop.mw.ByDotted", true, []string{common}},
		{"shop.mw.Second", true, []string{"shop.mw.MySession", session}},
		{"shop.mw.Diamond", true, []string{"shop.mw.Second", "shop.mw.MySession", session, "shop.base.Base", mixin}},
		{"shop.mw.ByRelative", true, []string{"shop.base.Base", mixin}},
		{"shop.mw.ByAbsolute", true, []string{"shop.base.Base", mixin}},
		{"shop.mw.Nothing", true, nil},
		{"shop.mw.Old", true, nil},
		{"shop.mw.Typed", true, []string{"typing.Generic", mixin}},
		{"shop.mw.Alias", true, []string{"shop.mw.MySession", session}},
		{"shop.mw.Base", true, []string{"shop.base.Base", mixin}},
		{"shop.mw.SessionMiddleware", true, []string{session}},
		{"shop.mw.function", true, nil},
		{"shop.mw.Computed", false, nil},
		{"shop.mw.Unknown", false, nil},
		{"shop.mw.Loop", false, []string{"shop.mw.Pool"}},
		{"shop.compat.Compat", false, nil},
		{"shop.mw.Absent", false, nil},
		{session, true, nil},
		{"", false, nil},
	}
	for _, tt := range tests {
		got := m.Bases(tt.path)
		require.Equal(t, tt.complete, got.Complete, "%q", tt.path)
		require.ElementsMatch(t, tt.bases, got.Paths, "%q", tt.path)
		if len(tt.bases) > 0 {
			require.Equal(t, tt.bases, got.Paths, "order of %q", tt.path)
		}
	}
}

// Whatever modules import from each other, an answer comes, and a class that is
// defined in the module asked for is never called missing.
func TestResolveAlwaysAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		modules := []string{"a", "b", "c"}
		names := []string{"X", "Y", "Z"}
		files := map[string]string{}
		defined := map[string]bool{}
		for _, module := range modules {
			var text strings.Builder
			for range rapid.IntRange(0, 6).Draw(t, "statements") {
				other := rapid.SampledFrom(modules).Draw(t, "module")
				x, y := rapid.SampledFrom(names).Draw(t, "x"), rapid.SampledFrom(names).Draw(t, "y")
				switch rapid.IntRange(0, 6).Draw(t, "kind") {
				case 0:
					fmt.Fprintf(&text, "from shop.%s import %s as %s\n", other, x, y)
				case 1:
					fmt.Fprintf(&text, "from .%s import *\n", other)
				case 2:
					fmt.Fprintf(&text, "%s = %s\n", x, y)
				case 3:
					fmt.Fprintf(&text, "import shop.%s\n%s = shop.%s.%s\n", other, x, other, y)
				case 4:
					fmt.Fprintf(&text, "class %s(%s): pass\n", x, y)
				case 5:
					fmt.Fprintf(&text, "if A:\n    class %s(shop.%s.%s): pass\n", x, other, y)
				case 6:
					fmt.Fprintf(&text, "from . import %s as %s\n", other, x)
				}
			}
			last := "class Own(X, Y): pass\n"
			defined["shop."+module+".Own"] = true
			files["shop/"+module+".py"] = text.String() + last
		}
		m := load(t, files)
		for _, module := range modules {
			for _, name := range append(names, "Own") {
				path := "shop." + module + "." + name
				r := m.Resolve(path)
				if defined[path] && (r.Kind != django.InProject || r.What != "class" || r.Path != path) {
					t.Fatalf("%s: %s in %q", path, resolutionText(r), files)
				}
				for _, base := range m.Bases(path).Paths {
					if base == path {
						t.Fatalf("%s is its own base", path)
					}
				}
			}
		}
	})
}
