package django

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// bounds prints a set as its lowest and highest release, "-" for an open end.
func bounds(s releaseSet) string {
	word := func(v stack.Version) string {
		if v.IsZero() {
			return "-"
		}
		return v.String()
	}
	if s == 0 {
		return "none"
	}
	return word(s.low()) + " " + word(s.high())
}

func TestParseRequirement(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Django", "- -"},
		{"django==4.2.7", "4.2 4.2"},
		{"Django == 4.2", "4.2 4.2"},
		{"DJANGO===1.11.29", "1.11 1.11"},
		{"django==4.*", "4.0 4.2"},
		{"django==4.1.*", "4.1 4.1"},
		{"django>=3.2,<4.0", "3.2 3.2"},
		{"django>=3.2,<4.2.5", "3.2 4.2"},
		{"django >= 1.8 , < 2", "1.8 1.11"},
		{"django>3.2", "3.2 -"},
		{"django<4", "- 3.2"},
		{"django<=4.1", "- 4.1"},
		{"django~=4.1", "4.1 4.2"},
		{"django~=4.1.3", "4.1 4.1"},
		{"django!=3.0.*,>=3.0", "3.1 -"},
		{"django!=4.0.1", "- -"},
		{"Django[argon2]>=5.0", "5.0 -"},
		{"Django[argon2, bcrypt] ~= 5.0.0", "5.0 5.0"},
		{"Django (<5,>=4.2)", "4.2 4.2"},
		{"django>=4.2; python_version >= '3.8'", "4.2 -"},
		{"django==4.2.7 --hash=sha256:abc", "4.2 4.2"},
		{"django==4.2.7  # pinned", "4.2 4.2"},
		{"django @ https://github.com/django/django/archive/stable/4.1.x.zip", "4.1 4.1"},
		{"Django @ git+https://github.com/django/django.git@main", "- -"},
		{"Django>=2.0a1", "2.0 -"},
		{"django>=5,<4", "none"},
		{"django==99.1", "none"},
		{"django>=99999999999999999999", "none"},
	}
	for _, tt := range tests {
		set, ok := parseRequirement(tt.text)
		require.True(t, ok, "%q", tt.text)
		require.Equal(t, tt.want, bounds(set), "%q", tt.text)
	}
	for _, text := range []string{"", "django-filter==2.0", "djangorestframework>=3", "Django_x==1", "django.contrib", "xdjango==1", "django4.2", "# django==4.2", "djangocms==4"} {
		_, ok := parseRequirement(text)
		require.False(t, ok, "%q is not about Django", text)
	}
}

func TestParseSpecifierOfPoetry(t *testing.T) {
	tests := []struct{ text, want string }{
		{"^4.1", "4.1 4.2"},
		{"^4", "4.0 4.2"},
		{"~4.1", "4.1 4.1"},
		{"~4", "4.0 4.2"},
		{"4.1", "4.1 4.1"},
		{"4.1.*", "4.1 4.1"},
		{"*", "- -"},
		{">=3.2,<5", "3.2 4.2"},
		{"^3.2 || ^5.0", "3.2 5.2"},
		{"<3 | >=4", "- -"},
		{"=4.2", "4.2 4.2"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, bounds(parseSpecifier(tt.text, true)), "%q", tt.text)
	}
	require.False(t, parseSpecifier("<3 | >=4", true)&exactly("3.1") != 0, "a gap between alternatives")
}

// A release that a specifier is made of behaves as PEP 440 says, for any pair of
// releases.
func TestParseClauseOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := releaseAt(rapid.IntRange(0, releaseCount-1).Draw(t, "bound"))
		release := rapid.IntRange(0, releaseCount-1).Draw(t, "release")
		op := rapid.SampledFrom([]string{"==", "!=", ">=", "<", "<=", ">"}).Draw(t, "op")
		text := op + bound.String()
		if op == "!=" {
			text += ".*"
		}
		cmp := releaseAt(release).Compare(bound)
		// A feature release counts if any of its patch releases does: so
		// 4.2.1 makes 4.2 fit "> 4.2".
		want := map[string]bool{"==": cmp == 0, "!=": cmp != 0, ">=": cmp >= 0, ">": cmp >= 0, "<": cmp < 0, "<=": cmp <= 0}[op]
		if got := parseClause(text, false)>>release&1 == 1; got != want {
			t.Fatalf("%s with %s: got %v, want %v", releaseAt(release), text, got, want)
		}
	})
}

func TestReleases(t *testing.T) {
	var all []string
	for i := range releaseCount {
		all = append(all, releaseAt(i).String())
	}
	text := strings.Join(all, " ")
	require.True(t, strings.HasPrefix(text, "1.0 1.1 1.2 "), text)
	require.Contains(t, text, "1.11 2.0 2.1 2.2 3.0")
	require.Contains(t, text, "5.2 6.0 6.1 6.2")
	require.Equal(t, "- 1.9", bounds(below(1, 10)))
	require.Equal(t, "1.10 -", bounds(atLeast(1, 10)))
}

