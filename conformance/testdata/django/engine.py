"""Runs conformance scenarios through the Django that is importable.

Usage: engine.py modern|async, scenarios as JSON lines on stdin, one trace a
line on stdout; it is an engine for "mwcheck conform --engine-cmd", whose protocol
is in docs/engine-protocol.md. It drives the real WSGIHandler or ASGIHandler as a
server does; the vocabulary is in testdata/vectors/README.md. It needs Django 3.1
or later.
"""
import asyncio
import io
import json
import logging
import sys
import types

from django.conf import settings

settings.configure(
    DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF="mw_urls", MIDDLEWARE=[], SECRET_KEY="x",
    LOGGING_CONFIG=None, INSTALLED_APPS=[], DATABASES={}, USE_TZ=True,
)
import django  # noqa: E402

django.setup()

from django.core import exceptions, signals  # noqa: E402
from django.core.handlers.asgi import ASGIHandler  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import Http404, HttpResponse, StreamingHttpResponse  # noqa: E402
from django.http.multipartparser import MultiPartParserError  # noqa: E402
from django.template.response import SimpleTemplateResponse  # noqa: E402
from django.urls import clear_url_caches, path, set_urlconf  # noqa: E402
from django.utils.deprecation import MiddlewareMixin  # noqa: E402
from django.views import defaults  # noqa: E402

KINDS = {
    "value_error": ValueError, "http404": Http404, "permission_denied": exceptions.PermissionDenied,
    "suspicious_operation": exceptions.SuspiciousOperation, "multipart_error": MultiPartParserError,
    "system_exit": SystemExit, "keyboard_interrupt": KeyboardInterrupt,
    "bad_request": getattr(exceptions, "BadRequest", exceptions.SuspiciousOperation),
    "too_many_fields": exceptions.TooManyFieldsSent, "data_too_big": exceptions.RequestDataTooBig,
}
NAMES = {cls: name for name, cls in KINDS.items()}


class Recorder:
    def __init__(self):
        self.events, self.load, self.load_log, self.finished = [], [], [], 0

    def note(self, text):
        try:
            asyncio.get_running_loop()
            text += " mode=async"
        except RuntimeError:
            pass
        self.events.append(text)


REC = Recorder()


def fail(kind, source):
    exc = KINDS[kind]("raised by " + source)
    exc.mw_from = source
    raise exc


def describe(exc):
    name = NAMES.get(type(exc), type(exc).__name__)
    if isinstance(exc, Http404):
        name = "http404"  # Resolver404 is one
    return name, getattr(exc, "mw_from", "django")


def exc_fields(exc):
    return " exc=%s from=%s" % describe(exc)


def fields(response):
    if response is None or response is False:
        return " status=%s" % response
    if asyncio.iscoroutine(response):
        return " status=coroutine"
    text = " status=%d marker=%s" % (response.status_code, getattr(response, "mw_marker", "django"))
    if not getattr(response, "is_rendered", True):
        text += " rendered=no"
    return text


class Template(SimpleTemplateResponse):
    def __init__(self, event, status, kind=None):
        super().__init__("none", status=status)
        self.mw_event, self.mw_kind = event, kind

    @property
    def rendered_content(self):
        REC.note(self.mw_event + ".render")
        if self.mw_kind:
            fail(self.mw_kind, self.mw_event + ".render")
        return self.mw_event


class Chunks:
    def __init__(self, event):
        self.event, self.left = event, [event, "+"]
        self.first = True

    def __iter__(self):
        return self

    def __next__(self):
        if self.first:
            self.first = False
            REC.note(self.event + ".stream.first")
        if not self.left:
            REC.note(self.event + ".stream.end")
            raise StopIteration
        return self.left.pop(0)

    def close(self):
        REC.note(self.event + ".stream.close")


def marked(response, event):
    response.mw_marker = event
    response["X-Trace"] = event
    return response


