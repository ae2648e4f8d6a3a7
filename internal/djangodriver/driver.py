"""mwcheck's driver: puts a project's own middleware classes, under its own
Django, between two probes and tells what they do.

It is started by "mwcheck conform --django" in the project's root, reads JSON
lines on stdin and answers each with one line on stdout. It needs Python 3.6 and
Django 1.10 or later, and nothing else.
"""
import copy
import inspect
import io
import json
import logging
import os
import sys
import threading
import types

PROTOCOL = "mwcheck.django/1"
PREFIX = "mwcheck-suite/"
SEEN = "mwcheck.seen"


class Project:
    """The settings, made harmless, and the list of layers."""

    def __init__(self, settings_module):
        os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
        root = os.getcwd()
        if root not in sys.path:
            sys.path.insert(0, root)
        import django
        if django.VERSION < (1, 10):
            raise Refused("Django %s has no MIDDLEWARE; the driver needs 1.10 or later" % django.get_version())
        from django.conf import settings
        quiet(settings)
        django.setup()
        if getattr(settings, "MIDDLEWARE", None) is None:
            raise Refused("the settings have no MIDDLEWARE; the driver does not drive MIDDLEWARE_CLASSES")
        logging.disable(logging.CRITICAL)
        self.root = root
        self.settings = settings
        self.version = django.get_version()
        self.paths = list(settings.MIDDLEWARE)
        install_urls(settings)
        no_transactions()

    def describe(self):
        from django.utils.module_loading import import_string
        layers = []
        for path in self.paths:
            entry = {"path": path, "file": "", "line": 0, "own": False}
            try:
                entry.update(place(import_string(path), self.root))
            except BaseException as exc:
                entry["error"] = text_of(exc, self.root)
                top = os.path.join(self.root, path.split(".")[0])
                entry["own"] = os.path.isdir(top) or os.path.isfile(top + ".py")
            layers.append(entry)
        return {
            "protocol": PROTOCOL, "django": self.version, "python": "%d.%d.%d" % sys.version_info[:3],
            "cases": list(CASES), "layers": layers,
        }


class Refused(Exception):
    pass


def quiet(settings):
    """No mail leaves, no debug page is made, the suite's host is let in."""
    settings.DEBUG = False
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    settings.ADMINS = []
    settings.MANAGERS = []
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.ALLOWED_HOSTS = list(settings.ALLOWED_HOSTS) + ["testserver"]


def no_transactions():
    """ATOMIC_REQUESTS would open the database for the suite's own view."""
    from django.db import connections
    try:
        for connection in connections.all():
            connection.settings_dict["ATOMIC_REQUESTS"] = False
    except Exception as exc:
        sys.stderr.write("mwcheck: databases are not usable: %s\n" % exc)


def install_urls(settings):
    """The suite's view in front of the project's own URLs."""
    try:
        from django.urls import include, re_path
    except ImportError:
        from django.conf.urls import include, url as re_path

    def view(request, **kwargs):
        return request.META[SEEN].seen.view(request)
    view.csrf_exempt = True
    urls = types.ModuleType("mwcheck_driver_urls")
    urls.urlpatterns = [re_path("^" + PREFIX, view)]
    try:
        urls.urlpatterns.append(re_path("", include(settings.ROOT_URLCONF)))
    except Exception as exc:
        sys.stderr.write("mwcheck: the project's URLs are left out: %s\n" % exc)
    sys.modules[urls.__name__] = urls
    settings.ROOT_URLCONF = urls.__name__


def place(layer, root):
    target = inspect.unwrap(layer)
    try:
        file = os.path.realpath(inspect.getsourcefile(target))
        line = max(1, inspect.getsourcelines(target)[1])
    except (TypeError, OSError):
        return {}
    top = os.path.realpath(root) + os.sep
    own = file.startswith(top)
    parts = file.split(os.sep)
    if "site-packages" in parts or "dist-packages" in parts:
        own = False
    return {"file": file[len(top):] if file.startswith(top) else file, "line": line, "own": own}


def text_of(exc, root):
    """An error and the last place in the project where it came by."""
    text = "%s: %s" % (type(exc).__name__, exc) if str(exc) else type(exc).__name__
    at, trace = "", exc.__traceback__
    top = os.path.realpath(root) + os.sep
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        name = "" if name.startswith("<") else os.path.realpath(name)
        if name.startswith(top):
            at = " (at %s:%d)" % (name[len(top):].replace(os.sep, "/"), trace.tb_lineno)
        trace = trace.tb_next
    return text + at


