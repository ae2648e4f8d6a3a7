package layers_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
	"github.com/mwcheck/mwcheck/internal/stack"
)

const initHead = `
from django.core.exceptions import MiddlewareNotUsed, ImproperlyConfigured
from django.utils.deprecation import MiddlewareMixin
from django.contrib.sessions.middleware import SessionMiddleware
from somewhere import Unknown, wrap


class Parent(object):
    def __init__(self, get_response, level):
        self.inner = get_response


class Any(object):
    def __init__(self, *args, **kwargs):
        super(Any, self).__init__(*args, **kwargs)

`

// TestInit is a table of __init__ shapes.
func TestInit(t *testing.T) {
	type want struct {
		takes               layers.Takes
		stores              string
		storesIt            layers.Tri
		super, passes       layers.Tri
		extra, wraps        string
		notUsed, initRaises int
	}
	const yes, no, unknown = layers.Yes, layers.No, layers.Unknown
	for _, c := range []struct {
		name, class string
		want        want
	}{
		{"unknown base, no init", "class A(Unknown): pass", want{takes: layers.TakesUnknown}},
		{"unknown base, own init without super", "class A(Unknown):\n def __init__(self, get_response): pass", want{takes: layers.TakesRequired, storesIt: no, super: no, passes: no}},
		{"unknown base, super", "class A(Unknown):\n def __init__(self, get_response):\n  super().__init__(get_response)", want{takes: layers.TakesRequired, super: yes, passes: yes}},
		{"new", "class A(object):\n def __new__(cls, *a): return wrap(cls)", want{takes: layers.TakesUnknown, storesIt: no, super: no, passes: no}},
		{"two inits", "class A(object):\n if wrap:\n  def __init__(self): pass\n else:\n  def __init__(self, get_response): pass", want{takes: layers.TakesUnknown}},
		{"decorated", "class A(object):\n @wrap\n def __init__(self, get_response): self.get_response = get_response", want{takes: layers.TakesUnknown, stores: "get_response", storesIt: yes, super: no, passes: no}},
		{"assigned", "class A(object):\n __init__ = wrap", want{takes: layers.TakesUnknown}},
		{"none at all", "class A(object):\n def process_request(self, request): pass", want{takes: layers.TakesNone, storesIt: no, super: no, passes: no}},
		{"no argument", "class A(object):\n def __init__(self): self.x = 1", want{takes: layers.TakesNone, storesIt: no, super: no, passes: no}},
		{"required", "class A(object):\n def __init__(self, get_response): self.get_response = get_response", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: no, passes: no}},
		{"other name", "class A(object):\n def __init__(self, handler): self._next = handler", want{takes: layers.TakesRequired, stores: "_next", storesIt: yes, super: no, passes: no}},
		{"optional", "class A(object):\n def __init__(self, get_response=None): self.get_response = get_response", want{takes: layers.TakesOptional, stores: "get_response", storesIt: yes, super: no, passes: no}},
		{"annotated", "class A:\n def __init__(self, get_response: 'f', /, *, level: int = 1) -> None:\n  self.get_response: 'f' = get_response", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: no, passes: no}},
		{"not stored", "class A(object):\n def __init__(self, get_response): pass", want{takes: layers.TakesRequired, storesIt: no, super: no, passes: no}},
		{"wrapped", "class A(object):\n def __init__(self, get_response): self.get_response = wrap(get_response)", want{takes: layers.TakesRequired, storesIt: unknown, super: no, passes: no, wraps: "get_response"}},
		{"stored and wrapped", "class A(object):\n def __init__(self, get_response):\n  self.get_response = get_response\n  self.safe = wrap(get_response)", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: no, passes: no, wraps: "safe"}},
		{"more required", "class A(object):\n def __init__(self, get_response, level, *, name): self.get_response = get_response", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: no, passes: no, extra: "name level"}},
		{"mixin, none of its own", "class A(MiddlewareMixin): pass", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: yes, passes: yes}},
		{"mixin, no super", "class A(MiddlewareMixin):\n def __init__(self, get_response): self.x = 1", want{takes: layers.TakesRequired, storesIt: no, super: no, passes: no}},
		{"mixin, super without", "class A(MiddlewareMixin):\n def __init__(self, get_response):\n  super().__init__()", want{takes: layers.TakesRequired, storesIt: no, super: yes, passes: no}},
		{"mixin, super with", "class A(MiddlewareMixin):\n def __init__(self, get_response=None):\n  super(A, self).__init__(get_response)", want{takes: layers.TakesOptional, stores: "get_response", storesIt: yes, super: yes, passes: yes}},
		{"mixin, super by keyword", "class A(MiddlewareMixin):\n def __init__(self, get_response):\n  super().__init__(get_response=get_response)", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: yes, passes: yes}},
		{"mixin, by name", "class A(MiddlewareMixin):\n def __init__(self, get_response):\n  MiddlewareMixin.__init__(self, get_response)", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: yes, passes: yes}},
		{"mixin, no argument", "class A(MiddlewareMixin):\n def __init__(self):\n  super().__init__()", want{takes: layers.TakesNone, storesIt: no, super: yes, passes: no}},
		{"mixin, anything", "class A(MiddlewareMixin):\n def __init__(self, *args, **kwargs):\n  super().__init__(*args, **kwargs)", want{takes: layers.TakesAny, stores: "get_response", storesIt: yes, super: yes, passes: yes}},
		{"of a parent", "class A(Parent): pass", want{takes: layers.TakesRequired, stores: "inner", storesIt: yes, super: no, passes: no, extra: "level"}},
		{"through a parent", "class A(Parent):\n def __init__(self, get_response):\n  super().__init__(get_response, 3)", want{takes: layers.TakesRequired, stores: "inner", storesIt: yes, super: yes, passes: yes}},
		{"cooperating parent", "class A(Any, MiddlewareMixin): pass", want{takes: layers.TakesAny, stores: "get_response", storesIt: yes, super: yes, passes: yes}},
		{"catalog", "class A(SessionMiddleware): pass", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes}},
		{"not used", "class A(object):\n def __init__(self, get_response):\n  if wrap: raise MiddlewareNotUsed\n  self.get_response = get_response", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: no, passes: no, notUsed: 1}},
		{"fails", "class A(object):\n def __init__(self, get_response):\n  self.get_response = get_response\n  self.check()\n def check(self):\n  raise ImproperlyConfigured", want{takes: layers.TakesRequired, stores: "get_response", storesIt: yes, super: no, passes: no, initRaises: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := layers.NewReader(layertest.New(map[string]string{"app/__init__.py": "", "app/mw.py": initHead + c.class + "\n"}), layers.Options{Catalog: catalog.Default()})
			in := r.Layer("app.mw.A").Init
			require.Equal(t, c.want, want{
				in.Takes, in.Stores, in.StoresIt, in.Super, in.SuperPasses, strings.Join(in.Extra, " "), strings.Join(in.Wraps, " "),
				len(in.NotUsed), len(in.Raises),
			})
		})
	}
}

