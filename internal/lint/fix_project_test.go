package lint_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

const (
	session = "django.contrib.sessions.middleware.SessionMiddleware"
	auth    = "django.contrib.auth.middleware.AuthenticationMiddleware"
)

// TestFixesOfProjects fixes whole projects: what a fix must not do comes first.
func TestFixesOfProjects(t *testing.T) {
	cases := []struct {
		name, files string
		unsafe      bool
		want        []string // titles
		result      string   // settings.py, "" where nothing may change
	}{
		{"a list that is turned round is left alone", `-- settings.py --
MIDDLEWARE = list(reversed(['SESSION', 'AUTH']))
`, true, nil, ""},
		{"a swap that another variant needs as it is", `-- settings.py --
A = ['AUTH', 'SESSION']
if DEBUG_TURNED:
    MIDDLEWARE = A[::-1]
else:
    MIDDLEWARE = A
`, true, nil, ""},
		{"an entry that comes from a call would have to be passed, which nobody wrote as a list", `-- settings.py --
MIDDLEWARE = ['AUTH']
MIDDLEWARE.append('SESSION')
`, false, nil, ""},
		{"a list of another file", `-- settings.py --
from base import *
MIDDLEWARE = ['AUTH'] + MIDDLEWARE
-- base.py --
MIDDLEWARE = ['SESSION']
`, true, nil, ""},
		{"not safe past a layer of which nothing is known", `-- settings.py --
MIDDLEWARE = [
    'AUTH',
    'elsewhere.Layer',
    'SESSION',
]
`, false, nil, ""},
		{"unsafe past a layer of which nothing is known", `-- settings.py --
MIDDLEWARE = [
    'AUTH',
    'elsewhere.Layer',
    'SESSION',
]
`, true, []string{`move "AuthenticationMiddleware" after "SessionMiddleware"`}, `MIDDLEWARE = [
    'elsewhere.Layer',
    'SESSION',
    'AUTH',
]
`},
		{"a missing layer whose app is not installed", `-- settings.py --
INSTALLED_APPS = ['django.contrib.auth']
MIDDLEWARE = ['AUTH']
`, true, nil, ""},
		{"in all variants", `-- settings.py --
MIDDLEWARE = [
    'AUTH',  # who
    # what they keep
    'SESSION',
]
if LOCAL:
    MIDDLEWARE += ['django.middleware.common.CommonMiddleware']
`, false, []string{`move "AuthenticationMiddleware" after "SessionMiddleware"`}, `MIDDLEWARE = [
    # what they keep
    'SESSION',
    'AUTH',  # who
]
if LOCAL:
    MIDDLEWARE += ['django.middleware.common.CommonMiddleware']
`},
		{"a missing layer", `-- settings.py --
INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions']
MIDDLEWARE = ("AUTH",)
`, false, []string{`add "` + session + `" before "AuthenticationMiddleware"`}, `INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions']
MIDDLEWARE = ("SESSION", "AUTH",)
`},
		{"what is gone", `-- settings.py --
MIDDLEWARE = [
    'SESSION',
    'AUTH',
    'django.contrib.auth.middleware.SessionAuthenticationMiddleware',
]
`, false, []string{`remove "SessionAuthenticationMiddleware"`}, `MIDDLEWARE = [
    'SESSION',
    'AUTH',
]
`},
		{"what is there twice is not removed without asking", `-- settings.py --
MIDDLEWARE = ['SESSION', 'AUTH', 'SESSION']
`, false, nil, ""},
		{"what is there twice", `-- settings.py --
MIDDLEWARE = ['SESSION', 'AUTH', 'SESSION']
`, true, []string{`remove the later "SessionMiddleware"`}, `MIDDLEWARE = ['SESSION', 'AUTH']
`},
	}
	names := strings.NewReplacer("SESSION", session, "AUTH", auth)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p := settingsOf("4.2")
			for _, f := range txtar.Parse([]byte(names.Replace(tc.files))).Files {
				p.files[f.Name] = string(f.Data)
			}
			before := p.files["settings.py"]
			require.Equal(t, tc.want, p.fix(t, tc.unsafe))
			want := names.Replace(tc.result)
			if want == "" {
				want = before
			}
			require.Equal(t, want, p.files["settings.py"])
			require.Empty(t, p.fix(t, tc.unsafe), "a second run changes nothing")
		})
	}
}