class Drive:
    """One request and what the view answers to it."""

    def __init__(self, name="", method="GET", status=200, body="hello", headers=(), cookies=(), chunks=None, template=False,
                 error=None, stream_error=None, query="", content=b"", content_type="", marker="", read="", in_view=None):
        self.__dict__.update(locals())
        del self.__dict__["self"]


class ViewError(ValueError):
    pass


class Exit(SystemExit):
    pass


class Snap:
    """A response at one moment."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = [(str(k), str(v)) for k, v in response.items()]
        self.cookies = sorted(response.cookies)
        self.streaming = bool(getattr(response, "streaming", False))
        self.rendered = getattr(response, "is_rendered", True)
        self.body = None if self.streaming or not self.rendered else bytes(response.content)

    def get(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None


class Wire:
    """One request from the server to the layer."""

    def __init__(self, drive):
        self.drive = drive
        self.seen = None           # of the layer's first run
        self.status = self.left = None


class Seen:
    """What the probes saw of one run of the layer."""

    def __init__(self, drive):
        self.drive = drive
        self.body_taken = False    # further out already
        self.hook_answered = False  # its process_exception did
        self.view_hook = False     # its process_view did
        self.viewed = False        # the suite's view ran
        self.calls = 0             # of what is further in
        self.inner = self.inner_response = None
        self.out = self.out_response = self.error = self.hook_error = None
        self.at_work = False
        self.pulls = []            # of each chunk: pulled while the layer was at work
        self.order = ""
        self.ended = False
        self.closed = 0
        self.closed_at_work = []   # the responses that were
        self.rendered = []         # the hook in which, or "", and the response
        self.hook = ""
        self.template_kept = None
        self.read = self.read_error = None
        self.left = None           # the error that left the layer or the body

    def view(self, request):
        from django.http import HttpResponse, StreamingHttpResponse
        drive = self.drive
        self.viewed = True
        if drive.read:
            try:
                self.read = request.body if drive.read == "body" else request.POST.get("a", "").encode()
            except Exception as exc:
                self.read_error = exc
        if drive.in_view:
            drive.in_view()
        if drive.error is not None:
            raise drive.error
        if drive.chunks is not None:
            response = StreamingHttpResponse(Chunks(self), status=drive.status)
        elif drive.template:
            response = template_class()(self)
        else:
            response = HttpResponse(drive.body, status=drive.status)
        for name, value in drive.headers:
            response[name] = value
        for name in drive.cookies:
            response.set_cookie(name, "1")
        close = response.close

        def counted():
            self.closed += 1
            if self.at_work:
                self.closed_at_work.append(response)
            close()
        response.close = counted
        return response


class Chunks:
    def __init__(self, seen):
        self.seen, self.left = seen, list(seen.drive.chunks)

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            if self.seen.drive.stream_error is not None:
                raise self.seen.drive.stream_error
            self.seen.ended = True
            raise StopIteration
        self.seen.pulls.append(self.seen.at_work)
        self.seen.order += "i"
        return self.left.pop(0)

    def close(self):
        self.seen.closed += 1


def template_class():
    from django.template.response import TemplateResponse

    class Template(TemplateResponse):
        def __init__(self, seen):
            super().__init__(None, "mwcheck", {})
            self._mwcheck = seen

        @property
        def rendered_content(self):
            self._mwcheck.rendered.append((self._mwcheck.hook, id(self)))
            return self._mwcheck.drive.body
    return Template


class Rig:
    """The layer in its real place: behind the project's outer layers, in front
    of the suite's view."""

    def __init__(self, project, index):
        from django.core.exceptions import MiddlewareNotUsed
        from django.core.handlers.wsgi import WSGIHandler
        from django.utils.module_loading import import_string
        self.early = 0
        self.real = self.failed = self.outer_failed = None
        self.built = self.not_used = False
        real = None
        try:
            real = import_string(project.paths[index])
        except Exception as exc:
            self.failed = exc
            return
        rig = self

        def probed(get_response):
            try:
                rig.real = real(rig.inner(get_response))
            except MiddlewareNotUsed:
                rig.not_used = True
                raise
            except Exception as exc:
                rig.failed = exc
                raise
            if rig.real is None:
                rig.failed = TypeError("the factory returned None")
                return None
            rig.built = True
            return Probe(rig)
        probed.sync_capable = getattr(real, "sync_capable", True)
        probed.async_capable = False
        layers = types.ModuleType("mwcheck_driver_layers")
        layers.probed = probed
        sys.modules[layers.__name__] = layers
        project.settings.MIDDLEWARE = project.paths[:index] + ["mwcheck_driver_layers.probed"]
        if not probed.sync_capable:
            self.outer_failed = "the layer is only asynchronous; the driver drives synchronous stacks"
            return
        try:
            self.handler = WSGIHandler()
            if not hasattr(self.handler, "_middleware_chain") or self.handler._middleware_chain is None:
                self.handler.load_middleware()
        except Exception as exc:
            if self.failed is None:
                self.outer_failed = "the layers further out cannot be built: " + text_of(exc, project.root)

    def inner(self, get_response):
        def inner(request):
            wire = request.META.get(SEEN) if hasattr(request, "META") else None
            seen = wire.seen if wire is not None else None
            if seen is None:
                self.early += 1
                raise RuntimeError("what is further in was called without a request of the suite")
            seen.calls += 1
            response = get_response(request)
            seen.inner_response, seen.inner = response, Snap(response)
            return response
        return inner

    def serve(self, drive):
        wire = Wire(drive)
        environ = {
            "REQUEST_METHOD": drive.method, "PATH_INFO": "/" + PREFIX, "SCRIPT_NAME": "", "QUERY_STRING": drive.query,
            "SERVER_NAME": "testserver", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "192.0.2.1",
            "HTTP_HOST": "testserver", "HTTP_USER_AGENT": "mwcheck", "CONTENT_TYPE": drive.content_type,
            "CONTENT_LENGTH": str(len(drive.content)), "wsgi.version": (1, 0), "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(drive.content), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False, SEEN: wire,
        }
        from django.conf import settings
        if settings.SECURE_PROXY_SSL_HEADER:
            environ[settings.SECURE_PROXY_SSL_HEADER[0]] = settings.SECURE_PROXY_SSL_HEADER[1]
        if drive.marker:
            environ.update({
                "HTTP_X_MARKER": drive.marker, "HTTP_X_REQUEST_ID": drive.marker, "HTTP_USER_AGENT": drive.marker,
                "QUERY_STRING": "marker=" + drive.marker, "REMOTE_USER": drive.marker,
            })

        def start_response(status, headers, exc_info=None):
            wire.status = int(status.split()[0])
        response = None
        try:
            response = self.handler(environ, start_response)
            for _ in response:
                pass
        except BaseException as exc:
            wire.left = exc
        finally:
            if hasattr(response, "close"):
                try:
                    response.close()
                except Exception as exc:
                    wire.left = wire.left or exc
        return wire


