from desk.models import AuditEntry


class AuditMiddleware(object):
    """Writes down who has seen what."""

    def process_response(self, request, response):
        if getattr(request, "patient", None) is not None:
            AuditEntry.objects.create(patient=request.patient, user=request.user, status=response.status_code)
        return response
