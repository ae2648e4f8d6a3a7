package django

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestListFiles(t *testing.T) {
	files := FS{fstest.MapFS{
		".gitignore":                  {Data: []byte("local.py\n")},
		"manage.py":                   {},
		"local.py":                    {},
		"README":                      {},
		"docs/a.rst":                  {},
		"shop/settings.py":            {},
		"shop/app.wsgi":               {},
		"env/pyvenv.cfg":              {},
		"env/lib/x.py":                {},
		"node_modules/x/y.js":         {},
		"shop/__pycache__/x.cpython":  {},
		"shop/templates/settings.tpl": {},
	}}
	list, skipped, err := ListFiles(context.Background(), files, Options{})
	require.NoError(t, err)
	require.Equal(t, []Listed{
		{File: ".gitignore", Script: true}, {File: "README", Script: true}, {File: "docs/a.rst"}, {File: "manage.py", Python: true},
		{File: "shop/app.wsgi", Python: true}, {File: "shop/settings.py", Python: true}, {File: "shop/templates/settings.tpl"},
	}, list)
	require.Equal(t, []Skipped{{"env", skipVenv}, {"local.py", skipIgnored}}, skipped)

	list, _, err = ListFiles(context.Background(), files, Options{Paths: []string{"shop/settings.py", "local.py"}})
	require.NoError(t, err)
	require.Contains(t, list, Listed{File: "README", Script: true}, "the project around a file")
	require.Contains(t, list, Listed{File: "local.py", Python: true}, "a file given is wanted")
}
