import tracer


class SpanMiddleware(object):
    """One span for each request."""

    def process_request(self, request):
        if request.path.startswith("/internal/"):
            raise PermissionError("internal addresses are not served here")
        request.span = tracer.start_span(request.path)

    def process_response(self, request, response):
        span = getattr(request, "span", None)
        if span is not None:
            span.set_tag("status", response.status_code)
            span.finish()
        return response