class Probe:
    """Stands for the layer towards the outside."""

    def __init__(self, rig):
        self.rig = rig
        for hook in ("process_view", "process_template_response", "process_exception"):
            if hasattr(rig.real, hook):
                setattr(self, hook, self.probe(hook, getattr(rig.real, hook)))

    def probe(self, hook, method):
        def probed(request, *args):
            wire = request.META.get(SEEN)
            seen = wire.seen if wire is not None else None
            if seen is None:
                return method(request, *args)
            before, seen.hook = seen.hook, hook
            try:
                result = method(request, *args)
            except BaseException as exc:
                if exc not in args:
                    seen.hook_error = exc
                raise
            finally:
                seen.hook = before
            if hook == "process_exception":
                seen.hook_answered = seen.hook_answered or result is not None
            elif hook == "process_view":
                seen.view_hook = seen.view_hook or result is not None
            elif hook == "process_template_response":
                seen.template_kept = hasattr(result, "render")
            return result
        return probed

    def __call__(self, request):
        from django.http import HttpResponse
        wire = request.META[SEEN]
        if wire.seen is not None:
            return HttpResponse("asked again")  # a layer further out does that
        seen = wire.seen = Seen(wire.drive)
        seen.body_taken = getattr(request, "_read_started", False) and not hasattr(request, "_body")
        seen.at_work = True
        try:
            seen.out_response = self.rig.real(request)
        except BaseException as exc:
            seen.error = seen.left = exc
            raise
        finally:
            seen.at_work = False
        if not is_response(seen.out_response):
            return seen.out_response
        seen.out = Snap(seen.out_response)
        self.send(seen)
        return HttpResponse("sent")

    def send(self, seen):
        """What a server does, here so that no layer further out is in between."""
        response = seen.out_response
        try:
            for chunk in response:
                if chunk:
                    seen.order += "o"
        except Exception as exc:
            seen.left = exc
        try:
            response.close()
        except Exception as exc:
            seen.left = seen.left or exc


