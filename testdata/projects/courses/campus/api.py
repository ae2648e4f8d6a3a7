from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import JsonResponse
from django.utils.deprecation import MiddlewareMixin

from campus.models import ApiKey, Use


class ApiKeyMiddleware(MiddlewareMixin):
    def process_request(self, request):
        if not request.path.startswith("/api/"):
            return
        value = request.META.get("HTTP_X_API_KEY")
        if value is None:
            return JsonResponse({"error": "no key"}, status=401)
        key = ApiKey.objects.filter(key=value).first()
        if key is None:
            raise PermissionDenied("unknown key")
        request.api_key = key

    def process_response(self, request, response):
        key = getattr(request, "api_key", None)
        if key is not None:
            Use.objects.create(key=key, status=response.status_code)
        return response


class QuotaMiddleware(MiddlewareMixin):
    """Refuses answers that are too large for the caller's contract."""

    def process_response(self, request, response):
        if request.path.startswith("/api/") and len(response.content) > 1000000:
            raise SuspiciousOperation("too large")
        return response
