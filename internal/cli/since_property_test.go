package cli_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
)

// site3 has three settings modules with files that several of them share.
var site3 = map[string]string{
	"manage.py":                   "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.production')\n",
	"requirements.txt":            "Django==4.2\n",
	"shop/__init__.py":            "",
	"shop/settings/__init__.py":   "",
	"shop/settings/base.py":       "from shop.lists import SESSION, AUTH\nfrom .apps import *\nROOT_URLCONF = 'urls'\nMIDDLEWARE = [SESSION, AUTH, 'shop.basket.Basket', 'shop.offers.Offers']\n",
	"shop/settings/apps.py":       "INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.sessions', 'django.contrib.contenttypes']\n",
	"shop/settings/production.py": "from .base import *\ntry:\n    from .local import *\nexcept ImportError:\n    pass\n",
	"shop/settings/staging.py":    "from .base import *\nif DEBUG:\n    MIDDLEWARE += ['shop.debug.Bar']\n",
	"shop/lists.py":               "SESSION = 'django.contrib.sessions.middleware.SessionMiddleware'\nAUTH = 'django.contrib.auth.middleware.AuthenticationMiddleware'\n",
	"shop/basket.py":              "from .mixins import Base\nfrom shop.fill import fill\n\nclass Basket(Base):\n    def process_request(self, request):\n        fill(request)\n",
	"shop/mixins.py":              "from django.utils.deprecation import MiddlewareMixin\n\nclass Base(MiddlewareMixin):\n    def process_response(self, request, response):\n        return response\n",
	"shop/fill.py":                "from shop import deep\n\ndef fill(request):\n    deep.really(request)\n",
	"shop/deep.py":                "def really(request):\n    request.basket = {}\n",
	"shop/offers.py":              "class Offers:\n    def __init__(self, get_response):\n        self.get_response = get_response\n\n    def __call__(self, request):\n        request.basket.clear()\n        return self.get_response(request)\n",
	"shop/debug.py":               "class Bar:\n    def __init__(self, get_response):\n        self.get_response = get_response\n\n    def __call__(self, request):\n        return self.get_response(request)\n",
	"intranet/settings.py":        "ROOT_URLCONF = 'urls'\nMIDDLEWARE = ['intranet.gate.Gate']\n",
	"intranet/gate.py":            "def Gate(get_response):\n    def call(request):\n        return get_response(request)\n    return call\n",
}

// TestSinceMissesNothing changes one file after the other in many ways: what a
// run finds that was not found before the change is found with --since, too.
func TestSinceMissesNothing(t *testing.T) {
	lint := func(files map[string]string, changed ...string) map[string]string {
		env, stdout, stderr := memory(files)
		args := []string{"lint", "--format", "json", "--fail-on", "never"}
		if changed != nil {
			args = append(args, "--since", "main")
			env.Git = func(_ context.Context, args []string) ([]byte, error) {
				switch {
				case slices.Contains(args, "rev-parse"):
					return []byte("\n"), nil
				case slices.Contains(args, "diff"):
					return []byte(strings.Join(changed, "\x00")), nil
				}
				return nil, nil
			}
		}
		cli.Main(args, env)
		var doc findingsDocument
		require.NoError(t, json.Unmarshal(stdout.Bytes(), &doc), "%v\n%s", changed, stderr)
		out := map[string]string{}
		for _, f := range doc.Findings {
			out[f.Fingerprint] = f.File + " " + f.Message
		}
		return out
	}
	before := lint(site3)
	require.Empty(t, before, "the project is clean, so that every finding comes from a change")

	texts := slices.Sorted(maps.Values(site3))
	texts = append(texts,
		"", "def (", "from shop.settings.base import *\n",
		"MIDDLEWARE = ['shop.offers.Offers', 'shop.basket.Basket']\n",
		"SESSION = 'django.contrib.auth.middleware.AuthenticationMiddleware'\nAUTH = 'django.contrib.sessions.middleware.SessionMiddleware'\n",
		"INSTALLED_APPS = []\n", "Django==1.8\n",
		"class Base(object):\n    def process_response(self, request, response):\n        pass\n",
		"def fill(request):\n    pass\n", "def really(request):\n    pass\n",
		"class Gate(object):\n    pass\n", "class Bar(object):\n    pass\n",
	)
	names := slices.Sorted(maps.Keys(site3))
	names = append(names, "shop/settings/local.py", "shop/fill/__init__.py", "intranet/__init__.py")
	found, touched, runs := 0, 0, 0
	for _, name := range names {
		for i := -1; i < len(texts); i++ {
			files := maps.Clone(site3)
			delete(files, name)
			if i >= 0 {
				files[name] = texts[i]
			}
			if files[name] == site3[name] && i >= 0 && site3[name] != "" {
				continue
			}
			all := lint(files)
			runs++
			if len(all) == 0 {
				continue
			}
			found++
			since := lint(files, name)
			if len(since) > 0 {
				touched++
			}
			require.Equal(t, all, since, "%s becomes %q", name, files[name])
		}
	}
	t.Logf("%d of %d changes make findings", found, runs)
	require.Greater(t, found, 60)
	require.Equal(t, found, touched)
	require.Empty(t, lint(site3, "README.md"))
}
