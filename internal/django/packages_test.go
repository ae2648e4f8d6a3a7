package django_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
)

func TestPackageVersion(t *testing.T) {
	const settings = "SECRET_KEY = DEBUG = ROOT_URLCONF = 1\nMIDDLEWARE = ['a.B']\n"
	files := map[string]string{
		"a/settings.py":      settings,
		"a/requirements.txt": "django-cors-headers==3.14.0 \\\n    --hash=sha256:0\nwhitenoise[brotli] == 6.0\nDjango>=3\ncelery==5.*\n-r deps/more.txt\nx==1 # why\ny==1;python_version<'3'\n",
		"a/deps/more.txt":    "django_allauth===0.51.0\n",
		"a/poetry.lock":      "[[package]]\nname = \"whitenoise\"\nversion = \"6.2.0\"\ndescription = \"\"\n\n[[package]]\nname = \"Foo.Bar\"\nversion = \"1\"\n\n[metadata]\nname = \"no\"\nversion = \"9\"\n",
		"b/settings.py":      settings,
		"b/Pipfile.lock":     `{"default": {"whitenoise": {"version": "==5.3.0"}, "broken": 3}, "develop": {"dev_tool": {"version": "==1.1"}}}`,
		"b/.venv/pyvenv.cfg": "",
		"b/.venv/lib/python3.12/site-packages/whitenoise-9.9.dist-info/METADATA":  "",
		"b/.venv/lib/python3.12/site-packages/django_csp-3.7.dist-info/METADATA":  "",
		"usr/lib/python3/dist-packages/shop/__init__.py":                          "",
		"usr/lib/python3/dist-packages/shop/settings.py":                          settings,
		"usr/lib/python3/dist-packages/django_stronghold-0.4.0.egg-info/PKG-INFO": "",
		"usr/lib/python3/dist-packages/Django-3.2.25-py3.11.egg-info/PKG-INFO":    "",
		"requirements/base.txt": "top-level==7\n",
	}
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := django.Load(context.Background(), django.FS{FS: tree}, django.Options{})
	require.NoError(t, err)
	require.Len(t, p.Settings, 3)
	tests := []struct {
		module       int
		distribution string
		want         string
	}{
		{0, "django-cors-headers", "3.14.0"},
		{0, "Django_Cors.Headers", "3.14.0"},
		{0, "whitenoise", "6.2.0"}, // the lock is stronger than the requirement
		{0, "foo-bar", "1"},
		{0, "django-allauth", "0.51.0"},
		{0, "x", "1"},
		{0, "y", "1"},
		{0, "top-level", "7"},
		{0, "Django", ""}, // a range
		{0, "celery", ""},
		{0, "no", ""},
		{0, "django-csp", ""}, // another project's
		{1, "whitenoise", "5.3.0"},
		{1, "dev-tool", "1.1"},
		{1, "django-csp", "3.7"},
		{1, "broken", ""},
		{2, "django-stronghold", "0.4.0"},
		{2, "django", "3.2.25"},
		{2, "whitenoise", ""},
		{2, "", ""},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, p.Settings[tt.module].PackageVersion(tt.distribution), "%s of %s", tt.distribution, p.Settings[tt.module].File)
	}
}