// TestMixinByVersion wants the mixin's own signature by Django version: until
// 3.2 get_response may be left out.
func TestMixinByVersion(t *testing.T) {
	for version, want := range map[stack.Version]layers.Takes{
		{Major: 1, Minor: 10}: layers.TakesOptional, {Major: 3, Minor: 2}: layers.TakesOptional,
		{Major: 4}: layers.TakesRequired, {Major: 5, Minor: 2}: layers.TakesRequired, {}: layers.TakesRequired,
	} {
		r := layers.NewReader(layertest.New(map[string]string{"app/__init__.py": "", "app/mw.py": initHead + "class A(MiddlewareMixin): pass\n"}),
			layers.Options{Catalog: catalog.Default(), Django: version})
		require.Equal(t, want, r.Layer("app.mw.A").Init.Takes, version.String())
	}
}

// TestCatalogByVersion wants a known base to be what it is in the version that is
// read for: SessionMiddleware is classic up to 1.9.
func TestCatalogByVersion(t *testing.T) {
	for version, want := range map[stack.Version]layers.Style{
		{Major: 1, Minor: 8}: layers.Classic, {Major: 1, Minor: 11}: layers.Mixin, {Major: 4, Minor: 2}: layers.Mixin,
	} {
		files := map[string]string{"app/__init__.py": "", "app/mw.py": initHead + "class A(SessionMiddleware): pass\n"}
		r := layers.NewReader(layertest.New(files), layers.Options{Catalog: catalog.Default(), Django: version})
		require.Equal(t, want, r.Layer("app.mw.A").Style, version.String())
		require.Equal(t, want, r.Layer("django.contrib.sessions.middleware.SessionMiddleware").Style, version.String())
	}
}
