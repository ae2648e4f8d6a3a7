import urllib2

from django.http import Http404, HttpResponsePermanentRedirect

MOVED = {u'/catalogue/': u'/shop/'}


class LegacyUrlMiddleware(object):
    """Sends the addresses of the old shop to the new one."""

    def process_request(self, request):
        try:
            path = urllib2.unquote(request.path.encode('ascii'))
        except UnicodeError, e:
            print 'odd path', repr(request.path), e
            raise Http404
        if path in MOVED:
            return HttpResponsePermanentRedirect(MOVED[path])

    def process_response(self, request, response):
        response['X-Shop'] = 'emporium'
        return response
