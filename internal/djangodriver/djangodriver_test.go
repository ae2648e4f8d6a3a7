package djangodriver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// needDjango puts the Django of the corpus on PYTHONPATH.
func needDjango(t *testing.T) {
	t.Helper()
	_, path := testenv.Django(t)
	t.Setenv("PYTHONPATH", path)
}

// failed lists the failed checks of each layer.
func failed(r *Report) map[string][]string {
	out := map[string][]string{}
	for _, l := range r.Layers {
		for i := range l.Results {
			if l.Results[i].Status == conformance.Fail {
				out[l.Path] = append(out[l.Path], l.Results[i].Case)
			}
		}
	}
	return out
}

// TestWorkshop: every broken layer of the sample project fails at the check it
// is broken for, and at no other, although most run behind other broken layers;
// the healthy ones pass.
func TestWorkshop(t *testing.T) {
	needDjango(t)
	r, err := Check(t.Context(), Options{Dir: "../../testdata/projects/workshop", Settings: "workshop.settings"})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(r.Django, "3.2."), r.Django)
	require.Equal(t, 1, r.Others)
	require.Len(t, r.Layers, 12)
	want := map[string][]string{
		"workshop.broken.Twice":          {"next-once"},
		"workshop.broken.Forgetful":      {"nil-answer"},
		"workshop.broken.Minify":         {"survives-stream", "content-length"},
		"workshop.broken.CurrentRequest": {"no-state"},
		"workshop.broken.Greeting":       {"attribute-missing"},
		"workshop.broken.Swallow":        {"errors-stay-errors"},
		"workshop.broken.overwrite_vary": {"vary-kept"},
		"workshop.broken.ReadsBody":      {"request-body"},
		"workshop.broken.Drawer":         {"builds"},
	}
	if diff := cmp.Diff(want, failed(r)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	source, err := os.ReadFile("../../testdata/projects/workshop/workshop/broken.py")
	require.NoError(t, err)
	lines := strings.Split(string(source), "\n")
	for _, l := range r.Layers[3:] {
		require.Equal(t, "workshop/broken.py", filepath.ToSlash(l.File))
		name := l.Path[strings.LastIndex(l.Path, ".")+1:]
		require.Regexp(t, `^(class|def) `+name+`\b`, lines[l.Line-1])
	}
	for _, l := range r.Layers {
		for _, res := range l.Results {
			require.NotContains(t, res.Reason, "the driver failed", "%s %s", l.Path, res.Case)
			require.NotEmpty(t, res.Words, res.Case) // every id is one of conformance.LayerChecks
		}
	}
}

// TestDjangosOwnLayers: the suite raises no false alarm at the layers of Django
// itself that need no database. What it finds is a true fault of one.
func TestDjangosOwnLayers(t *testing.T) {
	needDjango(t)
	r, err := Check(t.Context(), Options{All: true, Settings: "settings", Dir: project(t, `
MIDDLEWARE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
`, "")})
	require.NoError(t, err)
	require.Len(t, r.Layers, 12)
	passed := 0
	for _, l := range r.Layers {
		for _, res := range l.Results {
			if res.Status == conformance.Pass {
				passed++
			}
		}
	}
	require.Greater(t, passed, 12*15)
	// django/middleware/common.py, process_response, sets a Content-Length on
	// whatever has none and is no stream, which RFC 9110, 8.6, forbids with 204.
	require.Equal(t, map[string][]string{"django.middleware.common.CommonMiddleware": {"no-body"}}, failed(r))
}

// project writes a project of two files.
func project(t *testing.T, settings, layers string) string {
	t.Helper()
	dir := t.TempDir()
	const base = "SECRET_KEY = 'x'\nROOT_URLCONF = 'urls'\nINSTALLED_APPS = []\nDATABASES = {}\n"
	for name, text := range map[string]string{"settings.py": base + settings, "layers.py": layers, "urls.py": "urlpatterns = []\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// TestLayersThatEndOrHang: the check at hand fails, the others are still run.
func TestLayersThatEndOrHang(t *testing.T) {
	needDjango(t)
	const layer = `
import os, sys, time

class Layer:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method == "POST" and request.content_type == "application/json":
            print("on the way out", file=sys.stderr)
            %s
        return self.get_response(request)
`
	for how, text := range map[string]string{"os._exit(5)": "exit status 5", "time.sleep(3600)": "nothing came within"} {
		began := time.Now()
		r, err := Check(t.Context(), Options{Settings: "settings", Timeout: 5 * time.Second, Dir: project(t,
			"MIDDLEWARE = ['layers.Layer']\n", strings.Replace(layer, "%s", how, 1))})
		require.NoError(t, err)
		require.Less(t, time.Since(began), time.Minute)
		require.Equal(t, map[string][]string{"layers.Layer": {"request-body"}}, failed(r), how)
		for _, res := range r.Layers[0].Results {
			if res.Status == conformance.Fail {
				require.Contains(t, res.Problems[0].Text, text)
				require.Contains(t, res.Problems[0].Text, "on the way out")
			}
		}
	}
}

func TestProjectsThatDoNotStart(t *testing.T) {
	needDjango(t)
	for _, c := range []struct{ settings, module, text string }{
		{"", "nowhere", "ModuleNotFoundError: No module named 'nowhere'"},
		{"raise ValueError('broken settings')", "settings", "ValueError: broken settings (at settings.py:5)"},
		{"import os\nos._exit(9)", "settings", "exit status 9"},
		{"MIDDLEWARE = None", "settings", "have no MIDDLEWARE"},
	} {
		_, err := Check(t.Context(), Options{Settings: c.module, Dir: project(t, c.settings, "")})
		require.ErrorIs(t, err, ErrStart)
		require.ErrorContains(t, err, c.text)
	}
	_, err := Check(t.Context(), Options{Python: "/nowhere/python", Settings: "settings"})
	require.ErrorIs(t, err, ErrStart)
}

// TestViewHooksThatAnswer: where a process_view answers, the view does not run,
// and nothing that the view's answer had is missed. The reason names who answered.
func TestViewHooksThatAnswer(t *testing.T) {
	needDjango(t)
	const layers = `
from django.http import HttpResponse
from django.utils.deprecation import MiddlewareMixin

class Wall(MiddlewareMixin):
    def process_view(self, request, view, args, kwargs):
        return HttpResponse("please log in")

class Plain(MiddlewareMixin):
    pass
`
	r, err := Check(t.Context(), Options{Settings: "settings", Dir: project(t, "MIDDLEWARE = ['layers.Wall', 'layers.Plain']\n", layers)})
	require.NoError(t, err)
	require.Empty(t, failed(r))
	reasons := map[string]string{}
	for _, l := range r.Layers {
		for _, res := range l.Results {
			if res.Case == "cookies-kept" {
				require.Equal(t, conformance.Unsupported, res.Status)
				reasons[l.Path] = res.Reason
			}
		}
	}
	require.Equal(t, map[string]string{"layers.Wall": "the layer answered itself", "layers.Plain": "a layer further out answered (process_view)"}, reasons)
}

// TestLayerThatCannotBeImported is a finding, not an end.
func TestLayerThatCannotBeImported(t *testing.T) {
	needDjango(t)
	r, err := Check(t.Context(), Options{Settings: "settings", Dir: project(t, "MIDDLEWARE = ['layers.Gone']\n", "")})
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"layers.Gone": {"builds"}}, failed(r))
}
