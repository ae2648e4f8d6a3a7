from django.http import HttpResponseRedirect
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

LANGUAGES = ("de", "fr", "en")


class LanguageRedirectMiddleware(MiddlewareMixin):
    """Sends /course/ to /de/course/ and activates the language."""

    def process_request(self, request):
        first = request.path_info.split("/")[1]
        if first not in LANGUAGES:
            language = translation.get_language_from_request(request)
            return HttpResponseRedirect("/%s%s" % (language, request.path_info))
        translation.activate(first)
        request.LANGUAGE_CODE = first

    def process_response(self, request, response):
        translation.deactivate()
        return response