def answer(event, behaviour, status=200):
    head, _, kind = behaviour.partition(":")
    if head in ("respond", "replace"):
        return marked(HttpResponse(event, status=status), event)
    if head in ("respond_template", "replace_template"):
        return marked(Template(event, status), event)
    if head == "respond_template_raises":
        return marked(Template(event, status, kind or "value_error"), event)
    if head == "respond_stream":
        return marked(StreamingHttpResponse(Chunks(event)), event)
    raise AssertionError(behaviour)


def act(event, behaviour, given=None, request=None, exception=None):
    head, _, kind = (behaviour or "pass").partition(":")
    if head == "pass":
        return given
    if head == "touch":
        old = given.get("X-Trace", "") if given is not None else given.get
        given["X-Trace"] = old + "," + event if old else event
        return given
    if head == "return_none":
        return None
    if head == "return_false":
        return False
    if head == "raise":
        fail(kind, event)
    if head == "reraise":
        raise exception
    if head == "set_urlconf":
        request.urlconf = "mw_urls2"
        return None
    return answer(event, behaviour)


def make_hook(layer, hook, behaviour):
    event = layer + "." + hook
    if hook == "process_request":
        def method(self, request):
            REC.note(event)
            return act(event, behaviour, request=request)
    elif hook == "process_view":
        def method(self, request, view, args, kwargs):
            REC.note(event)
            return act(event, behaviour, request=request)
    elif hook == "process_exception":
        def method(self, request, exception):
            REC.note(event + exc_fields(exception))
            return act(event, behaviour, exception=exception)
    else:
        def method(self, request, response):
            REC.note(event + fields(response))
            return act(event, behaviour, given=response)
    method.__name__ = hook
    return method


def make_async(method):
    async def wrapper(*args):
        return method(*args)
    return wrapper


def init_check(spec):
    name, init = spec["name"], spec.get("init", "ok")
    REC.load.append(name)
    if init == "not_used":
        raise exceptions.MiddlewareNotUsed()
    if init.startswith("raise:"):
        fail(init[6:], name + ".init")


def caught(name, call, exc):
    REC.note(name + ".call.caught" + exc_fields(exc))
    if call["try"] == "record":
        raise exc
    return answer(name + ".call.caught", "respond")


def make_calls(name, call):
    before, after, mode = call.get("before", "pass"), call.get("after", "pass"), call.get("try")
    times = {"once": 1, "twice": 2, "never": 0}[call.get("get_response", "once")]

    def start():
        REC.note(name + ".call.before")
        if before != "pass":
            return True, act(name + ".call.before", before)
        return False, None

    def end(response):
        REC.note(name + ".call.after" + fields(response))
        return act(name + ".call.after", after, given=response)

    def sync(get_response, request):
        done, response = start()
        if done:
            return response
        try:
            for _ in range(times):
                response = get_response(request)
        except Exception as exc:
            if mode not in ("record", "swallow"):
                raise
            response = caught(name, call, exc)
        finally:
            if mode == "finally":
                REC.note(name + ".call.finally")
        return end(response)

    async def async_(get_response, request):
        done, response = start()
        if done:
            return response
        try:
            for _ in range(times):
                response = await get_response(request)
        except Exception as exc:
            if mode not in ("record", "swallow"):
                raise
            response = caught(name, call, exc)
        finally:
            if mode == "finally":
                REC.note(name + ".call.finally")
        return end(response)

    return sync, async_


