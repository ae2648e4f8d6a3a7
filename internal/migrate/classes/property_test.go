package classes_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// drawModule draws a module in any layout: heads, imports, indents, line ends,
// comments, hierarchies of classes with and without __init__.
func drawModule(t *rapid.T) (text string, paths []string) {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	in := pick("indent", "    ", "\t", "  ")
	var b strings.Builder
	b.WriteString(pick("head", "", "", "#!/usr/bin/env python\n", "# -*- coding: utf-8 -*-\n", "# Licence.\n\n", "\n"))
	b.WriteString(pick("doc", "", "", `"""Layers."""`+"\n", "'''Layers.\n\nTwo.\n'''\n\n"))
	b.WriteString(pick("future", "", "", "from __future__ import unicode_literals\n"))
	for range rapid.IntRange(0, 4).Draw(t, "imports") {
		b.WriteString(pick("import", "import re\n", "import time, sys  # both\n", "\n", "from django.conf import settings\n",
			"from django.http import (\n    HttpResponse,\n)\n", "from django.utils.text import slugify\n", "from . import models\n",
			"from django.utils.deprecation import RenameMethodsBase\n", "import re; import os\n", "from app.helpers import *\n",
			"from django.utils.deprecation import MiddlewareMixin as MM\n", "# a remark\n", "try:\n    import json\nexcept ImportError:\n    json = None\n"))
	}
	b.WriteString(pick("gap", "", "\n", "\n\n"))
	n := rapid.IntRange(1, 4).Draw(t, "classes")
	for i := range n {
		name := fmt.Sprintf("L%d", i)
		paths = append(paths, "app.mw."+name)
		bases := []string{"", "()", "(object)", "( object )", "(object,)", "(Helper)", "(Helper, object)"}
		for j := range i {
			bases = append(bases, fmt.Sprintf("(L%d)", j), fmt.Sprintf("(L%d, Helper)", j))
		}
		if i == 0 {
			b.WriteString("class Helper" + pick("helper", "", "(object)") + ":\n" + in + "x = 1\n\n")
		}
		b.WriteString(pick("above", "", "", "# The class.\n", "\n# The class.\n\n"))
		b.WriteString("class " + name + rapid.SampledFrom(bases).Draw(t, "bases") + ":" + pick("behind", "", "  # why") + "\n")
		b.WriteString(pick("classdoc", "", "", in+`"""A layer."""`+"\n", in+"x = 1\n\n"))
		b.WriteString(pick("init", "", "", in+"def __init__(self):\n"+in+in+"self.x = 1\n",
			in+"def __init__(self):\n"+in+in+`"""Build."""`+"\n",
			in+"def __init__(self): pass\n",
			in+"def __init__(self, get_response=None):\n"+in+in+"# keep\n"+in+in+"self.get_response = get_response # it\n",
			in+"def __init__(self, *args, **kwargs):\n"+in+in+"self.x = args\n\n",
			in+"def __init__(self):\n"+in+in+"super("+name+", self).__init__()\n"+in+in+"self.x = 2\n",
			in+"def __init__(\n"+in+in+in+"self,\n"+in+in+"):\n"+in+in+"self.x = 1; self.y = 2\n",
			in+"def __init__(self, limit=3):\n"+in+in+"self.x = limit\n"))
		hooks := 0
		for range rapid.IntRange(0, 3).Draw(t, "hooks") {
			hooks++
			b.WriteString(pick("hook", in+"def process_request(self, request):\n"+in+in+"request.x = 1\n",
				in+"def process_request(self, request):\n"+in+in+"if request.GET:\n"+in+in+in+"return HttpResponse()\n"+in+in+"return None\n",
				in+"def process_request(self, request): pass\n",
				in+"# Answer.\n"+in+"def process_response(self, request, response):\n"+in+in+"# so\n"+in+in+"return response\n\n",
				in+"def process_response(self, request, response):\n"+in+in+`"""Do."""`+"\n"+in+in+"response['X'] = '1'\n"+in+in+"return response\n",
				in+"def process_view(self, request, view, args, kwargs):\n"+in+in+"pass\n"))
		}
		if hooks == 0 {
			b.WriteString(in + "y = 2\n")
		}
		b.WriteString(pick("between", "", "\n", "\n\n"))
	}
	text = b.String()
	if rapid.Bool().Draw(t, "cut") {
		text = strings.TrimRight(text, "\n")
	}
	switch pick("lines", "lf", "lf", "crlf", "cr") {
	case "crlf":
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case "cr":
		text = strings.ReplaceAll(text, "\n", "\r")
	}
	if rapid.IntRange(0, 9).Draw(t, "mark") == 0 {
		text = "\xef\xbb\xbf" + text
	}
	return text, paths
}

