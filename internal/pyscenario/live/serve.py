"""Serves requests with Django projects that are given as source text.

JSON lines on stdin, one project each; one line on stdout for each. A project
is imported from memory, in a process of its own that is forked from one that
has Django loaded. Nothing is written. It drives the real WSGIHandler as a server
does; the vocabulary of traces is in testdata/vectors/README.md.

A project may tell its events itself, by a module with the lists events and
built; or it is watched from outside, which needs the names of its layers.
"""
import importlib.abc
import importlib.util
import io
import json
import logging
import os
import signal
import sys
import warnings

warnings.simplefilter("ignore")

import django  # noqa: E402
import django.core.handlers.wsgi  # noqa: E402
import django.template.response  # noqa: E402
import django.middleware  # noqa: E402,F401
import django.urls  # noqa: E402,F401
import django.utils.deprecation  # noqa: E402,F401
import django.views.defaults  # noqa: E402,F401
from django.template import engine, library, loader  # noqa: E402,F401
from django.template.loaders import locmem  # noqa: E402,F401

import watch  # noqa: E402

SECONDS = 60


class Sources(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports modules from a dict of source texts."""

    def __init__(self, files, python2):
        self.files = dict(files)
        self.refactor = refactoring() if python2 else None

    def find_spec(self, name, path=None, target=None):
        base = name.replace(".", "/")
        for file, package in ((base + "/__init__.py", True), (base + ".py", False)):
            if file in self.files:
                return importlib.util.spec_from_loader(name, self, origin=file, is_package=package)
        if any(file.startswith(base + "/") and file.endswith(".py") for file in self.files):
            return importlib.util.spec_from_loader(name, self, origin=base, is_package=True)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        file = module.__spec__.origin
        text = self.files.get(file, "")
        if self.refactor is not None and text:
            text = text.replace("\r\n", "\n")
            text = str(self.refactor.refactor_string(text + "\n", file))
        module.__file__ = "/nowhere/" + file
        exec(compile(text.encode(), file, "exec"), module.__dict__)


def refactoring():
    """Python 2 source is run as what 2to3 makes of it."""
    from lib2to3.refactor import RefactoringTool
    return RefactoringTool(["lib2to3.fixes.fix_" + name for name in (
        "print", "except", "raise", "has_key", "unicode", "basestring", "ne", "dict", "long", "numliterals", "urllib", "itertools")])


def request(handler, url):
    seen, body, error, iterable = {}, [], None, None
    method, _, url = url.rpartition(" ")
    path, _, query = url.partition("?")

    def start_response(status, headers, exc_info=None):
        seen["status"] = int(status.split()[0])
        seen["headers"] = {k.lower(): v for k, v in headers}
    environ = {
        "REQUEST_METHOD": method or "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False,
        "wsgi.run_once": False, "QUERY_STRING": query,
    }
    try:
        iterable = handler(environ, start_response)
        for chunk in iterable:
            body.append(chunk)
    except BaseException as exc:
        error = exc
    finally:
        if iterable is not None:
            iterable.close()
    return seen, b"".join(body).decode("utf-8", "replace"), error


class LoadLog(logging.Handler):
    def __init__(self, layers):
        super().__init__()
        self.layers, self.lines = layers, []

    def emit(self, record):
        text = record.getMessage()
        found = [path for path in self.layers if path in text]
        if found:
            kind = "not_used" if text.startswith("MiddlewareNotUsed") else "sync_to_async" if text.startswith("Synchronous") else "async_to_sync"
            self.lines.append(kind + ":" + self.layers[max(found, key=len)])


def serve(job):
    sys.meta_path.insert(0, Sources(job["files"], job.get("python2")))
    os.environ["DJANGO_SETTINGS_MODULE"] = job["settings"]
    layers = job["layers"]
    django.setup()
    from django.conf import settings
    settings.DEBUG = False
    logging.disable(logging.NOTSET)
    logger = logging.getLogger("django.request")
    log = LoadLog(layers)
    logger.addHandler(log)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    recorder = watch.Recorder()
    if job.get("recorder"):
        own = importlib.import_module(job["recorder"])
        recorder.events, recorder.built, describe = own.events, own.built, own.describe
    else:
        describe = watch.describe
        try:
            watch.install(recorder, layers)
        except Exception as exc:
            return {"error": "%s: %s" % (type(exc).__name__, exc)}
    watch.signals(recorder)
    settings.DEBUG = True
    load_error = None
    try:
        handler = django.core.handlers.wsgi.WSGIHandler()
    except Exception as exc:
        load_error = exc
    settings.DEBUG = False
    logger.removeHandler(log)
    logging.disable(logging.CRITICAL)
    traces = []
    for url in job["requests"]:
        del recorder.events[:]
        recorder.finished = 0
        trace = {}
        if load_error is not None:
            exc, source = describe(load_error)
            trace["outcome"] = {"outcome": "load_error", "exc": exc, "from": source}
            trace["message"] = str(load_error)
        else:
            seen, body, error = request(handler, url)
            if error is not None:
                exc, source = describe(error)
                trace["outcome"] = {"outcome": "raised", "exc": exc, "from": source, "finished": recorder.finished}
                if seen.get("status"):
                    trace["outcome"]["started"] = seen["status"]
                trace["message"] = str(error)
            else:
                headers = seen["headers"]
                trace["outcome"] = {
                    "outcome": "response", "status": seen["status"], "xtrace": headers.get("x-trace", ""), "finished": recorder.finished,
                    "body": headers["x-made-by"] if "x-made-by" in headers else body if not body.lstrip().startswith("<") else "django-default-page",
                }
                trace["page"] = {"headers": headers, "body": body}
        trace["events"] = list(recorder.events)
        if job.get("load"):
            trace["load"] = list(recorder.built)
        if log.lines:
            trace["load_log"] = log.lines
        traces.append(trace)
    return {"traces": traces}


def child(job):
    """Serves in a process of its own and gives its answer's text."""
    out, into = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(out)
        # What the project prints must not get between the answers.
        os.dup2(2, 1)
        signal.alarm(SECONDS)
        try:
            answer = serve(job)
        except BaseException as exc:
            import traceback
            answer = {"error": "%s: %s" % (type(exc).__name__, exc), "where": traceback.format_exc()[-2000:]}
        with os.fdopen(into, "w") as pipe:
            pipe.write(json.dumps(answer))
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as pipe:
        text = pipe.read()
    _, status = os.waitpid(pid, 0)
    return text or json.dumps({"error": "the process ended with status %d" % status})


def main():
    for line in sys.stdin:
        if not line.strip():
            continue
        job = json.loads(line)
        if job.get("hello"):
            print(json.dumps({"django": "%d.%d" % django.VERSION[:2]}), flush=True)
            continue
        print(child(job), flush=True)


if __name__ == "__main__":
    main()
