package cost_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cost"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// runner builds each stack in Django's ASGI handler, asks it for an
// asynchronous view and counts the calls of asgiref's adapters.
const runner = `
import asyncio, json, sys, types
if sys.version_info >= (3, 13):
    print("null")
    sys.exit()
import asgiref.sync
counts = {"to_thread": 0, "to_loop": 0}
def counting(cls, key):
    call = cls.__call__
    def counted(self, *args, **kwargs):
        counts[key] += 1
        return call(self, *args, **kwargs)
    cls.__call__ = counted
counting(asgiref.sync.SyncToAsync, "to_thread")
counting(asgiref.sync.AsyncToSync, "to_loop")

from django.conf import settings
settings.configure(ROOT_URLCONF="urls", SECRET_KEY="x", ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
import django
django.setup()
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpResponse
from django.urls import path
from django.utils.deprecation import MiddlewareMixin
import io

async def view(request):
    return HttpResponse("view")
urls = types.ModuleType("urls")
urls.urlpatterns = [path("", view)]
layers = types.ModuleType("layers")
sys.modules.update(urls=urls, layers=layers)

def layer(k):
    def process_view(self, request, view, args, kwargs):
        return None
    def init(self, get_response):
        if k["Absent"]:
            raise MiddlewareNotUsed()
        self.get_response = get_response
        if not k["Sync"]:
            self._is_coroutine = asyncio.coroutines._is_coroutine
    body = {"sync_capable": k["Sync"], "async_capable": k["Async"]}
    if k["View"]:
        body["process_view"] = process_view
    if k["Sync"] and k["Async"]:
        if k["Request"]:
            body["process_request"] = lambda self, request: None
        if k["Response"]:
            body["process_response"] = lambda self, request, response: response
        return type("Mixed", (MiddlewareMixin,), body)
    body["__init__"] = init
    if k["Async"]:
        async def call(self, request):
            return await self.get_response(request)
    else:
        def call(self, request):
            return self.get_response(request)
    body["__call__"] = call
    return type("Plain", (object,), body)

out = []
for kinds in json.load(sys.stdin):
    for i, k in enumerate(kinds):
        setattr(layers, "L%d" % i, layer(k))
    settings.MIDDLEWARE = ["layers.L%d" % i for i in range(len(kinds))]
    handler = ASGIHandler()
    async def ask():
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        return await handler.get_response_async(ASGIRequest(scope, io.BytesIO()))
    counts.update(to_thread=0, to_loop=0)
    assert asyncio.run(ask()).content == b"view"
    out.append(dict(counts))
json.dump(out, sys.stdout)
`

// TestAgainstDjango compares the counts with those of Django 3.2 for the stacks
// that were measured before and for random ones.
func TestAgainstDjango(t *testing.T) {
	python, path := testenv.Django(t)
	var stacks [][]cost.Kind
	for _, c := range measured {
		stacks = append(stacks, c.kinds)
	}
	r := rand.New(rand.NewPCG(3, 2))
	for range 300 {
		kinds := make([]cost.Kind, r.IntN(8))
		for i := range kinds {
			kinds[i] = []cost.Kind{
				{Sync: true, Async: true, Request: r.IntN(2) == 0, Response: r.IntN(2) == 0}, syncOnly, native, {Sync: true, Absent: true},
				{Async: true, Absent: true},
			}[r.IntN(5)]
			kinds[i].View = !kinds[i].Absent && r.IntN(4) == 0
		}
		stacks = append(stacks, kinds)
	}
	input, err := json.Marshal(stacks)
	require.NoError(t, err)
	cmd := exec.Command(python, "-W", "ignore", "-c", runner)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+path, "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var got []struct {
		Thread int `json:"to_thread"`
		Loop   int `json:"to_loop"`
	}
	require.NoError(t, json.Unmarshal(output, &got))
	if got == nil {
		t.Skip("Django 3.2 does not run on Python 3.13 and later, which have no cgi module")
	}
	require.Len(t, got, len(stacks))
	for i, kinds := range stacks {
		want, err := cost.Count(make([]string, len(kinds)), kinds)
		require.NoError(t, err)
		require.Equal(t, got[i].Thread, want.HandOvers, "to a thread: %+v", kinds)
		require.Equal(t, got[i].Loop, want.Returns, "to the loop: %+v", kinds)
	}
}
