package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
)

// TestCandidatesLeaveOut wants classes to be left out that have methods with the
// names of hooks for ends of their own, as real packages do.
func TestCandidatesLeaveOut(t *testing.T) {
	r := layers.NewReader(layertest.New(map[string]string{"app/__init__.py": "", "app/mw.py": `
from django.test import SimpleTestCase
from debug_toolbar.panels import Panel
from django.views.generic import TemplateView


class GateTests(SimpleTestCase):
    def process_request(self, request):
        return self.gate(request)


class QueriesPanel(Panel):
    def process_request(self, request):
        return super().process_request(request)


class Page(TemplateView):
    def process_request(self, request):
        return None


class Gate:
    def process_request(self, request):
        return None
`}), layers.Options{Catalog: catalog.Default()})
	require.Equal(t, []string{"app.mw.Gate"}, r.Candidates("app.mw"))
}
