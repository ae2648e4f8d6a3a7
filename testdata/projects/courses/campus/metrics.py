import time

from django.utils.deprecation import MiddlewareMixin
from prometheus_client import Counter, Histogram

REQUESTS = Counter("requests", "requests by status", ["status"])
SECONDS = Histogram("seconds", "time to answer")


class MetricsMiddleware(MiddlewareMixin):
    def process_request(self, request):
        request.metrics_start = time.time()

    def process_response(self, request, response):
        REQUESTS.labels(response.status_code).inc()
        SECONDS.observe(time.time() - request.metrics_start)
        return response
