package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/layers/layertest"
)

// TestGivenAttributes holds that a fact behind a look for an attribute of the
// request says so, and that one that can be reached without it does not.
func TestGivenAttributes(t *testing.T) {
	l := readOne(t, `
import statsd


class Timing:
    def process_request(self, request):
        request.started = 1

    def process_response(self, request, response):
        statsd.incr("all")
        if not hasattr(request, "started"):
            return response
        statsd.timing("t", request.started)
        response["X-Time"] = "1"
        return response
`)
	require.Len(t, l.Calls, 2)
	require.Equal(t, "statsd.incr", l.Calls[0].Path)
	require.Equal(t, "process_response", l.Calls[0].Hook)
	require.Empty(t, l.Given(l.Calls[0].Span))
	require.Equal(t, "statsd.timing", l.Calls[1].Text)
	require.Equal(t, []string{"started"}, l.Given(l.Calls[1].Span))
	require.Len(t, l.Headers, 1)
	require.Equal(t, []string{"started"}, l.Given(l.Headers[0].Span))
}

// TestExchangedResponses holds that a return of another response is a fact with
// its kind, and that a missing response says on which way it is missing.
func TestExchangedResponses(t *testing.T) {
	l := readOne(t, `
from django.template.response import TemplateResponse


class Page:
    def process_response(self, request, response):
        if response.status_code == 404:
            return TemplateResponse(request, "404.html")
        if response.status_code == 500:
            return
        return response
`)
	h := l.Hook("process_response")
	require.Len(t, h.Others, 1)
	require.Equal(t, "template", h.Others[0].Kind)
	require.Equal(t, 8, h.Others[0].Span.Line)
	require.Len(t, h.Nothing, 1)
	require.EqualValues(t, "response", h.Nothing[0].Phase)
}

// TestFalsyAnswers holds that False is no answer but a fact of its own, and that
// a value that may be anything is none.
func TestFalsyAnswers(t *testing.T) {
	l := readOne(t, `
class Gate(object):
    def process_request(self, request):
        if request.path == "/a":
            return False
        if request.path == "/b":
            return self.ok

    def process_view(self, request, view, args, kwargs):
        return None
`)
	h := l.Hook("process_request")
	require.Len(t, h.Falsy, 1)
	require.Equal(t, 5, h.Falsy[0].Span.Line)
	for _, a := range h.Returns {
		require.NotEqual(t, 5, a.Span.Line)
	}
	require.Empty(t, l.Hook("process_view").Falsy)
}

// TestPhaseBehindTry holds that what follows a try statement around get_response
// runs on the way out, and that this is not known where something else in it may
// have failed.
func TestPhaseBehindTry(t *testing.T) {
	for text, want := range map[string]layers.Phase{
		"response = self.get_response(request)":                                  layers.ResponsePhase,
		"check(request.path)\n            response = self.get_response(request)": layers.EitherPhase,
		"response = self.get_response(check(request))":                           layers.EitherPhase,
	} {
		l := readOne(t, `
from django.http import Http404, HttpResponse
from other import check


class Page:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            `+text+`
        except Exception:
            response = HttpResponse("failed", status=500)
        if response.status_code == 404:
            raise Http404
        return response
`)
		require.Len(t, l.Raises, 1)
		require.Equal(t, want, l.Raises[0].Phase, text)
	}
}

// TestSuperOfAssignedHook follows super to a hook that a class body assigns.
func TestSuperOfAssignedHook(t *testing.T) {
	r := layers.NewReader(layertest.New(map[string]string{"app/__init__.py": "", "app/mw.py": `
class Base(object):
    def _mark(self, request, response):
        response["X-Mark"] = "1"
        return response

    process_response = _mark


class Page(Base):
    def process_response(self, request, response):
        return super(Page, self).process_response(request, response)
`}), layers.Options{Catalog: catalog.Default()})
	l := r.Layer("app.mw.Page")
	require.Empty(t, l.Unread)
	require.Len(t, l.Headers, 1)
	require.Equal(t, "X-Mark", l.Headers[0].Name)
	require.Equal(t, layers.No, l.Hook("process_response").ReturnsNothing)
}

func readOne(t *testing.T, src string) *layers.Layer {
	t.Helper()
	r := layers.NewReader(layertest.New(map[string]string{"app/__init__.py": "", "app/mw.py": src}), layers.Options{Catalog: catalog.Default()})
	found := r.Candidates("app.mw")
	require.Len(t, found, 1)
	return r.Layer(found[0])
}
