"""Layers that are each broken in one way."""
from django.http import HttpResponse
from django.utils.deprecation import MiddlewareMixin


class Twice:
    """Calls what is further in twice."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request).close()
        return self.get_response(request)


class Forgetful(MiddlewareMixin):
    """Forgets to return the answer where it is not HTML."""

    def process_response(self, request, response):
        if "html" in response["Content-Type"]:
            return response


class Minify(MiddlewareMixin):
    """Takes every response for a page, and leaves its Content-Length."""

    def process_response(self, request, response):
        response.content = response.content.replace(b"l", b"")
        return response


class CurrentRequest:
    """Keeps the request on the layer, which all requests share."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.request = request
        response = self.get_response(request)
        response["X-Marker"] = self.request.META.get("HTTP_X_MARKER", "")
        return response


class Greeting:
    """Reads an attribute that no layer writes."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["X-Greeting"] = request.visitor
        return response


class Swallow(MiddlewareMixin):
    """Makes a success of every error."""

    def process_exception(self, request, exception):
        return HttpResponse("never mind")


def overwrite_vary(get_response):
    def middleware(request):
        response = get_response(request)
        response["Vary"] = "Cookie"
        return response

    return middleware


class ReadsBody:
    """Reads the body of the request and does not put it back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.read()
        return self.get_response(request)


class Drawer:
    """Cannot be built."""

    def __init__(self, get_response, drawers):
        self.get_response = get_response
