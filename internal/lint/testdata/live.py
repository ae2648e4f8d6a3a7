"""Runs the examples of rules on a real Django: for each case a fresh process
builds the handler of its settings, sends requests and tells what became of them."""
import asyncio
import io
import json
import logging
import os
import re
import sys
import tempfile
import types

import django
from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.module_loading import import_string

views = {"count": 0}


def urls(handle):
    from django.http import HttpResponse, StreamingHttpResponse
    from django.urls import path
    from django.utils import timezone

    def plain(request):
        views["count"] += 1
        return HttpResponse("hello")

    def stream(request):
        return StreamingHttpResponse(iter([b"one ", b"two"]))

    def zone(request):
        return HttpResponse(timezone.get_current_timezone_name())

    def post(request):
        return HttpResponse("a=%s" % request.POST.get("a"))

    def visits(request):
        return HttpResponse("visits=%s" % request.session.get("visits"))

    def messages(request):
        from django.contrib.messages import get_messages
        return HttpResponse("messages=%s" % ",".join(str(m) for m in get_messages(request)))

    def nested(request):
        handle("GET /")
        return HttpResponse("hello")

    async def native(request):
        return HttpResponse("hello")

    def page(request):
        from django.template import engines
        from django.template.response import TemplateResponse
        return TemplateResponse(request, engines["django"].from_string("page"))

    module = types.ModuleType("live_urls")
    module.urlpatterns = [
        path("", plain), path("stream/", stream), path("zone/", zone), path("post/", post), path("visits/", visits),
        path("messages/", messages), path("nested/", nested), path("async/", native), path("page/", page),
    ]
    sys.modules["live_urls"] = module


def text_of(exc):
    # Python 3.10 and later name the class of a method.
    return "%s: %s" % (type(exc).__name__, re.sub(r"\w+\.(\w+\(\) takes)", r"\1", str(exc)))


def configure(case):
    root = tempfile.mkdtemp()
    for name, text in case["files"].items():
        file = os.path.join(root, name)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "w") as f:
            f.write(text)
    sys.path.insert(0, root)
    space = {}
    exec(case["files"]["settings.py"], space)
    settings.MIDDLEWARE = space.get("MIDDLEWARE", [])


def start():
    """What all cases share, done once."""
    settings.configure(
        ROOT_URLCONF="live_urls", SECRET_KEY="x", ALLOWED_HOSTS=["*"], USE_TZ=True, TIME_ZONE="UTC", MIDDLEWARE=[],
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        SESSION_ENGINE="django.contrib.sessions.backends.cache", DEFAULT_AUTO_FIELD="django.db.models.AutoField")
    django.setup()
    for name in ("csrf.CsrfViewMiddleware", "common.CommonMiddleware", "security.SecurityMiddleware"):
        import_string("django.middleware." + name)
    import_string("django.contrib.auth.middleware.AuthenticationMiddleware")
    import_string("django.views.defaults.page_not_found")
    logging.disable(logging.CRITICAL)


class Clock:
    """A time that goes on by one with each look."""
    now = 0

    def monotonic(self):
        self.now += 1
        return self.now


def run(case):
    configure(case)
    jar, handlers = {}, {}

    def handle(ask):
        words = ask.split()
        method, url = words[0], words[1]
        options = dict(w.split("=", 1) if "=" in w else (w, "") for w in words[2:])
        path, _, query = url.partition("?")
        cookies = dict(jar)
        if "cookie" in options:
            name, value = options["cookie"].split(":")
            cookies[name] = value
        cookie = "; ".join("%s=%s" % kv for kv in cookies.items())
        body = options.get("body", "").encode()
        errors = []

        def seen(sender, **kwargs):
            errors.append(text_of(sys.exc_info()[1]))
        signals.got_request_exception.connect(seen, weak=False)
        before = views["count"]
        try:
            if "asgi" in options:
                async def go():
                    handler = ASGIHandler()
                    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(),
                             "headers": [(b"cookie", cookie.encode())]}
                    return await handler.get_response_async(ASGIRequest(scope, io.BytesIO(body)))
                response = asyncio.run(go())
            else:
                if "wsgi" not in handlers:
                    handlers["wsgi"] = WSGIHandler()
                    module = sys.modules.get("shop.middleware")
                    if hasattr(module, "time"):
                        module.time = Clock()
                environ = {
                    "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "shop", "SERVER_PORT": "80",
                    "HTTP_COOKIE": cookie, "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
                    "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/x-www-form-urlencoded",
                }
                response = handlers["wsgi"].get_response(WSGIRequest(environ))
            content = b"".join(response) if response.streaming else response.content
        except BaseException as exc:
            return "out of the handler: " + text_of(exc)
        finally:
            signals.got_request_exception.disconnect(seen)
        for name, morsel in response.cookies.items():
            jar[name] = morsel.value
        said = "%d" % response.status_code
        if errors:
            return said + " " + errors[0]
        said += " " + (content.decode() if response.status_code < 400 else response.reason_phrase)
        if "show" in options:
            said += ", %s: %s" % (options["show"], response.get(options["show"]))
        if "length" in options:
            said += ", length %d" % len(content)
        if "views" in options:
            said += ", %d views" % (views["count"] - before)
        return said

    urls(handle)
    try:
        WSGIHandler()
        asyncio.run(build())
    except BaseException as exc:
        return ["does not start: " + text_of(exc)]
    return [handle(ask) for ask in case["asks"]]


async def build():
    ASGIHandler()


def main():
    start()
    out = []
    for case in json.load(sys.stdin):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                answer = run(case)
            except BaseException as exc:
                answer = ["the test failed: " + text_of(exc)]
            with os.fdopen(write, "w") as f:
                json.dump(answer, f)
            sys.stderr.flush()
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as f:
            out.append(json.load(f))
        os.waitpid(child, 0)
    json.dump(out, sys.stdout)


main()
