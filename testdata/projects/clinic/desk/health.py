from django.http import HttpResponse


class HealthMiddleware(object):
    """Answers the load balancer before anything else is done."""

    def process_request(self, request):
        if request.path == "/health":
            return HttpResponse("ok", content_type="text/plain")
