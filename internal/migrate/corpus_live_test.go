package migrate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/migrate"
	"github.com/mwcheck/mwcheck/internal/pyscenario/live"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// TestCorpusServed migrates a site with the one layer of the corpus that is still
// classic, django-pagination's, and serves it: Django loads the layer, and it does
// what it does.
func TestCorpusServed(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(testenv.Site(t, "python3-django-pagination"), "pagination", "middleware.py"))
	require.NoError(t, err)
	files := map[string][]byte{
		"pagination/__init__.py":   nil,
		"pagination/middleware.py": source,
		"shop_settings.py":         []byte("SECRET_KEY = 'x'\nALLOWED_HOSTS = ['*']\nROOT_URLCONF = 'shop_urls'\nINSTALLED_APPS = []\nMIDDLEWARE_CLASSES = ['pagination.middleware.PaginationMiddleware']\n"),
		"shop_urls.py": []byte(`from django.http import HttpResponse
from django.urls import path


def view(request):
    return HttpResponse("a page" if isinstance(type(request).page, property) else "no page")


urlpatterns = [path("", view)]
`),
	}
	server := live.Start(t)
	for _, native := range []bool{false, true} {
		after, r := migrated(t, files, migrate.Options{To: target, Native: native})
		require.Empty(t, problems(after, r, nil))
		require.NotEqual(t, string(source), string(after["pagination/middleware.py"]))
		job := live.Job{Files: map[string]string{}, Settings: "shop_settings", Layers: map[string]string{}, Requests: []string{"/"}}
		for name, text := range after {
			job.Files[name] = string(text)
		}
		got, err := server.Serve(job)
		require.NoError(t, err)
		require.Equal(t, "a page", got[0].Page.Body)
		// As it was the site does not start, so that the proof can fail.
		for name, text := range files {
			job.Files[name] = string(text)
		}
		job.Files["shop_settings.py"] = string(after["shop_settings.py"])
		got, err = server.Serve(job)
		require.True(t, err != nil || got[0].Page.Body != "a page", "an unmigrated class works")
	}
}