// removed are the only texts that a rewriting without --native takes away.
var removed = regexp.MustCompile(`^(object|pass|self\.get_response = get_response|object\.__init__\(self\))?$`)

// TestProperties: whatever a module looks like, edits go together, take nothing
// away but what they replace, keep line ends and comments, and leave layers that
// the reader finds ready for Django; a second rewriting does nothing.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, paths := drawModule(t)
		opts := classes.Options{
			Native: rapid.Bool().Draw(t, "native"), KeepOld: rapid.Bool().Draw(t, "keep old"),
			To: rapid.SampledFrom([]stack.Version{{}, {Major: 3, Minor: 2}, {Major: 5, Minor: 2}}).Draw(t, "to"),
		}
		files := map[string]string{"app/__init__.py": "", "app/mw.py": text, "app/helpers.py": "", "app/models.py": ""}
		after, result := rewrite(t, files, paths, opts)
		got := after["app/mw.py"]
		require.Empty(t, python.Parse([]byte(got)).Errors, "%s", got)
		again, second := rewrite(t, after, paths, opts)
		require.Empty(t, second.Edits, "%s\nbecame\n%s", got, again["app/mw.py"])
		require.Equal(t, comments(text), comments(commentsOnly(text, got)), "%s", got)
		if strings.Contains(text, "\n") {
			require.Equal(t, strings.Contains(text, "\r"), strings.Contains(got, "\r"))
			require.Equal(t, strings.Contains(text, "\r\n"), strings.Count(got, "\n") == strings.Count(got, "\r\n") && strings.Contains(got, "\n"))
		}
		if !opts.Native {
			for _, e := range result.Edits {
				require.Regexp(t, removed, files[e.File][e.Start:e.End])
			}
		}
		ready(t, after, paths, result, opts)
	})
}

// comments counts the comments of a text.
func comments(text string) map[string]int {
	f := python.Parse([]byte(text))
	out := map[string]int{}
	for _, c := range f.Comments() {
		out[strings.TrimSpace(text[c.Start:c.End])]++
	}
	return out
}

// commentsOnly drops the comments that were docstrings before.
func commentsOnly(before, after string) string {
	if strings.Contains(before, "# Do.") {
		return after
	}
	return strings.ReplaceAll(after, "# Do.", "")
}

// ready says that layers that were not refused are what Django 5.2 builds.
func ready(t require.TestingT, files map[string]string, paths []string, result classes.Result, opts classes.Options) {
	refused := map[string]bool{}
	for _, r := range result.Refused {
		refused[r.Class] = refused[r.Class] || !r.Native
	}
	reader := layers.NewReader(layertest.New(files), layers.Options{Catalog: catalog.Default(), Django: stack.Version{Major: 5, Minor: 2}})
	for _, path := range paths {
		if refused[path] {
			continue
		}
		l := reader.Layer(path)
		require.Contains(t, []layers.Style{layers.Mixin, layers.Modern}, l.Style, "%s\n%s", path, files["app/mw.py"])
		require.NotEqual(t, layers.TakesNone, l.Init.Takes, path)
		require.NotEqual(t, layers.TakesUnknown, l.Init.Takes, path)
		require.Equal(t, layers.Yes, l.Init.StoresIt, "%s\n%s", path, files["app/mw.py"])
		require.Equal(t, "get_response", l.Init.Stores, path)
	}
}

// FuzzRewrite rewrites whatever classes a text holds: edits never conflict,
// never add a syntax error, and a second rewriting makes none.
func FuzzRewrite(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.txtar")
	require.NoError(f, err)
	for _, path := range paths {
		c := readCase(&testing.T{}, path)
		for name, text := range c.files {
			if strings.HasSuffix(name, "mw.py") {
				f.Add(text, true, false)
				f.Add(text, false, true)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string, native, keep bool) {
		if len(text) > 1<<14 {
			return
		}
		files := map[string]string{"app/__init__.py": "", "app/mw.py": text}
		m := layertest.New(files)
		reader := layers.NewReader(m, layers.Options{Catalog: catalog.Default()})
		paths := reader.Candidates("app.mw")
		opts := classes.Options{Native: native, KeepOld: keep}
		result := classes.Rewrite(classes.Project{Reader: reader, Modules: m.Modules()}, paths, opts)
		got, err := edit.Apply([]byte(text), result.Edits)
		require.NoError(t, err)
		require.LessOrEqual(t, len(python.Parse(got).Errors), len(python.Parse([]byte(text)).Errors), "%s", got)
		_, second := rewrite(t, map[string]string{"app/__init__.py": "", "app/mw.py": string(got)}, paths, opts)
		require.Empty(t, second.Edits, "%q", got)
	})
}
