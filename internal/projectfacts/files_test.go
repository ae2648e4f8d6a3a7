package projectfacts_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// load reads a project that is written down as a txtar archive.
func load(t testing.TB, archive string, opts django.Options) *django.Project {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	p, err := django.Load(context.Background(), django.FS{FS: fsys}, opts)
	require.NoError(t, err)
	return p
}

const split = `
-- manage.py --
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")
-- requirements.txt --
Django==4.2
-- shop/__init__.py --
-- shop/settings/__init__.py --
-- shop/settings/base.py --
from shop.lists import LAYERS
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"] + LAYERS
-- shop/settings/production.py --
from .base import *
try:
    from .local import *
except ImportError:
    pass
MIDDLEWARE += ["shop.basket.middleware.Basket", "shop.plain.Plain"]
if CACHE:
    MIDDLEWARE += ["shop.cache.Cache"]
-- shop/settings/staging.py --
from .base import *
-- shop/lists.py --
LAYERS = ["django.middleware.common.CommonMiddleware"]
-- shop/basket/__init__.py --
from shop import unrelated
-- shop/basket/middleware.py --
from ..helpers import tidy
from shop.mixins import Mixin
from shop import models

class Basket(Mixin):
    def process_request(self, request):
        tidy(request)
-- shop/mixins.py --
from django.utils.deprecation import MiddlewareMixin

class Mixin(MiddlewareMixin):
    pass
-- shop/helpers.py --
from shop.deep import deep

def tidy(request):
    deep(request)
-- shop/deep.py --
def deep(request):
    request.tidy = True
-- shop/models.py --
class Order: pass
-- shop/unrelated.py --
-- shop/plain.py --
def Plain(get_response):
    def middleware(request):
        return get_response(request)
    return middleware
-- shop/cache.py --
class Cache:
    def __init__(self, get_response):
        self.get_response = get_response
    def __call__(self, request):
        return self.get_response(request)
`

func TestFiles(t *testing.T) {
	p := load(t, split, django.Options{})
	facts := projectfacts.New(p)
	got := map[string][]string{}
	for _, s := range p.Checked() {
		got[s.ID] = facts.Files(&s)
	}
	base := []string{
		"manage.py", "requirements.txt", "shop/__init__.py", "shop/basket/__init__.py", "shop/basket/middleware.py",
	}
	rest := []string{
		"shop/deep.py", "shop/helpers.py", "shop/lists.py", "shop/mixins.py", "shop/plain.py",
		"shop/settings/__init__.py", "shop/settings/base.py", "shop/settings/production.py",
	}
	join := func(lists ...[]string) []string {
		var out []string
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	require.Equal(t, map[string][]string{
		// What a layer's module imports and the layer does not use (models,
		// unrelated) is no part of it, nor is what another variant names.
		"shop.settings.production:MIDDLEWARE":   join(base, []string{"shop/cache.py"}, rest),
		"shop.settings.production:MIDDLEWARE#2": join(base, rest),
		"shop.settings.staging:MIDDLEWARE": {
			"requirements.txt", "shop/__init__.py", "shop/lists.py",
			"shop/settings/__init__.py", "shop/settings/base.py", "shop/settings/staging.py",
		},
	}, got)
	require.Nil(t, facts.Files(&stack.Stack{ID: "elsewhere:MIDDLEWARE"}))
}

// TestLooked names files that are gone, or that never were.
func TestLooked(t *testing.T) {
	p := load(t, split, django.Options{})
	facts := projectfacts.New(p)
	config := facts.Config()
	var stacks []*stack.Stack
	for _, s := range p.Checked() {
		stacks = append(stacks, &s)
	}
	lint.Run(stacks, config)
	production, staging := p.Of("shop.settings.production:MIDDLEWARE"), p.Of("shop.settings.staging:MIDDLEWARE")
	for file, want := range map[string][2]bool{
		"shop/settings/local.py":          {true, false},
		"shop/settings/local/__init__.py": {true, false},
		"shop/settings/locale.py":         {false, false},
		"shop/settings/local.txt":         {false, false},
		"elsewhere/base.py":               {false, false},
		"requirements/production.txt":     {true, true},
		"shop/basket/requirements.txt":    {false, false},
		"shop/wsgi.py":                    {true, true},
		"Pipfile":                         {true, true},
		"shop/settings/base/__init__.py":  {true, true}, // it would go before base.py
		"shop/lists.pyc":                  {false, false},
		"":                                {false, false},
	} {
		require.Equal(t, want, [2]bool{production.Looked(file), staging.Looked(file)}, file)
	}
}

func TestLookedForIncludes(t *testing.T) {
	p := load(t, `
-- shop/settings/__init__.py --
from split_settings.tools import include, optional
MIDDLEWARE = []
include("components/*.py", optional("local_settings.py"))
-- shop/settings/components/a.py --
MIDDLEWARE += ["a.A"]
`, django.Options{})
	m := p.Settings[0]
	require.True(t, m.Looked("shop/settings/components/b.py"))
	require.True(t, m.Looked("shop/settings/local_settings.py"))
	require.False(t, m.Looked("shop/settings/components/deep/b.py"))
	require.False(t, m.Looked("shop/settings/b.py"))
}

// TestWhole tells runs that see all settings modules from others.
func TestWhole(t *testing.T) {
	for _, tc := range []struct {
		paths []string
		want  bool
	}{
		{nil, true},
		{[]string{"."}, true},
		{[]string{"shop", "."}, true},
		{[]string{"shop"}, false},
		{[]string{"shop/settings"}, false},
		{[]string{"shop/settings/production.py"}, false},
		{[]string{"shop/settings/production.py", "."}, true},
	} {
		require.Equal(t, tc.want, load(t, split, django.Options{Paths: tc.paths}).Whole(), "%q", tc.paths)
	}
}
