package django

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/stack"
)

func TestChanged(t *testing.T) {
	files := map[string]string{
		"manage.py":              "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.live')\n",
		"shop/settings/base.py":  "MIDDLEWARE = ['a.A', 'b.B']\n",
		"shop/settings/live.py":  "from .base import *\nif DEBUG:\n    MIDDLEWARE += ['c.C']\n",
		"shop/settings/other.py": "MIDDLEWARE = ['x.X']\nINSTALLED_APPS = ['a']\nROOT_URLCONF = 'u'\nSECRET_KEY = 'k'\n",
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := Load(t.Context(), FS{fsys}, Options{})
	require.NoError(t, err)
	lists := func(modules []*SettingsModule) map[string]string {
		out := map[string]string{}
		for _, m := range modules {
			for i := range m.Stacks {
				out[m.Stacks[i].ID] = paths(&m.Stacks[i])
			}
		}
		return out
	}
	before := lists(p.Settings)
	require.Equal(t, map[string]string{
		"shop.settings.base:MIDDLEWARE": "a.A b.B", "shop.settings.live:MIDDLEWARE": "a.A b.B c.C",
		"shop.settings.live:MIDDLEWARE#2": "a.A b.B", "shop.settings.other:MIDDLEWARE": "x.X",
	}, before)
	changed := p.Changed(map[string][]byte{"shop/settings/base.py": []byte("MIDDLEWARE = ['b.B']\n")})
	require.Equal(t, map[string]string{
		"shop.settings.base:MIDDLEWARE": "b.B", "shop.settings.live:MIDDLEWARE": "b.B c.C", "shop.settings.live:MIDDLEWARE#2": "b.B",
	}, lists(changed))
	for _, m := range changed {
		old := p.Of(m.Stacks[0].ID)
		require.Equal(t, old.Checked, m.Checked)
		require.Equal(t, m.Stacks[0].ID, m.Stack(m.Stacks[0].ID).ID)
		require.Nil(t, m.Stack("none"))
	}
	require.Empty(t, lists(p.Changed(map[string][]byte{"shop/settings/base.py": nil}))["shop.settings.base:MIDDLEWARE"])
	require.Empty(t, p.Changed(map[string][]byte{"elsewhere.py": []byte("x")}))
	require.Equal(t, before, lists(p.Settings), "the project does not change")
	require.Equal(t, files["shop/settings/base.py"], string(p.Source("shop/settings/base.py").Src))
	require.Nil(t, p.Source("gone.py"))
}

func paths(s *stack.Stack) string {
	var words []string
	for _, e := range s.Entries {
		words = append(words, e.Path)
	}
	return strings.Join(words, " ")
}
