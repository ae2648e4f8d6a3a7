"""The layer in its real place, between two probes."""
import io
import sys
import types

from .drive import Seen, Snap, Wire
from .project import PREFIX, SEEN, text_of


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