func TestVersionClaims(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"requirements.txt", "# django==1.0\ncelery\nDjango==4.2.7 \\\n    --hash=sha256:0\ndjango-filter==2\n", "3:1 Django==4.2.7 4.2 4.2"},
		{"requirements.txt", "-e git+https://github.com/django/django.git@stable/5.0.x#egg=Django\n", "1:1 -e git+https://github.com/django/django.git@stable/5.0.x#egg=Django 5.0 5.0"},
		{"requirements.txt", "git+https://github.com/x/y.git#egg=django-filter\n", ""},
		{"pyproject.toml", "[project]\ndependencies = [\n  \"celery\",\n  \"django>=4.2,<5\",\n]\nclassifiers = [\"Framework :: Django :: 4.2\"]\n", "4:3 django>=4.2,<5 4.2 4.2|6:17 Framework :: Django :: 4.2 4.2 4.2"},
		{"pyproject.toml", "[project.optional-dependencies]\nweb = [\"Django~=5.0\"]\n", "2:1 Django~=5.0 5.0 5.2"},
		{"pyproject.toml", "[dependency-groups]\nweb = [\"Django~=5.0\", {include-group = \"x\"}]\n", "2:1 Django~=5.0 5.0 5.2"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.9\"\nDjango = \"^3.2\"\n", "3:1 Django ^3.2 3.2 3.2"},
		{"pyproject.toml", "[tool.poetry.group.web.dependencies]\ndjango = {version = \"~4.1\", extras = [\"argon2\"]}\n", "2:1 Django ~4.1 4.1 4.1"},
		{"pyproject.toml", "[tool.poetry.dependencies]\ndjango = [{version = \"2.2\", python = \"<3.8\"}, {version = \"4.2\", python = \">=3.8\"}]\n", "1:1 Django 2.2|4.2 2.2 4.2"},
		{"pyproject.toml", "[tool.poetry.dependencies]\ndjango = {git = \"https://github.com/django/django.git\", branch = \"stable/4.2.x\"}\n", "2:1 Django 4.2 4.2 4.2"},
		{"pyproject.toml", "[tool.pdm.dev-dependencies]\ntest = [\"django==4.0.1\"]\n", "2:1 django==4.0.1 4.0 4.0"},
		{"pyproject.toml", "[tool.uv]\ndev-dependencies = [\"django==4.0.1\"]\n", "2:1 django==4.0.1 4.0 4.0"},
		{"pyproject.toml", "[project\n", ""},
		{"Pipfile", "[packages]\ndjango = \"~=4.2.0\"\n", "2:1 Django ~=4.2.0 4.2 4.2"},
		{"Pipfile", "[packages]\nDjango = {version = \"==3.2.*\"}\n", "2:1 Django ==3.2.* 3.2 3.2"},
		{"Pipfile.lock", "{\n  \"default\": {\n    \"django\": {\n      \"version\": \"==4.1.9\"\n    }\n  }\n}\n", "3:5 Django ==4.1.9 4.1 4.1"},
		{"Pipfile.lock", "{", ""},
		{"poetry.lock", "[[package]]\nname = \"django-filter\"\nversion = \"2.0\"\n\n[[package]]\nname = \"Django\"\nversion = \"4.2.9\"\n\n[package.dependencies]\nname = \"django\"\nversion = \"1.0\"\n", "7:1 Django 4.2.9 4.2 4.2"},
		{"uv.lock", "version = 1\n\n[[package]]\nname = \"django\"\nversion = \"5.1.2\"\nsource = { registry = \"x\" }\n", "5:1 Django 5.1.2 5.1 5.1"},
		{"setup.py", "from setuptools import setup\nREQUIRES = [\n    'six',\n    'Django>=2.2,<3.1',\n]\nsetup(install_requires=REQUIRES, keywords='django', description='Django 4 things')\n", "4:5 Django>=2.2,<3.1 2.2 3.0"},
		{"setup.cfg", "[options]\ninstall_requires =\n    six\n    Django>=2.2\n", "4:5 Django>=2.2 2.2 -"},
		{"setup.cfg", "[options]\ninstall_requires = Django<3\n[metadata]\nclassifiers =\n    Framework :: Django :: 1.11\n    Framework :: Django :: 2.2\n", "2:20 Django<3 - 2.2|5:5 Framework :: Django :: 1.11 to 2.2 1.11 2.2"},
		{"tox.ini", "[testenv]\ndeps =\n    django32: Django>=3.2,<3.3\n    dj{40,41}: django~=4.0\n", "3:15 Django>=3.2,<3.3 3.2 3.2|4:16 django~=4.0 4.0 4.2"},
		{"METADATA", "Name: x\nRequires-Dist: Django (>=2.2)\nRequires-Dist: djangorestframework\nClassifier: Framework :: Django :: 3.0\n", "2:16 Django (>=2.2) 2.2 -|4:13 Framework :: Django :: 3.0 3.0 3.0"},
		{"requirements.txt", "\x00\x01django==4.2\n", ""},
		{"requirements.txt", "\xff\xfedjango==4.2\n", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, c := range versionClaims("/p/"+tt.name, []byte(tt.text)) {
			at := stack.NewLines(tt.name, tt.text).Span(c.start, c.end)
			got = append(got, fmt.Sprintf("%d:%d %s %s", at.Line, at.Column, c.text, bounds(c.set)))
			require.LessOrEqual(t, c.start, c.end)
		}
		require.Equal(t, tt.want, strings.Join(got, "|"), "%s:\n%s", tt.name, tt.text)
	}
}

