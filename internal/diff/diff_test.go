package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// pool are layers of many shapes; the property tests put stacks together from
// them, from Django's own and from some that do not exist.
const pool = `
import logging
import threading
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin
from strange import helper, Base

local = threading.local()


class Gate(MiddlewareMixin):
    def process_request(self, request):
        if request.path == "/a":
            return HttpResponse("closed")
        if request.path == "/b":
            return TemplateResponse(request, "b.html", {})
        if request.path == "/c":
            raise PermissionDenied


class Old(object):
    def process_request(self, request):
        local.x = 1
        if request.path == "/a":
            raise Http404

    def process_response(self, request, response):
        local.x = None
        return response


class Needs(MiddlewareMixin):
    def process_request(self, request):
        request.needed = 1

    def process_response(self, request, response):
        response["X-Needed"] = request.needed
        return response


class View(MiddlewareMixin):
    def process_view(self, request, view, args, kwargs):
        if request.path == "/a":
            return HttpResponseRedirect("/")

    def process_exception(self, request, exception):
        return HttpResponse("rescued")

    def process_template_response(self, request, response):
        return response


class Breaks(MiddlewareMixin):
    def process_response(self, request, response):
        if request.path == "/a":
            return
        if request.path == "/b":
            raise Http404
        if request.path == "/c":
            return TemplateResponse(request, "c.html", {})
        return response


class NoSuper(MiddlewareMixin):
    def __init__(self, get_response=None):
        pass


def function(get_response):
    def middleware(request):
        if request.path == "/a":
            return StreamingHttpResponse([])
        response = get_response(request)
        helper(response)
        return response
    return middleware


class Called(object):
    def __init__(self, get_response=None):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/a":
            raise ValueError
        return self.get_response(request)

    def process_request(self, request):
        return False


class Below(Base):
    def process_request(self, request):
        return helper(request)


class Empty(object):
    pass


made = helper()
`

func poolPaths() []string {
	return []string{
		"mw.Gate", "mw.Old", "mw.Needs", "mw.View", "mw.Breaks", "mw.NoSuper", "mw.function", "mw.Called", "mw.Below", "mw.Empty", "mw.made",
		"mw.nowhere", "other.Layer", "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
		"django.middleware.clickjacking.XFrameOptionsMiddleware", "django.contrib.auth.middleware.SessionAuthenticationMiddleware",
		"django.middleware.gzip.GZipMiddleware", "django.middleware.csp.ContentSecurityPolicyMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware",
	}
}

// projectOf is a project with a stack of some layers.
func projectOf(paths []string, model stack.Model) []txtar.File {
	var quoted []string
	for _, p := range paths {
		quoted = append(quoted, fmt.Sprintf("%q", p))
	}
	settings := fmt.Sprintf("ROOT_URLCONF = 'urls'\n%s = [%s]\n", model.Setting(), strings.Join(quoted, ", "))
	return []txtar.File{{Name: "settings.py", Data: []byte(settings)}, {Name: "mw.py", Data: []byte(pool)}}
}

// TestAnyStack holds what is true of any stack under any two engines: the same
// answer twice, effects and a grade with a reason for each difference, nothing
// harmless that depends on something unknown, and every layer either seated or
// named.
func TestAnyStack(t *testing.T) {
	engines := conformance.Engines()
	rapid.Check(t, func(rt *rapid.T) {
		paths := rapid.SliceOfN(rapid.SampledFrom(poolPaths()), 0, 8).Draw(rt, "stack")
		from := rapid.SampledFrom(engines).Draw(rt, "from")
		to := rapid.SampledFrom(engines).Draw(rt, "to")
		model := stack.Modern
		if from.Family == conformance.FamilyClassic {
			model = stack.Classic
		}
		files := projectOf(paths, model)
		s, r := compare(t, files, from.Name, to.Name)
		_, again := compare(t, files, from.Name, to.Name)
		require.Equal(t, render(r), render(again))
		if from.Name == to.Name {
			require.Empty(t, r.Differences, "%v", paths)
		}
		for i := range r.Differences {
			d := &r.Differences[i]
			text := fmt.Sprintf("%v %s: %s", paths, d.Words(), render(r))
			require.NotEmpty(t, d.Effects, text)
			require.NotEmpty(t, d.Reason, text)
			require.GreaterOrEqual(t, d.Grade, diff.Harmless, text)
			require.LessOrEqual(t, d.Grade, diff.Serious, text)
			require.True(t, d.Static || !same(d.From, d.To), text)
			for _, c := range d.Consequences {
				require.LessOrEqual(t, c.Grade, d.Grade, text)
				require.NotEmpty(t, c.Text, text)
			}
			if d.Has(conformance.EffectLoadFails) || d.Has(conformance.EffectErrorLeaves) {
				require.Equal(t, diff.Serious, d.Grade, text)
			}
			for _, e := range d.Effects {
				require.Len(t, e.Entries, len(e.Layers), text)
				require.Contains(t, conformance.EffectNames(), e.Name, text)
				for j, entry := range e.Entries {
					require.Equal(t, s.Entries[entry].Path, e.Layers[j], text)
				}
			}
		}
		for i, p := range paths {
			if p == "mw.nowhere" || p == "other.Layer" || p == "mw.made" {
				require.True(t, slices.ContainsFunc(r.Unknown, func(u diff.Unknown) bool { return u.Entry == i && u.Absent }), "%s is not named", p)
				require.False(t, r.Complete)
			}
		}
	})
}