def is_response(value):
    from django.http.response import HttpResponseBase
    return isinstance(value, HttpResponseBase)


def answers(exc):
    """Errors by which a layer may answer: Django makes pages of them."""
    from django.core.exceptions import PermissionDenied, SuspiciousOperation
    from django.http import Http404
    return isinstance(exc, (Http404, PermissionDenied, SuspiciousOperation))


def missing_attribute(exc):
    """The attribute of the request that an error is about, or None."""
    if isinstance(exc, AttributeError) and "Request' object has no attribute '" in str(exc):
        return str(exc).split("has no attribute '")[1].split("'")[0]
    return None


class Bench:
    """Where a check does its work."""

    def __init__(self, project, index):
        self.project, self.index = project, index
        self.found, self.reached, self.why = {}, False, ""

    def rig(self):
        rig = Rig(self.project, self.index)
        if rig.not_used:
            self.why = "the layer takes itself out (MiddlewareNotUsed)"
        elif rig.outer_failed:
            self.why = rig.outer_failed
        elif not rig.built or rig.failed is not None:
            self.why = "the layer cannot be built"
        else:
            return rig
        return None

    def drive(self, drive):
        """One request in a fresh stack; None if it does not get to the layer."""
        rig = self.rig()
        if rig is None:
            return None
        wire = rig.serve(drive)
        if wire.seen is None:
            what = "answered with status %s" % wire.status if wire.left is None else "failed: " + self.text(wire.left)
            self.why = "a layer further out %s" % what
        return wire.seen

    def usable(self, drive):
        seen = self.drive(drive)
        if seen is not None and seen.out is None:
            self.why = "the layer gave no answer"
            return None
        return seen

    def through(self, drive):
        seen = self.usable(drive)
        if seen is None:
            return None
        if seen.inner is None or not self.arrived(seen):
            self.why = self.why or "the layer answered itself"
            return None
        self.reached = True
        return seen

    def arrived(self, seen):
        """Whether the request came to the suite's view."""
        if seen is None or seen.viewed:
            return seen is not None
        if seen.calls == 0 or seen.view_hook:
            self.why = "the layer answered itself"
        else:
            self.why = "a layer further out answered (process_view)"
        return False

    def problem(self, seen, text):
        self.found.setdefault(text, []).append(seen.drive.name if seen is not None else "")

    def text(self, exc):
        return text_of(exc, self.project.root)

    def problems(self):
        """Each once, with the first situation that shows it."""
        lines = []
        for text, names in self.found.items():
            if names[0]:
                text = names[0] + ": " + text
            if len(names) > 1:
                text += " (in %d other situations, too)" % (len(names) - 1) if len(names) > 2 else " (in another situation, too)"
            lines.append(text)
        return lines


def zoo():
    return [
        Drive("a page"), Drive("an empty page", body=""), Drive("a page of status 404", status=404), Drive("a redirect", status=302, headers=[("Location", "/")]),
        Drive("an answer of status 204", status=204, body=""), Drive("HEAD", method="HEAD"), Drive("OPTIONS", method="OPTIONS"),
        Drive("JSON", headers=[("Content-Type", "application/json")], body="{}"),
        Drive("bytes that are no text", headers=[("Content-Type", "application/octet-stream")], body=b"\xff\xfe\x00"),
        Drive("a form", method="POST", content=b"a=1", content_type="application/x-www-form-urlencoded"),
        Drive("a template", template=True),
    ]


def builds(b):
    rig = Rig(b.project, b.index)
    if rig.failed is not None:
        b.problem(None, "it cannot be built: " + b.text(rig.failed))
    elif b.rig() is not None:
        b.reached = True


def builds_without_serving(b):
    rig = Rig(b.project, b.index)
    if rig.early:
        b.problem(None, "the factory called get_response")
    elif b.rig() is not None:
        b.reached = True


