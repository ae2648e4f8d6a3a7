package layers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// catalogDiffers are the facts on which the catalog and the reader of Django
// 3.2's source do not agree, and why both stay.
var catalogDiffers = map[string]string{
	"FlatpageFallbackMiddleware: only the catalog says reads user.response?": "in the view that it calls (contrib/flatpages/views.py), which is not read",
	"MessageMiddleware: only the catalog says reads session.request!":        "in the storage that a setting names (contrib/messages/storage/session.py)",
	"CsrfViewMiddleware: only the source says reads session.view!": "with CSRF_USE_SESSIONS only, and where the session is missing " +
		"process_request has raised before",
	"CsrfViewMiddleware: only the source says reads session.response!": "with CSRF_USE_SESSIONS only, and only where a token was used",
}

// TestCatalogOfDjango compares what the catalog says of Django's own layers in
// 3.2, as far as it is more than prose, with what the reader finds in their
// source.
func TestCatalogOfDjango(t *testing.T) {
	root := testenv.Site(t, "python3-django")
	source := layers.NewReader(newDirTree(testenv.Root(t), root), layers.Options{Catalog: catalog.Default(), Django: corpusVersion})
	data := layers.NewReader(layertest.New(nil), layers.Options{Catalog: catalog.Default(), Django: corpusVersion})
	seen, layersSeen := map[string]bool{}, 0
	for _, m := range catalog.Default().Middleware {
		if _, ok := m.EraAt(corpusVersion); !m.Django() || !ok {
			continue
		}
		layersSeen++
		read, said := source.Layer(m.Path), data.Layer(m.Path)
		require.Equal(t, layers.FromTree, read.Origin, m.Path)
		require.Equal(t, layers.FromCatalog, said.Origin, m.Path)
		a, b := catalogCells(read), catalogCells(said)
		for _, word := range append(slices.Clone(a), b...) {
			if slices.Contains(a, word) && slices.Contains(b, word) {
				continue
			}
			where := "the source"
			if slices.Contains(b, word) {
				where = "the catalog"
			}
			key := fmt.Sprintf("%s: only %s says %s", m.Name(), where, word)
			seen[key] = true
			assert.Contains(t, catalogDiffers, key)
		}
		for _, h := range read.Headers {
			if h.Own || h.Name == "" {
				continue
			}
			prose := strings.Join(append(slices.Clone(m.Response.Sets), m.Response.Deletes...), ", ")
			assert.Contains(t, prose, h.Name, "%s: the catalog does not name the header that it changes at line %d", m.Path, h.Span.Line)
		}
	}
	require.GreaterOrEqual(t, layersSeen, 18)
	for key := range catalogDiffers {
		assert.True(t, seen[key], "no longer so: %s", key)
	}
}

// catalogCells are the facts that can be compared, as words.
func catalogCells(l *layers.Layer) []string {
	words := []string{"style " + string(l.Style), "sync " + l.Async.SyncCapable.String(), "async " + l.Async.AsyncCapable.String()}
	for _, h := range l.Hooks {
		word := "hook " + h.Name
		if h.ShortCircuits() {
			word += " answers " + h.Answers.String()
		}
		words = append(words, word)
	}
	cells := cellsOf(l)
	for i, what := range []string{5: "reads ", 6: "writes "} {
		if what == "" || cells[i] == "-" {
			continue
		}
		for w := range strings.FieldsSeq(cells[i]) {
			words = append(words, what+w)
		}
	}
	return words
}

// packagesDiffer are layers of packages in the corpus that are not what the
// catalog says, and why.
var packagesDiffer = map[string]string{
	"axes.middleware.AxesMiddleware":                          "the entry is of a newer release, with asynchronous code",
	"corsheaders.middleware.CorsMiddleware":                   "the entry is of a newer release, with its own __call__",
	"csp.contrib.rate_limiting.RateLimitedCSPMiddleware":      "a private attribute, which the layer sets itself when the nonce is asked for",
	"csp.middleware.CSPMiddleware":                            "a private attribute, which the layer sets itself when the nonce is asked for",
	"debug_toolbar.middleware.DebugToolbarMiddleware":         "the entry is of a newer release, with asynchronous code",
	"django_downloadview.SmartDownloadMiddleware":             "the class calls the hook in its own __call__; the entry speaks of __call__",
	"django_otp.middleware.OTPMiddleware":                     "the entry is of a newer release, with asynchronous code",
	"django_prometheus.middleware.PrometheusAfterMiddleware":  "a private attribute, which the layer sets itself",
	"django_prometheus.middleware.PrometheusBeforeMiddleware": "a private attribute, which the layer sets itself",
	"djangosaml2.middleware.SamlSessionMiddleware":            "an attribute that the layer sets itself",
	"maintenance_mode.middleware.MaintenanceModeMiddleware":   "the entry is of a newer release, with its own __call__",
	"maintenancemode.middleware.MaintenanceModeMiddleware":    "the reader does not know what an error handler of the URLconf returns",
	"reversion.middleware.RevisionMiddleware":                 "the reader does not follow a decorator that is put around get_response",
	"session_security.middleware.SessionSecurityMiddleware":   "by logout(), which the entry does not count",
	"simple_history.middleware.HistoryRequestMiddleware":      "the entry is of a newer release, with a function in its place",
	"whitenoise.middleware.WhiteNoiseMiddleware":              "the class calls the hook in its own __call__; the entry speaks of __call__",
}

// TestCatalogOfPackages does the same for the layers of other packages, as far
// as Debian 12 has them: most entries were written from newer releases.
func TestCatalogOfPackages(t *testing.T) {
	data := layers.NewReader(layertest.New(nil), layers.Options{Catalog: catalog.Default(), Django: corpusVersion})
	differ, same := map[string]string{}, map[string]bool{}
	for _, dir := range testenv.CorpusGlob(t, "python3-*/usr/lib/python3/dist-packages") {
		source := layers.NewReader(newDirTree(testenv.Root(t), dir), layers.Options{Catalog: catalog.Default(), Django: corpusVersion})
		for _, m := range catalog.Default().Middleware {
			read, said := source.Layer(m.Path), data.Layer(m.Path)
			if m.Django() || read.Origin != layers.FromTree || said.Origin != layers.FromCatalog || said.Style == layers.StyleUnknown {
				continue
			}
			a, b := catalogCells(read), catalogCells(said)
			slices.Sort(a)
			slices.Sort(b)
			if slices.Equal(a, b) {
				same[m.Path] = true
				continue
			}
			var words []string
			for _, w := range a {
				if !slices.Contains(b, w) {
					words = append(words, "+"+w)
				}
			}
			for _, w := range b {
				if !slices.Contains(a, w) {
					words = append(words, "-"+w)
				}
			}
			differ[m.Path] = strings.Join(words, ", ")
		}
	}
	for path, words := range differ {
		assert.Contains(t, packagesDiffer, path, words)
	}
	for path := range packagesDiffer {
		assert.False(t, same[path], "%s: no longer so", path)
	}
	t.Logf("%d layers are what the catalog says, %d differ", len(same), len(differ))
	require.NotEmpty(t, same)
}
