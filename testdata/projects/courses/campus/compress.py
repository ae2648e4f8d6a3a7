import gzip

from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin


class CompressMiddleware(MiddlewareMixin):
    """As GZipMiddleware, but for JSON only."""

    def process_response(self, request, response):
        if response.get("Content-Type") != "application/json" or response.streaming:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if "gzip" not in request.META.get("HTTP_ACCEPT_ENCODING", ""):
            return response
        response.content = gzip.compress(response.content)
        response["Content-Encoding"] = "gzip"
        return response
