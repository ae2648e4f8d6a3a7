"""Watches the layers of a project from outside: what their hooks get, answer
and raise, in the vocabulary of the traces. The project knows nothing of it.

An answer's maker is who first returned it. The header X-Trace, which recorded
layers write, is written here: by the maker, then by each process_response that
returns what it got.
"""
from django.core import signals as django_signals
from django.core.handlers import base
from django.http import Http404
from django.urls import resolvers
from django.utils.module_loading import import_string

HOOKS = ("process_request", "process_view", "process_template_response", "process_response", "process_exception")
KINDS = {
    "ValueError": "value_error", "Http404": "http404", "Resolver404": "http404",
    "PermissionDenied": "permission_denied", "SuspiciousOperation": "suspicious_operation",
    "MultiPartParserError": "multipart_error", "SystemExit": "system_exit", "KeyboardInterrupt": "keyboard_interrupt",
    "BadRequest": "bad_request", "TooManyFieldsSent": "too_many_fields", "RequestDataTooBig": "data_too_big",
}


class Recorder:
    def __init__(self):
        self.events, self.built, self.finished = [], [], 0


def signals(recorder):
    def on_exception(**kwargs):
        recorder.events.append("signal.got_request_exception")

    def on_finished(**kwargs):
        recorder.finished += 1
    django_signals.got_request_exception.connect(on_exception, weak=False)
    django_signals.request_finished.connect(on_finished, weak=False)


def describe(exc):
    name = type(exc).__name__
    if isinstance(exc, Http404):
        name = "Http404"
    return KINDS.get(name, name), getattr(exc, "mw_from", "django")


def fields(response):
    if response is None or response is False:
        return " status=%s" % response
    text = " status=%d marker=%s" % (response.status_code, getattr(response, "mw_marker", "django"))
    if not getattr(response, "is_rendered", True):
        text += " rendered=no"
    return text


def made(response, event):
    if response is None or response is False or hasattr(response, "mw_marker"):
        return response
    response.mw_marker = event
    response["X-Trace"] = response["X-Made-By"] = event
    return response


def from_here(exc, event):
    if not hasattr(exc, "mw_from"):
        try:
            exc.mw_from = event
        except Exception:
            pass


def wrap(recorder, method, event, hook):
    def wrapper(self, request, *args):
        given = args[0] if hook in ("process_response", "process_template_response") else None
        if hook in ("process_response", "process_template_response"):
            recorder.events.append(event + fields(given))
        elif hook == "process_exception":
            recorder.events.append(event + " exc=%s from=%s" % describe(args[0]))
        else:
            recorder.events.append(event)
        try:
            out = method(self, request, *args)
        except BaseException as exc:
            from_here(exc, event)
            raise
        if hook == "process_response" and out is given and out is not None and out is not False:
            out["X-Trace"] = out.get("X-Trace", "") + "," + event if out.get("X-Trace") else event
            return out
        return made(out, event)
    wrapper.__name__ = hook
    return wrapper


def install(recorder, layers):
    for path, name in layers.items():
        cls = import_string(path)
        if not isinstance(cls, type):
            raise TypeError("%s is no class: it cannot be watched" % path)
        # A class of its own: two layers may share a base.
        for hook in HOOKS:
            method = getattr(cls, hook, None)
            if method is not None:
                setattr(cls, hook, wrap(recorder, method, name + "." + hook, hook))
    watch_view(recorder)
    watch_pages(recorder)


def watch_view(recorder):
    plain = base.BaseHandler.make_view_atomic

    def make_view_atomic(self, view):
        view = plain(self, view)

        def watched(request, *args, **kwargs):
            recorder.events.append("view")
            try:
                return made(view(request, *args, **kwargs), "view")
            except BaseException as exc:
                from_here(exc, "view")
                raise
        return watched
    base.BaseHandler.make_view_atomic = make_view_atomic


def watch_pages(recorder):
    plain = resolvers.URLResolver.resolve_error_handler

    def resolve_error_handler(self, status):
        import sys
        view = plain(self, status)
        event = "handler%d" % status

        def watched(request, *args, **kwargs):
            cause = kwargs.get("exception") or sys.exc_info()[1]
            recorder.events.append(event + " exc=%s from=%s" % describe(cause))
            return made(view(request, *args, **kwargs), event)
        return watched
    resolvers.URLResolver.resolve_error_handler = resolve_error_handler
