from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin


class NotFoundMiddleware(MiddlewareMixin):
    """A friendlier page for what is not there."""

    def process_response(self, request, response):
        if response.status_code == 404 and not request.path.startswith("/api/"):
            return TemplateResponse(request, "missing.html", {}, status=404)
        return response
