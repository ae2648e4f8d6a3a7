"""Serve requests through one layer at a time with real Django.

Reads {"cases": [{"name", "root", "layer"}], "paths": [...], "views": [...]} and
prints, for each case, what became of each request, or why the layer could not
be built.
"""
import importlib
import io
import json
import logging
import sys
import types

from django.conf import settings

settings.configure(
    SECRET_KEY="live", ROOT_URLCONF="live_urls", ALLOWED_HOSTS=["*"], MIDDLEWARE=[],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)

import django  # noqa: E402

django.setup()
logging.disable(logging.CRITICAL)

from django.core.exceptions import PermissionDenied, SuspiciousOperation  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import Http404, HttpResponse, StreamingHttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.template.response import TemplateResponse  # noqa: E402
from django.urls import re_path  # noqa: E402

events = []
kind = None


def view(request):
    events.append(["view", seen(request)])
    if kind == "status404":
        return HttpResponse("own", status=404)
    if kind == "stream":
        return StreamingHttpResponse(iter([b"a", b"b"]))
    if kind == "template":
        return TemplateResponse(request, engines["django"].from_string("page"))
    if kind in ERRORS:
        raise ERRORS[kind]("from the view")
    return HttpResponse("view")


ERRORS = {"value": ValueError, "http404": Http404, "denied": PermissionDenied, "suspicious": SuspiciousOperation}
known = None


def seen(request):
    """What layers have put on the request."""
    return {k: v if isinstance(v, (int, str)) else type(v).__name__
            for k, v in sorted(vars(request).items()) if k not in known and not k.startswith("_")}


def probe(name):
    def factory(get_response):
        def middleware(request):
            events.append([name, "in", seen(request)])
            try:
                response = get_response(request)
            except Exception as e:
                events.append([name, "error", repr(e)])
                raise
            events.append([name, "out", getattr(response, "status_code", type(response).__name__), seen(request)])
            return response
        return middleware
    return factory


urls = types.ModuleType("live_urls")
urls.urlpatterns = [re_path("^", view)]
sys.modules["live_urls"] = urls
probes = types.ModuleType("live_probes")
probes.outer, probes.inner = probe("outer"), probe("inner")
sys.modules["live_probes"] = probes


def environ(path):
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(b""),
        "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }


def serve(handler, path):
    del events[:]
    answer = {}

    def start(status, headers, exc_info=None):
        answer["status"], answer["headers"] = status, sorted(headers)
    try:
        response = handler(environ(path), start)
        answer["body"] = b"".join(response).decode("utf-8", "replace")
        response.close()
    except BaseException as e:
        answer["error"] = "%s: %s" % (type(e).__name__, e)
    answer["events"] = list(events)
    return answer


def run(case, paths, views):
    global kind
    for name in [m for m in sys.modules if m == "app" or m.startswith("app.")]:
        del sys.modules[name]
    sys.path.insert(0, case["root"])
    importlib.invalidate_caches()
    try:
        settings.MIDDLEWARE = ["live_probes.outer", case["layer"], "live_probes.inner"]
        try:
            handler = WSGIHandler()
        except Exception as e:
            return {"start": "%s: %s" % (type(e).__name__, e)}
        answers = {}
        for kind in views:
            for path in paths:
                answers[kind + " " + path] = serve(handler, path)
        return {"answers": answers}
    finally:
        sys.path.remove(case["root"])


def main():
    global known
    job = json.load(sys.stdin)
    from django.core.handlers.wsgi import WSGIRequest
    known = set(vars(WSGIRequest(environ("/")))) | {"resolver_match", "urlconf", "GET", "POST", "session"}
    json.dump([run(c, job["paths"], job["views"]) for c in job["cases"]], sys.stdout)


sys.dont_write_bytecode = True
main()
