package migrate_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/pyscenario/live"
)

// TestTogether serves migrated layers as one, by the class of docs/migrate.md:
// where a layer answers or raises, Django 3.2 then does what was recorded of
// Django 1.9. MWCHECK_DJANGO_SCENARIOS asks for all of them.
func TestTogether(t *testing.T) {
	class, err := os.ReadFile("testdata/together.py")
	require.NoError(t, err)
	page, err := os.ReadFile("../../docs/migrate.md")
	require.NoError(t, err)
	require.Contains(t, string(page), "```python\n"+string(class)+"```\n", "docs/migrate.md shows testdata/together.py")

	server := live.Start(t)
	fit, compared, changed := 0, 0, 0
	for _, v := range classicVectors(t) {
		if !shortens(&v.Scenario) {
			continue
		}
		if fit++; fit%2 == 0 && os.Getenv("MWCHECK_DJANGO_SCENARIOS") == "" {
			continue
		}
		p, after, _ := write(t, &v.Scenario, pyscenario.Style{}, false, false)
		job := live.Of(&v.Scenario, p)
		for name, text := range after {
			job.Files[name] = string(text)
		}
		settings := strings.ReplaceAll(job.Settings, ".", "/") + ".py"
		require.Contains(t, job.Files, settings)
		job.Files[settings] += "\nLAYERS = tuple(MIDDLEWARE)\nMIDDLEWARE = ['together.Layers']\n"
		job.Files["together.py"] = string(class) + "\n\nfrom django.conf import settings\n\n\nclass Layers(Together):\n    layers = settings.LAYERS\n"
		got, err := server.Serve(job)
		require.NoError(t, err)
		if diff := cmp.Diff(*traceOf(v, "classic@1.9"), got[0].Trace); diff != "" {
			t.Errorf("%s (-recorded on 1.9 +together on 3.2)\n%s", v.Scenario.ID, diff)
			return
		}
		compared++
		if cmp.Diff(*traceOf(v, "classic@1.9"), *traceOf(v, "modern@3.2")) != "" {
			changed++ // alone the layers do something else
		}
	}
	t.Logf("%d projects, %d of which do something else with each layer by itself", compared, changed)
	require.Greater(t, changed, 10)
}

// shortens says that all that is out of the ordinary in a scenario are answers and
// errors of process_request and process_view, errors of the view, and answers of
// process_exception to them.
func shortens(s *conformance.Scenario) bool {
	atoms, ok := pyscenario.AtomsOf(s)
	if !ok || len(atoms) == 0 {
		return false
	}
	for _, a := range atoms {
		asks := a.Hook == conformance.HookRequest || a.Hook == conformance.HookView || a.Hook == conformance.HookSiteView || a.Hook == conformance.HookException
		if !asks || a.Behaviour != "respond" && a.Behaviour != "raise:http404" && a.Behaviour != "raise:permission_denied" {
			return false
		}
	}
	return true
}
