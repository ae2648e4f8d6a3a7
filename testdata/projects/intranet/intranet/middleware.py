# -*- coding: utf-8 -*-
import os

from django.http import HttpResponse

FLAG = '/var/run/intranet/maintenance'


class MaintenanceMiddleware(object):
    """Answers every request with 503 while the flag file is there."""

    def process_request(self, request):
        if not os.path.exists(FLAG):
            return None
        try:
            text = file(FLAG).read()
        except IOError, e:
            print >>request.META['wsgi.errors'], 'maintenance: %s' % e
            text = u'Wartung'
        return HttpResponse(text or u'Wartung', status=503)

    def process_response(self, request, response):
        if response.status_code == 503:
            response['Retry-After'] = `600`
        return response
