package cli_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOwnFactsByEffect holds the fields of own facts that the examples of the
// documentation do not show: each decides whether the fact is reported.
func TestOwnFactsByEffect(t *testing.T) {
	const settings = `ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["django.contrib.auth", "with.app"]
LEVEL = "high"
MIDDLEWARE = ["shop.mw.Own", "ext.mw.First", "third.mw.Last", "shop.mw.Two"]
`
	const mw = `from ext.base import Base
from ext.mw import First


class Own(First):
    pass


class Two(Base):
    pass
`
	const needs = "[[facts]]\nid = 'y'\nsubject = 'third.mw.Last'\nrelation = 'requires'\ntargets = ['ext.base.Base']\nreason = 'It says so.'\n"
	const fact = "[[facts]]\nid = 'x'\nsubject = 'ext.mw.First'\nrelation = 'last'\nreason = 'It says so.'\n"
	run := func(more, args string) (out string) {
		files := map[string]string{
			"shop/__init__.py": "", "shop/settings.py": settings, "shop/mw.py": mw, "mwcheck.toml": fact + more,
			"requirements.txt": "Django==4.2\next-package==2.5\n",
		}
		return runDoc(files, strings.Fields("lint --format short "+args))
	}
	const own = `: warning MW101 wrong-order: "Own" at 1 is not last`
	cases := []struct {
		name, more, args string
		reported         bool
	}{
		{"plain: the subclass is not last", "", "", true},
		{"used with an app that is there", "used_with = 'with.app'\n", "", true},
		{"used with one that is not", "used_with = 'other.app'\n", "", false},
		{"version inside", "django = { from = '3.2', to = '4.2' }\n", "", true},
		{"version behind", "django = { to = '4.1' }\n", "", false},
		{"version before", "django = { from = '5.0' }\n", "", false},
		{"version by flag", "django = { from = '5.0' }\n", "--django 5.1", true},
		{"setting is one of", "when = { setting = 'LEVEL', one_of = ['high', 'low'] }\n", "", true},
		{"setting is none of", "when = { setting = 'LEVEL', one_of = ['low'] }\n", "", false},
		{"setting is true", "when = { setting = 'LEVEL', equals = true }\n", "", true},
		{"setting is not assigned", "when = { setting = 'OTHER', equals = true }\n", "", false},
		{"setting is not assigned, holds by default", "when = { setting = 'OTHER', equals = true, default = true }\n", "", true},
		{"a version that the package has", "package_from = '2.0'\n[[layers]]\npath = 'ext.mw.First'\npackage = 'ext-package'\n", "", true},
		{"a later version", "package_from = '3.0'\n[[layers]]\npath = 'ext.mw.First'\npackage = 'ext-package'\n", "", false},
		{"a package of unknown version: a note", "package_from = '2.0'\n[[layers]]\npath = 'ext.mw.First'\npackage = 'other'\n", "", false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			out := run(tc.more, tc.args)
			require.NotContains(t, out, "exit code 2")
			require.Equal(t, tc.reported, strings.Contains(out, own), out)
		})
	}
	require.NotContains(t, run(needs, ""), "missing-layer", "the subclass counts")
	require.Contains(t, run(needs+"literal = true\n", ""), `"Last" at 3 is listed without "ext.base.Base"`)
}