def next_once(b):
    for drive in [Drive("a page"), Drive("an error", error=ViewError("the view failed")), Drive("a page of status 404", status=404)]:
        seen = b.drive(drive)
        if seen is not None and seen.calls:
            b.reached = True
            if seen.calls > 1:
                b.problem(seen, "called get_response %d times" % seen.calls)


def nothing(b, called):
    for drive in zoo():
        seen = b.drive(drive)
        if seen is None:
            continue
        if (seen.calls > 0) == called:
            b.reached = True
            if seen.error is None and seen.out is None:
                kind = "a coroutine" if inspect.isawaitable(seen.out_response) else "None" if seen.out_response is None else "a " + type(seen.out_response).__name__
                b.problem(seen, "returned %s, which is no response" % kind)
                if inspect.iscoroutine(seen.out_response):
                    seen.out_response.close()
        elif not b.why:
            b.why = "the layer calls get_response" if not called else "the layer answers itself"


def answers_or_calls(b):
    nothing(b, False)


def nil_answer(b):
    nothing(b, True)


def survives(b, drives):
    for drive in drives:
        seen = b.drive(drive)
        if seen is None:
            continue
        b.reached = True
        for exc in (seen.error, seen.hook_error):
            if exc is not None and not answers(exc) and missing_attribute(exc) is None:
                b.problem(seen, "raised " + b.text(exc))


def survives_plain(b):
    survives(b, zoo())


def survives_stream(b):
    survives(b, [Drive("a stream", chunks=[b"a", b"b"])])


def attribute_missing(b):
    for drive in zoo():
        seen = b.drive(drive)
        if seen is None:
            continue
        b.reached = True
        for exc in (seen.error, seen.hook_error):
            if exc is not None and missing_attribute(exc):
                b.problem(seen, "failed for want of request.%s, which no layer further out wrote: %s" % (missing_attribute(exc), b.text(exc)))


def errors_stay_errors(b):
    seen = b.drive(Drive("a view that raises ValueError", error=ViewError("the view failed")))
    if not b.arrived(seen):
        return
    if seen.inner is not None and seen.inner.status < 400 and not seen.hook_answered:
        b.why = "a layer further out answers the error (process_exception)"
        return
    b.reached = True
    if seen.out is not None and seen.out.status < 400:
        b.problem(seen, "answered with status %d" % seen.out.status)


def abort_passes(b):
    seen = b.drive(Drive("a view that raises SystemExit", error=Exit(3)))
    if not b.arrived(seen):
        return
    b.reached = True
    if not isinstance(seen.left, Exit):
        b.problem(seen, "the exit was caught")


def consumed(seen):
    return bool(seen.pulls) and any(seen.pulls)


def stream_unconsumed(b):
    seen = b.through(Drive("a stream", chunks=[b"a", b"b"]))
    if seen is not None and consumed(seen):
        b.problem(seen, "consumed the stream before it was sent")


def streamed(b, drive):
    seen = b.drive(drive)
    if seen is None:
        return None
    if not seen.pulls or seen.out is None or not seen.out.streaming:
        b.why = "the layer does not let the stream through"
        return None
    return seen


def stream_chunks(b):
    seen = streamed(b, Drive("a stream", chunks=[b"first ", b"second ", b"third"]))
    if seen is None or consumed(seen):
        b.why = b.why or "the layer consumes the stream"
        return
    b.reached = True
    if "ii" in seen.order:
        b.problem(seen, "asked for the next chunk before anything of the last one was sent")


def stream_whole(b):
    seen = b.drive(Drive("a stream", chunks=[b"a", b"b", b"c"]))
    if seen is None or not seen.pulls:
        b.why = b.why or "the layer does not let the stream through"
        return
    b.reached = True
    if not seen.ended:
        b.problem(seen, "only %d of 3 chunks were asked for" % len(seen.pulls))


def stream_errors(b):
    seen = streamed(b, Drive("a stream that fails after its first chunk", chunks=[b"a"], stream_error=ViewError("the source broke")))
    if seen is not None:
        b.reached = True
        if seen.left is None:
            b.problem(seen, "the response ended as if it were whole")


def old_stream_closed(b):
    seen = b.through(Drive("a stream", chunks=[b"a", b"b"]))
    if seen is not None and seen.closed == 0 and seen.out_response is not seen.inner_response:
        b.problem(seen, "the response from further in was given up and never closed")