def make_layer(spec):
    name, style = spec["name"], spec["style"]
    if spec.get("init") == "returns_none":
        def factory(get_response):
            REC.load.append(name)
        flag(factory, spec)
        return factory
    body = {}
    for hook, behaviour in spec.get("hooks", {}).items():
        method = make_hook(name, hook, behaviour)
        body[hook] = make_async(method) if hook in spec.get("async_hooks", ()) else method
    if style == "classic":
        def init(self):
            init_check(spec)
        body["__init__"] = init
        return type(name, (), body)
    if style in ("hooks", "mixin"):
        def init(self, get_response):
            init_check(spec)
            if spec.get("init") == "super_no_arg":
                super(cls, self).__init__()
            elif spec.get("init") != "no_super":
                super(cls, self).__init__(get_response)

        def init_no_arg(self):
            init_check(spec)
        body["__init__"] = init_no_arg if spec.get("init") == "no_arg" else init
        cls = type(name, (MiddlewareMixin,), body)
        flag(cls, spec)
        return cls
    sync, async_ = make_calls(name, spec.get("call", {}))
    if style == "function":
        def factory(get_response):
            init_check(spec)
            if asyncio.iscoroutinefunction(get_response):
                async def middleware(request):
                    return await async_(get_response, request)
            else:
                def middleware(request):
                    return sync(get_response, request)
            return middleware
        flag(factory, spec)
        return factory

    def init(self, get_response):
        init_check(spec)
        self.get_response = get_response
        self.is_async = asyncio.iscoroutinefunction(get_response)
        if self.is_async and spec.get("mark", True):
            try:
                from asgiref.sync import markcoroutinefunction
                markcoroutinefunction(self)
            except ImportError:
                self._is_coroutine = asyncio.coroutines._is_coroutine

    def call(self, request):
        return (async_ if self.is_async else sync)(self.get_response, request)
    body["__init__"], body["__call__"] = init, call
    cls = type(name, (), body)
    flag(cls, spec)
    return cls


def flag(obj, spec):
    for key in ("sync_capable", "async_capable"):
        if key in spec:
            setattr(obj, key, spec[key])


def make_view(view):
    name = view[6:] if view.startswith("async_") else view

    def play():
        REC.note("view")
        head, _, kind = name.partition(":")
        if head == "ok":
            return answer("view", "respond")
        if head == "notfound":
            return answer("view", "respond", 404)
        if head == "template":
            return answer("view", "respond_template")
        if head == "template_render_raises":
            return answer("view", "respond_template_raises:" + (kind or "value_error"))
        if head == "stream":
            return answer("view", "respond_stream")
        if head == "raise":
            fail(kind, "view")
        return {"return_none": None, "return_false": False}[head]

    if name != view:
        async def async_view(request):
            return play()
        return async_view
    return lambda request: play()


def make_handler(event, status, how):
    def handler(request, exception=None):
        cause = exception or sys.exc_info()[1]
        REC.note(event + exc_fields(cause))
        if how == "django":
            if status == 500:
                return defaults.server_error(request)
            return getattr(defaults, {400: "bad_request", 403: "permission_denied", 404: "page_not_found"}[status])(request, exception)
        if how == "raise" or (how == "raise4xx" and status < 500):
            fail("value_error", event)
        return answer(event, "respond_template" if how == "template" else "respond", status)
    return handler


def install(scenario):
    layers = types.ModuleType("mw_layers")
    for spec in scenario["layers"]:
        setattr(layers, spec["name"], make_layer(spec))
    sys.modules["mw_layers"] = layers
    view = make_view(scenario.get("view", "ok"))
    for module, prefix, how in (("mw_urls", "", scenario.get("error_handlers", "custom")), ("mw_urls2", "urlconf2.", "custom")):
        urls = types.ModuleType(module)
        urls.urlpatterns = [path("", view)]
        for status in (400, 403, 404, 500):
            setattr(urls, "handler%d" % status, make_handler(prefix + "handler%d" % status, status, how))
        sys.modules[module] = urls
    clear_url_caches()
    set_urlconf(None)
    settings.MIDDLEWARE = ["mw_layers." + spec["name"] for spec in scenario["layers"]]
    settings.DEBUG_PROPAGATE_EXCEPTIONS = bool(scenario.get("debug_propagate_exceptions"))


class LoadLog(logging.Handler):
    def emit(self, record):
        text = record.getMessage()
        name = text[text.index("mw_layers.") + len("mw_layers."):].rstrip(".'").split(" ")[0].rstrip("'.:)")
        kind = "not_used" if text.startswith("MiddlewareNotUsed") else "sync_to_async" if text.startswith("Synchronous") else "async_to_sync"
        REC.load_log.append(kind + ":" + name)


