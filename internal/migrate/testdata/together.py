from django.core.handlers.exception import convert_exception_to_response
from django.utils.module_loading import import_string


class Together(object):
    """Runs layers as MIDDLEWARE_CLASSES did: every process_response sees every response."""

    layers = ()  # dotted paths, outermost first

    def __init__(self, get_response):
        self.get_response = get_response
        self.instances = [import_string(path)(get_response) for path in self.layers]
        self.inside = convert_exception_to_response(self.ask)

    def hooks(self, name):
        return [getattr(layer, name) for layer in self.instances if hasattr(layer, name)]

    def ask(self, request):
        for hook in self.hooks("process_request"):
            response = hook(request)
            if response:
                return response
        return self.get_response(request)

    def __call__(self, request):
        response = self.inside(request)
        for hook in reversed(self.hooks("process_response")):
            response = hook(request, response)
        return response

    def process_view(self, request, view, args, kwargs):
        for hook in self.hooks("process_view"):
            response = hook(request, view, args, kwargs)
            if response:
                return response

    def process_exception(self, request, exception):
        for hook in reversed(self.hooks("process_exception")):
            response = hook(request, exception)
            if response:
                return response

    def process_template_response(self, request, response):
        for hook in reversed(self.hooks("process_template_response")):
            response = hook(request, response)
        return response
