"""The project: its settings, made harmless, its layers, and the suite's URL."""
import inspect
import logging
import os
import sys
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

    def describe(self, cases):
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
            "cases": list(cases), "layers": layers,
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