def open_until_sent(b):
    for drive in [Drive("a page"), Drive("a stream", chunks=[b"a", b"b"])]:
        seen = b.through(drive)
        if seen is not None and any(r is seen.out_response for r in seen.closed_at_work):
            b.problem(seen, "the response was closed before it was sent")


def content_length(b):
    for body in ("hello", "<html><head></head><body>" + "long " * 200 + "</body></html>"):
        seen = b.usable(Drive("a page with a Content-Length", body=body, headers=[("Content-Length", str(len(body)))]))
        if seen is None or seen.out.body is None or seen.out.get("Content-Length") is None:
            continue
        b.reached = True
        if seen.out.get("Content-Length") != str(len(seen.out.body)):
            b.problem(seen, "Content-Length is %s, the body has %d bytes" % (seen.out.get("Content-Length"), len(seen.out.body)))


def no_body(b):
    for status in (204, 304):
        seen = b.usable(Drive("an answer of status %d" % status, status=status, body=""))
        if seen is None or seen.out.status != status:
            continue
        b.reached = True
        if seen.out.body:
            b.problem(seen, "the answer has a body of %d bytes" % len(seen.out.body))
        if status == 204 and seen.out.get("Content-Length") is not None:
            b.problem(seen, "the answer has a Content-Length")


def header_values(b):
    from django.http import BadHeaderError
    drive = Drive("a query with CR and LF", query="next=%0d%0aX-Evil:%201&name=a%0d%0ab&lang=%0a&marker=%0d%0a")
    seen = b.drive(drive)
    if seen is None:
        return
    b.reached = True
    if isinstance(seen.error, BadHeaderError):
        b.problem(seen, "put CR or LF into a header: " + b.text(seen.error))
    elif seen.out is not None:
        for name, value in seen.out.headers:
            if any(c in value for c in "\r\n\0"):
                b.problem(seen, "header %s holds CR, LF or NUL" % name)


def vary_kept(b):
    seen = b.through(Drive("a page that varies", headers=[("Vary", "Accept-Language, X-Suite")]))
    if seen is None:
        return
    have = [word.strip().lower() for word in (seen.out.get("Vary") or "").split(",")]
    gone = [word for word in ("Accept-Language", "X-Suite") if word.lower() not in have and "*" not in have]
    if gone:
        b.problem(seen, "%s is gone from Vary, which is now %r" % (" and ".join(gone), seen.out.get("Vary") or ""))


def cookies_kept(b):
    seen = b.through(Drive("a page with two cookies", cookies=("mwcheck_a", "mwcheck_b")))
    if seen is not None:
        for name in ("mwcheck_a", "mwcheck_b"):
            if name not in seen.out.cookies:
                b.problem(seen, "the cookie %s is gone" % name)


def status_range(b):
    for drive in zoo():
        seen = b.usable(drive)
        if seen is not None:
            b.reached = True
            if not 200 <= seen.out.status <= 599:
                b.problem(seen, "the status is %d" % seen.out.status)


def etag_quoted(b):
    seen = b.usable(Drive("a page"))
    if seen is None:
        return
    tag = seen.out.get("ETag")
    if tag is None:
        b.why = "the layer sets no ETag"
        return
    b.reached = True
    plain = tag[2:] if tag.startswith("W/") else tag
    if len(plain) < 2 or plain[0] != '"' or plain[-1] != '"':
        b.problem(seen, "the ETag is %s" % tag)


def template(b):
    seen = b.drive(Drive("a template", template=True))
    if seen is None:
        return None
    if seen.template_kept is None:
        b.why = "the layer has no process_template_response"
        return None
    b.reached = True
    return seen


def template_not_early(b):
    seen = template(b)
    if seen is not None and any(hook for hook, _ in seen.rendered):
        b.problem(seen, "a hook rendered the template")


def template_once(b):
    seen = b.drive(Drive("a template", template=True))
    if seen is None or not seen.rendered:
        b.why = b.why or "the template is not rendered"
        return
    b.reached = True
    which = [response for _, response in seen.rendered]
    times = max(which.count(response) for response in which)
    if times > 1:
        b.problem(seen, "the template was rendered %d times" % times)


def template_kept(b):
    seen = template(b)
    if seen is not None and not seen.template_kept:
        b.problem(seen, "process_template_response returned something that cannot be rendered")


