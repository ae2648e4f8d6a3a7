package django

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// An excluded module is no settings module any more, and what it imports stands
// for itself again; it can still be imported.
func TestExclude(t *testing.T) {
	const list = "ROOT_URLCONF = 'u'\nINSTALLED_APPS = []\nDEBUG = True\nMIDDLEWARE = ['a.B']\n"
	files := FS{fstest.MapFS{
		"shop/__init__.py":      {},
		"shop/settings/base.py": {Data: []byte(list)},
		"shop/settings/dev.py":  {Data: []byte("from .base import *\nMIDDLEWARE += ['c.D']\n")},
	}}
	checked := func(exclude func(string) bool, names ...string) (out []string) {
		p, err := Load(context.Background(), files, Options{Exclude: exclude, Settings: names})
		require.NoError(t, err)
		for _, m := range p.Settings {
			if m.Checked {
				out = append(out, m.File)
			}
		}
		for _, n := range p.Notes {
			if strings.HasPrefix(n.Message, "not checked: excluded") {
				out = append(out, "-"+n.Span.File)
			}
		}
		return out
	}
	require.Equal(t, []string{"shop/settings/dev.py"}, checked(nil))
	require.Equal(t, []string{"shop/settings/base.py", "-shop/settings/dev.py"}, checked(func(file string) bool { return file == "shop/settings/dev.py" }))
	require.Equal(t, []string{"shop/settings/dev.py", "-shop/settings/base.py"}, checked(func(file string) bool { return file == "shop/settings/base.py" }))
	require.Equal(t, []string{"shop/settings/base.py"}, checked(nil, "shop.settings.base"))
	require.Equal(t, []string{"shop/settings/base.py", "shop/settings/dev.py"}, checked(nil, "shop.settings.dev", "shop.settings.base"))
	_, err := Load(context.Background(), files, Options{Settings: []string{"shop.settings.prod"}})
	require.ErrorIs(t, err, ErrNothing)
	require.EqualError(t, err, "nothing to check: none of the settings modules to check is there, of 2 that were found")
}
