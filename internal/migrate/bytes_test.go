package migrate

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// layersGen draws a module of classic layers and the names of these.
func layersGen(t *rapid.T, indent string, comment func() string) (text string, names []string) {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	var b strings.Builder
	b.WriteString(pick("doc", "", "\"\"\"Layers.\"\"\"\n", "# Layers.\n\n"))
	b.WriteString(pick("imports", "", "import time\n", "from django.http import HttpResponse\n", "import os, sys  # both\n\n\n", "from .helpers import *\n"))
	for i := range rapid.IntRange(1, 3).Draw(t, "classes") {
		name := fmt.Sprintf("L%d", i)
		names = append(names, name)
		b.WriteString(pick("space", "\n\n", "\f\n", "\n"))
		fmt.Fprintf(&b, "class %s%s:%s\n", name, pick("bases", "(object)", "", "( object )", "()"), comment())
		b.WriteString(pick("init", "", "", indent+"def __init__(self):"+comment()+"\n"+indent+indent+"self.x = 1"+comment()+"\n"))
		hook := pick("hook", "process_request(self, request)", "process_response(self, request, response)")
		fmt.Fprintf(&b, "%sdef %s:%s\n", indent, hook, comment())
		if strings.HasPrefix(hook, "process_response") {
			fmt.Fprintf(&b, "%s%sreturn response%s\n", indent, indent, comment())
		} else {
			fmt.Fprintf(&b, "%s%srequest.x = 1%s\n", indent, indent, comment())
		}
	}
	return b.String(), names
}

// removed are the only texts that a migration without fixes takes away.
var removed = regexp.MustCompile(`^(MIDDLEWARE_CLASSES|object|)$`)

// TestBytesProperty: projects with all that an editor hides come out with it. Only
// the names go that have to, only ASCII comes in, with the file's line ends.
func TestBytesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Not all of them are UTF-8.
		encoding := rapid.SampledFrom([]string{"", "bom", "latin-1", "none"}).Draw(t, "encoding")
		words := map[string][]string{
			"": {"größe", "中間件", "x\u2028y"}, "bom": {"größe"}, "latin-1": {"gr\xf6\xdfe", "\xa0"}, "none": {"\xff\xfe", "\x80"},
		}[encoding]
		comment := func() string {
			return rapid.SampledFrom([]string{"", "", "  # why", "\t# " + words[0], " # " + words[len(words)-1], "  "}).Draw(t, "comment")
		}
		newline := rapid.SampledFrom([]string{"\n", "\n", "\r\n"}).Draw(t, "newline")
		indent := rapid.SampledFrom([]string{"    ", "\t", "  "}).Draw(t, "indent")
		layers, names := layersGen(t, indent, comment)
		open, shut := "[", "]"
		if rapid.Bool().Draw(t, "tuple") {
			open, shut = "(", ")"
		}
		var list strings.Builder
		for _, name := range names {
			fmt.Fprintf(&list, "%s'shop.mw.%s',%s\n", indent, name, comment())
		}
		settings := "SECRET_KEY = ROOT_URLCONF = 'x'" + comment() + "\n\f\nMIDDLEWARE_CLASSES = " + open + comment() + "\n" + list.String() + shut + comment() + "\n"
		finish := func(text string) []byte {
			if encoding == "latin-1" {
				text = "# -*- coding: latin-1 -*-\n" + text
			}
			if rapid.Bool().Draw(t, "no end") {
				text = strings.TrimRight(text, "\n")
			}
			text = strings.ReplaceAll(text, "\n", newline)
			if encoding == "bom" {
				text = "\ufeff" + text
			}
			return []byte(text)
		}
		files := fstest.MapFS{
			"settings.py": {Data: finish(settings)}, "shop/mw.py": {Data: finish(layers)},
			"shop/__init__.py": {}, "shop/helpers.py": {},
		}
		opts := Options{To: rapid.SampledFrom([]stack.Version{{Major: 3, Minor: 2}, {Major: 5, Minor: 2}}).Draw(t, "to")}
		r := sound(t, files, opts)
		if mw := files["shop/mw.py"].Data; !utf8.Valid(mw) && encoding == "none" {
			// No Python reads it: a class below such a byte stays as it is, and is
			// named.
			require.True(t, len(r.Changes) == 2 || r.Worst() == finding.Error)
		} else {
			require.Len(t, r.Changes, 2, "%v", r.Left)
		}
		again := newRun(django.FS{FS: files}, opts)
		require.NoError(t, again.all(t.Context()))
		for _, c := range r.Changes {
			text := c.Before
			for _, edits := range again.over.rounds[c.File] {
				for _, e := range edits {
					require.Regexp(t, removed, string(text[e.Start:e.End]))
					for _, b := range []byte(e.Text) {
						require.Less(t, b, byte(0x80))
					}
					require.Equal(t, strings.Count(e.Text, "\n"), strings.Count(e.Text, newline), "%q", e.Text)
				}
				break // the rounds behind the first see other texts
			}
			require.Equal(t, encoding == "bom", bytes.HasPrefix(c.After, []byte("\ufeff")))
			for _, odd := range []string{"\f", "\xff\xfe", "\x80", "\xa0", "\xf6", "中", "\u2028", "#"} {
				require.Equal(t, bytes.Count(c.Before, []byte(odd)), bytes.Count(c.After, []byte(odd)), "%q in %q", odd, c.After)
			}
		}
	})
}