func same(a, b conformance.Trace) bool {
	return a.Outcome == b.Outcome && slices.Equal(a.Events, b.Events)
}

// TestLongStack compares the longest stack that is compared, and one that is
// longer.
func TestLongStack(t *testing.T) {
	path := "django.middleware.clickjacking.XFrameOptionsMiddleware"
	reader := layers.NewReader(none{}, layers.Options{Catalog: catalog.Default(), Django: stack.Version{Major: 1, Minor: 9}})
	opts := diff.Options{From: engine(t, "classic@1.9"), To: engine(t, "modern@5.2")}
	s := &stack.Stack{ID: "long", Model: stack.Classic, Complete: true}
	for i := range diff.MaxLayers {
		p := path
		if i%2 == 0 {
			p = "django.middleware.common.CommonMiddleware"
		}
		s.Entries = append(s.Entries, stack.Entry{Path: p})
	}
	r, err := diff.Run(s, reader.Layer, opts)
	require.NoError(t, err)
	require.True(t, r.Complete)
	require.Len(t, r.Differences, diff.MaxLayers, "each of 50 may redirect and refuse")
	s.Entries = append(s.Entries, stack.Entry{Path: path})
	r, err = diff.Run(s, reader.Layer, opts)
	require.NoError(t, err)
	require.False(t, r.Complete)
	require.Empty(t, r.Differences)
	require.Len(t, r.Unknown, 1)
	require.Contains(t, r.Unknown[0].Why, "more than 100")
}

// none is a tree without modules.
type none struct{}

func (none) HasTop(string) bool                  { return false }
func (none) Module(string) (layers.Module, bool) { return layers.Module{}, false }

// TestTwoEnginesAreNeeded is the one mistake that Options allow.
func TestTwoEnginesAreNeeded(t *testing.T) {
	_, err := diff.Run(&stack.Stack{}, nil, diff.Options{})
	require.EqualError(t, err, "two engines are needed")
}

// TestEngineFor chooses the nearest release that is not later.
func TestEngineFor(t *testing.T) {
	for _, c := range []struct {
		model stack.Model
		v     stack.Version
		want  string
		exact bool
	}{
		{stack.Classic, stack.Version{}, "classic@1.9", true},
		{stack.Modern, stack.Version{}, "modern@1.11", true},
		{stack.Classic, stack.Version{Major: 1, Minor: 8}, "classic@1.8", true},
		{stack.Classic, stack.Version{Major: 1, Minor: 6}, "classic@1.8", false},
		{stack.Classic, stack.Version{Major: 3, Minor: 2}, "classic@1.11", false},
		{stack.Modern, stack.Version{Major: 4, Minor: 1}, "modern@4.2", false},
		{stack.Modern, stack.Version{Major: 4}, "modern@4.2", false},
		{stack.Modern, stack.Version{Major: 3, Minor: 1}, "modern@2.2", false},
		{stack.Modern, stack.Version{Major: 5, Minor: 2}, "modern@5.2", true},
		{stack.Modern, stack.Version{Major: 99}, "modern@6.1", false},
	} {
		e, exact := diff.EngineFor(c.model, c.v)
		require.Equal(t, c.want, e.Name)
		require.Equal(t, c.exact, exact && !c.v.IsZero() || c.v.IsZero(), "%s %s", c.model, c.v)
	}
}

// TestEngineAt takes every release that Django has had, and no other.
func TestEngineAt(t *testing.T) {
	for _, c := range []struct{ family, release, want string }{
		{"classic", "1.8", "classic@1.8"}, {"classic", "1.11", "classic@1.11"}, {"classic", "2.0", ""}, {"classic", "1.7", ""}, {"classic", "1.12", ""},
		{"modern", "1.9", ""}, {"modern", "1.10", "modern@1.10"}, {"modern", "2.0", "modern@1.11"}, {"modern", "2.1", "modern@1.11"},
		{"modern", "3.0", "modern@2.2"}, {"modern", "4.0", "modern@4.2"}, {"modern", "4.2", "modern@4.2"}, {"modern", "4.3", ""},
		{"modern", "5.1", "modern@5.0"}, {"modern", "6.1", "modern@6.1"}, {"modern", "6.2", ""}, {"modern", "7.0", ""},
		{"async", "3.2", "async@3.2"}, {"async", "3.1", ""}, {"async", "4.1", "async@4.2"}, {"async", "2.2", ""}, {"other", "5.2", ""},
	} {
		v, err := stack.ParseVersion(c.release)
		require.NoError(t, err)
		e, exact, ok := diff.EngineAt(c.family, v)
		require.Equal(t, c.want, e.Name, "%s@%s", c.family, c.release)
		require.Equal(t, c.want != "", ok)
		require.Equal(t, c.want == c.family+"@"+c.release, exact && ok)
	}
}
