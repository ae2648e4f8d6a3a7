from django.core.cache import cache
from django.http import Http404

from desk.models import Patient


class PatientLockMiddleware(object):
    """Nobody else edits a patient while somebody does."""

    def process_request(self, request):
        number = request.GET.get("patient")
        if number is None:
            return
        request.patient = Patient.objects.filter(number=number).first()
        if request.patient is None:
            raise Http404("no such patient")
        request.lock = cache.lock("patient-%s" % number)
        request.lock.acquire()

    def process_response(self, request, response):
        lock = getattr(request, "lock", None)
        if lock is not None:
            lock.release()
        return response
