from django.utils.cache import add_never_cache_headers


class NoCacheMiddleware(object):
    """Nothing of this site may stay in a browser's cache."""

    def process_response(self, request, response):
        add_never_cache_headers(response)
        response["Content-Security-Policy"] = "default-src 'self'"
        return response
