from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

BANNED = set()


class MaintenanceMiddleware(object):
    """Closes the shop while MAINTENANCE is on, but for the staff's addresses."""

    def process_request(self, request):
        if not getattr(settings, 'MAINTENANCE', False):
            return None
        if request.META.get('REMOTE_ADDR') in settings.INTERNAL_IPS:
            return None
        return HttpResponse(u'We are back at noon.', status=503)


class BannedAddressMiddleware(object):
    def process_request(self, request):
        if request.META.get('REMOTE_ADDR', '') in BANNED:
            raise PermissionDenied
