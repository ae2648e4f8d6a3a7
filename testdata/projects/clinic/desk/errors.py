import logging

from django.http import JsonResponse

logger = logging.getLogger("desk.errors")


class ErrorReportMiddleware(object):
    """Answers the tablets in JSON when a view fails."""

    def process_exception(self, request, exception):
        logger.exception("view failed")
        if request.META.get("HTTP_ACCEPT") == "application/json":
            return JsonResponse({"error": "internal"}, status=500)
