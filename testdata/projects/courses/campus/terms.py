from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin


class TermsMiddleware(MiddlewareMixin):
    """Shows new terms before anything else."""

    def process_view(self, request, view, args, kwargs):
        if request.user.is_authenticated and not request.session.get("terms"):
            return TemplateResponse(request, "terms.html", {})
