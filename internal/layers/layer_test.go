package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
	"github.com/mwcheck/mwcheck/internal/stack"
)

const runsText = `
from django.utils.deprecation import MiddlewareMixin
from somewhere import Unknown, wrap

class Classic(object):
    def process_request(self, request): pass
    def process_view(self, request, view, args, kwargs): pass

class Mixin(MiddlewareMixin):
    def process_request(self, request): pass

class Relays(MiddlewareMixin):
    def __call__(self, request):
        return super().__call__(request)
    def process_request(self, request): pass

class Forgets(MiddlewareMixin):
    def __call__(self, request):
        return self.get_response(request)
    def process_request(self, request): pass

class Modern(object):
    def __init__(self, get_response): self.get_response = get_response
    def __call__(self, request): return self.process_response(request, self.get_response(request))
    def process_request(self, request): pass
    def process_response(self, request, response): return response
    def process_exception(self, request, exception): pass

class Hidden(object):
    def __init__(self, get_response): self.get_response = get_response
    @wrap
    def __call__(self, request): return self.get_response(request)
    def process_request(self, request): pass

class Below(Unknown):
    def process_request(self, request): pass
`

// TestRuns says which hooks run at all under each model.
func TestRuns(t *testing.T) {
	r := layers.NewReader(layertest.New(map[string]string{"app/__init__.py": "", "app/mw.py": runsText}), layers.Options{Catalog: catalog.Default()})
	for _, c := range []struct {
		layer, hook     string
		classic, modern layers.Tri
	}{
		{"Classic", "process_exception", layers.No, layers.No}, // it has none
		{"Classic", "process_request", layers.Yes, layers.No},
		{"Classic", "process_view", layers.Yes, layers.Yes},
		{"Mixin", "process_request", layers.Yes, layers.Yes},
		{"Relays", "process_request", layers.Yes, layers.Yes},
		{"Relays", "__call__", layers.No, layers.Yes},
		{"Forgets", "process_request", layers.Yes, layers.No},
		{"Modern", "process_request", layers.Yes, layers.No},
		{"Modern", "process_response", layers.Yes, layers.Yes},
		{"Modern", "process_exception", layers.Yes, layers.Yes},
		{"Modern", "__call__", layers.No, layers.Yes},
		{"Hidden", "process_request", layers.Yes, layers.Unknown},
		{"Below", "process_request", layers.Yes, layers.Unknown},
	} {
		l := r.Layer("app.mw." + c.layer)
		require.Equal(t, c.classic, l.Runs(c.hook, stack.Classic), "%s.%s classic", c.layer, c.hook)
		require.Equal(t, c.modern, l.Runs(c.hook, stack.Modern), "%s.%s modern", c.layer, c.hook)
	}
}

// TestMayAnswer sums a layer's hooks up; a layer that was not read whole is
// never said not to answer.
func TestMayAnswer(t *testing.T) {
	r := layers.NewReader(layertest.New(map[string]string{"app/__init__.py": "", "app/mw.py": runsText + `
class Answers(MiddlewareMixin):
    def process_view(self, request, view, args, kwargs): return HttpResponse()

class Handles(MiddlewareMixin):
    def process_exception(self, request, exception): return HttpResponse()
`}), layers.Options{Catalog: catalog.Default()})
	for name, want := range map[string]layers.Tri{
		"app.mw.Classic": layers.No, "app.mw.Answers": layers.Yes, "app.mw.Handles": layers.No, "app.mw.Below": layers.Unknown,
		"app.mw.Hidden": layers.Unknown, "app.mw.Missing": layers.Unknown, "far.away.Layer": layers.Unknown,
		"django.contrib.sessions.middleware.SessionMiddleware": layers.No, "django.middleware.common.CommonMiddleware": layers.Yes,
	} {
		require.Equal(t, want, r.Layer(name).MayAnswer(), name)
	}
}