def request_body(b):
    form = "application/x-www-form-urlencoded"
    parts = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    for drive, want in [
        (Drive("a JSON body", method="POST", content=b'{"a": 1}', content_type="application/json", read="body"), b'{"a": 1}'),
        (Drive("a form", method="POST", content=b"a=1", content_type=form, read="body"), b"a=1"),
        (Drive("a form's fields", method="POST", content=b"a=1", content_type=form, read="POST"), b"1"),
        (Drive("a multipart form's fields", method="POST", content=parts, content_type="multipart/form-data; boundary=x", read="POST"), b"1"),
    ]:
        seen = b.drive(drive)
        if seen is not None and seen.body_taken:
            b.why = "a layer further out has read the body already"
            continue
        if not b.arrived(seen):
            continue
        b.reached = True
        if seen.read_error is not None:
            b.problem(seen, "further in it cannot be read any more: " + b.text(seen.read_error))
        elif seen.read != want:
            b.problem(seen, "further in it reads %r" % seen.read)


def no_state(b):
    """One request whole while another is in its view, in another thread."""
    from django.db import connections
    first, second = "mwcheckfirst", "mwchecksecond"
    alone = b.drive(Drive(marker=first))
    rig = b.rig()
    if alone is None or rig is None:
        return
    others = []

    def other():
        def run():
            others.append(rig.serve(Drive(marker=second)).seen)
            connections.close_all()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(10)
    seen = rig.serve(Drive("two requests at once", marker=first, in_view=other)).seen
    if seen is None:
        return
    if not b.arrived(seen):
        return
    b.reached = True
    for one, foreign in [(seen, second)] + [(o, first) for o in others if o is not None]:
        if one.out is None:
            continue
        for name, value in one.out.headers:
            if foreign in value:
                b.problem(seen, "header %s of one answer is of the other request" % name)
        if one.out.body is not None and foreign.encode() in one.out.body:
            b.problem(seen, "the body of one answer is of the other request")
    if seen.error is not None and alone.error is None:
        b.problem(seen, "raised %s, which it does not alone" % b.text(seen.error))
    if seen.out is not None and alone.out is not None and seen.out.status != alone.out.status:
        b.problem(seen, "the status is %d, alone it is %d" % (seen.out.status, alone.out.status))
    held = copy.copy(getattr(rig.real, "__dict__", {}))
    from django.http import HttpRequest
    for name, value in sorted(held.items()):
        if name == "get_response" or callable(value):
            continue
        if isinstance(value, HttpRequest) or is_response(value):
            b.problem(seen, "self.%s still holds the %s when it is over" % (name, "request" if isinstance(value, HttpRequest) else "response"))
        elif isinstance(value, (str, bytes, tuple, list, dict, set)) and (first in repr(value) or second in repr(value)):
            b.problem(seen, "self.%s still holds data of the request when it is over" % name)


CASES = {
    function.__name__.replace("_", "-"): function
    for function in (
        builds, builds_without_serving, next_once, answers_or_calls, nil_answer, survives_plain, survives_stream, errors_stay_errors,
        abort_passes, stream_unconsumed, stream_chunks, stream_whole, stream_errors, old_stream_closed, open_until_sent,
        content_length, no_body, header_values, vary_kept, cookies_kept, status_range, etag_quoted, request_body, no_state,
        template_not_early, template_once, template_kept, attribute_missing)
}


def check(project, index, case):
    b = Bench(project, index)
    try:
        CASES[case](b)
    except Exception as exc:
        return {"status": "unsupported", "reason": "the driver failed: %s: %s" % (type(exc).__name__, exc), "problems": []}
    status, reason = "pass", ""
    if b.found:
        status = "fail"
    elif not b.reached:
        status, reason = "unsupported", b.why or "the layer does not get into the situation"
    return {"status": status, "reason": reason, "problems": b.problems()}


def main():
    # What the project prints must not get between the answers.
    answers_out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    questions = os.fdopen(os.dup(0), "r", encoding="utf-8")
    nothing_in = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing_in, 0)
    project = None
    for line in questions:
        question = json.loads(line)
        if project is None:
            try:
                project = Project(question["settings"])
                answer = project.describe()
            except BaseException as exc:
                text = str(exc) if isinstance(exc, Refused) else text_of(exc, os.getcwd())
                answer = {"protocol": PROTOCOL, "error": text}
        else:
            answer = check(project, question["layer"], question["case"])
        answers_out.write(json.dumps(answer) + "\n")
        answers_out.flush()
    # Threads of the project must not keep the process.
    os._exit(0)


main()
