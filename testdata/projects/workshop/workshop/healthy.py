"""Layers without a fault that the suite knows."""
import time

from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin


class Timing:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.monotonic()
        response = self.get_response(request)
        response["X-Took"] = "%.3f" % (time.monotonic() - began)
        return response


def request_id(get_response):
    def middleware(request):
        request.id = request.META.get("HTTP_X_REQUEST_ID", "none")
        response = get_response(request)
        response["X-Request-ID"] = request.id
        patch_vary_headers(response, ["X-Request-ID"])
        return response

    return middleware


class Footer(MiddlewareMixin):
    """Adds to pages, wraps streams, keeps the Content-Length."""

    def process_request(self, request):
        request.home = reverse("home")
        print("what a project prints does not disturb the driver")

    def process_template_response(self, request, response):
        response.context_data = dict(response.context_data or {}, home=request.home)
        return response

    def process_response(self, request, response):
        if response.streaming or response.status_code != 200 or not response.content:
            return response
        response.content = response.content + b"<!-- workshop -->"
        if response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        return response
