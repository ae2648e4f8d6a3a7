import time

import statsd


class StatsdMiddleware(object):
    """Counts requests and times them."""

    def process_request(self, request):
        request._started = time.time()

    def process_response(self, request, response):
        statsd.incr('response.%d' % response.status_code)
        started = getattr(request, '_started', None)
        if started is not None:
            statsd.timing('response', time.time() - started)
        return response
