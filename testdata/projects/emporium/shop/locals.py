import threading

_current = threading.local()


def current_user():
    return getattr(_current, 'user', None)


class CurrentUserMiddleware(object):
    """Lets models know who is at work."""

    def process_request(self, request):
        _current.user = request.user

    def process_response(self, request, response):
        _current.user = None
        return response
