import logging
import threading
import uuid

context = threading.local()
logger = logging.getLogger("desk.requests")


class RequestIdMiddleware(object):
    """Gives each request an id that the log lines carry."""

    def process_request(self, request):
        request.id = uuid.uuid4().hex
        context.request_id = request.id

    def process_response(self, request, response):
        response["X-Request-Id"] = request.id
        logger.info("%s %s %s", request.id, request.path, response.status_code)
        del context.request_id
        return response