func TestIncludes(t *testing.T) {
	got := includes("/p/requirements/dev.txt", []byte("-r base.txt\n--requirement=../all.txt\n-c constraints.txt # no\n-rshort.txt\n-r https://x/y.txt\ndjango\n--regular\n-r\n"))
	require.Equal(t, []string{"/p/requirements/base.txt", "/p/all.txt", "/p/requirements/constraints.txt # no", "/p/requirements/short.txt"}, got)
}

func TestVersionHints(t *testing.T) {
	tests := []struct{ text, want string }{
		{"from django.urls import path\n", "2.0 -|1.10 -"},
		{"from django.urls import reverse, path as p\n", "2.0 -|1.10 -"},
		{"from django.urls import pathological\n", "1.10 -"},
		{"from django.urls import (  # all\n    include,\n    re_path,\n)\n", "2.0 -|1.10 -"},
		{"from django.conf.urls import include, url\r\n", "- 3.2"},
		{"from django.conf.urls.defaults import *\n", "- 1.5"},
		{"try:\n    from django.conf.urls import url\nexcept ImportError:\n    pass\n", ""},
		{"# from django.conf.urls import url\n", ""},
		{"from django.utils.translation import ugettext as _\n", "- 3.2"},
		{"from django.utils.translation import gettext\n", ""},
		{"\"\"\"\nGenerated by 'django-admin startproject' using Django 3.2.1.\n\"\"\"\n", "3.2 -"},
		{"from django.urls import (path", "1.10 -"},
	}
	for _, tt := range tests {
		var got []string
		for _, h := range versionHints([]byte(tt.text), true) {
			got = append(got, bounds(h.set))
			require.Less(t, h.start, h.end)
			require.LessOrEqual(t, h.end, len(tt.text))
		}
		require.Equal(t, tt.want, strings.Join(got, "|"), "%q", tt.text)
	}
}

func TestDecideVersion(t *testing.T) {
	ev := func(class evidenceClass, spec string) Evidence {
		return Evidence{Text: spec, class: class, set: parseSpecifier(spec, true), Source: class.String()}
	}
	tests := []struct {
		name     string
		evidence []Evidence
		want     string // low high lint, then the evidence used
	}{
		{"nothing", nil, "unknown unknown unknown"},
		{"a lock before a range", []Evidence{ev(fromMetadata, ">=3.2"), ev(fromLock, "4.2.1")}, "4.2 4.2 4.2 4.2.1"},
		{"requirement and constraint", []Evidence{ev(fromPin, ">=3.2"), ev(fromPin, "<5")}, "3.2 4.2 4.2 >=3.2 <5"},
		{"two environments", []Evidence{ev(fromPin, "==3.2"), ev(fromPin, "==4.2")}, "3.2 4.2 4.2 ==3.2 ==4.2"},
		{"only a lower bound", []Evidence{ev(fromMetadata, ">=2.2")}, "2.2 unknown 2.2 >=2.2"},
		{"the code narrows", []Evidence{ev(fromMetadata, ">=1.8"), ev(fromCode, ">=2.0"), ev(fromCode, "<4.0")}, "2.0 3.2 3.2 >=1.8 >=2.0 <4.0"},
		{"the weaker of two hints is left out", []Evidence{ev(fromCode, ">=1.10"), ev(fromCode, ">=2.0")}, "2.0 unknown 2.0 >=2.0"},
		{"code that contradicts is left out", []Evidence{ev(fromMetadata, ">=4.2"), ev(fromCode, "<3.0")}, "4.2 unknown 4.2 >=4.2"},
		{"code that contradicts itself", []Evidence{ev(fromCode, ">=4.0"), ev(fromCode, "<3.0")}, "unknown unknown unknown"},
		{"the code says nothing on a pin", []Evidence{ev(fromPin, "==3.2"), ev(fromCode, "<4.0")}, "3.2 3.2 3.2 ==3.2"},
	}
	for _, tt := range tests {
		r := decideVersion(tt.evidence)
		got := fmt.Sprint(r.Low, " ", r.High, " ", r.Lint)
		for _, e := range r.Evidence {
			got += " " + e.Text
		}
		require.Equal(t, tt.want, got, tt.name)
	}
}
