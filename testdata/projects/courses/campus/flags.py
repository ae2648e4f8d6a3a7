from django.utils.deprecation import MiddlewareMixin


class FlagMiddleware(MiddlewareMixin):
    """Feature flags by cookie."""

    def __init__(self, get_response=None):
        self.store = {}

    def process_request(self, request):
        request.flags = self.store.get(request.COOKIES.get("flags"), ())

    def process_response(self, request, response):
        if request.path.startswith("/static/"):
            return
        if request.GET.get("noflags"):
            response.delete_cookie("flags")
        return response