def load(family):
    logger, handler = logging.getLogger("django.request"), LoadLog()
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    settings.DEBUG = True
    try:
        return ASGIHandler() if family == "async" else WSGIHandler()
    finally:
        settings.DEBUG = False
        logger.setLevel(level)
        logger.removeHandler(handler)


def result(status, headers, body):
    text = b"".join(body).decode()
    if text not in REC.bodies:
        text = "django-default-page"
    return {"outcome": "response", "status": status, "body": text, "xtrace": headers.get("x-trace", ""), "finished": REC.finished}


def raised(exc, started):
    name, source = describe(exc)
    out = {"outcome": "raised", "exc": name, "from": source, "finished": REC.finished}
    if started:
        out["started"] = started
    return out


def run_wsgi(handler, url):
    seen = {}

    def start_response(status, headers, exc_info=None):
        seen["status"] = int(status.split()[0])
        seen["headers"] = {k.lower(): v for k, v in headers}
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": url, "SCRIPT_NAME": "", "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False, "QUERY_STRING": "",
    }
    iterable, error, body = None, None, []
    try:
        iterable = handler(environ, start_response)
        for chunk in iterable:
            body.append(chunk)
    except BaseException as exc:
        error = exc
    finally:
        if iterable is not None:
            iterable.close()
    if error is not None:
        return raised(error, seen.get("status"))
    return result(seen["status"], seen["headers"], body)


def run_asgi(handler, url):
    seen, body = {}, []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": url,
        "raw_path": url.encode(), "query_string": b"", "root_path": "", "headers": [(b"host", b"testserver")],
        "client": ("127.0.0.1", 1), "server": ("testserver", 80),
    }
    sent = []

    async def receive():
        if not sent:
            sent.append(1)
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()

    async def send(message):
        if message["type"] == "http.response.start":
            seen["status"] = message["status"]
            seen["headers"] = {k.decode().lower(): v.decode() for k, v in message["headers"]}
        else:
            body.append(message.get("body", b""))

    error = None
    try:
        asyncio.run(handler(scope, receive, send))
    except BaseException as exc:
        error = exc
    if error is not None:
        return raised(error, seen.get("status"))
    return result(seen["status"], seen["headers"], body)


def on_exception(**kwargs):
    REC.note("signal.got_request_exception")


def on_finished(**kwargs):
    REC.finished += 1


signals.got_request_exception.connect(on_exception)
signals.request_finished.connect(on_finished)


def bodies(scenario):
    names = ["view"]
    for spec in scenario["layers"]:
        names += [spec["name"] + "." + at for at in (
            "process_request", "process_view", "process_template_response", "process_response", "process_exception",
            "call.before", "call.after", "call.caught")]
    for prefix in ("", "urlconf2."):
        names += [prefix + "handler%d" % status for status in (400, 403, 404, 500)]
    return set(names) | {name + "+" for name in names}


def run(scenario, family):
    global REC
    REC = Recorder()
    REC.bodies = bodies(scenario)
    install(scenario)
    trace = {}
    try:
        handler = load(family)
    except Exception as exc:
        name, source = describe(exc)
        trace["outcome"] = {"outcome": "load_error", "exc": name, "from": source}
    else:
        url = "/nowhere/" if scenario.get("url") == "not_found" else "/"
        trace["outcome"] = (run_asgi if family == "async" else run_wsgi)(handler, url)
    trace["events"] = list(REC.events)
    if scenario.get("record_load") or any(spec.get("init", "ok") != "ok" for spec in scenario["layers"]):
        trace["load"] = list(REC.load)
    if REC.load_log:
        trace["load_log"] = list(REC.load_log)
    return trace


def main():
    logging.getLogger("django").addHandler(logging.NullHandler())
    logging.getLogger("django").propagate = False
    family = sys.argv[1]
    for line in sys.stdin:
        if not line.strip():
            continue
        message = json.loads(line)
        if "protocol" in message:
            name = "%s@%d.%d" % ((family,) + django.VERSION[:2])
            answer = {"protocol": "mwcheck.engine/1", "engine": name}
        else:
            answer = run(message, family)
            answer["id"] = message["id"]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
